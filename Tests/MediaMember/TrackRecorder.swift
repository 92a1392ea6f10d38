// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import RTCBase
import RTP
import WebRTCIO

/// What has come of one track: counts, and a file of it.
struct TrackRecorder {
    private let stream: String
    private let track: String
    private let codec: Codec
    private var file: FrameFile?
    private var frames = 0
    private var lostPackets = 0
    private var first: Instant?
    private var last: Instant?
    private var longestGap = Duration.zero

    /// - Parameter file: the path without its extension; `nil` to write nothing.
    init(_ stream: String, _ track: String, _ codec: Codec, file: String?) throws {
        self.stream = stream
        self.track = track
        self.codec = codec
        self.file = try file.map { try FrameFile($0, codec) }
    }

    mutating func take(_ frame: MediaFrame) throws {
        frames += 1
        lostPackets += frame.lostPackets
        if let last { longestGap = max(longestGap, frame.presentation - last) }
        first = first ?? frame.presentation
        last = frame.presentation
        try file?.write(frame.frame)
    }

    var report: Report {
        let now = Instant.current
        let gap = max(longestGap, last.map { now - $0 } ?? .zero)
        return Report(
            event: "track", stream: stream, track: track, codec: codec.rawValue, file: file?.path, frames: frames,
            lostPackets: lostPackets, longestGap: Self.seconds(gap), seconds: first.map { Self.seconds(now - $0) })
    }

    private static func seconds(_ duration: Duration) -> Double { Double(duration.wholeNanoseconds) / 1e9 }
}
