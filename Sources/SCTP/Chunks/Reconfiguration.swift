// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

package import RTCBase

/// One parameter of a RE-CONFIG chunk. [RFC 6525 section 4](https://www.rfc-editor.org/rfc/rfc6525#section-4).
package enum Reconfiguration: Equatable, Sendable {
    /// The sender's outgoing streams start again at sequence number 0; no stream named means all.
    case outgoingReset(request: UInt32, response: UInt32, lastTSN: UInt32, streams: [UInt16])
    /// The sender wants its peer's outgoing streams to start again.
    case incomingReset(request: UInt32, streams: [UInt16])
    case response(to: UInt32, result: Result)
    case addOutgoingStreams(request: UInt32, count: UInt16)
    /// A request that we know and always deny.
    case denied(request: UInt32)

    package struct Result: RawRepresentable, Hashable, Sendable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let nothingToDo = Result(rawValue: 0)
        package static let performed = Result(rawValue: 1)
        package static let denied = Result(rawValue: 2)
        package static let wrongSequence = Result(rawValue: 5)
        package static let inProgress = Result(rawValue: 6)
    }

    /// The parameters of a chunk; a chunk has one or two.
    package static func parse(_ value: RawSpan) throws(ParseError) -> [Reconfiguration] {
        var parameters = ParameterReader(value)
        var parsed: [Reconfiguration] = []
        while !parameters.isEmpty {
            guard parsed.count < 2 else { throw ParseError("a RE-CONFIG chunk has more than two parameters") }
            let parameter = try parameters.next()
            var reader = ByteReader(parameter.value)
            switch ParameterType(rawValue: parameter.type) {
            case .outgoingReset:
                let request = try reader.readUInt32()
                let response = try reader.readUInt32()
                let lastTSN = try reader.readUInt32()
                let streams = try readStreams(&reader)
                parsed.append(
                    .outgoingReset(request: request, response: response, lastTSN: lastTSN, streams: streams))
            case .incomingReset:
                let request = try reader.readUInt32()
                parsed.append(.incomingReset(request: request, streams: try readStreams(&reader)))
            case .reconfigurationResponse:
                let request = try reader.readUInt32()
                parsed.append(.response(to: request, result: Result(rawValue: try reader.readUInt32())))
            case .addOutgoingStreams:
                let request = try reader.readUInt32()
                parsed.append(.addOutgoingStreams(request: request, count: try reader.readUInt16()))
            case .tsnReset, .addIncomingStreams: parsed.append(.denied(request: try reader.readUInt32()))
            default: throw ParseError("a RE-CONFIG chunk has an unknown parameter")
            }
        }
        guard !parsed.isEmpty else { throw ParseError("a RE-CONFIG chunk is empty") }
        return parsed
    }

    @_lifetime(reader: copy reader)
    private static func readStreams(_ reader: inout ByteReader) throws(ParseError) -> [UInt16] {
        var streams: [UInt16] = []
        streams.reserveCapacity(reader.count / 2)
        while !reader.isEmpty { streams.append(try reader.readUInt16()) }
        return streams
    }

    func write(to writer: inout ByteWriter) {
        var value = ByteWriter()
        switch self {
        case .outgoingReset(let request, let response, let lastTSN, let streams):
            value.write(request)
            value.write(response)
            value.write(lastTSN)
            for stream in streams { value.write(stream) }
            writer.write(parameter: .outgoingReset, value.bytes)
        case .incomingReset(let request, let streams):
            value.write(request)
            for stream in streams { value.write(stream) }
            writer.write(parameter: .incomingReset, value.bytes)
        case .response(let request, let result):
            value.write(request)
            value.write(result.rawValue)
            writer.write(parameter: .reconfigurationResponse, value.bytes)
        case .addOutgoingStreams(let request, let count):
            value.write(request)
            value.write(count)
            value.write(0 as UInt16)
            writer.write(parameter: .addOutgoingStreams, value.bytes)
        case .denied(let request):
            value.write(request)
            value.write(0 as UInt32)
            writer.write(parameter: .addIncomingStreams, value.bytes)
        }
    }

    /// A whole chunk with these parameters.
    package static func chunk(_ parameters: [Reconfiguration]) -> [UInt8] {
        var writer = ByteWriter()
        for parameter in parameters { parameter.write(to: &writer) }
        return SCTP.chunk(.reconfiguration, writer.bytes)
    }
}

/// A whole chunk with its padding.
package func chunk(_ type: ChunkType, flags: UInt8 = 0, _ value: [UInt8]) -> [UInt8] {
    var writer = ByteWriter(reservingCapacity: value.count + 8)
    writer.write(type.rawValue)
    writer.write(flags)
    writer.write(UInt16(truncatingIfNeeded: value.count + 4))
    writer.write(value)
    writer.writeZeros(padding(of: value.count))
    return writer.bytes
}

/// A chunk with one error cause: ERROR or ABORT.
package func chunk(_ type: ChunkType, cause: ErrorCause, _ information: [UInt8] = []) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(cause.rawValue)
    let length = min(information.count, SCTPLimits.reportLength)
    writer.write(UInt16(truncatingIfNeeded: length + 4))
    writer.write(information.prefix(length))
    return chunk(type, writer.bytes)
}
