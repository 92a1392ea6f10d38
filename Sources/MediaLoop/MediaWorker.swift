// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import ICE
public import RTCBase
public import RTCCrypto
public import RTP
public import WebRTC

/// One media thread: a UDP port, the transports on it, and the forwarding between them. (Interface; the driver follows.)
public actor MediaWorker {
    /// The addresses under which this worker is reached, for `ice` messages.
    public nonisolated let candidates: [ICECandidate]
    /// The digest of the certificate that this worker's transports present.
    public nonisolated let fingerprint: CertificateFingerprint

    public init(candidates: [ICECandidate], fingerprint: CertificateFingerprint) {
        self.candidates = candidates
        self.fingerprint = fingerprint
    }

    /// What happens to the streams of one owner; `owner` is any number that the caller chooses, one a group.
    public nonisolated func events(owner: UInt64) -> AsyncStream<MediaEvent> { AsyncStream { $0.finish() } }

    /// A stream that a client sends us, after its offer has been answered by `ReceiverNegotiation`.
    public func openUpStream(
        owner: UInt64, local: ICECredentials, remote: RemoteTransport, tracks: [NegotiatedTrack]
    ) throws(MediaError) -> StreamID { throw .tooManyStreams }

    /// A renegotiation of an up stream: new tracks, or new credentials after an ICE restart.
    public func updateUpStream(
        _ id: StreamID, local: ICECredentials, remote: RemoteTransport, tracks: [NegotiatedTrack]
    ) throws(MediaError) { throw .noSuchStream }

    /// The tracks of an up stream that have started, in the order of the SDP (section by section, best encoding first).
    public func startedTracks(of id: StreamID) throws(MediaError) -> [UpTrackInfo] { throw .noSuchStream }

    /// A stream that we are about to offer to a client. Its transport answers checks at once, and starts DTLS when
    /// ``connectDownStream(_:remote:)`` has told it the client's answer.
    public func openDownStream(
        owner: UInt64, local: ICECredentials, tracks: [DownTrackParameters]
    ) throws(MediaError) -> StreamID { throw .tooManyStreams }

    /// The client's answer. `rejected` are the mids that it refused.
    public func connectDownStream(_ id: StreamID, remote: RemoteTransport, rejected: Set<String>) throws(MediaError) {
        throw .noSuchStream
    }

    /// A changed set of tracks of a down stream, to be called when the answer to its new offer has come. `local` differs
    /// from before after an ICE restart.
    public func updateDownStream(
        _ id: StreamID, local: ICECredentials, tracks: [DownTrackParameters]
    ) throws(MediaError) { throw .noSuchStream }

    /// Ends a stream of either direction; unknown ids are ignored. Down streams of a closed up stream carry nothing more.
    public func close(_ id: StreamID) {}
}
