// swift-tools-version:6.2
import PackageDescription

// A package of its own, so that nobody who builds the server compiles its benchmarks. `./run` builds and starts it.
let package = Package(
    name: "Benchmarks",
    dependencies: [.package(name: "swift-galene", path: "..")],
    targets: [
        .target(
            name: "CReferenceSender", cSettings: [.unsafeFlags(["-O2"])],
            linkerSettings: [.linkedLibrary("crypto")]),
        .executableTarget(
            name: "bench",
            dependencies: [
                "CReferenceSender",
                .product(name: "MediaLoop", package: "swift-galene"),
                .product(name: "MallocInterposer", package: "swift-galene"),
            ],
            swiftSettings: [.enableUpcomingFeature("ExistentialAny")]),
    ]
)
