// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCCrypto

/// All that an answered INIT leaves behind, and it is left with the peer.
/// [RFC 9260 section 5.1.3](https://www.rfc-editor.org/rfc/rfc9260#section-5.1.3).
///
/// Nothing is kept for a peer that has not shown by returning it that it gets our packets; the digest says that it is ours,
/// the time how old it is.
struct StateCookie: Equatable, Sendable {
    /// Nanoseconds of the driver's clock.
    var created: Instant
    var localTag: UInt32
    var peer: InitChunk

    private static let contentLength = 8 + 4 + 4 + 4 + 2 + 2 + 4 + 1
    static let length = contentLength + 32

    init(created: Instant, localTag: UInt32, peer: InitChunk) {
        self.created = created
        self.localTag = localTag
        self.peer = peer
        self.peer.cookie = []
        self.peer.unrecognized = []
    }

    func sealed(key: [UInt8]) -> [UInt8] {
        var writer = ByteWriter(reservingCapacity: Self.length)
        writer.write(UInt64(bitPattern: created.nanoseconds))
        writer.write(localTag)
        writer.write(peer.initiateTag)
        writer.write(peer.window)
        writer.write(peer.outboundStreams)
        writer.write(peer.inboundStreams)
        writer.write(peer.initialTSN)
        let options: UInt8 =
            (peer.supportsForwardTSN ? 1 : 0) | (peer.supportsReconfiguration ? 2 : 0)
            | (peer.acceptsZeroChecksum ? 4 : 0)
        writer.write(options)
        writer.write(HMAC.sha256(key: key, message: writer.bytes))
        return writer.bytes
    }

    /// - Returns: `nil` for what this key has not sealed.
    init?(opening bytes: RawSpan, key: [UInt8]) {
        guard bytes.byteCount == Self.length else { return nil }
        let content = bytes.extracting(first: Self.contentLength)
        let digest = HMAC.sha256(key: key.span.bytes, message: content)
        guard constantTimeEquals(digest.span.bytes, bytes.extracting(droppingFirst: Self.contentLength)) else {
            return nil
        }
        var reader = ByteReader(content)
        guard let created = try? reader.readUInt64(), let localTag = try? reader.readUInt32(),
            let tag = try? reader.readUInt32(), let window = try? reader.readUInt32(),
            let outbound = try? reader.readUInt16(), let inbound = try? reader.readUInt16(),
            let tsn = try? reader.readUInt32(), let options = try? reader.readUInt8()
        else { return nil }
        self.created = Instant(nanoseconds: Int64(bitPattern: created))
        self.localTag = localTag
        peer = InitChunk(
            initiateTag: tag, window: window, outboundStreams: outbound, inboundStreams: inbound, initialTSN: tsn)
        peer.supportsForwardTSN = options & 1 != 0
        peer.supportsReconfiguration = options & 2 != 0
        peer.acceptsZeroChecksum = options & 4 != 0
    }
}
