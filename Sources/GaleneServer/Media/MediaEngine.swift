// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import MediaLoop
import RTCCrypto
import SFU
import WebRTC

/// What the control plane needs of a media worker: the waist at which tests replace it.
protocol MediaEngine: Sendable {
    var candidates: [ICECandidate] { get }
    /// Of the certificate that whoever joins now is told of.
    var fingerprint: CertificateFingerprint { get }

    func events(owner: UInt64) -> AsyncStream<MediaEvent>
    func endEvents(owner: UInt64)

    func openUpStream(
        owner: UInt64, local: ICECredentials, certificate: CertificateFingerprint?, remote: RemoteTransport,
        tracks: [NegotiatedTrack]
    ) async throws(MediaError) -> StreamID
    func updateUpStream(
        _ id: StreamID, local: ICECredentials, remote: RemoteTransport, tracks: [NegotiatedTrack]
    ) async throws(MediaError)
    func startedTracks(of id: StreamID) async throws(MediaError) -> [UpTrackInfo]

    func openDownStream(
        owner: UInt64, local: ICECredentials, certificate: CertificateFingerprint?, tracks: [DownTrackParameters]
    ) async throws(MediaError) -> StreamID
    func connectDownStream(
        _ id: StreamID, remote: RemoteTransport, rejected: Set<String>
    ) async throws(MediaError)
    func updateDownStream(
        _ id: StreamID, local: ICECredentials, tracks: [DownTrackParameters]
    ) async throws(MediaError)

    func close(_ id: StreamID) async

    /// How streams of either direction fare, in the order of the question; `nil` for each that there is not.
    func statistics(of ids: [StreamID]) async -> [StreamStatistics?]
}

extension MediaWorker: MediaEngine {}
