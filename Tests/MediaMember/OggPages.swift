// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Opus in Ogg: [RFC 3533 section 6](https://www.rfc-editor.org/rfc/rfc3533#section-6) and
/// [RFC 7845](https://www.rfc-editor.org/rfc/rfc7845).
struct OggPages {
    private var number: UInt32 = 0
    private static let serial: UInt32 = 1

    /// The identification header and the comment header, each a page (RFC 7845 section 5).
    mutating func opusHeaders() -> [UInt8] {
        let head: [UInt8] =
            Array("OpusHead".utf8) + [1, 2] + Bytes.little(UInt16(0)) + Bytes.little(UInt32(48_000))
            + Bytes.little(UInt16(0)) + [0]
        let tags = Array("OpusTags".utf8) + Bytes.little(UInt32(0)) + Bytes.little(UInt32(0))
        return page(head, granule: 0) + page(tags, granule: 0)
    }

    /// A page with one packet.
    ///
    /// - Parameter granule: samples at 48 kHz up to the packet.
    mutating func page(_ packet: [UInt8], granule: UInt64) -> [UInt8] {
        let segments = [UInt8](repeating: 255, count: packet.count / 255) + [UInt8(packet.count % 255)]
        var page =
            Array("OggS".utf8) + [0, number == 0 ? 2 : 0] + Bytes.little(granule) + Bytes.little(Self.serial)
            + Bytes.little(number) + Bytes.little(UInt32(0)) + [UInt8(segments.count)] + segments + packet
        page.replaceSubrange(22..<26, with: Bytes.little(Self.checksum(page)))
        number += 1
        return page
    }

    /// RFC 3533 section 6: polynomial 0x04c11db7, from the highest bit, nothing inverted.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.reduce(0) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte) << 24) { sum, _ in
                sum & 0x8000_0000 == 0 ? sum << 1 : sum << 1 ^ 0x04c1_1db7
            }
        }
    }

    /// The packets of a file with one stream of Opus, without the two headers.
    static func packets(of file: [UInt8]) -> [[UInt8]] {
        var (packets, packet): ([[UInt8]], [UInt8]) = ([], [])
        var offset = 0
        while offset + 27 <= file.count, file[offset..<offset + 4].elementsEqual("OggS".utf8) {
            let segments = Int(file[offset + 26])
            var position = offset + 27 + segments
            for index in offset + 27..<min(offset + 27 + segments, file.count) {
                let length = Int(file[index])
                guard position + length <= file.count else { return packets }
                packet += file[position..<position + length]
                position += length
                guard length < 255 else { continue }
                packets.append(packet)
                packet = []
            }
            offset = position
        }
        return Array(packets.dropFirst(2))
    }
}
