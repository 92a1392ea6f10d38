// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import COpenSSL
internal import RTCBase
internal import RTCCrypto

/// One OpenSSL session behind ``DTLSAssociation``: a class because OpenSSL's callbacks need an address.
///
/// Every call from outside may run OpenSSL, which calls back into `readRecord`, `writeDatagram`, `timerChanged` and
/// `verifyPeer` before it returns. No property is held for modification across such a call.
final class DTLSSession {
    enum PeerCheck { case pending, accepted, mismatched, weak }

    let role: DTLSRole
    let context: DTLSContext
    let remoteFingerprint: CertificateFingerprint
    let mtu: Int

    private(set) var state = DTLSState.idle
    /// Records that were not given to OpenSSL, and ClientHellos that it refused.
    private(set) var droppedRecords = 0
    /// Datagrams and events that nobody polled in time.
    private(set) var droppedOutputs = 0

    private var filter: RecordFilter
    private var ssl: OpaquePointer?
    private var now = Instant.zero
    private var timer: RetransmissionTimer
    private var handshakeDeadline: Instant?
    private var peerAlert: (number: UInt8, deadline: Instant)?
    private var peerCheck = PeerCheck.pending
    /// Why a ClientHello was dropped, for the report when no better one comes.
    private var refusal: DTLSFailure?
    /// Whether OpenSSL's current session has sent anything: it can no longer be replaced by a fresh one.
    private var hasAnswered = false
    private var earlyRecords = 0
    private var plaintextRecords: UInt64 = 0
    /// The record that OpenSSL reads next; only set while OpenSSL runs.
    private var incoming: UnsafeRawBufferPointer?
    private var isIncomingPlaintext = false
    private var datagrams: [[UInt8]] = []
    private var events: [DTLSEvent] = []

    /// OpenSSL keeps a whole read buffer of 17 KB for each.
    static let maximumEarlyRecords = 4
    /// A flight of ours has 3 datagrams; the driver polls after each call.
    static let maximumQueuedDatagrams = 64
    /// One datagram brings at most some 60 records of data; the driver polls after each call.
    static let maximumQueuedEvents = 64
    /// How long an unauthenticated alert has to remain the peer's last word before it is believed.
    static let alertDelay = Duration.seconds(3)

    init(
        role: DTLSRole, context: DTLSContext, remoteFingerprint: CertificateFingerprint, mtu: Int, isTimerTold: Bool
    ) {
        self.role = role
        self.context = context
        self.remoteFingerprint = remoteFingerprint
        self.mtu = mtu
        filter = RecordFilter(role: role)
        timer = RetransmissionTimer(isTold: isTimerTold)
    }

    deinit {
        SSL_free(ssl)
    }

    // MARK: Calls from the association

    func start(now: Instant) {
        guard state == .idle else { return }
        self.now = now
        ERR_clear_error()
        handshakeDeadline = now + DTLSAssociation.handshakeLimit
        state = .handshaking
        renewSession()
        if state == .handshaking { advanceHandshake() }
    }

    func receive(_ datagram: UnsafeRawBufferPointer, now: Instant) {
        self.now = now
        ERR_clear_error()
        let queued = datagrams.count
        defer {
            packDatagrams(from: queued)
            releaseBuffers()
        }
        var reader = ByteReader(datagram.bytes)
        while !reader.isEmpty, state == .handshaking || state == .connected {
            let start = datagram.count - reader.count
            guard let header = try? RecordHeader(parsing: &reader), let body = try? reader.read(header.bodyLength)
            else {
                // Without a length that can be trusted there is no next record.
                droppedRecords += 1
                return
            }
            let record = UnsafeRawBufferPointer(rebasing: datagram[start..<(datagram.count - reader.count)])
            var verdict = filter.verdict(header, body, phase)
            if verdict == .contradiction, role == .server, !hasAnswered {
                // Which of two ClientHellos is the peer's cannot be known; the peer will send its own again.
                renewSession()
                verdict = filter.verdict(header, body, phase)
            }
            switch verdict {
            case .accept:
                if header.type == .handshake { peerAlert = nil }
                process(record, header)
            case .early where earlyRecords < Self.maximumEarlyRecords:
                earlyRecords += 1
                process(record, header)
            case .unauthenticatedAlert(let number):
                droppedRecords += 1
                if peerAlert == nil { peerAlert = (number, now + Self.alertDelay) }
            case .early, .contradiction, .drop:
                droppedRecords += 1
            }
        }
    }

    func handleTimeout(now: Instant) {
        guard state == .handshaking else { return }
        self.now = now
        ERR_clear_error()
        if let handshakeDeadline, now >= handshakeDeadline {
            fail(refusal ?? peerAlert.map { .alert($0.number) } ?? .timedOut)
        } else if let peerAlert, now >= peerAlert.deadline {
            fail(.alert(peerAlert.number))
        } else if let deadline = timer.deadline, now >= deadline {
            timer.expire(now: now)
            let queued = datagrams.count
            if SSL_ctrl(ssl, DTLS_CTRL_HANDLE_TIMEOUT, 0, nil) < 0 { return fail(takeFailure()) }
            packDatagrams(from: queued)
        }
    }

    /// OpenSSL retransmits each message in a datagram of its own, where the first time it fills them. Fewer datagrams
    /// are fewer to lose.
    private func packDatagrams(from index: Int) {
        let flight = datagrams[index...]
        datagrams.removeSubrange(index...)
        for datagram in flight {
            if let last = datagrams.indices.last, last >= index, datagrams[last].count + datagram.count <= mtu {
                datagrams[last] += datagram
            } else {
                datagrams.append(datagram)
            }
        }
    }

    var deadline: Instant? {
        guard state == .handshaking else { return nil }
        return .earliest(timer.deadline, .earliest(handshakeDeadline, peerAlert?.deadline))
    }

    func pollDatagram() -> [UInt8]? { datagrams.isEmpty ? nil : datagrams.removeFirst() }
    func pollEvent() -> DTLSEvent? { events.isEmpty ? nil : events.removeFirst() }

    func send(_ data: RawSpan, now: Instant) throws(DTLSError) {
        guard state == .connected else { throw .notConnected }
        guard data.byteCount <= mtu - RecordHeader.length - RecordFilter.cipherOverhead else { throw .dataTooLong }
        guard data.byteCount > 0 else { return }
        self.now = now
        ERR_clear_error()
        // `SSL_free_buffers` has given them back; writing needs them.
        SSL_alloc_buffers(ssl)
        let written = data.withUnsafeBytes { SSL_write(ssl, $0.baseAddress, Int32($0.count)) }
        guard written > 0 else {
            let failure = takeFailure()
            fail(failure)
            throw .openSSL(failure.description)
        }
        releaseBuffers()
    }

    func close(now: Instant) {
        self.now = now
        ERR_clear_error()
        if state == .connected { sayGoodbye() }
        if state != .failed { end(.closed) }
    }

    // MARK: Calls from OpenSSL

    func readRecord(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        guard let record = incoming else { return nil }
        incoming = nil
        // OpenSSL's buffer holds the longest record that the filter lets through; a cut record fails its check.
        let count = min(record.count, buffer.count)
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: record[..<count]))
        if isIncomingPlaintext, count >= RecordHeader.length {
            // Nobody vouches for the sequence number of an unprotected record, so it may not decide what is accepted
            // later: it gets one of ours. Messages that come twice have numbers of their own.
            RecordHeader.overwriteSequenceNumber(plaintextRecords, in: buffer)
            plaintextRecords += 1
        }
        return count
    }

    func writeDatagram(_ bytes: UnsafeRawBufferPointer) {
        guard datagrams.count < Self.maximumQueuedDatagrams else {
            droppedOutputs += 1
            return
        }
        datagrams.append(Array(bytes))
    }

    func timerChanged(_ openSSLTimer: UnsafeMutablePointer<timeval>) {
        timer.changed(openSSLTimer, now: now)
    }

    /// OpenSSL's question whether the peer's certificate is good. When it is not, OpenSSL sends bad_certificate.
    static func verifyPeer(_ store: OpaquePointer?) -> Int32 {
        guard let ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()),
            let data = BIO_get_data(SSL_get_rbio(OpaquePointer(ssl)))
        else { return 0 }
        let session = Unmanaged<DTLSSession>.fromOpaque(data).takeUnretainedValue()
        session.peerCheck = session.check(X509_STORE_CTX_get0_cert(store))
        if session.peerCheck == .accepted { return 1 }
        X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED)
        return 0
    }

    private func check(_ certificate: OpaquePointer?) -> PeerCheck {
        guard let certificate, remoteFingerprint.matches(der: derBytes(ofX509: certificate)) else { return .mismatched }
        // NIST SP 800-57 part 1, table 2: 112 bits are RSA with 2048.
        return EVP_PKEY_get_security_bits(X509_get0_pubkey(certificate)) >= 112 ? .accepted : .weak
    }

    // MARK: OpenSSL's session

    private var phase: RecordFilter.Phase {
        if state == .connected { return .connected }
        let step = SSL_get_state(ssl)
        return step == TLS_ST_SR_CHANGE || step == TLS_ST_CR_CHANGE ? .encrypted : .plaintext
    }

    private func renewSession() {
        timer.stop()
        SSL_free(ssl)
        ssl = nil
        hasAnswered = false
        earlyRecords = 0
        plaintextRecords = 0
        filter.forgetMessages()
        peerCheck = .pending
        guard let ssl = SSL_new(context.context), let bio = BIO_new(context.bioMethod) else {
            fail(takeFailure())
            return
        }
        // Not retained: the session outlives its BIO, which `deinit` frees.
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        SSL_set_bio(ssl, bio, bio)
        SSL_ctrl(ssl, SSL_CTRL_SET_MTU, mtu, nil)
        if !timer.isTold {
            DTLS_set_timer_cb(ssl) { _, microseconds in RetransmissionTimer.nextTimeout(after: microseconds) }
        }
        switch role {
        case .client: SSL_set_connect_state(ssl)
        case .server: SSL_set_accept_state(ssl)
        }
        self.ssl = ssl
    }

    private func process(_ record: UnsafeRawBufferPointer, _ header: RecordHeader) {
        incoming = record
        isIncomingPlaintext = header.epoch == 0
        if state == .handshaking { advanceHandshake() }
        if state == .connected { readApplicationData() }
        incoming = nil
    }

    private func advanceHandshake() {
        let queued = datagrams.count
        let result = SSL_do_handshake(ssl)
        if result == 1 {
            finishHandshake()
        } else if SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ {
            hasAnswered = hasAnswered || datagrams.count > queued
        } else if role == .server, !hasAnswered {
            // Anybody may have sent this ClientHello: its sender gets no answer, and the next one, which may be the
            // peer's, meets a session that knows nothing of it.
            droppedRecords += 1
            refusal = takeFailure()
            datagrams.removeSubrange(queued...)
            renewSession()
        } else {
            fail(takeFailure())
        }
    }

    private func finishHandshake() {
        // Nothing completes without `verifyPeer`; this holds even if some OpenSSL should think otherwise.
        guard peerCheck == .accepted else { return fail(.fingerprintMismatch) }
        guard let keys = exportKeys() else {
            sayGoodbye()
            return fail(.noSRTPProfile)
        }
        timer.stop()
        handshakeDeadline = nil
        peerAlert = nil
        filter.forgetMessages()
        state = .connected
        events.append(.connected(keys))
    }

    /// RFC 5764 section 4.2: both keys, then both salts, the client's first.
    private func exportKeys() -> SRTPMasterKeys? {
        guard let selected = SSL_get_selected_srtp_profile(ssl),
            let profile = UInt16(exactly: selected.pointee.id).flatMap(SRTPProfile.init(rawValue:))
        else { return nil }
        let (key, salt) = (profile.keyLength, profile.saltLength)
        var material = [UInt8](repeating: 0, count: 2 * (key + salt))
        let label = "EXTRACTOR-dtls_srtp"
        guard SSL_export_keying_material(ssl, &material, material.count, label, label.utf8.count, nil, 0, 0) == 1
        else { return nil }
        return SRTPMasterKeys(
            profile: profile, clientKey: Array(material[..<key]),
            clientSalt: Array(material[(2 * key)..<(2 * key + salt)]), serverKey: Array(material[key..<(2 * key)]),
            serverSalt: Array(material[(2 * key + salt)...]))
    }

    private func readApplicationData() {
        withUnsafeTemporaryAllocation(byteCount: RecordHeader.maximumBodyLength, alignment: 1) { buffer in
            while state == .connected {
                let count = SSL_read(ssl, buffer.baseAddress, Int32(buffer.count))
                guard count > 0 else { return handleReadResult(count) }
                guard events.count < Self.maximumQueuedEvents else {
                    droppedOutputs += 1
                    continue
                }
                events.append(.applicationData(Array(buffer[..<Int(count)])))
            }
        }
    }

    private func handleReadResult(_ result: Int32) {
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ:
            return
        case SSL_ERROR_ZERO_RETURN:
            // RFC 5246 section 7.2.1: "The other party MUST respond with a close_notify alert of its own".
            sayGoodbye()
            end(.closed)
            events.append(.closed)
        default:
            fail(takeFailure())
        }
    }

    private func sayGoodbye() {
        SSL_alloc_buffers(ssl)
        SSL_shutdown(ssl)
        ERR_clear_error()
    }

    /// Gives 34 KB of record buffers back, which OpenSSL takes again when it needs them.
    private func releaseBuffers() {
        if state == .connected { SSL_free_buffers(ssl) }
    }

    // MARK: The end

    private func fail(_ failure: DTLSFailure) {
        end(.failed)
        events.append(.failed(failure))
    }

    private func end(_ state: DTLSState) {
        self.state = state
        timer.stop()
        handshakeDeadline = nil
        peerAlert = nil
        SSL_free(ssl)
        ssl = nil
        ERR_clear_error()
    }

    private func takeFailure() -> DTLSFailure {
        switch peerCheck {
        case .mismatched: return .fingerprintMismatch
        case .weak: return .weakKey
        case .pending, .accepted: break
        }
        // OpenSSL's reason for an alert from the peer is 1000 and the alert's number.
        let reason = ERR_GET_REASON(ERR_peek_error())
        if let alert = UInt8(exactly: Int(reason) - Int(SSL_AD_REASON_OFFSET)) {
            ERR_clear_error()
            return .alert(alert)
        }
        return .refused(takeOpenSSLReason())
    }
}
