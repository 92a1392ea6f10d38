// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation

/// A file system with little room, in memory; for root.
public final class SmallDisk: Sendable {
    public let path: String

    public init(megabytes: Int) throws {
        path = NSTemporaryDirectory() + "galene-disk-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        do {
            try ScratchDirectory.run("mount", ["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", path])
        } catch {
            rmdir(path)
            throw ScratchDirectory.Failure(
                description: "tests of full disks mount a small one, which needs root: \(error)")
        }
    }

    deinit {
        _ = try? ScratchDirectory.run("umount", ["-l", path])
        rmdir(path)
    }

    /// Takes what room there is.
    public func fill(leaving rest: Int = 0) throws {
        let file = open("\(path)/filling", O_WRONLY | O_CREAT, 0o600)
        guard file >= 0 else { throw ScratchDirectory.Failure(description: "a full disk cannot be filled") }
        defer { close(file) }
        let block = [UInt8](repeating: 1, count: 4096)
        var size = 0
        while case let written = block.withUnsafeBytes({ write(file, $0.baseAddress, $0.count) }), written > 0 {
            size += written
        }
        ftruncate(file, off_t(max(0, size - rest)))
    }
}
