// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Opus in RTP: one packet is one frame, as it is.
///
/// [RFC 7587 section 4.2](https://www.rfc-editor.org/rfc/rfc7587#section-4.2).
public enum OpusPayload {
    /// 120 ms at 48 kHz: the longest that a packet may last.
    public static let maximumDuration = 5760

    /// The frame that a payload is; `nil` for an empty one, which carries no sound.
    public static func frame(_ payload: [UInt8], timestamp: UInt32) -> EncodedFrame? {
        guard !payload.isEmpty else { return nil }
        return EncodedFrame(codec: .opus, timestamp: timestamp, isKeyFrame: true, bytes: payload)
    }

    /// How long a packet lasts, in samples at 48 kHz, which are units of its RTP timestamp.
    ///
    /// [RFC 6716 section 3.1](https://www.rfc-editor.org/rfc/rfc6716#section-3.1).
    ///
    /// - Returns: `nil` when the packet is empty, cut off, or says more than ``maximumDuration``.
    public static func duration(of payload: [UInt8]) -> Int? {
        guard let first = payload.first else { return nil }
        let configuration = Int(first >> 3)
        let samples =
            switch configuration {
            case ..<12: [480, 960, 1920, 2880][configuration % 4]
            case 12..<16: [480, 960][configuration % 2]
            default: [120, 240, 480, 960][configuration % 4]
            }
        let count: Int
        switch first & 3 {
        case 0: count = 1
        case 1, 2: count = 2
        default:
            guard payload.count >= 2 else { return nil }
            count = Int(payload[1] & 0x3f)
        }
        let duration = samples * count
        return (1...maximumDuration).contains(duration) ? duration : nil
    }
}
