// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

package import RTCBase

/// A message of DCEP, the protocol by which channels are opened.
/// [RFC 8832 section 5](https://www.rfc-editor.org/rfc/rfc8832#section-5).
package enum DataChannelControl: Equatable, Sendable {
    case open(DataChannelOptions)
    case acknowledgement

    private static let openType: UInt8 = 3
    private static let acknowledgementType: UInt8 = 2
    private static let unordered: UInt8 = 0x80

    package init(parsing bytes: RawSpan) throws(ParseError) {
        var reader = ByteReader(bytes)
        switch try reader.readUInt8() {
        case Self.acknowledgementType: self = .acknowledgement
        case Self.openType:
            let type = try reader.readUInt8()
            let priority = try reader.readUInt16()
            let parameter = try reader.readUInt32()
            let labelLength = Int(try reader.readUInt16())
            let protocolLength = Int(try reader.readUInt16())
            let label = try reader.read(labelLength)
            var options = DataChannelOptions(label: String(decoding: label.array, as: UTF8.self))
            options.subprotocol = String(decoding: try reader.read(protocolLength).array, as: UTF8.self)
            options.priority = priority
            options.isOrdered = type & Self.unordered == 0
            switch type & ~Self.unordered {
            case 0: options.reliability = .reliable
            case 1: options.reliability = .retransmissions(UInt16(clamping: parameter))
            case 2: options.reliability = .lifetime(.milliseconds(Int64(parameter)))
            default: throw ParseError("a data channel has an unknown type")
            }
            self = .open(options)
        default: throw ParseError("a control message of a data channel has an unknown type")
        }
    }

    /// - Precondition: label and protocol have at most 65,535 bytes each.
    package var bytes: [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .acknowledgement: writer.write(Self.acknowledgementType)
        case .open(let options):
            writer.write(Self.openType)
            let parameter: UInt32
            var type: UInt8
            switch options.reliability {
            case .reliable: (type, parameter) = (0, 0)
            case .retransmissions(let count): (type, parameter) = (1, UInt32(count))
            case .lifetime(let lifetime):
                (type, parameter) = (2, UInt32(clamping: lifetime.wholeNanoseconds / 1_000_000))
            }
            if !options.isOrdered { type |= Self.unordered }
            writer.write(type)
            writer.write(options.priority)
            writer.write(parameter)
            writer.write(UInt16(truncatingIfNeeded: options.label.utf8.count))
            writer.write(UInt16(truncatingIfNeeded: options.subprotocol.utf8.count))
            writer.write(options.label.utf8)
            writer.write(options.subprotocol.utf8)
        }
        return writer.bytes
    }
}

/// What a message on a data channel is. [RFC 8831 section 8](https://www.rfc-editor.org/rfc/rfc8831#section-8).
package enum PayloadProtocol {
    package static let control: UInt32 = 50
    package static let text: UInt32 = 51
    package static let binary: UInt32 = 53
    package static let emptyText: UInt32 = 56
    package static let emptyBinary: UInt32 = 57
}
