// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import FuzzEntries
import Glibc
import RTCTestKit
import Testing

/// What the fuzzer has found is never found again: every file of `Fuzz/Regressions/NAME` goes through its entry, and
/// every fixture and every seed through all entries.
@Suite("Fuzz regressions")
struct FuzzRegressionTests {
    /// The names of a folder's files, sorted; none when there is no such folder.
    private func files(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    private var root: String { "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") }

    @Test(arguments: FuzzEntry.all.map(\.name))
    func `what once trapped does not trap again`(name: String) throws {
        let entry = try #require(FuzzEntry.named(name))
        for file in files(in: "\(root)/Fuzz/Regressions/\(name)") {
            Fixture.bytes("../../Fuzz/Regressions/\(name)/\(file)").withUnsafeBytes(entry.run)
        }
    }

    @Test(arguments: FuzzEntry.all.map(\.name))
    func `no fixture and no seed traps, whole or mutated`(name: String) throws {
        let entry = try #require(FuzzEntry.named(name))
        let seeds = files(in: "\(root)/Fuzz/Seeds").map { "../../Fuzz/Seeds/\($0)" }
        let fixtures = files(in: "\(root)/Tests/Fixtures").filter { !$0.hasSuffix(".md") } + seeds
        #expect(!seeds.isEmpty && fixtures.count > seeds.count)
        var random = SeededRandom(seed: 21)
        for file in fixtures {
            for bytes in file.hasSuffix(".bin") ? Fixture.datagrams(file) : [Fixture.bytes(file)] {
                bytes.withUnsafeBytes(entry.run)
                for _ in 0..<50 {
                    var mutated = bytes
                    for _ in 0..<Int.random(in: 1...8, using: &random) {
                        mutated[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
                            in: 0...255, using: &random)
                    }
                    mutated.prefix(Int.random(in: 0...bytes.count, using: &random)).withUnsafeBytes(entry.run)
                }
            }
        }
    }

    @Test func `every folder of regressions belongs to an entry`() {
        let known = Set(FuzzEntry.all.map(\.name))
        #expect(known.count == FuzzEntry.all.count, "two entries have one name")
        for folder in files(in: "\(root)/Fuzz/Regressions") where folder != "README.md" {
            #expect(known.contains(folder), "\(folder) is replayed by nothing")
        }
    }
}
