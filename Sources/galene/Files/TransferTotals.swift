// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What has become of all files, without any of them.
struct TransferTotals: Sendable, Hashable {
    var done = 0
    /// Refused by the other side, or broken off.
    var failed = 0
    /// Of these, by Ctrl-C.
    var interrupted = 0
    /// Of what is done.
    var bytes: Int64 = 0
    private var began: Duration?
    private var ended: Duration?

    var count: Int { done + failed }

    mutating func add(_ transfer: Transfer) {
        if case .done = transfer.phase {
            done += 1
            bytes &+= transfer.size
        } else {
            failed += 1
            if transfer.phase == .interrupted { interrupted += 1 }
        }
        if let time = transfer.began { began = min(began ?? time, time) }
        if let time = transfer.ended { ended = max(ended ?? time, time) }
    }

    /// From the first byte to the last.
    var time: Duration {
        guard let began, let ended, ended > began else { return .zero }
        return ended - began
    }

    func summary(isUp: Bool) -> String {
        let files = "\(done) \(done == 1 ? "file" : "files") \(isUp ? "sent" : "stored")"
        let rest = failed == 0 ? "" : ", \(failed) not"
        return "\(files)\(rest): \(ByteCount.text(bytes)) in \(ElapsedTime.text(time))"
    }
}
