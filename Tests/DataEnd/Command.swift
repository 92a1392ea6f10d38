// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import SCTP

/// What the test wants of the program.
struct Command: Decodable, Sendable {
    /// Open these, and say the offer.
    var offer: [Channel]?
    /// The other end's offer, to be answered, or its answer.
    var description: String?
    /// The other end's.
    var candidate: String?
    /// From now on each datagram of this number is lost, in either direction; 0 for none.
    var lose: Int?
    /// The label of a channel.
    var close: String?

    /// A channel as `RTCDataChannelInit` has it.
    struct Channel: Codable, Sendable {
        var label: String
        var ordered: Bool
        var maxRetransmits: UInt16?
        /// In milliseconds.
        var maxPacketLifeTime: Int64?

        init(_ options: DataChannelOptions) {
            label = options.label
            ordered = options.isOrdered
            switch options.reliability {
            case .reliable: break
            case .retransmissions(let count): maxRetransmits = count
            case .lifetime(let time): maxPacketLifeTime = Int64(time / .milliseconds(1))
            }
        }

        var options: DataChannelOptions {
            var options = DataChannelOptions(label: label)
            options.isOrdered = ordered
            if let maxRetransmits { options.reliability = .retransmissions(maxRetransmits) }
            if let maxPacketLifeTime { options.reliability = .lifetime(.milliseconds(maxPacketLifeTime)) }
            return options
        }
    }
}
