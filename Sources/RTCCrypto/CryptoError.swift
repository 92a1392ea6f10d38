// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Why OpenSSL could not do what it was asked.
public enum CryptoError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A number is outside the range that the operation is defined for; the sentence says which.
    case invalidParameter(String)
    /// OpenSSL refused or ran out of memory; the sentence is its own reason.
    case openSSL(String)

    public var description: String {
        switch self {
        case .invalidParameter(let reason): reason
        case .openSSL(let reason): "OpenSSL: \(reason)"
        }
    }
}
