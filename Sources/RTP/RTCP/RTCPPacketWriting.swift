// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

extension ByteWriter {
    /// Writes the common header, then `body`, then the length that came out.
    ///
    /// Bodies are whole 32-bit words and, with the limits on their counts, far below the 256 KiB that the length field
    /// can say.
    mutating func writeRTCP(_ type: RTCPPacketType, count: UInt8, body: (inout ByteWriter) -> Void) {
        let start = self.count
        write(0x80 | count & 0x1f)
        write(type.rawValue)
        write(UInt16(0))
        body(&self)
        overwrite(UInt16(truncatingIfNeeded: (self.count - start) / 4 - 1), at: start + 2)
    }
}
