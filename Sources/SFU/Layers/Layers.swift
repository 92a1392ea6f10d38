// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A spatial and a temporal layer: where a frame belongs, or how far up a receiver gets frames.
public struct Layers: Hashable, Sendable, BitwiseCopyable {
    /// 0 is the smallest picture; 7 the highest that VP9 can name.
    public var spatial: UInt8
    /// 0 is the lowest frame rate; 7 the highest that VP9 can name, 3 that VP8 can.
    public var temporal: UInt8

    @inline(__always)
    public init(spatial: UInt8, temporal: UInt8) {
        self.spatial = spatial
        self.temporal = temporal
    }

    public static let base = Layers(spatial: 0, temporal: 0)
    /// Above every layer that a codec can name.
    public static let all = Layers(spatial: 7, temporal: 7)

    /// Whether frames of `other` are of use to who gets everything up to these layers.
    @inline(__always)
    func includes(_ other: Layers) -> Bool { other.spatial <= spatial && other.temporal <= temporal }
}
