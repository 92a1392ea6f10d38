// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import Testing

@testable import GaleneServer

@Suite("Options")
struct OptionTests {
    @Test(
        .row("S-01", "S-03"),
        arguments: [
            (["-http", "X"], ["--http", "X"]), (["-http=X"], ["--http", "X"]), (["--http", "X"], ["--http", "X"]),
            (["--http=X=Y"], ["--http", "X=Y"]), (["-turn", ""], ["--turn", ""]), (["-turn="], ["--turn", ""]),
            (["-http", "-odd"], ["--http", "-odd"]), (["-insecure"], ["--insecure"]),
            (["-insecure=false"], ["--no-insecure"]), (["--insecure=T"], ["--insecure"]),
            (["-insecure", "-http", "X"], ["--insecure", "--http", "X"]), (["-insecure=maybe"], ["-insecure=maybe"]),
            (["-unknown", "x"], ["-unknown", "x"]), (["-h"], ["--help"]), (["--", "-http"], ["--", "-http"]),
            (["-http"], ["--http"]), (["-"], ["-"]),
        ])
    func `arguments as Go writes them`(given: [String], expected: [String]) {
        let arguments = GoStyleArguments(values: ["http", "turn"], booleans: ["insecure"])
        #expect(arguments.normalized(given) == expected)
    }

    @Test(
        .row("S-01", "S-02"),
        arguments: [
            (":8443", .tcp(host: nil, port: 8443)), ("127.0.0.1:0", .tcp(host: "127.0.0.1", port: 0)),
            ("[::1]:80", .tcp(host: "::1", port: 80)), ("localhost:1", .tcp(host: "localhost", port: 1)),
            ("/run/galene.sock", .unixSocket(path: "/run/galene.sock")),
        ] as [(String, ListenAddress)])
    func `listen addresses`(text: String, expected: ListenAddress) throws {
        #expect(try ListenAddress(text) == expected)
    }

    @Test func `metrics without a host are for this machine alone`() throws {
        #expect(try ListenAddress(":9464", option: "metrics").onLoopback == .tcp(host: "127.0.0.1", port: 9464))
        #expect(try ListenAddress("0.0.0.0:1").onLoopback == .tcp(host: "0.0.0.0", port: 1))
        #expect(try ListenAddress("/run/x").onLoopback == .unixSocket(path: "/run/x"))
        let error = #expect(throws: StartupError.self) { try ListenAddress("9464", option: "metrics") }
        #expect(error?.description.contains("-metrics") == true)
        let web = ListenAddress.tcp(host: nil, port: 8443)
        #expect(try MetricsServer.address("", beside: web) == nil)
        #expect(try MetricsServer.address(":8444", beside: web) == .tcp(host: "127.0.0.1", port: 8444))
        #expect(throws: StartupError.self) { try MetricsServer.address(":8443", beside: web) }
        #expect(throws: StartupError.self) {
            try MetricsServer.address("127.0.0.1:1", beside: .tcp(host: "127.0.0.1", port: 1))
        }
        #expect(try MetricsServer.address(":0", beside: .tcp(host: nil, port: 0)) != nil)
    }

    @Test(arguments: ["", "8443", ":", ":99999", ":x", "::1:80", "host"])
    func `what is no address is named in one line`(text: String) {
        let error = #expect(throws: StartupError.self) { try ListenAddress(text) }
        #expect(error?.description.contains("-http") == true)
    }

    @Test(
        arguments: [
            ("", .automatic(base: 8444)), ("5000", .single(5000)), ("5000-5003", .range(5000...5003)),
            ("5000-5000", .range(5000...5000)),
        ] as [(String, MediaPorts)])
    func `media ports`(text: String, expected: MediaPorts) throws {
        #expect(try MediaPorts(text) == expected)
    }

    @Test(arguments: ["0", "x", "1-2-3", "2-1", "0-5", "70000", "-5", "5-"])
    func `what is no port or range is named in one line`(text: String) {
        let error = #expect(throws: StartupError.self) { try MediaPorts(text) }
        #expect(error?.description.contains("-udp-range") == true)
    }

    func opened(_ text: String, cores: Int, taken: Set<UInt16> = []) throws -> [UInt16] {
        try MediaPorts(text).openWorkers(cores: cores) { taken.contains($0) ? nil : $0 }
    }

    @Test func `workers take the ports that are free`() throws {
        #expect(try opened("", cores: 2) == [8444, 8445])
        #expect(try opened("", cores: 2, taken: [8444, 8446]) == [8445, 8447])
        #expect(try opened("5000", cores: 4) == [5000])
        #expect(try opened("5000-5001", cores: 4) == [5000, 5001])
        #expect(try opened("5000-5009", cores: 2, taken: [5000]) == [5001, 5002])
        #expect(throws: StartupError.self) { try opened("5000", cores: 1, taken: [5000]) }
        #expect(throws: StartupError.self) { try opened("5000-5001", cores: 1, taken: [5000, 5001]) }
        #expect(try opened("65535", cores: 1) == [65535])
    }

    @Test func `public addresses come first`() throws {
        let local = IPAddress(v4: 0x0a00_0001)
        let known = IPAddress(v4: 0xcb00_7101)
        #expect(
            try MediaAddresses.offered(options: ["203.0.113.1, 2001:db8::1"], interfaces: [local, known])
                == [known, IPAddress(high: 0x2001_0db8_0000_0000, low: 1), local])
        for text in ["host.example", "0.0.0.0", "224.0.0.1", "1.2.3"] {
            #expect(throws: StartupError.self) { try MediaAddresses.offered(options: [text], interfaces: []) }
        }
    }

    @Test func `options without effect are named`() {
        var options = ServerOptions()
        #expect(options.withoutEffect.isEmpty)
        options.turn = ""
        #expect(options.withoutEffect.isEmpty, "no TURN server is what there is")
        options.turn = ":1194"
        options.relayOnly = true
        options.mdns = true
        options.cpuProfile = "x"
        options.memoryProfile = "x"
        options.mutexProfile = "x"
        options.recordingsDirectory = "/r"
        #expect(options.withoutEffect.count == 7)
    }

    @Test(.row("S-09")) func `too few descriptors name the remedy`() throws {
        let error = #expect(throws: StartupError.self) { try FileDescriptors.check(64) }
        #expect(error?.description.contains("ulimit -n") == true)
        try FileDescriptors.check(FileDescriptors.minimum)
    }

    @Test(.attack(30)) func `an error is one line whatever it quotes`() {
        #expect(StartupError("a\nb\r\nc").description == "a b c")
        #expect("alice\u{1b}[2J\nroot logged in\u{2028}".printable == "alice?[2J?root logged in?")
    }
}
