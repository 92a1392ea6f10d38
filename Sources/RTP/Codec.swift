// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What a track carries.
public enum MediaKind: String, Sendable, Hashable, BitwiseCopyable {
    case audio
    case video
}

/// A codec by the name that group descriptions use.
public enum Codec: String, Sendable, Hashable, CaseIterable {
    case vp8, vp9, av1, h264, opus, g722, pcmu, pcma

    public var kind: MediaKind {
        switch self {
        case .vp8, .vp9, .av1, .h264: .video
        case .opus, .g722, .pcmu, .pcma: .audio
        }
    }

    /// The name in `a=rtpmap`; compared without regard to case.
    public var encodingName: String {
        switch self {
        case .vp8: "VP8"
        case .vp9: "VP9"
        case .av1: "AV1"
        case .h264: "H264"
        case .opus: "opus"
        case .g722: "G722"
        case .pcmu: "PCMU"
        case .pcma: "PCMA"
        }
    }

    /// Units of an RTP timestamp a second.
    public var clockRate: Int {
        switch self {
        case .vp8, .vp9, .av1, .h264: 90_000
        case .opus: 48_000
        // RFC 3551 section 4.5.2: G.722's clock rate is 8,000 although it samples at 16,000 Hz.
        case .g722, .pcmu, .pcma: 8_000
        }
    }

    /// The third field of `a=rtpmap`; absent means 1.
    public var channels: Int { self == .opus ? 2 : 1 }
}
