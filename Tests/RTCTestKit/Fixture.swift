// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Files of `Tests/Fixtures`; that folder's README says where each comes from.
public enum Fixture {
    /// The bytes of a fixture. A missing one is a mistake in the test, and ends it.
    public static func bytes(_ name: String, file: String = #filePath) -> [UInt8] {
        // …/Tests/RTCTestKit/Fixture.swift → …/Tests/Fixtures/NAME
        let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let path = "/\(tests)/Fixtures/\(name)"
        guard let stream = fopen(path, "rb") else { fatalError("no fixture at \(path)") }
        defer { fclose(stream) }
        var contents: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = fread(&buffer, 1, buffer.count, stream)
            guard count > 0 else { return contents }
            contents += buffer[..<count]
        }
    }

    public static func text(_ name: String) -> String { String(decoding: bytes(name), as: UTF8.self) }

    /// The datagrams of a `.bin` recording, each preceded by its length as a 16-bit little-endian integer.
    public static func datagrams(_ name: String) -> [[UInt8]] {
        var rest = bytes(name)[...]
        var datagrams: [[UInt8]] = []
        while rest.count >= 2 {
            let length = Int(rest[rest.startIndex]) | Int(rest[rest.startIndex + 1]) << 8
            datagrams.append(Array(rest.dropFirst(2).prefix(length)))
            rest = rest.dropFirst(2 + length)
        }
        return datagrams
    }
}
