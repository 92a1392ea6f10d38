// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ClientTestKit
import Foundation
import GaleneClient
import GaleneProtocol
import RTCTestKit
import ServerTestKit
import Testing

/// Two members with a whole server between them, and a folder of each.
struct FilePair {
    var ann: TestMember
    var bob: TestMember
    let server: RunningServer
    let outbox: URL
    let inbox: URL

    static func run(_ body: (inout FilePair) async throws -> Void) async throws {
        try await RunningServer.run(groups: ["demo": RunningServer.everybodyPresents]) { server in
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("galene-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: folder) }
            var pair = FilePair(
                ann: try await TestMember(server, "Ann"), bob: try await TestMember(server, "Bob"),
                server: server, outbox: folder.appendingPathComponent("outbox"),
                inbox: folder.appendingPathComponent("inbox"))
            for directory in [pair.outbox, pair.inbox] {
                try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            }
            _ = try await pair.ann.user(.add, "Bob")
            try await body(&pair)
            await pair.ann.connection.close()
            await pair.bob.connection.close()
        }
    }

    func write(_ name: String, _ size: Int) throws -> Data {
        // Blocks that differ by their number: quick to make, and none may be missing or come twice.
        var random = SeededRandom(seed: 1)
        let block = Data((0..<4096).map { _ in UInt8(truncatingIfNeeded: random.next() as UInt64) })
        var data = Data(capacity: size + block.count)
        while data.count < size {
            withUnsafeBytes(of: data.count) { data.append(contentsOf: $0) }
            data.append(block)
        }
        data = data.prefix(size)
        try data.write(to: outbox.appendingPathComponent(name))
        return data
    }

    func send(_ name: String) async throws -> TransferredFile {
        try await ann.connection.sendFile(
            outbox.appendingPathComponent(name).path, to: bob.connection.id, mimeType: "text/plain")
    }

    mutating func offered() async throws -> TransferredFile {
        try await bob.next { if case .fileTransfer(let file) = $0 { file } else { nil } }
    }

    /// Files of the two that this process has open.
    func openFiles() -> [String] {
        let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return descriptors.compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
        }
        .filter { $0.hasPrefix(outbox.deletingLastPathComponent().path) }
    }

    /// What lies in the inbox, hidden files included.
    var received: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: inbox.path)) ?? []).sorted() }
}

/// What happened to a file without its progress, and the progress.
func allEvents(_ file: TransferredFile) async throws -> (events: [FileTransferEvent], progress: [Int64]) {
    var events: [FileTransferEvent] = []
    var progress: [Int64] = []
    for try await event in file.events {
        if case .progress(let bytes) = event { progress.append(bytes) } else { events.append(event) }
    }
    return (events, progress)
}

/// Waits for what other threads do at the end of their work, not for ever.
func eventually(isolation: isolated (any Actor)? = #isolation, _ holds: () throws -> Bool) async rethrows {
    let deadline = ContinuousClock.now + .seconds(10)
    while try !holds(), ContinuousClock.now < deadline { await Task.yield() }
}
