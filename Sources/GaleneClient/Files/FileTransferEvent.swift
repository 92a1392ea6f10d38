// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Where the transfer of a file is. Spec 10.2; the raw values are those of the JavaScript library.
public enum FileTransferState: String, Sendable, Hashable {
    /// Made here, and nobody knows of it yet.
    case new = ""
    /// Offered, and neither accepted nor refused.
    case inviting
    /// Accepted; the two look for a way to each other.
    case connecting
    /// Bytes may flow.
    case connected
    /// The receiver has everything.
    case done
    /// It has failed, or one of the two wants no more.
    case cancelled
    /// Nothing is left of it.
    case closed
}

/// What happens to the transfer of a file: `onevent` of the JavaScript library.
public enum FileTransferEvent: Sendable, Hashable {
    case state(FileTransferState)
    /// So many bytes have been sent or received until now.
    case progress(Int64)
    /// A received file is where it belongs, under this path.
    case stored(path: String)
    /// Why it was cancelled, in words, where there are any.
    case cancelled(reason: String?)
}
