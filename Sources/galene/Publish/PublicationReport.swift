// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneMedia
import GaleneProtocol
import RTCBase
import WebRTCIO

/// How a stream of `galene publish` went in the last second.
struct PublicationReport: CustomStringConvertible {
    let name: String
    /// Since it began.
    let elapsed: Duration
    let before: PublishingStatistics
    let now: PublishingStatistics

    private var seconds: Int { Int(elapsed.components.seconds) }
    private var pictures: Int { now.pictures - before.pictures }
    /// Of what was encoded, a second.
    private var bits: Int { 8 * (now.bytes - before.bytes) }

    var description: String {
        var parts = [TerminalText.printable(name)]
        if let width = now.width, let height = now.height {
            parts.append("\(width)x\(height)")
            parts.append("\(pictures)/s")
        }
        parts.append("\((bits + 500) / 1000) kbit/s")
        if now.dropped > 0 { parts.append("\(now.dropped) dropped") }
        parts.append(ElapsedTime.text(elapsed))
        return parts.joined(separator: " ")
    }

    /// - Parameter clock: how the wall clock stands to that of the statistics.
    func json(_ clock: WallClock = .current) -> [String: JSONValue] {
        var object: [String: JSONValue] = [
            "event": "published", "source": .string(name), "seconds": .integer(Int64(seconds)),
            "pictures": .integer(Int64(now.pictures)), "picturesPerSecond": .integer(Int64(pictures)),
            "audioPackets": .integer(Int64(now.audioPackets)), "keyFrames": .integer(Int64(now.keyFrames)),
            "bitsPerSecond": .integer(Int64(bits)), "dropped": .integer(Int64(now.dropped)),
        ]
        object["targetBitrate"] = now.targetBitrate.map { .integer(Int64($0)) }
        object["began"] = now.began.map {
            .string(Timestamp(unixSeconds: 0, nanoseconds: clock.unixNanoseconds(at: $0)).text)
        }
        object["width"] = now.width.map { .integer(Int64($0)) }
        object["height"] = now.height.map { .integer(Int64($0)) }
        return object
    }
}
