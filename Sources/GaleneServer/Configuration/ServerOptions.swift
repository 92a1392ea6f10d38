// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What the command line says, under the names that Galène gives its options.
public struct ServerOptions: Sendable, Equatable {
    /// `-http`: `HOST:PORT`, `:PORT` for every address, or the path of a Unix-domain socket when it starts with `/`.
    public var http = ":8443"
    /// `-insecure`: plain HTTP. For tests on the same machine, and behind a proxy that speaks TLS.
    public var insecure = false
    /// `-static`: the web root.
    public var staticDirectory = "./static/"
    /// `-data`: `config.json`, `cert.pem`, `key.pem`.
    public var dataDirectory = "./data/"
    /// `-groups`: one `NAME.json` a group.
    public var groupsDirectory = "./groups/"
    /// `-recordings`
    public var recordingsDirectory = "./recordings/"
    /// `-turn`: the address of the built-in TURN server, `auto`, or empty for none.
    public var turn = "auto"
    /// `-udp-range`: see ``MediaPorts``. Empty for one worker a core from ``MediaPorts/defaultBase`` upward.
    public var udpRange = ""
    /// `-relay-only`
    public var relayOnly = false
    /// `-mdns`
    public var mdns = false
    /// `-cpuprofile`, `-memprofile`, `-mutexprofile`
    public var cpuProfile = ""
    public var memoryProfile = ""
    public var mutexProfile = ""
    /// `-public-address`, ours: addresses under which a one-to-one NAT makes this machine reachable.
    public var publicAddresses: [String] = []

    /// `-metrics`, ours: where `/metrics` and `/health` are served. `:PORT` is for this machine alone; empty for nowhere;
    /// `nil` for ``defaultMetrics`` if nobody else has that port.
    public var metrics: String?
    /// The port that OpenTelemetry's exporters for Prometheus use.
    public static let defaultMetrics = ":9464"

    /// `-log-level`, ours: how much is logged, in all and of topics.
    public var logLevels = LogLevels()

    public init() {}

    /// The options that were given and that this version accepts without acting on them, each with what to know.
    public var withoutEffect: [String] {
        var lines: [String] = []
        func note(_ option: String, _ given: Bool, _ consequence: String) {
            if given { lines.append("option -\(option) has no effect yet: \(consequence)") }
        }
        let defaults = ServerOptions()
        note("turn", turn != defaults.turn && !turn.isEmpty, "there is no built-in TURN server")
        note("relay-only", relayOnly, "media goes directly between clients and this server")
        note("mdns", mdns, "candidates of clients are never resolved, because clients contact the server")
        note("recordings", recordingsDirectory != defaults.recordingsDirectory, "nothing is recorded")
        note("cpuprofile", !cpuProfile.isEmpty, "use perf(1)")
        note("memprofile", !memoryProfile.isEmpty, "use heaptrack(1)")
        note("mutexprofile", !mutexProfile.isEmpty, "use perf(1)")
        return lines
    }
}
