// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import ServerFiles

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The folder of group descriptions.
struct GroupFiles: Sendable {
    /// The version of the file that describes a group.
    struct Source: Equatable, Sendable {
        var path: String
        var stamp: FileStamp
        /// False for a sub-group that an ancestor's description stands for.
        var isExact: Bool
    }

    /// Folders inside each other that are looked at: what lies deeper is a loop of links.
    private static let maximumDepth = 16

    let directory: String

    init(directory: String) {
        self.directory = directory.hasSuffix("/") ? String(directory.dropLast()) : directory
    }

    /// The file of a group with a valid name: its own, or that of the nearest ancestor.
    func source(of name: String) -> Source? {
        var ancestor = name[...]
        while true {
            let path = "\(directory)/\(ancestor).json"
            if let stamp = FileStamp(path: path) {
                return Source(path: path, stamp: stamp, isExact: ancestor.count == name.count)
            }
            guard let slash = ancestor.lastIndex(of: "/") else { return nil }
            ancestor = ancestor[..<slash]
        }
    }

    func description(_ source: Source) throws(FormatError) -> GroupDescription {
        let bytes: [UInt8]
        do {
            bytes = try FileContents.read(source.path, limit: JSONLimits.file.size)
        } catch {
            throw FormatError(reason: error.description)
        }
        return try GroupDescription(parsing: bytes)
    }

    /// The names of all groups that have a file. Hidden files and folders are not groups.
    func names() -> [String] {
        var names: [String] = []
        func visit(_ folder: String, prefix: String, depth: Int) {
            guard depth < Self.maximumDepth else { return }
            let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            for entry in entries.sorted() where !entry.hasPrefix(".") {
                let path = "\(folder)/\(entry)"
                if FileStamp(path: path) != nil {
                    if entry.hasSuffix(".json") { names.append(prefix + entry.dropLast(".json".count)) }
                } else {
                    visit(path, prefix: "\(prefix)\(entry)/", depth: depth + 1)
                }
            }
        }
        visit(directory, prefix: "", depth: 0)
        return names
    }
}
