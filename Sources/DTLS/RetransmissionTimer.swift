// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import COpenSSL
internal import RTCBase

/// When the last flight is sent again.
///
/// OpenSSL 3.0 and 3.1 read the wall clock for this. They also show their timer, a `timeval` inside their own state, to
/// the BIO whenever they set it: pushed decades away it never fires by itself, and pulled to 1970 it fires when asked.
/// Later versions show a copy. There OpenSSL's clock stays in charge, with our durations: the machine is then told the
/// time, but it is right only when that time is real.
struct RetransmissionTimer {
    /// RFC 6347 section 4.2.4.1 says one second, or less for "time-sensitive applications": with 30 % loss one second
    /// is what people would wait for their first picture. Browsers start at 50 ms.
    static let initialTimeout = Duration.milliseconds(100)
    /// OpenSSL gives up at its thirteenth timeout. With this cap it has not come to that at the handshake's limit.
    static let maximumTimeout = Duration.seconds(4)

    /// When to retransmit; `nil` when the next move is the peer's.
    private(set) var deadline: Instant?
    private var timeout = Self.initialTimeout
    private var isExpiring = false
    private var openSSLTimer: UnsafeMutablePointer<timeval>?
    let isTold: Bool

    /// - Parameter isTold: whether the timer that OpenSSL shows is its own: ``openSSLShowsItsTimer``.
    init(isTold: Bool) {
        self.isTold = isTold
    }

    static var openSSLShowsItsTimer: Bool { OpenSSL_version_num() < 0x3020_0000 }

    /// OpenSSL has set its timer, or stopped it: then it is zero.
    mutating func changed(_ timer: UnsafeMutablePointer<timeval>, now: Instant) {
        guard timer.pointee.tv_sec != 0 || timer.pointee.tv_usec != 0 else { return stop() }
        if isExpiring { timeout = min(timeout * 2, Self.maximumTimeout) }
        isExpiring = false
        deadline = now + timeout
        guard isTold else { return }
        openSSLTimer = timer
        timer.pointee.tv_sec &+= 1_000_000_000
    }

    /// Prepares OpenSSL for the `DTLS_CTRL_HANDLE_TIMEOUT` that follows, which sends the flight again and sets the timer
    /// anew.
    mutating func expire(now: Instant) {
        isExpiring = true
        // Stands only when OpenSSL's own clock says that it is too early.
        deadline = now + .milliseconds(5)
        openSSLTimer?.pointee.tv_sec = 1
    }

    /// There is nothing to retransmit any more, or OpenSSL's state, of which the timer is a part, is about to go.
    mutating func stop() {
        self = RetransmissionTimer(isTold: isTold)
    }

    /// The same durations for an OpenSSL that keeps its own clock, in microseconds; 0 asks for the first.
    static func nextTimeout(after microseconds: UInt32) -> UInt32 {
        let initial = UInt32(initialTimeout.wholeNanoseconds / 1000)
        let maximum = UInt32(maximumTimeout.wholeNanoseconds / 1000)
        return microseconds == 0 ? initial : min(microseconds &* 2, maximum)
    }
}
