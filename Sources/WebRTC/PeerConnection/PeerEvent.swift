// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import ICE

/// What a peer connection tells its driver.
public enum PeerEvent: Sendable, Equatable {
    /// An address of ours to tell the peer: the candidate as `a=candidate` has it, without `a=`.
    case candidate(String)
    /// There are no more for now.
    case gatheringComplete
    /// Everything goes this way from now on.
    case pathSelected(ICEPath)
    /// Keys are there both ways: for the first time, or again after ``failed(_:)`` and an ICE restart.
    case connected
    /// Nothing was heard for a while; all ways are tried again.
    case disconnected
    /// The peer has said goodbye.
    case closed
    /// Nothing is sent any more. The reason is a sentence without addresses.
    case failed(String)
    /// A TURN server is elsewhere, or does not serve us: see ``ICEEvent``.
    case relay(ICEEvent)
}
