// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Puts H.264 access units together from RTP payloads that come in order.
///
/// The units come out each behind a start code of four bytes (ITU-T H.264 annex B). An access unit that lacks a packet is
/// dropped whole, unless what is lost is all that came before parameter sets or a first slice: H.264 cannot tell. Interleaved packets (STAP-B, MTAP, FU-B) belong to a mode that is never negotiated and drop it too.
///
/// [RFC 6184 section 7.1](https://www.rfc-editor.org/rfc/rfc6184#section-7.1).
public struct H264Depacketizer: Sendable {
    private var assembly = FrameAssembly()
    private var isInsideUnit = false

    public init() {}

    /// Access units begun and not finished.
    public var droppedFrames: Int { assembly.droppedFrames }

    private static let startCode: [UInt8] = [0, 0, 0, 1]

    /// Takes the next payload; parameters and result as in ``VP8Depacketizer/receive(_:index:timestamp:marker:)``.
    public mutating func receive(
        _ payload: UnsafeRawBufferPointer, index: UInt64, timestamp: UInt32, marker: Bool
    ) -> EncodedFrame? {
        guard assembly.accept(index), !payload.isEmpty else { return nil }
        guard let info = try? H264Payload(parsing: payload) else { return lose(timestamp) }
        if !assembly.holds(timestamp) {
            // H.264 does not say where an access unit begins: a timestamp is joined only at a unit that may begin one.
            guard info.mayStartAccessUnit, assembly.begin(.h264, timestamp: timestamp) else { return lose(timestamp) }
            isInsideUnit = false
        }
        if info.hasIDRSlice { assembly.markKeyFrame() }
        guard append(payload, info) else { return lose(timestamp) }
        guard marker else { return nil }
        guard !isInsideUnit else { return lose(timestamp) }
        return assembly.finish()
    }

    private mutating func lose(_ timestamp: UInt32) -> EncodedFrame? {
        assembly.refuse(timestamp)
        isInsideUnit = false
        return nil
    }

    private mutating func append(_ payload: UnsafeRawBufferPointer, _ info: H264Payload) -> Bool {
        switch info.type {
        case .stapA:
            guard !isInsideUnit, var units = try? H264AggregatedUnits(payload) else { return false }
            while let unit = try? units.next() {
                guard assembly.append(Self.startCode), assembly.append(payload[unit]) else { return false }
            }
            return true
        case .fuA:
            guard let fragment = try? H264Fragment(parsing: payload), fragment.isFirst != isInsideUnit else {
                return false
            }
            if fragment.isFirst, !assembly.append(Self.startCode + [fragment.unitHeader]) { return false }
            isInsideUnit = !fragment.isLast
            return assembly.append(payload[Int(fragment.headerLength)...])
        case .stapB, .mtap16, .mtap24, .fuB:
            return false
        default:
            return !isInsideUnit && assembly.append(Self.startCode) && assembly.append(payload)
        }
    }
}
