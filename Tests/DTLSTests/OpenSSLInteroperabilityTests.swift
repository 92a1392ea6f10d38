// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
import Glibc
import RTCBase
import RTCCrypto
import RTCTestKit
import Testing

/// A key and a certificate in files, as the `openssl` command wants them.
final class CertificateFiles {
    let directory: String
    let fingerprint: CertificateFingerprint
    var arguments: [String] { ["-cert", "\(directory)/certificate.pem", "-key", "\(directory)/key.pem"] }

    init(_ newKey: [String] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]) throws {
        var template = Array("/tmp/dtls-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ProcessError(message: "no temporary directory") }
        directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let (key, certificate, der) = ("\(directory)/key.pem", "\(directory)/certificate.pem", "\(directory)/der")
        try OpenSSLProcess.run(
            ["req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=test", "-keyout", key, "-out", certificate] + newKey)
        try OpenSSLProcess.run(["x509", "-in", certificate, "-outform", "DER", "-out", der])
        fingerprint = CertificateFingerprint(ofDER: try contents(of: der))
    }

    deinit {
        for name in ["key.pem", "certificate.pem", "der"] { unlink("\(directory)/\(name)") }
        rmdir(directory)
    }
}

private func contents(of path: String) throws -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw ProcessError(message: "no file at \(path)") }
    defer { fclose(file) }
    var buffer = [UInt8](repeating: 0, count: 65536)
    return Array(buffer[..<fread(&buffer, 1, buffer.count, file)])
}

/// An endpoint of ours and an `openssl` process over loopback UDP, in real time.
final class Conversation {
    let endpoint: Endpoint
    let process: OpenSSLProcess
    private let socket: LoopbackSocket
    /// Datagrams of ours that are still to be lost.
    var losses = 0
    /// Far more than anything here takes; reached only when a test fails.
    private static let patience = Duration.seconds(20)

    /// Our server against `openssl s_client`.
    init(withClient arguments: [String], _ context: DTLSContext, expecting fingerprint: CertificateFingerprint) throws {
        socket = try LoopbackSocket()
        endpoint = try Endpoint(.server, context, expecting: fingerprint)
        process = try OpenSSLProcess(["s_client", "-connect", "127.0.0.1:\(socket.port)"] + arguments)
        endpoint.association.start(now: monotonicNow())
    }

    /// Our client against `openssl s_server`.
    init(
        withServer arguments: [String], _ context: DTLSContext, expecting fingerprint: CertificateFingerprint,
        isTimerTold: Bool? = nil, losses: Int = 0
    ) throws {
        socket = try LoopbackSocket()
        endpoint = try Endpoint(.client, context, expecting: fingerprint, isTimerTold: isTimerTold)
        // A port that was free a moment ago. What is sent before the server listens is lost, and sent again.
        let port = try LoopbackSocket().port
        process = try OpenSSLProcess(["s_server", "-accept", "127.0.0.1:\(port)"] + arguments)
        socket.connect(toPort: port)
        self.losses = losses
        endpoint.association.start(now: monotonicNow())
    }

    /// Lets both speak until `isDone`; throws when that takes too long.
    func run(_ goal: String, until isDone: (Conversation) -> Bool) throws {
        let limit = monotonicNow() + Self.patience
        while true {
            process.readOutput()
            while let datagram = socket.receive() { endpoint.receive(datagram, now: monotonicNow()) }
            let now = monotonicNow()
            if let deadline = endpoint.deadline, now >= deadline { endpoint.association.handleTimeout(now: now) }
            for datagram in endpoint.drain() {
                losses -= 1
                if losses < 0 { socket.send(datagram) }
            }
            if isDone(self) { return }
            guard now < limit else { throw ProcessError(message: "not reached: \(goal)\n\(process.output)") }
            let wakeUp = Instant.earliest(endpoint.deadline, limit) ?? limit
            var waiting = [
                pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: process.outputDescriptor, events: Int16(POLLIN), revents: 0),
            ]
            poll(&waiting, 2, Int32(max(0, (wakeUp - now).wholeNanoseconds / 1_000_000 + 1)))
        }
    }

    /// The keys that the process has exported, in hexadecimal.
    var exportedKeys: String? {
        let marker = "Keying material: "
        guard let start = process.output.firstRange(of: marker)?.upperBound else { return nil }
        let rest = process.output[start...]
        return rest.firstIndex(where: \.isNewline).map { rest[..<$0].lowercased() }
    }
}

@Suite("DTLS with OpenSSL's own programs", .row("M-39"), .serialized)
struct OpenSSLInteroperabilityTests {
    static let profiles: [SRTPProfile] = [.aeadAES128GCM, .aes128CMHMACSHA1_80]

    private func arguments(_ profile: SRTPProfile) -> [String] {
        let name = profile == .aeadAES128GCM ? "SRTP_AEAD_AES_128_GCM" : "SRTP_AES128_CM_SHA1_80"
        let length = 2 * (profile.keyLength + profile.saltLength)
        return [
            "-dtls1_2", "-timeout", "-mtu", "1200", "-use_srtp", name, "-keymatexport", "EXTRACTOR-dtls_srtp",
            "-keymatexportlen", "\(length)",
        ]
    }

    private func material(_ keys: SRTPMasterKeys) -> String {
        hexText(keys.clientKey + keys.serverKey + keys.clientSalt + keys.serverSalt)
    }

    private func converse(_ conversation: Conversation, _ profile: SRTPProfile) throws {
        try conversation.run("connected") { $0.endpoint.keys != nil && $0.exportedKeys != nil }
        let keys = try #require(conversation.endpoint.keys)
        #expect(keys.profile == profile)
        #expect(conversation.exportedKeys == material(keys))
        conversation.process.write("from openssl\n")
        try conversation.run("data from openssl") { $0.endpoint.received == [Array("from openssl\n".utf8)] }
        try conversation.endpoint.send(Array("from us\n".utf8), now: monotonicNow())
        try conversation.run("data from us") { $0.process.output.contains("from us\n") }
        #expect(conversation.endpoint.droppedRecords == 0)
    }

    @Test(arguments: profiles)
    func `our server and s_client export the same keys and exchange data`(profile: SRTPProfile) throws {
        let files = try CertificateFiles()
        let conversation = try Conversation(
            withClient: files.arguments + arguments(profile), Peers.server, expecting: files.fingerprint)
        try converse(conversation, profile)
        conversation.process.write("Q\n")
        try conversation.run("close_notify from openssl") { $0.endpoint.isClosed }
    }

    @Test(arguments: profiles)
    func `our client and s_server export the same keys and exchange data`(profile: SRTPProfile) throws {
        let files = try CertificateFiles()
        let conversation = try Conversation(
            withServer: files.arguments + arguments(profile) + ["-Verify", "1"], Peers.client,
            expecting: files.fingerprint)
        try converse(conversation, profile)
        #expect(conversation.process.output.contains("Client certificate"))
        conversation.endpoint.association.close(now: monotonicNow())
        try conversation.run("close_notify from us") { $0.process.output.contains("DONE\n") }
    }

    @Test func `a peer with an RSA certificate is as welcome`() throws {
        let files = try CertificateFiles(["-newkey", "rsa:2048"])
        let asServer = try Conversation(
            withServer: files.arguments + arguments(.aeadAES128GCM), Peers.client, expecting: files.fingerprint)
        try converse(asServer, .aeadAES128GCM)
        let asClient = try Conversation(
            withClient: files.arguments + arguments(.aeadAES128GCM), Peers.server, expecting: files.fingerprint)
        try converse(asClient, .aeadAES128GCM)
    }

    @Test(.attack(8)) func `a key of 1024 bits is refused even when it was announced`() throws {
        let files = try CertificateFiles(["-newkey", "rsa:1024"])
        let conversation = try Conversation(
            withClient: files.arguments + arguments(.aeadAES128GCM) + ["-cipher", "DEFAULT@SECLEVEL=0"], Peers.server,
            expecting: files.fingerprint)
        try conversation.run("failed") { $0.endpoint.failure != nil }
        #expect(conversation.endpoint.failure == .weakKey)
        #expect(conversation.endpoint.keys == nil)
    }

    @Test(.attack(8)) func `a client without a certificate is refused`() throws {
        let conversation = try Conversation(
            withClient: arguments(.aeadAES128GCM), Peers.server, expecting: Peers.client.certificate.fingerprint)
        try conversation.run("failed") { $0.endpoint.failure != nil }
        #expect(conversation.endpoint.failure == .refused("peer did not return a certificate"))
        #expect(conversation.endpoint.keys == nil)
    }

    @Test(.rfc(5764, "4.1")) func `a peer that does not speak of SRTP is refused`() throws {
        let files = try CertificateFiles()
        let conversation = try Conversation(
            withClient: files.arguments + ["-dtls1_2"], Peers.server, expecting: files.fingerprint)
        try conversation.run("failed") { $0.endpoint.failure != nil }
        #expect(conversation.endpoint.failure == .noSRTPProfile)
        #expect(conversation.endpoint.keys == nil)
    }

    @Test(
        .attack(6),
        arguments: [
            ["-dtls1", "-cipher", "DEFAULT@SECLEVEL=0"],
            ["-dtls1_2", "-cipher", "NULL:@SECLEVEL=0"],
            ["-dtls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"],
            ["-dtls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"],
        ])
    func `an old version or an old cipher gets no answer`(offer: [String]) throws {
        let files = try CertificateFiles()
        let conversation = try Conversation(
            withClient: files.arguments + ["-timeout"] + offer, Peers.server, expecting: files.fingerprint)
        try conversation.run("ClientHello dropped") { $0.endpoint.droppedRecords > 0 }
        #expect(conversation.endpoint.sent.isEmpty)
        #expect(conversation.endpoint.state == .handshaking)
    }

    @Test(.attack(8)) func `renegotiation is refused and changes nothing`() throws {
        let files = try CertificateFiles()
        let conversation = try Conversation(
            withClient: files.arguments + arguments(.aeadAES128GCM), Peers.server, expecting: files.fingerprint)
        try converse(conversation, .aeadAES128GCM)
        let sent = conversation.endpoint.sent.count
        conversation.process.write("R\n")
        try conversation.run("refused") { $0.endpoint.sent.count > sent }
        // An alert under protection: header, nonce, two bytes, tag.
        #expect(conversation.endpoint.sent[sent].count == 13 + 8 + 2 + 16)
        #expect(conversation.endpoint.sent[sent][0] == 21)
        #expect(conversation.endpoint.state == .connected)
        try conversation.endpoint.send(Array("still here\n".utf8), now: monotonicNow())
        #expect(conversation.endpoint.state == .connected)
    }

    /// What an OpenSSL whose timer cannot be told the time does, here with one that can.
    @Test(.rfc(6347, "4.2.4.1")) func `OpenSSL's own clock retransmits too where it has to`() throws {
        let files = try CertificateFiles()
        let conversation = try Conversation(
            withServer: files.arguments + arguments(.aeadAES128GCM), Peers.client, expecting: files.fingerprint,
            isTimerTold: false, losses: 2)
        try converse(conversation, .aeadAES128GCM)
    }
}
