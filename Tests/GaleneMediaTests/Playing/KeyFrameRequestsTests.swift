// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import Testing

@testable import GaleneMedia

struct KeyFrameRequestsTests {
    /// - Returns: the seconds at which it asks, of those it could.
    private func asked(_ requests: inout KeyFrameRequests, _ seconds: Range<Int>, fails: Bool) -> [Int] {
        seconds.filter { second in
            guard requests.ask(now: .zero + .seconds(second)) else { return false }
            // What was asked for comes.
            if fails { requests.keyFrameFailed() }
            return true
        }
    }

    @Test func `one that does not come is asked for each second`() {
        var requests = KeyFrameRequests()
        #expect(asked(&requests, 0..<5, fails: false) == [0, 1, 2, 3, 4])
        let isEarly = requests.ask(now: .zero + .milliseconds(4999))
        #expect(!isEarly)
    }

    @Test func `those that cannot be decoded are asked for ever more rarely, up to every half minute`() {
        var requests = KeyFrameRequests()
        #expect(asked(&requests, 0..<130, fails: true) == [0, 2, 6, 14, 30, 60, 90, 120])
        requests.keyFrameDecoded()
        #expect(asked(&requests, 130..<133, fails: false) == [130, 131, 132])
    }
}
