// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import MediaLoop
import RTCBase
import RTCCrypto
import SFU
import Synchronization
import WebRTC

@testable import GaleneServer

/// The books that a worker keeps, without its packets: what is open, what down streams carry, and where its rules were
/// broken.
final class RecordingMedia: MediaEngine {
    private struct State {
        var next: UInt32 = 1
        var up: Set<StreamID> = []
        var down: [StreamID: Down] = [:]
        var refuses = false
        var violations: [String] = []
    }

    private struct Down {
        var local: ICECredentials
        var tracks: [DownTrackParameters]
        /// One key protects the whole stream, so that no SSRC may begin anew.
        var used: Set<UInt32>
    }

    private let state = Mutex(State())
    let candidates: [ICECandidate] = []
    let fingerprint = CertificateFingerprint(algorithm: .sha256, digest: Array(repeating: 1, count: 32))

    func statistics(of ids: [StreamID]) async -> [StreamStatistics?] { ids.map { _ in nil } }

    /// What down streams carry, by stream in the order of their opening, by track, by source.
    func carried() -> [[[UInt32]]] {
        state.withLock { state in
            state.down.sorted { $0.key.handle.index < $1.key.handle.index }.map { $0.value.tracks.map(\.sourceNumbers) }
        }
    }

    func openStreams() -> Int { state.withLock { $0.up.count + $0.down.count } }
    func violations() -> [String] { state.withLock { $0.violations } }
    /// Opens nothing any more.
    func refuse() { state.withLock { $0.refuses = true } }

    func events(owner: UInt64) -> AsyncStream<MediaEvent> { AsyncStream { $0.finish() } }
    func endEvents(owner: UInt64) {}

    func openUpStream(
        owner: UInt64, local: ICECredentials, certificate: CertificateFingerprint?, remote: RemoteTransport,
        tracks: [NegotiatedTrack]
    ) async throws(MediaError) -> StreamID {
        let opened = state.withLock { state -> StreamID? in
            guard !state.refuses else { return nil }
            defer { state.next += 1 }
            state.up.insert(stream(state.next))
            return stream(state.next)
        }
        guard let opened else { throw .tooManyStreams }
        return opened
    }

    func updateUpStream(
        _ id: StreamID, local: ICECredentials, remote: RemoteTransport, tracks: [NegotiatedTrack]
    ) async throws(MediaError) {
        guard state.withLock({ $0.up.contains(id) }) else { throw .noSuchStream }
    }

    func startedTracks(of id: StreamID) async throws(MediaError) -> [UpTrackInfo] { [] }

    func openDownStream(
        owner: UInt64, local: ICECredentials, certificate: CertificateFingerprint?, tracks: [DownTrackParameters]
    ) async throws(MediaError) -> StreamID {
        state.withLock { state in
            defer { state.next += 1 }
            state.down[stream(state.next)] = Down(local: local, tracks: tracks, used: Set(tracks.map(\.ssrc)))
            return stream(state.next)
        }
    }

    func connectDownStream(_ id: StreamID, remote: RemoteTransport, rejected: Set<String>) async throws(MediaError) {
        let isKnown = state.withLock { state in
            state.down[id]?.tracks.removeAll { rejected.contains($0.mid) }
            return state.down[id] != nil
        }
        if !isKnown { throw .noSuchStream }
    }

    func updateDownStream(
        _ id: StreamID, local: ICECredentials, tracks: [DownTrackParameters]
    ) async throws(MediaError) {
        let isAllowed = state.withLock { state -> Bool in
            guard var down = state.down[id] else { return false }
            for track in tracks where !down.tracks.contains(where: { $0.ssrc == track.ssrc }) {
                guard down.used.insert(track.ssrc).inserted else {
                    state.violations.append("SSRC used before")
                    return false
                }
            }
            if Set(tracks.map(\.ssrc)).count != tracks.count { state.violations.append("SSRC used twice") }
            if tracks.contains(where: \.sources.isEmpty) { state.violations.append("a track without sources") }
            down.local = local
            down.tracks = tracks
            state.down[id] = down
            return true
        }
        if !isAllowed { throw .noSuchStream }
    }

    func close(_ id: StreamID) async {
        state.withLock { state in
            if state.up.remove(id) == nil, state.down.removeValue(forKey: id) == nil {
                state.violations.append("closed twice")
            }
        }
    }
}
