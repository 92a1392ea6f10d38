// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import ICE
public import NIOCore
public import RTCBase
public import WebRTC

/// Gives a peer connection sockets and time, on one event loop.
///
/// It is not `Sendable`: it belongs to an actor whose executor is that event loop. The actor looks for events after
/// ``open()`` and whenever it is woken, and reaches the machine by ``with(_:)``.
public final class PeerDriver<Machine: PeerMachine & ~Copyable> {
    private var machine: Machine
    private let loop: any EventLoop
    private let wake: @Sendable () -> Void
    private let inbox: Inbox
    private var sockets: DatagramSockets?
    private var relays: RelayConnections?
    private let servers: ICEServers
    private var timer: Scheduled<Void>?
    private var timerDeadline: Instant?
    private var isClosed = false

    /// How what comes from the network finds its way to the driver's owner, which calls ``receive(_:)`` with it.
    public typealias Inbox = @Sendable (PeerInput) -> Void

    /// - Parameters:
    ///   - servers: those in the machine's configuration.
    ///   - inbox: called on the event loop with everything that has arrived; hands it to ``receive(_:)``.
    ///   - wake: called on the event loop when time has passed; leads to ``handleTimeout()``.
    public init(
        _ machine: consuming Machine, servers: ICEServers, loop: any EventLoop, inbox: @escaping Inbox,
        wake: @escaping @Sendable () -> Void
    ) {
        self.machine = machine
        self.servers = servers
        self.loop = loop
        self.inbox = inbox
        self.wake = wake
    }

    /// The sockets that a driver needs, to be given to ``open(_:)``; `nil` when this host has no address at all.
    public static func sockets(
        on addresses: [IPAddress], loop: any EventLoop, inbox: @escaping Inbox
    ) async -> DatagramSockets? {
        await DatagramSockets.open(on: addresses, loop: loop) { inbox(.datagrams($0, to: $1)) }
    }

    /// Begins: the machine learns of its addresses and looks for more.
    public func open(_ sockets: DatagramSockets) {
        guard !isClosed, self.sockets == nil else { return sockets.close() }
        loop.preconditionInEventLoop()
        self.sockets = sockets
        let inbox = inbox
        relays = RelayConnections(servers, loop: loop) { server, bytes in inbox(.relay(server: server, bytes)) }
        with { machine, now in
            for address in sockets.localAddresses {
                machine.addLocal(address, isTold: !address.address.isLoopback, now: now)
            }
            machine.gather(now: now)
        }
    }

    /// Which of the addresses that this host has now have no socket yet; `nil` before ``open(_:)``.
    public func missing(of addresses: [IPAddress]) -> [IPAddress]? {
        guard let sockets else { return nil }
        let known = Set(sockets.localAddresses.map(\.address))
        return addresses.filter { !known.contains($0) }
    }

    /// This host's addresses have changed: what was bound to those that are gone is let go of, and the machine learns of
    /// the new ones. TURN servers are asked anew then: an allocation belongs to the address that asked for it
    /// ([RFC 8656 section 5](https://www.rfc-editor.org/rfc/rfc8656#section-5)).
    ///
    /// - Parameters:
    ///   - addresses: all that this host has now.
    ///   - new: sockets on those that had none.
    public func move(to addresses: [IPAddress], opening new: DatagramSockets?) {
        guard !isClosed, let sockets else {
            new?.close()
            return
        }
        let gone = sockets.localAddresses.map(\.address).filter { !addresses.contains($0) }
        self.sockets = sockets.replacing(gone, with: new)
        with { machine, now in
            for address in gone { machine.removeLocal(address, now: now) }
            for address in new?.localAddresses ?? [] {
                machine.addLocal(address, isTold: !address.address.isLoopback, now: now)
            }
            guard !gone.isEmpty else { return }
            for index in servers.turn.indices {
                guard let server = UInt8(exactly: index) else { break }
                relays?.reset(server)
                machine.disconnect(server: server, now: now)
                machine.allocate(server: server, now: now)
            }
        }
    }

    /// Does something with the machine, and what it wants then.
    public func with<Result, Failure: Error>(
        _ body: (inout Machine, Instant) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { settle() }
        return try body(&machine, .current)
    }

    public func receive(_ input: PeerInput) {
        let now = Instant.current
        switch input {
        case .datagrams(let batch, let local):
            for datagrams in batch { receive(datagrams, to: local.address, now: now) }
        case .relay(let server, let bytes?):
            bytes.withUnsafeReadableBytes {
                machine.receive(RawSpan(_unsafeBytes: $0), fromServer: server, now: now)
            }
        case .relay(let server, nil):
            machine.disconnect(server: server, now: now)
        }
        settle()
    }

    private func receive(_ datagrams: ReceivedDatagrams, to local: IPAddress, now: Instant) {
        datagrams.bytes.withUnsafeReadableBytes { bytes in
            let size = max(datagrams.segmentSize ?? bytes.count, 1)
            var start = 0
            while start < bytes.count {
                let end = min(start + size, bytes.count)
                machine.receive(
                    UnsafeRawBufferPointer(rebasing: bytes[start..<end]), from: datagrams.remote, to: local, now: now)
                start = end
            }
        }
    }

    public func handleTimeout() {
        timerDeadline = nil
        machine.handleTimeout(now: .current)
        settle()
    }

    /// Does what the agent's news of a TURN server ask for: a server that is elsewhere is connected to there.
    public func follow(_ event: ICEEvent) {
        if case .relayMoved(let server, let address) = event { relays?.move(server, to: address) }
    }

    /// Says goodbye, and lets go of the sockets.
    public func close() {
        guard !isClosed else { return }
        machine.close(now: .current)
        transmit()
        isClosed = true
        timer?.cancel()
        sockets?.close()
        relays?.close()
    }

    private func settle() {
        guard !isClosed else { return }
        transmit()
        schedule()
    }

    private func transmit() {
        let now = Instant.current
        var run = DatagramRun()
        var hasSent = false
        while let transmit = machine.pollTransmit(now: now) {
            if let relay = transmit.relay {
                relays?.send(transmit.bytes, to: relay)
            } else if !run.append(transmit) {
                sockets?.send(run)
                run = DatagramRun()
                _ = run.append(transmit)
                hasSent = true
            }
        }
        if !run.isEmpty {
            sockets?.send(run)
            hasSent = true
        }
        if hasSent { sockets?.flush() }
    }

    /// A timer that is too early is left alone, and looks again when it fires.
    private func schedule() {
        guard let deadline = machine.deadline else { return }
        if let timerDeadline, timerDeadline <= deadline { return }
        timer?.cancel()
        timerDeadline = deadline
        timer = loop.scheduleTask(deadline: max(.now(), deadline.onLoop), wake)
    }
}

/// What the network has for a peer connection.
public enum PeerInput: Sendable {
    case datagrams([ReceivedDatagrams], to: TransportAddress)
    /// From a TURN server; `nil` when there is no connection to it (any more).
    case relay(server: UInt8, ByteBuffer?)
}
