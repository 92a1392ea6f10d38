// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// How much of one description is taken over. What exceeds it is ignored.
public enum NegotiationLimits {
    /// Candidates that a description itself carries; a host with ten interfaces and a relay has about 40.
    public static let candidates = 64

    /// SSRCs of one section without those of retransmission; three simulcast encodings need three.
    public static let ssrcs = 16

    /// Simulcast encodings of one section; browsers send at most three.
    public static let rids = 8
}
