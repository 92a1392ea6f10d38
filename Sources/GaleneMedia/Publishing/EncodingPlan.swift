// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import GaleneClient

/// In what size and at what rate pictures of a size are sent.
public struct EncodingPlan: Hashable, Sendable {
    public struct Encoding: Hashable, Sendable {
        /// `nil` for the only one.
        public var rid: String?
        /// In pixels; even, as encoders of I420 like them.
        public var width: Int
        public var height: Int
        /// Bits a second that are never exceeded.
        public var maximumBitrate: Int
    }

    /// In decreasing order of throughput.
    public var encodings: [Encoding]

    /// - Parameters:
    ///   - width: of the source's pictures, in pixels.
    ///   - isSimulcast: whether a quarter of the picture at 100 kbit/s goes beside it, as pages of Galène send it; not of
    ///     pictures that are small already.
    ///   - maximumBitrate: of the full picture; by default a tenth of a bit a pixel of 30 pictures a second, which a
    ///     realtime encoder of VP8 needs for a face, and 300 kbit/s at least.
    public init(width: Int, height: Int, isSimulcast: Bool = false, maximumBitrate: Int? = nil) {
        let (width, height) = (Self.even(width), Self.even(height))
        let rate = maximumBitrate ?? max(300_000, min(width * height * 3, 4_000_000))
        encodings = [Encoding(rid: nil, width: width, height: height, maximumBitrate: rate)]
        if isSimulcast, width * height >= Self.leastForSimulcast {
            encodings[0].rid = "h"
            encodings.append(
                Encoding(rid: "l", width: Self.even(width / 2), height: Self.even(height / 2), maximumBitrate: 100_000))
        }
    }

    /// What the server is told.
    public var published: [PublishedTrack.Encoding] {
        encodings.map { PublishedTrack.Encoding(rid: $0.rid, maximumBitrate: $0.maximumBitrate) }
    }

    private static let leastForSimulcast = 320 * 180
    private static func even(_ size: Int) -> Int { max(2, size & ~1) }
}
