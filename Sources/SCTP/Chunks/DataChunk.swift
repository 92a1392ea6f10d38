// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

package import RTCBase

/// The fields of a DATA chunk before its user data: RFC 9260 section 3.3.1.
package struct DataChunk: Equatable, Sendable {
    /// With the four bytes of type, flags and length.
    package static let headerLength = 16

    package struct Flags: OptionSet, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The last fragment of a message.
        package static let end = Flags(rawValue: 1)
        /// The first one.
        package static let beginning = Flags(rawValue: 2)
        package static let unordered = Flags(rawValue: 4)
        /// «SHOULD NOT delay the sending of the corresponding SACK».
        package static let immediate = Flags(rawValue: 8)
    }

    package var flags: Flags
    package var tsn: UInt32
    package var stream: UInt16
    package var sequence: UInt16
    package var payloadProtocol: UInt32

    package init(flags: Flags, tsn: UInt32, stream: UInt16, sequence: UInt16, payloadProtocol: UInt32) {
        self.flags = flags
        self.tsn = tsn
        self.stream = stream
        self.sequence = sequence
        self.payloadProtocol = payloadProtocol
    }

    /// Leaves `reader` at the user data.
    package init(parsing reader: inout ByteReader, flags: UInt8) throws(ParseError) {
        self.flags = Flags(rawValue: flags)
        tsn = try reader.readUInt32()
        stream = try reader.readUInt16()
        sequence = try reader.readUInt16()
        payloadProtocol = try reader.readUInt32()
    }
}
