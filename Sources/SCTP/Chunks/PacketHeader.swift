// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

package import RTCBase

/// What every packet begins with. [RFC 9260 section 3.1](https://www.rfc-editor.org/rfc/rfc9260#section-3.1).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-------------------------------+-------------------------------+
///     |      Source Port Number       |    Destination Port Number    |
///     +-------------------------------+-------------------------------+
///     |                       Verification Tag                        |
///     +---------------------------------------------------------------+
///     |                           Checksum                            |
///     +---------------------------------------------------------------+
package struct PacketHeader: Equatable, Sendable {
    package static let length = 12

    package var sourcePort: UInt16
    package var destinationPort: UInt16
    package var verificationTag: UInt32
    /// As it stands in the packet, read with the least byte first, which is how appendix A has it sent.
    package var checksum: UInt32 = 0

    package init(sourcePort: UInt16, destinationPort: UInt16, verificationTag: UInt32) {
        self.sourcePort = sourcePort
        self.destinationPort = destinationPort
        self.verificationTag = verificationTag
    }

    /// Leaves `reader` at the first chunk.
    package init(parsing reader: inout ByteReader) throws(ParseError) {
        sourcePort = try reader.readUInt16()
        destinationPort = try reader.readUInt16()
        verificationTag = try reader.readUInt32()
        checksum = try reader.readUInt32().byteSwapped
    }
}
