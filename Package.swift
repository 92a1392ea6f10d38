// swift-tools-version:6.2
import PackageDescription

// GALENE_CORE=1 leaves out everything that needs a package from outside (layer 3's HTTP and the executables):
// `make smoke` and the inner loop of whoever works on a protocol then build in seconds. Release builds never set it.
let coreOnly = Context.environment["GALENE_CORE"] != nil

// The targets with fuzz entries; Tests/FuzzEntries lists the entries themselves.
let fuzzed = [
    "DTLS", "GaleneProtocol", "ICE", "MediaFlow", "RTCBase", "RTCCrypto", "RTP", "SCTP", "SDP", "SRTP", "STUN",
    "TURN", "WebRTC",
]

var targets: [Target] = [
    // Layer 0: bytes, time, numbers, addresses; cryptography by OpenSSL.
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .target(name: "RTCBase"),
    .target(name: "RTCCrypto", dependencies: ["RTCBase", "COpenSSL"]),

    // Layer 1: one protocol each.
    .target(name: "STUN", dependencies: ["RTCBase", "RTCCrypto"]),
    .target(name: "SDP", dependencies: ["RTCBase"]),
    .target(name: "RTP", dependencies: ["RTCBase"]),
    .target(name: "TURN", dependencies: ["RTCBase", "STUN"]),
    .target(name: "ICE", dependencies: ["RTCBase", "STUN", "TURN"]),
    .target(name: "DTLS", dependencies: ["RTCBase", "RTCCrypto", "COpenSSL"]),
    .target(name: "SRTP", dependencies: ["RTCBase", "RTCCrypto", "RTP"]),
    .target(name: "SCTP", dependencies: ["RTCBase", "RTCCrypto"]),

    // Layer 2: composition, still without input or output.
    .target(name: "MediaFlow", dependencies: ["RTCBase", "RTP"]),
    .target(
        name: "WebRTC",
        dependencies: ["RTCBase", "RTCCrypto", "STUN", "SDP", "RTP", "ICE", "DTLS", "SRTP", "SCTP", "MediaFlow"]),
    .target(name: "SFU", dependencies: ["RTCBase", "RTP", "MediaFlow"]),
    .target(name: "GaleneProtocol"),

    // Layer 3, the part that needs only the kernel.
    .target(name: "CLinuxNet"),
    .target(
        name: "MediaLoop",
        dependencies: [
            "RTCBase", "RTCCrypto", "STUN", "RTP", "ICE", "DTLS", "SRTP", "MediaFlow", "WebRTC", "SFU", "CLinuxNet",
        ]),

    // The media half of the load generator: a client's transports by the hundred.
    .target(
        name: "LoadMedia",
        dependencies: [
            "RTCBase", "RTCCrypto", "RTP", "ICE", "DTLS", "SRTP", "MediaFlow", "WebRTC", "MediaLoop", "CLinuxNet",
        ]),

    // The system's password hashes (bcrypt): part of the C library's development files on Debian.
    .systemLibrary(name: "CCrypt", providers: [.apt(["libcrypt-dev"])]),

    // Oracle of the SRTP tests; no product links it.
    .systemLibrary(name: "CLibSRTP", providers: [.apt(["libsrtp2-dev"])]),
    // Oracle of the SCTP tests; likewise.
    .systemLibrary(name: "CUsrsctp", providers: [.apt(["libusrsctp-dev"])]),

    // Layer 3, files: what a server may open. By itself because the C types of <sys/stat.h> belong to another module
    // where swift-nio is imported.
    .target(name: "ServerFiles"),

    // Tests. RTCTestKit is what they share: virtual time, a seeded network, hex, fixtures, traits.
    .target(name: "RTCTestKit", dependencies: ["RTCBase", "RTP", "STUN"], path: "Tests/RTCTestKit"),
    // Counts heap allocations, in tests and benchmarks.
    .target(name: "MallocInterposer", path: "Tools/MallocInterposer", exclude: ["build-preload"]),

    // An emulated network between two TUN devices, for browsers and for whatever else uses the kernel's sockets.
    .target(name: "CTunnel", path: "Tests/CTunnel"),
    .executableTarget(
        name: "network-emulator", dependencies: ["RTCBase", "RTCTestKit", "CTunnel"], path: "Tests/NetworkEmulator"),

    // The table of fuzz entries, for the nested package Fuzz/ and for the replay of what it has found.
    .target(name: "FuzzEntries", dependencies: fuzzed.map { .byName(name: $0) }, path: "Tests/FuzzEntries"),
]

func testTarget(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["RTCTestKit", "RTCBase"], exclude: exclude)
}

targets += [
    testTarget("RTCBaseTests", []),
    testTarget("FuzzRegressionTests", ["FuzzEntries"]),
    testTarget("RTCCryptoTests", ["RTCCrypto"]),
    testTarget("STUNTests", ["STUN", "RTCCrypto"]),
    testTarget("SDPTests", ["SDP"]),
    testTarget("RTPTests", ["RTP"]),
    testTarget("TURNTests", ["TURN", "STUN"]),
    testTarget("ICETests", ["ICE", "STUN", "TURN"]),
    testTarget("DTLSTests", ["DTLS", "RTCCrypto"]),
    testTarget("SRTPTests", ["SRTP", "RTP", "RTCCrypto"]),
    testTarget("SRTPOracleTests", ["SRTP", "RTP", "RTCCrypto", "CLibSRTP"]),
    testTarget("SCTPTests", ["SCTP", "RTCCrypto", "DTLS"]),
    testTarget("SCTPOracleTests", ["SCTP", "CUsrsctp"]),
    testTarget("MediaFlowTests", ["MediaFlow", "RTP"]),
    testTarget(
        "WebRTCTests", ["WebRTC", "RTCCrypto", "STUN", "TURN", "SDP", "RTP", "ICE", "DTLS", "SRTP", "MediaFlow"]),
    testTarget("SFUTests", ["SFU", "RTP", "MediaFlow"]),
    testTarget("GaleneProtocolTests", ["GaleneProtocol"]),
    testTarget("LoadMediaTests", ["LoadMedia", "MediaFlow", "MediaLoop", "WebRTC", "SFU", "ICE", "RTP", "RTCCrypto"]),
    testTarget(
        "MediaLoopTests",
        [
            "MediaLoop", "CLinuxNet", "RTCCrypto", "RTP", "ICE", "DTLS", "SRTP", "SFU", "WebRTC", "MallocInterposer",
        ]),
]

// GALENE_STRICT=1 turns our own warnings into errors; `make test` sets it. A user's build never does: a newer compiler
// may warn of more.
let strict: [SwiftSetting] = Context.environment["GALENE_STRICT"] != nil ? [.treatAllWarnings(as: .error)] : []

var dependencies: [Package.Dependency] = []
// Libraries for Benchmarks/, which is a package of its own.
var products: [Product] = [
    .library(
        name: "MediaLoop", targets: ["MediaLoop", "RTCBase", "RTCCrypto", "RTP", "SRTP", "SCTP", "SFU", "WebRTC"]),
    .library(name: "MallocInterposer", targets: ["MallocInterposer"]),
]

if Context.environment["GALENE_FUZZ"] != nil {
    products += [.library(name: "FuzzEntries", targets: ["FuzzEntries"])]
}

if !coreOnly {
    dependencies += [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
    ]
    let nio: [Target.Dependency] = [
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOWebSocket", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
    ]
    targets += [
        .target(
            name: "GaleneServer",
            dependencies: [
                "RTCBase", "RTCCrypto", "RTP", "SDP", "ICE", "WebRTC", "SFU", "MediaLoop", "GaleneProtocol",
                "ServerFiles", "CCrypt",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ] + nio),
        .executableTarget(
            name: "galene-server",
            dependencies: [
                "GaleneServer",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),
        // Sockets and timers for the machines of layer 2, on swift-nio: whatever is no server of thousands.
        .target(name: "WebRTCIO", dependencies: ["RTCBase", "STUN", "TURN", "ICE", "WebRTC"] + nio),
        .target(
            name: "GaleneClient",
            dependencies: [
                "RTCBase", "RTP", "SDP", "ICE", "SCTP", "MediaFlow", "WebRTC", "WebRTCIO", "GaleneProtocol",
                .product(name: "Logging", package: "swift-log"),
            ] + nio),
        .target(
            name: "GaleneLoad",
            dependencies: [
                "RTCBase", "RTCCrypto", "RTP", "ICE", "WebRTC", "MediaLoop", "LoadMedia", "GaleneProtocol",
                "GaleneClient",
            ] + nio),
        // FFmpeg's libraries; only the galene command needs them.
        .systemLibrary(
            name: "CLibAV",
            providers: [
                .apt([
                    "libavformat-dev", "libavcodec-dev", "libavdevice-dev", "libavutil-dev", "libswscale-dev",
                    "libswresample-dev",
                ])
            ]),
        // The encoders of VP8 and VP9 themselves: docs/decisions/0032.
        .systemLibrary(name: "CLibVPX", pkgConfig: "vpx", providers: [.apt(["libvpx-dev"])]),
        // Windows.
        .systemLibrary(name: "CSDL2", providers: [.apt(["libsdl2-dev"])]),
        // Files, devices, codecs and screens; then what joins them to the streams of a meeting.
        .target(name: "MediaIO", dependencies: ["RTCBase", "RTP", "CLibAV", "CLibVPX", "CSDL2"]),
        .target(
            name: "GaleneMedia",
            dependencies: ["RTCBase", "RTP", "WebRTCIO", "MediaIO", "GaleneProtocol", "GaleneClient"]),
        .executableTarget(
            name: "galene",
            dependencies: [
                "RTCBase", "RTP", "WebRTCIO", "GaleneProtocol", "GaleneClient", "GaleneLoad", "MediaIO", "GaleneMedia",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        // A whole server in the process of a test.
        .target(
            name: "ServerTestKit",
            dependencies: [
                "GaleneServer",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], path: "Tests/ServerTestKit"),
        // Members of its groups.
        .target(
            name: "ClientTestKit", dependencies: ["GaleneClient", "GaleneProtocol", "ServerTestKit"],
            path: "Tests/ClientTestKit"),
        // One end of a data channel, for Benchmarks/data-channels.
        .executableTarget(
            name: "data-channel-end", dependencies: ["RTCBase", "SCTP", "WebRTC", "WebRTCIO"] + nio,
            path: "Benchmarks/DataChannelEnd"),
        // Small programs that show the client library; the browser tests meet them.
        .executableTarget(name: "example-bot", dependencies: ["GaleneClient", "GaleneProtocol"], path: "Examples/Bot"),
        .executableTarget(name: "example-send-file", dependencies: ["GaleneClient"], path: "Examples/SendFile"),
        .executableTarget(name: "example-receive-files", dependencies: ["GaleneClient"], path: "Examples/ReceiveFiles"),
        .executableTarget(name: "example-count-frames", dependencies: ["GaleneClient"], path: "Examples/CountFrames"),
        .executableTarget(
            name: "example-frontend", dependencies: ["GaleneClient", "GaleneProtocol", "RTP"], path: "Examples/Frontend"
        ),
        // The member that `make run` puts into the demonstration group.
        .executableTarget(
            name: "demonstration-bot", dependencies: ["GaleneClient", "GaleneMedia", "GaleneProtocol", "MediaIO"],
            path: "Examples/DemonstrationBot"),
        // The code of the tutorials, which must compile.
        .target(
            name: "TutorialCode", dependencies: ["GaleneClient", "GaleneProtocol", "RTP"],
            path: "Sources/GaleneClient/GaleneClient.docc/Resources"),
        .executableTarget(
            name: "example-publish-video", dependencies: ["GaleneClient", "GaleneProtocol", "RTP"],
            path: "Examples/PublishVideo"),
        // How the programs of the tests talk with them.
        .target(name: "ProgramKit", path: "Tests/ProgramKit"),
        // A member of a meeting that records and publishes, for the tests with browsers and aiortc.
        .executableTarget(
            name: "media-member",
            dependencies: ["GaleneClient", "GaleneProtocol", "ProgramKit", "RTCBase", "RTP", "WebRTCIO"] + nio,
            path: "Tests/MediaMember"),
        // One end of file transfers, for the browser tests.
        .executableTarget(
            name: "file-end", dependencies: ["GaleneClient", "GaleneProtocol", "ProgramKit"], path: "Tests/FileEnd"),
        // One end of data channels, for the browser tests.
        .executableTarget(
            name: "data-end", dependencies: ["ICE", "ProgramKit", "RTCBase", "SCTP", "WebRTC", "WebRTCIO"] + nio,
            path: "Tests/DataEnd"),
        // Encoded frames of another make, and other eyes for files.
        .target(name: "MediaTestKit", dependencies: ["RTP"], path: "Tests/MediaTestKit"),
        testTarget("MediaIOTests", ["MediaIO", "MediaTestKit", "RTP"]),
        testTarget(
            "GaleneMediaTests",
            [
                "GaleneMedia", "MediaIO", "MediaTestKit", "RTP", "GaleneProtocol", "GaleneClient", "GaleneServer",
                "ClientTestKit", "ServerTestKit", "WebRTCIO",
            ] + nio),
        testTarget(
            "GaleneCommandTests",
            [
                "galene", "GaleneMedia", "MediaIO", "RTP", "GaleneProtocol", "GaleneClient", "GaleneServer",
                "ClientTestKit", "ServerTestKit",
            ]
                + nio),
        testTarget("WebRTCIOTests", ["WebRTCIO", "ICE", "TURN"] + nio),
        testTarget(
            "GaleneClientTests",
            ["ClientTestKit", "GaleneClient", "GaleneProtocol", "ICE", "RTP", "ServerTestKit", "WebRTCIO"] + nio),
        testTarget(
            "GaleneLoadTests",
            ["GaleneClient", "GaleneLoad", "LoadMedia", "MediaLoop", "RTCCrypto", "ServerTestKit"] + nio),
        testTarget(
            "GaleneServerTests",
            [
                "GaleneServer", "galene-server", "GaleneClient", "GaleneLoad", "GaleneProtocol", "ServerFiles",
                "RTCCrypto", "RTP",
                "ICE",
                "DTLS", "WebRTC", "SFU", "MediaLoop",
            ] + nio
                + [
                    .product(name: "Logging", package: "swift-log"),
                    .product(name: "NIOEmbedded", package: "swift-nio"),
                    .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                    .product(name: "Metrics", package: "swift-metrics"),
                    .product(name: "MetricsTestKit", package: "swift-metrics"),
                    .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                ],
            exclude: ["Session/message-machine.txt"]),
    ]
    products += [
        .library(name: "GaleneClient", targets: ["GaleneClient", "GaleneProtocol", "RTP"]),
        .executable(name: "galene-server", targets: ["galene-server"]),
        .executable(name: "galene", targets: ["galene"]),
    ]
}

for target in targets
where target.type != .system && !["CLinuxNet", "CTunnel", "MallocInterposer"].contains(target.name) {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .swiftLanguageMode(.v6),
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableExperimentalFeature("Lifetimes"),
        ] + strict
}

let package = Package(
    name: "swift-galene",
    platforms: [.macOS(.v26), .iOS(.v26)],
    products: products,
    dependencies: dependencies,
    targets: targets
)
