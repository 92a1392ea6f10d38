// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What this target promises for any input, as one call: the fuzzer and the tests feed it.
package enum RTCBaseFuzzing {
    package static func run(_ bytes: UnsafeRawBufferPointer) {
        checkAddress(String(decoding: bytes, as: UTF8.self))
        checkReader(bytes.bytes)
    }

    /// What has been parsed is printed so that it parses to the same bits, and prints the same again.
    private static func checkAddress(_ text: String) {
        guard let address = IPAddress(text) else { return }
        let printed = address.description
        let again = IPAddress(printed)
        precondition(again == address, "an address changes when it is printed and parsed")
        precondition(again?.description == printed, "the canonical text of an address is not stable")
    }

    /// Each byte of the input chooses the next read of the same input: a read either takes exactly its length or throws
    /// and takes nothing.
    private static func checkReader(_ bytes: RawSpan) {
        var reader = ByteReader(bytes)
        while let choice = try? reader.readUInt8() {
            let before = reader.count
            let length = Int(choice >> 3)
            let wanted: Int
            let succeeded: Bool
            switch choice & 7 {
            case 0: (wanted, succeeded) = (1, (try? reader.readUInt8()) != nil)
            case 1: (wanted, succeeded) = (2, (try? reader.readUInt16()) != nil)
            case 2: (wanted, succeeded) = (3, (try? reader.readUInt24()) != nil)
            case 3: (wanted, succeeded) = (4, (try? reader.readUInt32()) != nil)
            case 4: (wanted, succeeded) = (8, (try? reader.readUInt64()) != nil)
            case 5: (wanted, succeeded) = (length, (try? reader.skip(length)) != nil)
            case 6: (wanted, succeeded) = (length, readLength(of: &reader, length) == length)
            default: (wanted, succeeded) = (.max, (try? reader.skip(-1 - length)) != nil)
            }
            precondition(succeeded == (before >= wanted), "a read fails exactly when too little is left")
            precondition(reader.count == (succeeded ? before - wanted : before), "a read takes its length or nothing")
        }
        precondition(reader.isEmpty, "reading stops before the end")
    }

    @_lifetime(reader: copy reader)
    private static func readLength(of reader: inout ByteReader, _ length: Int) -> Int? {
        do throws(ParseError) {
            return try reader.read(length).byteCount
        } catch {
            return nil
        }
    }
}
