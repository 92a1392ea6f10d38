// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The kinds of chunks, as [IANA](https://www.iana.org/assignments/sctp-parameters) numbers them.
package struct ChunkType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let data = ChunkType(rawValue: 0)
    package static let initiation = ChunkType(rawValue: 1)
    package static let initiationAck = ChunkType(rawValue: 2)
    package static let sack = ChunkType(rawValue: 3)
    package static let heartbeat = ChunkType(rawValue: 4)
    package static let heartbeatAck = ChunkType(rawValue: 5)
    package static let abort = ChunkType(rawValue: 6)
    package static let shutdown = ChunkType(rawValue: 7)
    package static let shutdownAck = ChunkType(rawValue: 8)
    package static let error = ChunkType(rawValue: 9)
    package static let cookieEcho = ChunkType(rawValue: 10)
    package static let cookieAck = ChunkType(rawValue: 11)
    package static let shutdownComplete = ChunkType(rawValue: 14)
    /// RFC 6525.
    package static let reconfiguration = ChunkType(rawValue: 130)
    /// RFC 3758.
    package static let forwardTSN = ChunkType(rawValue: 192)

    /// RFC 9260 section 3.2: «00 … stop processing this SCTP packet», «01 … and report»: 10 and 11 skip the chunk alone.
    package var stopsPacketWhenUnknown: Bool { rawValue & 0x80 == 0 }
    package var isReportedWhenUnknown: Bool { rawValue & 0x40 != 0 }
}

/// The kinds of parameters in INIT, INIT ACK and RE-CONFIG.
package struct ParameterType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let heartbeatInfo = ParameterType(rawValue: 1)
    package static let ipv4Address = ParameterType(rawValue: 5)
    package static let ipv6Address = ParameterType(rawValue: 6)
    package static let stateCookie = ParameterType(rawValue: 7)
    package static let unrecognized = ParameterType(rawValue: 8)
    package static let cookiePreservative = ParameterType(rawValue: 9)
    package static let hostName = ParameterType(rawValue: 11)
    package static let supportedAddressTypes = ParameterType(rawValue: 12)
    package static let outgoingReset = ParameterType(rawValue: 13)
    package static let incomingReset = ParameterType(rawValue: 14)
    package static let tsnReset = ParameterType(rawValue: 15)
    package static let reconfigurationResponse = ParameterType(rawValue: 16)
    package static let addOutgoingStreams = ParameterType(rawValue: 17)
    package static let addIncomingStreams = ParameterType(rawValue: 18)
    package static let ecnCapable = ParameterType(rawValue: 0x8000)
    /// RFC 9653: packets may come without a checksum, because what carries them has a better one.
    package static let zeroChecksumAcceptable = ParameterType(rawValue: 0x8001)
    package static let supportedExtensions = ParameterType(rawValue: 0x8008)
    package static let forwardTSNSupported = ParameterType(rawValue: 0xc000)

    /// RFC 9260 section 3.2.1: as for chunks.
    package var stopsChunkWhenUnknown: Bool { rawValue & 0x8000 == 0 }
    package var isReportedWhenUnknown: Bool { rawValue & 0x4000 != 0 }
}

/// Why a chunk or an association was refused: RFC 9260 section 3.3.10.
package struct ErrorCause: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let invalidStream = ErrorCause(rawValue: 1)
    package static let missingParameter = ErrorCause(rawValue: 2)
    package static let staleCookie = ErrorCause(rawValue: 3)
    package static let outOfResource = ErrorCause(rawValue: 4)
    package static let unrecognizedChunk = ErrorCause(rawValue: 6)
    package static let invalidParameter = ErrorCause(rawValue: 7)
    package static let unrecognizedParameters = ErrorCause(rawValue: 8)
    package static let noUserData = ErrorCause(rawValue: 9)
    package static let userInitiatedAbort = ErrorCause(rawValue: 12)
    package static let protocolViolation = ErrorCause(rawValue: 13)
}
