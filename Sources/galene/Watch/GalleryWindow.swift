// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import MediaIO
import Synchronization

/// A window on a ``Gallery``, on a thread of its own.
final class GalleryWindow: Sendable {
    private let isStopped = Mutex(false)

    /// Seconds from one to the next at least: what most screens show. Of several streams what comes meanwhile goes together.
    private static let interval = 1 / 60.0
    /// Without anything new the window is refreshed all the same after so long, so that it answers to its frame.
    private static let idle = Duration.milliseconds(200)

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
        var last = -1
        while !isStopped.withLock(\.self) {
            let begun = ContinuousClock.now
            let (pictures, change) = gallery.all
            if change != last {
                last = change
                guard try window.play(try mosaic.compose(pictures, time: .zero)) else { return }
            } else {
                guard window.refresh() else { return }
            }
            // A picture of a single stream does not meet it: it is shown as it comes.
            let spent = (ContinuousClock.now - begun) / .seconds(1)
            if spent < Self.interval { Thread.sleep(forTimeInterval: Self.interval - spent) }
            gallery.wait(after: last, for: Self.idle)
        }
    }
}
