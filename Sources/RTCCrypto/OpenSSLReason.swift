// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import COpenSSL

/// The reason of the oldest error in this thread's queue, and an empty queue afterwards: an error that is left behind
/// would be reported by the next, innocent call on this thread.
package func takeOpenSSLReason() -> String {
    let code = ERR_get_error()
    ERR_clear_error()
    guard code != 0, let reason = ERR_reason_error_string(code) else { return "no reason given" }
    return String(cString: reason)
}
