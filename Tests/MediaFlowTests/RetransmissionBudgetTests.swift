// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
import RTCBase
import RTCTestKit
import Testing

@Suite("How much is sent again", .row("M-22"))
struct RetransmissionBudgetTests {
    @Test(.attack(16), arguments: [0, 0xffff_0000] as [UInt32])
    func `allows a burst, then a share of what is sent for the first time`(start: UInt32) {
        var budget = RetransmissionBudget()
        var again = 0
        var sent = start
        _ = budget.spend(bytes: 0, sent: sent, share: 128)
        while budget.spend(bytes: 1000, sent: sent, share: 128) { again += 1 }
        #expect(again == 76)
        again = 0
        for _ in 0..<1000 {
            sent &+= 1000
            for _ in 0..<10 where budget.spend(bytes: 1000, sent: sent, share: 128) { again += 1 }
        }
        #expect((499...501).contains(again))
        // A pause does not let more than one burst gather.
        sent &+= 10_000_000
        again = 0
        while budget.spend(bytes: 1000, sent: sent, share: 128) { again += 1 }
        #expect(again == 76)
    }

    @Test(.attack(16)) func `looks up so many packets a second and no more`() {
        var budget = RetransmissionBudget()
        for second in 0..<3 {
            let now = Instant.zero + .seconds(second)
            var admitted = 0
            for _ in 0..<10_000 where budget.admitRequest(now: now) { admitted += 1 }
            #expect(admitted == RetransmissionBudget.requests)
        }
    }
}
