// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneMedia
import MediaIO
import Synchronization

/// What the members say, on the loudspeakers of this computer: on a thread of its own, which the device holds up.
final class Loudspeakers: Sendable {
    private let mixer = Mutex(SoundMixer())
    private let isStopped = Mutex(false)

    /// - Parameters:
    ///   - title: what the system's mixer calls it.
    ///   - failed: told why nothing is heard, or no more.
    init(title: String, failed: @escaping @Sendable (String) -> Void) {
        let thread = Thread { [weak self] in
            do throws(MediaError) {
                let output = try SoundOutput(title: title)
                while let block = self?.next() { try output.play(block) }
            } catch {
                failed(error.description)
            }
        }
        thread.name = "galene sound"
        thread.start()
    }

    func push(_ block: AudioBlock, of stream: String) { mixer.withLock { $0.push(block, of: stream) } }
    func remove(_ stream: String) { mixer.withLock { $0.remove(stream) } }
    func stop() { isStopped.withLock { $0 = true } }

    private func next() -> AudioBlock? {
        guard !isStopped.withLock(\.self) else { return nil }
        return mixer.withLock { $0.next() }
    }
}
