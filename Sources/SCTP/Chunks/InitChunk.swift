// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

package import RTCBase

/// INIT and INIT ACK, which have the same fields: RFC 9260 sections 3.3.2 and 3.3.3.
package struct InitChunk: Equatable, Sendable {
    package var initiateTag: UInt32
    /// Bytes that the sender can take before it acknowledges.
    package var window: UInt32
    package var outboundStreams: UInt16
    package var inboundStreams: UInt16
    package var initialTSN: UInt32
    /// RFC 3758 section 3.1.
    package var supportsForwardTSN = false
    /// RFC 6525, by RFC 5061's list of extensions.
    package var supportsReconfiguration = false
    /// RFC 9653, with DTLS as what protects instead.
    package var acceptsZeroChecksum = false
    /// Only in INIT ACK.
    package var cookie: [UInt8] = []
    /// Whole parameters that nobody here knows and that want to be reported.
    package var unrecognized: [UInt8] = []

    /// «1 DTLS» of RFC 9653 section 8.
    package static let alternativeErrorDetection: UInt32 = 1

    package init(
        initiateTag: UInt32, window: UInt32, outboundStreams: UInt16, inboundStreams: UInt16, initialTSN: UInt32
    ) {
        self.initiateTag = initiateTag
        self.window = window
        self.outboundStreams = outboundStreams
        self.inboundStreams = inboundStreams
        self.initialTSN = initialTSN
    }

    /// - Parameter value: the chunk behind its length.
    package init(parsing value: RawSpan) throws(ParseError) {
        var reader = ByteReader(value)
        initiateTag = try reader.readUInt32()
        window = try reader.readUInt32()
        outboundStreams = try reader.readUInt16()
        inboundStreams = try reader.readUInt16()
        initialTSN = try reader.readUInt32()
        // «If the value of the Initiate Tag … is found to be 0, the receiver MUST silently discard».
        guard initiateTag != 0 else { throw ParseError("an initiate tag is zero") }
        guard outboundStreams > 0, inboundStreams > 0 else { throw ParseError("a peer wants no streams") }
        try readParameters(reader.remaining)
    }

    private mutating func readParameters(_ bytes: RawSpan) throws(ParseError) {
        var parameters = ParameterReader(bytes)
        while !parameters.isEmpty {
            let parameter = try parameters.next()
            let type = ParameterType(rawValue: parameter.type)
            switch type {
            case .stateCookie:
                guard parameter.value.byteCount <= SCTPLimits.cookieLength else {
                    throw ParseError("a state cookie is longer than a packet")
                }
                cookie = parameter.value.array
            case .forwardTSNSupported: supportsForwardTSN = true
            case .supportedExtensions:
                for offset in 0..<parameter.value.byteCount {
                    let type = parameter.value.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
                    switch ChunkType(rawValue: type) {
                    case .reconfiguration: supportsReconfiguration = true
                    case .forwardTSN: supportsForwardTSN = true
                    default: break
                    }
                }
            case .zeroChecksumAcceptable:
                var reader = ByteReader(parameter.value)
                acceptsZeroChecksum = try reader.readUInt32() == Self.alternativeErrorDetection
            case .ipv4Address, .ipv6Address, .unrecognized, .cookiePreservative, .hostName, .supportedAddressTypes,
                .ecnCapable:
                // RFC 8261 section 4: there are no addresses here; and ECN is not offered.
                break
            default:
                report(parameter)
                if type.stopsChunkWhenUnknown { return }
            }
        }
    }

    private mutating func report(_ parameter: borrowing RawParameter) {
        guard ParameterType(rawValue: parameter.type).isReportedWhenUnknown,
            unrecognized.count + parameter.value.byteCount + 8 <= SCTPLimits.reportLength
        else { return }
        var writer = ByteWriter()
        writer.write(parameter.type)
        writer.write(UInt16(truncatingIfNeeded: parameter.value.byteCount + 4))
        writer.write(parameter.value)
        writer.writeZeros(padding(of: parameter.value.byteCount))
        unrecognized += writer.bytes
    }

    /// The whole chunk. In an INIT ACK ``unrecognized`` is what the peer's INIT had.
    package func chunk(_ type: ChunkType) -> [UInt8] {
        var writer = ByteWriter(reservingCapacity: 64 + cookie.count + unrecognized.count)
        writer.write(type.rawValue)
        writer.write(0 as UInt8)
        writer.write(0 as UInt16)
        writer.write(initiateTag)
        writer.write(window)
        writer.write(outboundStreams)
        writer.write(inboundStreams)
        writer.write(initialTSN)
        if supportsForwardTSN { writer.write(parameter: .forwardTSNSupported, []) }
        var extensions: [UInt8] = []
        if supportsReconfiguration { extensions.append(ChunkType.reconfiguration.rawValue) }
        if supportsForwardTSN { extensions.append(ChunkType.forwardTSN.rawValue) }
        if !extensions.isEmpty { writer.write(parameter: .supportedExtensions, extensions) }
        if acceptsZeroChecksum { writer.write(parameter: .zeroChecksumAcceptable, [0, 0, 0, 1]) }
        if !cookie.isEmpty { writer.write(parameter: .stateCookie, cookie) }
        var reported = ParameterReader(unrecognized.span.bytes)
        while let parameter = try? reported.next() {
            var whole = ByteWriter()
            whole.write(parameter.type)
            whole.write(UInt16(truncatingIfNeeded: parameter.value.byteCount + 4))
            whole.write(parameter.value)
            writer.write(parameter: .unrecognized, whole.bytes)
        }
        writer.overwrite(UInt16(truncatingIfNeeded: writer.count), at: 2)
        return writer.bytes
    }
}

extension ByteWriter {
    /// A parameter with its padding.
    mutating func write(parameter type: ParameterType, _ value: [UInt8]) {
        write(type.rawValue)
        write(UInt16(truncatingIfNeeded: value.count + 4))
        write(value)
        writeZeros(padding(of: value.count))
    }
}
