// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// An RTP packet that owns its parts: for whoever builds packets (clients, recorders, tests), off the forwarding path.
///
/// [RFC 3550 section 5.1](https://www.rfc-editor.org/rfc/rfc3550#section-5.1).
public struct RTPPacket: Hashable, Sendable {
    /// An element of the header extension.
    public struct ExtensionElement: Hashable, Sendable {
        /// 1 to 14 fits the one-byte form.
        public var id: UInt8
        /// 1 to 16 bytes fit the one-byte form; at most 255 fit the two-byte form.
        public var value: [UInt8]

        public init(id: UInt8, value: [UInt8]) {
            self.id = id
            self.value = value
        }
    }

    /// The CSRC count has 4 bits.
    public static let maximumContributors = 15
    /// More elements than any browser negotiates (16), with room.
    public static let maximumExtensionElements = 32

    public var marker: Bool
    /// 7 bits.
    public var payloadType: UInt8
    public var sequenceNumber: SequenceNumber
    public var timestamp: UInt32
    public var ssrc: UInt32
    /// Contributing sources; those beyond ``maximumContributors`` are not written.
    public var contributors: [UInt32]
    /// Elements with id 0 or with more than 255 bytes, and those beyond ``maximumExtensionElements``, are not written.
    public var extensionElements: [ExtensionElement]
    public var payload: [UInt8]
    /// Bytes of padding after the payload, the count included; 0 for none.
    public var paddingLength: UInt8

    public init(
        marker: Bool = false, payloadType: UInt8, sequenceNumber: SequenceNumber, timestamp: UInt32, ssrc: UInt32,
        contributors: [UInt32] = [], extensionElements: [ExtensionElement] = [], payload: [UInt8],
        paddingLength: UInt8 = 0
    ) {
        self.marker = marker
        self.payloadType = payloadType & 0x7f
        self.sequenceNumber = sequenceNumber
        self.timestamp = timestamp
        self.ssrc = ssrc
        self.contributors = contributors
        self.extensionElements = extensionElements
        self.payload = payload
        self.paddingLength = paddingLength
    }

    /// Copies the parts of a packet whose payload is in clear.
    public init(parsing packet: RawSpan) throws(ParseError) {
        self = try packet.withUnsafeBytes { bytes throws(ParseError) in try RTPPacket(parsing: bytes) }
    }

    private init(parsing bytes: UnsafeRawBufferPointer) throws(ParseError) {
        let header = try RTPHeader(parsing: bytes)
        var elements: [ExtensionElement] = []
        var iterator = RTPHeaderExtensionIterator(header)
        while elements.count < Self.maximumExtensionElements, let element = iterator.next(in: bytes) {
            elements.append(ExtensionElement(id: element.id, value: [UInt8](bytes[element.range])))
        }
        self.init(
            marker: header.marker, payloadType: header.payloadType, sequenceNumber: header.sequenceNumber,
            timestamp: header.timestamp, ssrc: header.ssrc,
            contributors: (0..<Int(header.contributorCount)).map { index in
                let offset = RTPHeader.fixedLength + 4 * index
                return UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
            },
            extensionElements: elements, payload: [UInt8](bytes[header.payloadRange]),
            paddingLength: header.paddingLength)
    }

    /// Appends the packet in network order.
    ///
    /// The header extension takes the one-byte form when all elements fit it, else the two-byte form.
    public func write(into writer: inout ByteWriter) {
        let contributors = contributors.prefix(Self.maximumContributors)
        let elements = extensionElements.filter { $0.id != 0 && $0.value.count <= 255 }
            .prefix(Self.maximumExtensionElements)
        let first =
            0x80 | (paddingLength > 0 ? 0x20 : 0) | (elements.isEmpty ? 0 : 0x10)
            | UInt8(truncatingIfNeeded: contributors.count)
        writer.write(first)
        writer.write((marker ? 0x80 : 0) | payloadType & 0x7f)
        writer.write(sequenceNumber.rawValue)
        writer.write(timestamp)
        writer.write(ssrc)
        for contributor in contributors { writer.write(contributor) }
        if !elements.isEmpty { Self.write(elements, into: &writer) }
        writer.write(payload)
        if paddingLength > 0 {
            writer.writeZeros(Int(paddingLength) - 1)
            writer.write(paddingLength)
        }
    }

    private static func write(_ elements: ArraySlice<ExtensionElement>, into writer: inout ByteWriter) {
        let isOneByte = elements.allSatisfy { $0.id < 15 && (1...16).contains($0.value.count) }
        writer.write(
            isOneByte ? RTPHeaderExtensionIterator.oneByteProfile : RTPHeaderExtensionIterator.twoByteProfile)
        let lengthOffset = writer.count
        writer.write(UInt16(0))
        let start = writer.count
        for element in elements {
            // The bounds above keep both lengths within their fields.
            let length = UInt8(truncatingIfNeeded: element.value.count)
            if isOneByte {
                writer.write(element.id << 4 | (length &- 1) & 0x0f)
            } else {
                writer.write(element.id)
                writer.write(length)
            }
            writer.write(element.value)
        }
        writer.writeZeros((4 - (writer.count - start) % 4) % 4)
        writer.overwrite(UInt16(truncatingIfNeeded: (writer.count - start) / 4), at: lengthOffset)
    }

    /// The packet in network order.
    public var bytes: [UInt8] {
        var writer = ByteWriter(reservingCapacity: RTPHeader.fixedLength + payload.count + 64)
        write(into: &writer)
        return writer.bytes
    }
}
