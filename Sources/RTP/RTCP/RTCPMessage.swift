// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// An RTCP packet of a kind that we act upon, or the note that it was another.
public enum RTCPMessage: Hashable, Sendable {
    case senderReport(SenderReport)
    case receiverReport(ReceiverReport)
    case sourceDescription(SourceDescription)
    case goodbye(Goodbye)
    case nack(GenericNACK)
    case pictureLoss(PictureLossIndication)
    case fullIntraRequest(FullIntraRequest)
    case estimatedBitrate(ReceiverEstimatedMaximumBitrate)
    /// A packet that we skip: extended reports, transport-wide feedback, application-defined ones, unknown ones.
    case unknown(type: RTCPPacketType, format: UInt8)

    /// - Throws: ``ParseError`` when the packet is of a known kind and lies about its contents.
    public init(parsing packet: RTCPPacketView) throws(ParseError) {
        switch (packet.type, packet.count) {
        case (.senderReport, _):
            self = .senderReport(try SenderReport(parsing: packet))
        case (.receiverReport, _):
            self = .receiverReport(try ReceiverReport(parsing: packet))
        case (.sourceDescription, _):
            self = .sourceDescription(try SourceDescription(parsing: packet))
        case (.goodbye, _):
            self = .goodbye(try Goodbye(parsing: packet))
        case (.transportFeedback, RTCPTransportFeedbackFormat.genericNACK):
            self = .nack(try GenericNACK(parsing: packet))
        case (.payloadFeedback, RTCPPayloadFeedbackFormat.pictureLossIndication):
            self = .pictureLoss(try PictureLossIndication(parsing: packet))
        case (.payloadFeedback, RTCPPayloadFeedbackFormat.fullIntraRequest):
            self = .fullIntraRequest(try FullIntraRequest(parsing: packet))
        case (.payloadFeedback, RTCPPayloadFeedbackFormat.applicationLayer)
        where ReceiverEstimatedMaximumBitrate.matches(packet):
            self = .estimatedBitrate(try ReceiverEstimatedMaximumBitrate(parsing: packet))
        default:
            self = .unknown(type: packet.type, format: packet.count)
        }
    }

    /// All messages of a compound packet, unknown ones included. A packet of a known kind that lies ends the list with
    /// an error, because what follows it comes from the same liar.
    public static func parse(_ datagram: RawSpan) throws(ParseError) -> [RTCPMessage] {
        var reader = RTCPCompoundReader(datagram)
        var messages: [RTCPMessage] = []
        while let packet = try reader.next() { messages.append(try RTCPMessage(parsing: packet)) }
        return messages
    }

    /// Appends the message in network order; an unknown one appends nothing.
    public func write(into writer: inout ByteWriter) {
        switch self {
        case .senderReport(let message): message.write(into: &writer)
        case .receiverReport(let message): message.write(into: &writer)
        case .sourceDescription(let message): message.write(into: &writer)
        case .goodbye(let message): message.write(into: &writer)
        case .nack(let message): message.write(into: &writer)
        case .pictureLoss(let message): message.write(into: &writer)
        case .fullIntraRequest(let message): message.write(into: &writer)
        case .estimatedBitrate(let message): message.write(into: &writer)
        case .unknown: break
        }
    }
}
