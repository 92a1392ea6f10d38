// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Puts frames of any codec together from RTP payloads that come in order: for whoever learns the codec by negotiation.
public struct CodecDepacketizer: Sendable {
    public let codec: Codec
    // One of them is used; as an enumeration's payload its bytes would be copied at each append.
    private var vp8 = VP8Depacketizer()
    private var vp9 = VP9Depacketizer()
    private var av1 = AV1Depacketizer()
    private var h264 = H264Depacketizer()

    public init(_ codec: Codec) { self.codec = codec }

    /// Takes the next payload; parameters and result as in ``VP8Depacketizer/receive(_:index:timestamp:marker:)``.
    ///
    /// Of sound each payload is a frame, whatever its marker says, which there means the beginning of speech
    /// ([RFC 3551 section 4.1](https://www.rfc-editor.org/rfc/rfc3551#section-4.1)).
    public mutating func receive(
        _ payload: UnsafeRawBufferPointer, index: UInt64, timestamp: UInt32, marker: Bool
    ) -> EncodedFrame? {
        switch codec {
        case .vp8: return vp8.receive(payload, index: index, timestamp: timestamp, marker: marker)
        case .vp9: return vp9.receive(payload, index: index, timestamp: timestamp, marker: marker)
        case .av1: return av1.receive(payload, index: index, timestamp: timestamp, marker: marker)
        case .h264: return h264.receive(payload, index: index, timestamp: timestamp, marker: marker)
        case .opus, .g722, .pcmu, .pcma:
            guard !payload.isEmpty else { return nil }
            return EncodedFrame(codec: codec, timestamp: timestamp, isKeyFrame: true, bytes: Array(payload))
        }
    }
}
