// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// `a=rtpmap`: what a payload type stands for.
///
/// [RFC 8866 section 6.6](https://www.rfc-editor.org/rfc/rfc8866#section-6.6).
public struct RTPMap: AttributeValue {
    public static let attributeName = "rtpmap"
    public var payloadType: UInt8
    /// Compared without regard to case.
    public var encodingName: String
    public var clockRate: Int
    /// 1 when absent.
    public var channels: Int

    public init(payloadType: UInt8, encodingName: String, clockRate: Int, channels: Int = 1) {
        self.payloadType = payloadType
        self.encodingName = encodingName
        self.clockRate = clockRate
        self.channels = channels
    }

    public init?(_ text: String) {
        guard let (number, encoding) = text.splitAtSpace, let payloadType = UInt8(payloadType: number) else {
            return nil
        }
        let parts = encoding.split(separator: "/", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts[0].isToken, parts[1].isDigits, let clockRate = Int(parts[1]),
            clockRate > 0
        else { return nil }
        var channels = 1
        if parts.count == 3 {
            guard parts[2].isDigits, let number = Int(parts[2]), number > 0 else { return nil }
            channels = number
        }
        self.init(
            payloadType: payloadType, encodingName: String(parts[0]), clockRate: clockRate, channels: channels)
    }

    public var text: String {
        "\(payloadType) \(encodingName)/\(clockRate)" + (channels == 1 ? "" : "/\(channels)")
    }
}
