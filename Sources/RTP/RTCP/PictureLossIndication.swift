// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// A receiver cannot decode any more and needs a key frame.
///
/// [RFC 4585 section 6.3.1](https://www.rfc-editor.org/rfc/rfc4585#section-6.3.1).
public struct PictureLossIndication: Hashable, Sendable, BitwiseCopyable {
    /// Who asks.
    public var senderSSRC: UInt32
    /// The stream that needs a key frame.
    public var mediaSSRC: UInt32

    public init(senderSSRC: UInt32, mediaSSRC: UInt32) {
        self.senderSSRC = senderSSRC
        self.mediaSSRC = mediaSSRC
    }

    public init(parsing packet: RTCPPacketView) throws(ParseError) {
        var reader = ByteReader(packet.body)
        senderSSRC = try reader.readUInt32()
        mediaSSRC = try reader.readUInt32()
    }

    public func write(into writer: inout ByteWriter) {
        writer.writeRTCP(.payloadFeedback, count: RTCPPayloadFeedbackFormat.pictureLossIndication) { writer in
            writer.write(senderSSRC)
            writer.write(mediaSSRC)
        }
    }
}
