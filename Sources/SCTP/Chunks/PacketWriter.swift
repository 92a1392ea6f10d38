// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Writes one packet into memory of a fixed size; whoever writes asks first what still fits.
struct PacketWriter {
    private let buffer: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    /// Begins with the header; ``finish(checksum:)`` fills in the checksum.
    init(_ buffer: UnsafeMutableRawBufferPointer, _ header: PacketHeader) {
        self.buffer = buffer
        write(header.sourcePort)
        write(header.destinationPort)
        write(header.verificationTag)
        write(0 as UInt32)
    }

    var remaining: Int { buffer.count - count }
    var isEmpty: Bool { count == PacketHeader.length }

    mutating func write(_ value: UInt8) {
        buffer[count] = value
        count += 1
    }

    mutating func write(_ value: UInt16) {
        buffer.storeBytes(of: value.bigEndian, toByteOffset: count, as: UInt16.self)
        count += 2
    }

    mutating func write(_ value: UInt32) {
        buffer.storeBytes(of: value.bigEndian, toByteOffset: count, as: UInt32.self)
        count += 4
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 0 else { return }
        // Whoever writes has asked; memory is not what should show that he has not.
        precondition(bytes.count <= remaining, "a packet is longer than its memory")
        UnsafeMutableRawBufferPointer(rebasing: buffer[count...]).copyMemory(from: bytes)
        count += bytes.count
    }

    mutating func write(_ bytes: [UInt8]) { bytes.withUnsafeBytes { write($0) } }

    /// Puts zeros up to a multiple of four.
    mutating func pad() { while count & 3 != 0 { write(0 as UInt8) } }

    mutating func overwrite(_ value: UInt16, at offset: Int) {
        buffer.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt16.self)
    }

    /// - Returns: the packet's length.
    func finish(checksum: Bool) -> Int {
        if checksum {
            let value = CRC32c.checksum(ofPacket: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            buffer.storeBytes(of: value.littleEndian, toByteOffset: 8, as: UInt32.self)
        }
        return count
    }
}
