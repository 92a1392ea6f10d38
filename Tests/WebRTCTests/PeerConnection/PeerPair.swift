// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import RTCBase
import RTCTestKit
import Testing
import WebRTC

/// Two peer connections on an emulated network, in virtual time: candidates are told to the other side as they are found,
/// and each machine is woken at its deadline and at no other time.
struct PeerPair<First: TestedPeer & ~Copyable, Second: TestedPeer & ~Copyable>: ~Copyable {
    /// A peer connection, and what its driver and its application have heard.
    struct End<Peer: TestedPeer & ~Copyable>: ~Copyable {
        var peer: Peer
        var address: TransportAddress
        var events: [PeerEvent] = []
        var outputs: [Peer.Output] = []
        /// Whether the application takes what there is.
        var isReading = true
        /// How often its timer has fired.
        var wakeUps = 0
        /// What goes to the other end.
        var net: NetworkEmulator<[UInt8]>
        /// The first that went there.
        var recorded: [[UInt8]] = []
        /// Datagrams to anywhere else.
        var strayTransmits = 0

        init(_ peer: consuming Peer, _ address: TransportAddress, _ net: NetworkEmulator<[UInt8]>) {
            self.peer = peer
            self.address = address
            self.net = net
        }

        mutating func receive(_ datagram: [UInt8], from remote: TransportAddress, now: Instant) {
            datagram.withUnsafeBytes { peer.receive($0, from: remote, to: address.address, now: now) }
        }

        /// What a driver does after each call.
        ///
        /// - Returns: the candidates for the other end.
        mutating func drain(to other: TransportAddress, now: Instant) -> [String] {
            var candidates: [String] = []
            var isBusy = true
            while isBusy {
                isBusy = false
                while let transmit = peer.pollTransmit(now: now) {
                    #expect(transmit.bytes.count <= 1250, "a datagram is longer than the MTU")
                    isBusy = true
                    guard transmit.remote == other else {
                        strayTransmits += 1
                        continue
                    }
                    if recorded.count < 256 { recorded.append(transmit.bytes) }
                    net.send(transmit.bytes, size: transmit.bytes.count, now: now)
                }
                while let event = peer.pollEvent() {
                    events.append(event)
                    if case .candidate(let text) = event { candidates.append(text) }
                }
                while isReading, let output = peer.pollOutput(now: now) {
                    outputs.append(output)
                    isBusy = true
                }
            }
            return candidates
        }

        mutating func wake(now: Instant) {
            guard let due = peer.deadline, due <= now else { return }
            wakeUps += 1
            peer.handleTimeout(now: now)
        }
    }

    static var firstAddress: TransportAddress { TransportAddress(IPAddress(v4: 0xc000_0201), port: 1000) }
    static var secondAddress: TransportAddress { TransportAddress(IPAddress(v4: 0xc000_0202), port: 2000) }

    var first: End<First>
    var second: End<Second>
    var now = Instant.zero
    /// How often nothing but timers has happened without time going on; a driver would spin.
    private var standstill = 0
    private var isSpinning = false

    init(
        _ first: consuming First, _ second: consuming Second, _ conditions: NetworkConditions = .perfect, seed: UInt64
    ) {
        var random = SeededRandom(seed: seed)
        self.first = End(first, Self.firstAddress, NetworkEmulator(conditions, seed: random.next()))
        self.second = End(second, Self.secondAddress, NetworkEmulator(conditions, seed: random.next()))
    }

    var conditions: NetworkConditions {
        get { first.net.conditions }
        set {
            first.net.conditions = newValue
            second.net.conditions = newValue
        }
    }

    /// Both learn of their addresses.
    mutating func gather() {
        first.peer.addLocal(Self.firstAddress, isTold: true, now: now)
        second.peer.addLocal(Self.secondAddress, isTold: true, now: now)
        first.peer.gather(now: now)
        second.peer.gather(now: now)
        drain()
    }

    mutating func drain() {
        while true {
            let toSecond = first.drain(to: Self.secondAddress, now: now)
            for candidate in toSecond { second.peer.addRemote(candidate: candidate, now: now) }
            let toFirst = second.drain(to: Self.firstAddress, now: now)
            for candidate in toFirst { first.peer.addRemote(candidate: candidate, now: now) }
            if toFirst.isEmpty, toSecond.isEmpty { return }
        }
    }

    /// Goes on to whatever happens next before `end`, or to `end`.
    ///
    /// - Returns: whether something has happened.
    mutating func advance(until end: Instant) -> Bool {
        let next = [first.net.deadline, second.net.deadline, first.peer.deadline, second.peer.deadline].reduce(
            nil, Instant.earliest)
        guard let next, next <= end else {
            now = max(now, end)
            return false
        }
        standstill = next <= now ? standstill + 1 : 0
        guard standstill < 1000 else {
            let deadlines = [first.peer.deadline, second.peer.deadline]
            if !isSpinning { Issue.record("a machine wants to be woken without end at \(now): \(deadlines)") }
            isSpinning = true
            now = max(now, end)
            return false
        }
        now = max(now, next)
        while let datagram = first.net.receive(now: now) {
            second.receive(datagram, from: Self.firstAddress, now: now)
            drain()
        }
        while let datagram = second.net.receive(now: now) {
            first.receive(datagram, from: Self.secondAddress, now: now)
            drain()
        }
        first.wake(now: now)
        second.wake(now: now)
        drain()
        return true
    }

    mutating func run(for duration: Duration) {
        let end = now + duration
        while advance(until: end) {}
    }

    /// - Returns: whether both are connected within that time.
    mutating func connect(within limit: Duration = .seconds(10)) -> Bool {
        gather()
        let end = now + limit
        while !areConnected { guard advance(until: end) else { return areConnected } }
        return true
    }

    var areConnected: Bool { first.peer.isConnected && second.peer.isConnected }
}

/// What the peer connections of these tests are made with.
enum PeerTestSupport {
    static let configurations = [TransportPair.certificates.client, TransportPair.certificates.server].map {
        try! PeerConfiguration(
            certificate: $0, wallClock: WallClock(unixNanoseconds: 1_800_000_000_000_000_000, at: .zero))
    }

    /// A tenth is lost, and datagrams overtake each other and come twice.
    static func rough(_ seed: UInt64) -> NetworkConditions {
        NetworkConditions(
            loss: [0, 0.02, 0.05, 0.1][Int(seed % 4)], duplication: seed.isMultiple(of: 2) ? 0.05 : 0,
            delay: .milliseconds(20), jitter: .milliseconds(seed % 4 == 0 ? 0 : 15))
    }
}
