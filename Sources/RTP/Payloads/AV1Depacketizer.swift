// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// Puts AV1 temporal units together from RTP payloads that come in order.
///
/// The units come out with their sizes, as decoders take them, without the temporal delimiter, which is not sent. What
/// lacks a packet is dropped whole.
///
/// [RTP payload format for AV1, section 4](https://aomediacodec.github.io/av1-rtp-spec/#4-rtp-payload-format).
public struct AV1Depacketizer: Sendable {
    private var assembly = FrameAssembly()
    /// The unit of which more is to come; empty when there is none.
    private var unit: [UInt8] = []
    private var isInsideUnit = false
    private var search: AV1KeyFrameSearch?

    public init() {}

    /// Temporal units begun and not finished.
    public var droppedFrames: Int { assembly.droppedFrames }

    /// Takes the next payload; parameters and result as in ``VP8Depacketizer/receive(_:index:timestamp:marker:)``.
    public mutating func receive(
        _ payload: UnsafeRawBufferPointer, index: UInt64, timestamp: UInt32, marker: Bool
    ) -> EncodedFrame? {
        guard assembly.accept(index), !payload.isEmpty else { return nil }
        guard let info = try? AV1Payload(parsing: payload), var elements = try? AV1Elements(payload) else {
            return lose(timestamp)
        }
        if !assembly.holds(timestamp) {
            guard info.mayStartFrame, assembly.begin(.av1, timestamp: timestamp) else { return lose(timestamp) }
            isInsideUnit = false
            unit.removeAll()
            search = info.header.startsSequence ? AV1KeyFrameSearch() : nil
        }
        guard info.header.continuesUnit == isInsideUnit else { return lose(timestamp) }
        while let element = try? elements.next() {
            guard unit.count + element.range.count <= VP8Depacketizer.maximumFrameSize else { return lose(timestamp) }
            unit.append(contentsOf: payload[element.range])
            isInsideUnit = element.isContinued
            guard element.isContinued || finishUnit() else { return lose(timestamp) }
        }
        guard marker else { return nil }
        guard !isInsideUnit else { return lose(timestamp) }
        if search?.result == .yes { assembly.markKeyFrame() }
        return assembly.finish()
    }

    /// Appends the unit with its size to the frame.
    private mutating func finishUnit() -> Bool {
        defer { unit.removeAll(keepingCapacity: true) }
        guard !unit.isEmpty else { return true }
        guard let header = unit.withUnsafeBytes({ AV1OBUHeader(parsing: $0) }) else { return false }
        unit.withUnsafeBytes { search?.take($0, isComplete: true) }
        guard !header.hasSize else { return assembly.append(unit) }
        var writer = ByteWriter()
        writer.write(unit[0] | 0x02)
        if let byte = header.extensionByte { writer.write(byte) }
        LEB128.write(UInt32(truncatingIfNeeded: unit.count - header.length), into: &writer)
        return assembly.append(writer.bytes) && assembly.append(unit[header.length...])
    }

    private mutating func lose(_ timestamp: UInt32) -> EncodedFrame? {
        assembly.refuse(timestamp)
        unit.removeAll()
        isInsideUnit = false
        return nil
    }
}
