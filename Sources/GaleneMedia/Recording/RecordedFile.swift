// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// A file of a stream.
public struct RecordedFile: Sendable, Hashable {
    public var path: String
    /// When what lies at its beginning was to be played, on the clock of ``Instant/current``.
    public var start: Instant
    /// Up to its last frame.
    public var duration = Duration.zero
    /// Bytes, until now.
    public var size = 0
    /// Packets that the network has lost of what is in it.
    public var lostPackets = 0

    public init(path: String, start: Instant) {
        self.path = path
        self.start = start
    }
}

/// What a recorder has done until now.
public struct RecordingProgress: Sendable, Hashable {
    /// Begun until now.
    public var files = 0
    /// Of all of them together.
    public var duration = Duration.zero
    /// Bytes of all of them together.
    public var size = 0
    /// Packets that the network has lost of what is in them.
    public var lostPackets = 0
    /// How often frames were left out because the disk was too slow for them.
    public var overflows = 0

    public init() {}
}

extension RecordingProgress {
    mutating func add(_ file: RecordedFile) {
        duration += file.duration
        size += file.size
        lostPackets += file.lostPackets
    }

    mutating func add(_ other: RecordingProgress) {
        files += other.files
        duration += other.duration
        size += other.size
        lostPackets += other.lostPackets
        overflows += other.overflows
    }
}
