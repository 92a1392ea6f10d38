// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import RTCBase
import RTCTestKit
import Testing

func parse(_ text: String) -> Result<ICECandidateLine, ParseError> {
    Result { () throws(ParseError) in try ICECandidateLine(parsing: text) }
}

@Suite("ICE candidates", .rfc(8839, "5.1"))
struct ICECandidateTests {
    func candidate(_ text: String) throws -> ICECandidate {
        guard case .candidate(let candidate) = try parse(text).get() else { throw ParseError("not an address") }
        return candidate
    }

    @Test func `reads a candidate of Chromium and skips what it does not know`() throws {
        let text =
            "a=candidate:605960193 1 udp 2122194687 192.0.2.2 40320 typ host generation 0 ufrag x/y+ network-id 1"
        let expected = ICECandidate(
            foundation: "605960193", priority: 2_122_194_687,
            address: TransportAddress(IPAddress("192.0.2.2")!, port: 40320), kind: .host)
        #expect(try candidate(text) == expected)
        #expect(try candidate(String(text.dropFirst(2)) + "\r\n") == expected)
        #expect(expected.attributeText == "candidate:605960193 1 udp 2122194687 192.0.2.2 40320 typ host")
    }

    @Test func `every candidate of the recorded offers is an address or a hidden name`() throws {
        var addresses = 0
        var names = 0
        for name in [
            "chromium", "chromium-simulcast", "chromium-dc-plain", "firefox", "firefox-dc", "firefox-simulcast",
        ] {
            let lines = Fixture.text("offer-\(name).sdp").split(whereSeparator: \.isNewline)
            for line in lines where line.hasPrefix("a=candidate:") {
                switch try parse(String(line)).get() {
                case .candidate(let candidate):
                    addresses += 1
                    #expect(try self.candidate(candidate.attributeText) == candidate)
                case .ignored(.mdnsName): names += 1
                case .ignored, .endOfCandidates: Issue.record("\(line)")
                }
            }
        }
        #expect(addresses > 20)
        #expect(names > 5)
    }

    @Test func `related addresses and TCP types survive`() throws {
        for text in [
            "candidate:842163049 1 udp 1677729535 203.0.113.7 3478 typ srflx raddr 10.0.0.1 rport 5000",
            "candidate:1 2 tcp 1518214911 2001:db8::1 9 typ host tcptype active",
            "candidate:+/aZ9 256 udp 1 fe80::1 1 typ relay raddr :: rport 0",
            "candidate:x 1 tcp 5 192.0.2.1 443 typ prflx raddr 192.0.2.9 rport 1 tcptype so",
        ] {
            #expect(try candidate(text).attributeText == text)
        }
        #expect(try candidate("candidate:1 1 TCP 5 192.0.2.1 9 typ host tcptype passive").tcpType == .passive)
        // A hidden related address does not hide the candidate.
        let hidden = try candidate("candidate:1 1 udp 5 192.0.2.1 9 typ srflx raddr x.local rport 0")
        #expect(hidden.relatedAddress == nil)
    }

    @Test(.attack(4)) func `names are told apart and never become addresses`() throws {
        let rows: [(String, ICECandidateLine)] = [
            ("candidate:0 1 UDP 1 5c741055-8dda-4093-9487-dffccfdb6d56.local 37989 typ host", .ignored(.mdnsName)),
            ("candidate:0 1 udp 1 X.LOCAL 1 typ host", .ignored(.mdnsName)),
            ("candidate:0 1 udp 1 metadata.internal 80 typ host", .ignored(.hostName)),
            ("candidate:0 1 udp 1 localhost 80 typ host", .ignored(.hostName)),
            ("candidate:0 1 udp 1 0x7f000001 80 typ host", .ignored(.hostName)),
            ("candidate:0 1 udp 1 127.1 80 typ host", .ignored(.hostName)),
            ("candidate:0 1 udp 1 fe80::1%eth0 80 typ host", .ignored(.hostName)),
            ("candidate:0 1 sctp 1 192.0.2.1 80 typ host", .ignored(.unknownTransport)),
            ("candidate:0 1 udp 1 192.0.2.1 80 typ future", .ignored(.unknownKind)),
            ("", .endOfCandidates),
            ("\r\n", .endOfCandidates),
        ]
        for (text, expected) in rows {
            #expect(try parse(text).get() == expected, "\(text)")
        }
    }

    @Test(.attack(4)) func `what is no candidate is an error`() {
        for text in [
            "candidate:", "candidate", "x", "a=", "a=ice-ufrag:abcd",
            "candidate:1 1 udp 1 192.0.2.1 9 typ",
            "candidate:1 1 udp 1 192.0.2.1 9 host host",
            "candidate: 1 udp 1 192.0.2.1 9 typ host",
            "candidate:a-b 1 udp 1 192.0.2.1 9 typ host",
            "candidate:\(String(repeating: "f", count: 33)) 1 udp 1 192.0.2.1 9 typ host",
            "candidate:1 0 udp 1 192.0.2.1 9 typ host",
            "candidate:1 257 udp 1 192.0.2.1 9 typ host",
            "candidate:1 0001 udp 1 192.0.2.1 9 typ host",
            "candidate:1 1 udp 4294967296 192.0.2.1 9 typ host",
            "candidate:1 1 udp -1 192.0.2.1 9 typ host",
            "candidate:1 1 udp +1 192.0.2.1 9 typ host",
            "candidate:1 1 udp 99999999999999999999 192.0.2.1 9 typ host",
            "candidate:1 1 udp 1 192.0.2.1 65536 typ host",
            "candidate:1 1 udp 1 192.0.2.1 -9 typ host",
            "candidate:1 1 udp 1 192.0.2.1 9 typ srflx raddr 192.0.2.1 rport 65536",
            "candidate:1 1 udp 1 192.0.2.1 9 typ host\r\na=candidate:2 1 udp 1 192.0.2.2 9 typ host",
            "candidate:1 1 udp 1 192.0.2.1 9 typ host\tgeneration 0",
            "candidate:1 1 udp 1 192.0.2.1 9 typ host n\u{e9} 0",
            "candidate:1 1 udp 1 192.0.2.1 9 typ host" + String(repeating: " a b", count: 21),
            "candidate:1 1 udp 1 192.0.2.1 9 typ host " + String(repeating: "a", count: 1024),
        ] {
            guard case .failure = parse(text) else {
                Issue.record("accepted: \(text)")
                continue
            }
        }
        #expect(throws: Never.self) {
            try parse("candidate:1 1 udp 1 192.0.2.1 9 typ host" + String(repeating: " a b", count: 20)).get()
        }
    }

    @Test(.rfc(8445, "5.1.2.1")) func `priorities are those of the formula`() {
        #expect(ICECandidate.priority(kind: .host, preference: 65535) == 126 << 24 | 65535 << 8 | 255)
        #expect(ICECandidate.priority(kind: .relay, preference: 0, component: 256) == 0)
        #expect(ICECandidate.priority(kind: .prflx, preference: 1, component: 2) == 110 << 24 | 1 << 8 | 254)
        #expect(ICECandidate.priority(kind: .host, preference: .max, component: -5) < 1 << 31)
    }

    @Test(.rfc(8445, "5.1.1.3")) func `foundations differ exactly where type, base or server differ`() throws {
        let (a, b) = (IPAddress("192.0.2.1")!, IPAddress("2001:db8::1")!)
        func foundation(_ kind: ICECandidate.Kind, _ base: IPAddress, _ server: IPAddress? = nil) -> String {
            ICECandidate.foundation(kind: kind, transport: .udp, base: base, server: server)
        }
        let all = [
            foundation(.host, a), foundation(.host, b), foundation(.srflx, a), foundation(.srflx, a, a),
            foundation(.srflx, a, b), ICECandidate.foundation(kind: .host, transport: .tcp, base: a),
        ]
        #expect(Set(all).count == all.count)
        let host = ICECandidate.host(TransportAddress(a, port: 1))
        #expect(host.foundation == ICECandidate.host(TransportAddress(a, port: 2)).foundation)
        #expect(try candidate(host.attributeText) == host)
    }

    @Test(.attack(4)) func `nobody and everybody are not reachable`() {
        for (text, port) in [
            ("0.0.0.0", 9), ("::", 9), ("224.0.0.251", 5353), ("ff02::fb", 5353), ("192.0.2.1", 0),
            ("255.255.255.255", 9),
        ] {
            let address = TransportAddress(IPAddress(text)!, port: UInt16(port))
            #expect(!ICECandidate(foundation: "1", priority: 1, address: address, kind: .host).isReachable)
        }
        #expect(ICECandidate.host(TransportAddress(.v4Loopback, port: 9)).isReachable)
    }

    @Test(.attack(4)) func `survives every truncation and random mutations`() {
        let line = Array(
            "a=candidate:842163049 1 udp 1677729535 203.0.113.7 3478 typ srflx raddr 10.0.0.1 rport 5000 x y".utf8)
        for length in 0...line.count { line.prefix(length).withUnsafeBytes { ICECandidateFuzzing.run($0) } }
        var random = SeededRandom(seed: 4)
        for _ in 0..<20_000 {
            var bytes = line
            for _ in 0..<(1 + random.next() % 4) {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            bytes.withUnsafeBytes { ICECandidateFuzzing.run($0) }
        }
    }
}

@Suite("ICE credentials", .rfc(8445, "5.3"))
struct ICECredentialsTests {
    @Test func `random ones are valid, differ, and hide the password`() throws {
        var random = SeededRandom(seed: 5)
        var seen: Set<ICECredentials> = []
        for _ in 0..<1000 {
            let credentials = ICECredentials.random(using: &random)
            #expect(try ICECredentials(parsingUfrag: credentials.ufrag, password: credentials.password) == credentials)
            #expect(!"\(credentials) \(String(reflecting: credentials))".contains(credentials.password))
            var dumped = ""
            dump(credentials, to: &dumped)
            #expect(!dumped.contains(credentials.password))
            seen.insert(credentials)
        }
        #expect(seen.count == 1000)
        let ufrags = Set(seen.map(\.ufrag))
        #expect(ufrags.count == 1000)
    }

    @Test(.rfc(8839, "5.4")) func `a peer's are held to their lengths and characters`() {
        let password = String(repeating: "p", count: 22)
        func isValid(_ ufrag: String, _ password: String) -> Bool {
            (try? ICECredentials(parsingUfrag: ufrag, password: password)) != nil
        }
        #expect(isValid("abc+", password))
        #expect(isValid(String(repeating: "/", count: 256), String(repeating: "9", count: 256)))
        #expect(!isValid("abc", password))
        #expect(!isValid("abcd:", password))
        #expect(!isValid("ab d", password))
        #expect(!isValid("abc\u{e9}", password))
        #expect(!isValid(String(repeating: "a", count: 257), password))
        #expect(!isValid("abcd", String(password.dropLast())))
        #expect(!isValid("abcd", String(repeating: "p", count: 257)))
    }
}
