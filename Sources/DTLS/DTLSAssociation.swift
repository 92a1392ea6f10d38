// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase
public import RTCCrypto

/// One DTLS 1.2 association: the handshake that authenticates the peer and yields SRTP's keys, and the data that
/// travels inside it. [RFC 6347](https://www.rfc-editor.org/rfc/rfc6347),
/// [RFC 5764](https://www.rfc-editor.org/rfc/rfc5764), [RFC 8842](https://www.rfc-editor.org/rfc/rfc8842).
///
/// It does no input or output and has no clock. After each call the driver takes what ``pollDatagram()`` and
/// ``pollEvent()`` hold, and calls ``handleTimeout(now:)`` when ``deadline`` has come:
///
///     var association = try DTLSAssociation(role: .server, context: context, remoteFingerprint: fingerprint)
///     association.start(now: now)
///     association.receive(datagram, now: now)
///     while let datagram = association.pollDatagram() { send(datagram) }
///     while let event = association.pollEvent() { handle(event) }
///
/// Both roles accept a certificate only if it has the announced fingerprint; there is no other authority. Give it only
/// datagrams from addresses that ICE has validated: no DTLS handshake survives an attacker who writes valid messages
/// into it before the keys are there. What such an attacker can send without knowing the handshake — garbage, forged
/// alerts, a ClientHello that shares nothing with us, data without protection — is counted in ``droppedRecords`` and
/// changes nothing.
// Sendable: the session, and OpenSSL's state in it, is reachable through this one value alone, which cannot be copied;
// whoever has it has all of it.
public struct DTLSAssociation: ~Copyable, @unchecked Sendable {
    /// After so long a handshake fails: ICE has proved the path, so that only a peer that does not want to is slower.
    public static let handshakeLimit = Duration.seconds(30)

    private let session: DTLSSession

    /// - Parameters:
    ///   - context: certificate and profiles, shared by as many associations as there are.
    ///   - remoteFingerprint: what signalling says that the peer's certificate is.
    ///   - mtu: the longest datagram to send, in bytes of UDP payload; 1200 fits every path that WebRTC is used on.
    /// - Throws: ``DTLSError/invalidMTU``.
    public init(
        role: DTLSRole, context: DTLSContext, remoteFingerprint: CertificateFingerprint, mtu: Int = 1200
    ) throws(DTLSError) {
        try self.init(
            role: role, context: context, remoteFingerprint: remoteFingerprint, mtu: mtu,
            isTimerTold: RetransmissionTimer.openSSLShowsItsTimer)
    }

    /// The same with a context of its own, for a single association.
    public init(
        role: DTLSRole, certificate: Certificate, remoteFingerprint: CertificateFingerprint,
        profiles: [SRTPProfile] = [.aeadAES128GCM, .aes128CMHMACSHA1_80], mtu: Int = 1200
    ) throws(DTLSError) {
        let context = try DTLSContext(certificate: certificate, profiles: profiles)
        try self.init(role: role, context: context, remoteFingerprint: remoteFingerprint, mtu: mtu)
    }

    package init(
        role: DTLSRole, context: DTLSContext, remoteFingerprint: CertificateFingerprint, mtu: Int, isTimerTold: Bool
    ) throws(DTLSError) {
        guard 256...1500 ~= mtu else { throw .invalidMTU }
        session = DTLSSession(
            role: role, context: context, remoteFingerprint: remoteFingerprint, mtu: mtu, isTimerTold: isTimerTold)
    }

    public var role: DTLSRole { session.role }
    public var state: DTLSState { session.state }
    /// Records that were refused without consequence, since the start.
    public var droppedRecords: Int { session.droppedRecords }
    /// The longest data that ``send(_:now:)`` takes.
    public var maximumDataLength: Int { session.mtu - RecordHeader.length - RecordFilter.cipherOverhead }

    /// Begins the handshake: the client sends its ClientHello, the server's time to get one begins.
    public mutating func start(now: Instant) { session.start(now: now) }

    /// Takes one datagram from the peer. Before ``start(now:)`` and after the end it is ignored.
    public mutating func receive(_ datagram: UnsafeRawBufferPointer, now: Instant) {
        session.receive(datagram, now: now)
    }

    /// Retransmits, or gives up, when ``deadline`` has come; otherwise does nothing.
    public mutating func handleTimeout(now: Instant) { session.handleTimeout(now: now) }

    /// When to call ``handleTimeout(now:)``; `nil` once the handshake is over.
    public var deadline: Instant? { session.deadline }

    /// The next datagram to send, at most the MTU long. Empty it after each call: beyond 64 they are lost.
    public mutating func pollDatagram() -> [UInt8]? { session.pollDatagram() }

    /// The next thing that happened. Empty it after each call: beyond 64 events data is lost, as a network loses it.
    public mutating func pollEvent() -> DTLSEvent? { session.pollEvent() }

    /// Sends `data` as one record; nothing at all when it is empty.
    ///
    /// - Throws: ``DTLSError/notConnected``, ``DTLSError/dataTooLong``, or ``DTLSError/openSSL(_:)`` after which the
    ///   association has failed.
    public mutating func send(_ data: RawSpan, now: Instant) throws(DTLSError) {
        try session.send(data, now: now)
    }

    /// Ends the association; a connected peer is told by a close_notify, which is not repeated if it is lost.
    public mutating func close(now: Instant) { session.close(now: now) }
}
