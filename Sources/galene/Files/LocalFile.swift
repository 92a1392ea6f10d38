// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation

/// A file of this host that is to be sent.
struct LocalFile: Sendable, Hashable {
    let path: String
    /// What the other side is told it is called.
    let name: String
    /// In bytes, as of now.
    let size: Int64

    /// - Throws: ``CommandError`` for what cannot be sent.
    init(_ path: String) throws(CommandError) {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw CommandError(.usage, "there is no file \(path)")
        }
        guard !isDirectory.boolValue else {
            throw CommandError(.usage, "\(path) is a directory: pack it into one file first, as with tar or zip")
        }
        guard FileManager.default.isReadableFile(atPath: path),
            let attributes = try? FileManager.default.attributesOfItem(
                atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path),
            attributes[.type] as? FileAttributeType == .typeRegular, let size = attributes[.size] as? NSNumber
        else { throw CommandError(.usage, "\(path) cannot be read") }
        self.path = path
        self.size = size.int64Value
        name = path.split(separator: "/").last.map(String.init) ?? path
    }
}
