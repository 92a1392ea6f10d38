// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A file again and again; times go on.
public final class LoopedSource: MediaSource {
    private let file: FileSource
    public var hasPictures: Bool { file.hasPictures }
    public var hasSound: Bool { file.hasSound }
    public let isLive = false

    public init(_ file: FileSource) { self.file = file }

    /// - Returns: `nil` only for a file in which there is nothing.
    public func next() throws(MediaError) -> MediaSample? {
        if let sample = try file.next() { return sample }
        try file.rewind()
        return try file.next()
    }
}
