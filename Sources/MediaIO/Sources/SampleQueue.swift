// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Samples of live sources that wait for whoever reads them. Who is slower loses the oldest, of pictures and sound apart.
package struct SampleQueue: Sendable {
    private var samples: [MediaSample] = []

    /// Pictures that wait, a quarter of a second of them: they may have 22 MB each.
    static let mostPictures = 8
    /// Blocks of sound that wait, some seconds of them.
    package static let mostBlocks = 200

    private let blocks: Int

    /// - Parameter blocks: of sound that may wait.
    package init(blocks: Int = mostBlocks) { self.blocks = blocks }

    package mutating func put(_ sample: MediaSample) {
        samples.append(sample)
        let isPicture = sample.isPicture
        let waiting = samples.count { $0.isPicture == isPicture }
        if waiting > (isPicture ? Self.mostPictures : blocks),
            let oldest = samples.firstIndex(where: { $0.isPicture == isPicture })
        {
            samples.remove(at: oldest)
        }
    }

    /// - Returns: what came first; `nil` where nothing waits.
    package mutating func take() -> MediaSample? { samples.isEmpty ? nil : samples.removeFirst() }

    package mutating func removeAll() { samples = [] }
}

extension MediaSample {
    var isPicture: Bool {
        switch self {
        case .picture: true
        case .sound: false
        }
    }
}
