// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

package import RTCBase

/// The fixed fields of a SACK: RFC 9260 section 3.3.4. Gap blocks and duplicates are read one by one from where they are.
package struct SackChunk: Equatable, Sendable {
    /// Type, flags, length, and the fields before the first block.
    package static let headerLength = 16

    package var cumulativeTSN: UInt32
    /// The peer's receive window, in bytes.
    package var window: UInt32
    package var blockCount: Int
    package var duplicateCount: Int

    /// Leaves `reader` at the first block; fails when the counts do not fit what is there.
    package init(parsing reader: inout ByteReader) throws(ParseError) {
        cumulativeTSN = try reader.readUInt32()
        window = try reader.readUInt32()
        blockCount = Int(try reader.readUInt16())
        duplicateCount = Int(try reader.readUInt16())
        guard reader.count >= 4 * (blockCount + duplicateCount) else { throw .truncated }
    }
}
