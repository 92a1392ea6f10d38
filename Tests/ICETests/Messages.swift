// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import RTCBase
import RTCTestKit
import STUN

let clientCredentials = ICECredentials(ufrag: "clie", password: "client-password-of-22+")
let serverCredentials = ICECredentials(ufrag: "serv", password: "server-password-of-22+")
let clientAddress = TransportAddress(IPAddress("203.0.113.5")!, port: 40000)
let serverAddress = TransportAddress(IPAddress("192.0.2.1")!, port: 7000)

func milliseconds(_ count: Int) -> Instant { .zero + .milliseconds(count) }

/// A check as a peer sends it, with whatever is to be wrong with it.
struct CheckMessage {
    var id = TransactionID(high: 9, low: 9)
    var username = "serv:clie"
    var password = "server-password-of-22+"
    var role: STUNAttributeType = .iceControlling
    var nominates = false
    var unknown: UInt16?
    var hasIntegrity = true
    var hasFingerprint = true
    var hasUsername = true
    var hasPriority = true

    var bytes: [UInt8] {
        var builder = STUNMessageBuilder(.request, id: id)
        if hasUsername { builder.add(.username, username) }
        builder.add(role, 77 as UInt64)
        if hasPriority { builder.add(.priority, 1_845_501_695 as UInt32) }
        if nominates { builder.add(.useCandidate) }
        if let unknown { builder.add(STUNAttributeType(rawValue: unknown), [1, 2, 3]) }
        return builder.finish(integrityKey: hasIntegrity ? Array(password.utf8) : nil, fingerprint: hasFingerprint)
    }
}

/// The answer of an honest peer at `address` to a request of an agent.
func answer(_ request: [UInt8], mapped: TransportAddress, password: String) -> [UInt8] {
    var builder = STUNMessageBuilder(.success, id: summary(request)!.id)
    builder.add(.xorMappedAddress, mapped)
    return builder.finish(integrityKey: Array(password.utf8))
}

/// What a datagram says, in a form that `#expect` can hold.
struct MessageSummary: Equatable {
    var messageClass: STUNClass
    var id: TransactionID
    var username: String?
    var mapped: TransportAddress?
    var error: UInt16?
    var unknown: [UInt16]?
    var nominates: Bool
    var isControlled: Bool
    var isControlling: Bool
    var priority: UInt32?
    var hasValidFingerprint: Bool
}

func summary(_ bytes: [UInt8]) -> MessageSummary? {
    guard let message = try? STUNMessage(parsing: bytes.span.bytes) else { return nil }
    return MessageSummary(
        messageClass: message.messageClass, id: message.transactionID, username: (try? message.username) ?? nil,
        mapped: (try? message.xorMappedAddress) ?? nil, error: ((try? message.errorCode) ?? nil)?.code,
        unknown: ((try? message.unknownAttributes) ?? nil)?.map(\.rawValue),
        nominates: (try? message.useCandidate) ?? false,
        isControlled: ((try? message.iceControlled) ?? nil) != nil,
        isControlling: ((try? message.iceControlling) ?? nil) != nil, priority: (try? message.priority) ?? nil,
        hasValidFingerprint: message.hasValidFingerprint)
}

func verifies(_ bytes: [UInt8], password: String) -> Bool {
    guard let message = try? STUNMessage(parsing: bytes.span.bytes) else { return false }
    return message.verifyIntegrity(key: Array(password.utf8))
}

extension ICELiteAgent {
    mutating func receive(_ bytes: [UInt8], from remote: TransportAddress, now: Instant) {
        receive(bytes.span.bytes, from: remote, to: serverAddress.address, now: now)
    }

    mutating func drain() -> [ICETransmit] {
        var all: [ICETransmit] = []
        while let transmit = pollTransmit() { all.append(transmit) }
        return all
    }

    mutating func drainEvents() -> [ICEEvent] {
        var all: [ICEEvent] = []
        while let event = pollEvent() { all.append(event) }
        return all
    }
}

extension ICEAgent {
    mutating func receive(_ bytes: [UInt8], from remote: TransportAddress, to local: TransportAddress, now: Instant) {
        receive(bytes.span.bytes, from: remote, to: local.address, now: now)
    }

    mutating func drain() -> [ICETransmit] {
        var all: [ICETransmit] = []
        while let transmit = pollTransmit() { all.append(transmit) }
        return all
    }

    mutating func drainEvents() -> [ICEEvent] {
        var all: [ICEEvent] = []
        while let event = pollEvent() { all.append(event) }
        return all
    }
}
