// swift-tools-version:6.2
import PackageDescription

// A package of its own, so that no build of the product ever sees libFuzzer. Scripts/fuzz builds it.
let package = Package(
    name: "Fuzz",
    dependencies: [.package(name: "swift-galene", path: "..")],
    targets: [
        .executableTarget(name: "Fuzz", dependencies: [.product(name: "FuzzEntries", package: "swift-galene")])
    ]
)
