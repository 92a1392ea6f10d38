// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import MediaIO
import Synchronization

/// A window on a ``Gallery``, on a thread of its own.
final class GalleryWindow: Sendable {
    private let isStopped = Mutex(false)

    /// So many pictures a second at most: what cameras give.
    private static let picturesPerSecond = 30.0
    /// Pictures without anything new after which the window is refreshed all the same, so that it answers to its frame.
    private static let idle = 6

    /// - Parameter ended: called once, when it is closed by whoever sees it, or cannot be shown.
    init(
        _ gallery: Gallery, title: String, width: Int, height: Int, ended: @escaping @Sendable (MediaError?) -> Void
    ) {
        let thread = Thread { [self] in
            do throws(MediaError) {
                try run(gallery, title: title, width: width, height: height)
                ended(nil)
            } catch {
                ended(error)
            }
        }
        thread.name = "window"
        thread.start()
    }

    func stop() { isStopped.withLock { $0 = true } }

    private func run(_ gallery: Gallery, title: String, width: Int, height: Int) throws(MediaError) {
        let mosaic = Mosaic(width: width, height: height)
        let window = try PictureWindow(title: title, width: mosaic.width, height: mosaic.height)
        var (last, waited) = (-1, 0)
        while !isStopped.withLock(\.self) {
            let (pictures, change) = gallery.all
            if change != last {
                (last, waited) = (change, 0)
                guard try window.play(try mosaic.compose(pictures, time: .zero)) else { return }
            } else if waited >= Self.idle {
                waited = 0
                guard window.refresh() else { return }
            }
            waited += 1
            Thread.sleep(forTimeInterval: 1 / Self.picturesPerSecond)
        }
    }
}
