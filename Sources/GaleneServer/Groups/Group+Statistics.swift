// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import MediaLoop
import RTCBase
import SFU

/// How the group's streams fare, for whoever administers the server.
extension Group {
    /// Every member with its streams, both by id. A stream that ends while the worker is asked is left out.
    func statistics() async -> GroupStatistics {
        // Who is there now; the worker's answer may come when they have gone.
        var places: [(member: String, stream: String, media: StreamID, isUp: Bool)] = []
        for stream in streams.values { places.append((stream.owner, stream.id, stream.media, true)) }
        for (media, stream) in downStreams {
            if let member = mediaOwners[media] { places.append((member, stream, media, false)) }
        }
        places.sort { $0.stream.utf8.lexicographicallyPrecedes($1.stream.utf8) }
        var clients: [String: GroupStatistics.Client] = [:]
        for id in members.keys { clients[id] = GroupStatistics.Client(id: id) }

        let found = await media.statistics(of: places.map(\.media))
        for (place, statistics) in zip(places, found) {
            guard let statistics else { continue }
            let connection = GroupStatistics.Connection(place.stream, statistics)
            if place.isUp {
                clients[place.member]?.up.append(connection)
            } else {
                clients[place.member]?.down.append(connection)
            }
        }
        return GroupStatistics(
            name: name, clients: clients.values.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) })
    }
}

extension GroupStatistics.Connection {
    init(_ id: String, _ statistics: StreamStatistics) {
        self.init(
            id: id, maxBitrate: statistics.maximumBitrate, tracks: statistics.tracks.map(GroupStatistics.Track.init))
    }
}

extension GroupStatistics.Track {
    init(_ track: TrackStatistics) {
        self.init(
            sid: track.spatial.map { Int($0.current) }, maxSid: track.spatial.map { Int($0.highest) },
            tid: track.temporal.map { Int($0.current) }, maxTid: track.temporal.map { Int($0.highest) },
            bitrate: track.bitrate, maxBitrate: track.maximumBitrate, loss: track.fractionLost,
            rtt: track.roundTrip.map(Self.milliseconds), jitter: track.jitter.map(Self.milliseconds))
    }

    /// To a microsecond: what is beyond that, no report can say.
    private static func milliseconds(_ duration: Duration) -> Double {
        Double((duration.wholeNanoseconds + 500) / 1000) / 1000
    }
}
