// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Why a cipher context could not be made: a mistake of ours or of the installation, never of a peer.
public enum CipherError: Error, Hashable, Sendable {
    /// The key does not have the cipher's length.
    case keyLengthInvalid
    /// The cryptographic library refused: out of memory, or the algorithm is disabled in its configuration.
    case libraryRefused
}
