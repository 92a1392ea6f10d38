// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import Testing

/// Counts how often its values come and go, so that a leak or a double release shows.
private final class Ledger {
    var alive = 0
    var released: [Int] = []
}

private struct Entry: ~Copyable {
    let number: Int
    let ledger: Ledger

    init(_ number: Int, _ ledger: Ledger) {
        self.number = number
        self.ledger = ledger
        ledger.alive += 1
    }

    deinit {
        ledger.alive -= 1
        ledger.released.append(number)
    }
}

private func number(of entry: consuming Entry?) -> Int? {
    switch consume entry {
    case .some(let entry): entry.number
    case .none: nil
    }
}

@Suite("Handle table")
struct HandleTableTests {
    @Test func `a handle finds its value until the value is removed`() {
        let ledger = Ledger()
        var table = HandleTable<Entry>()
        let first = table.insert(Entry(1, ledger))
        let second = table.insert(Entry(2, ledger))
        #expect(table.count == 2)
        #expect(table.handles == [first, second])
        #expect(table.pointer(first)?.pointee.number == 1)
        let removed = number(of: table.remove(first))
        #expect(removed == 1)
        #expect(ledger.released == [1])
        #expect(table.pointer(first) == nil)
        #expect(table.pointer(second)?.pointee.number == 2)
        #expect(table.count == 1)
    }

    @Test func `a stale handle never reaches the value that took its place`() {
        let ledger = Ledger()
        var table = HandleTable<Entry>()
        var stale: [Handle] = []
        for number in 0..<100 {
            let handle = table.insert(Entry(number, ledger))
            for old in stale {
                let found = table.pointer(old) != nil || table.contains(old)
                #expect(!found)
                let removed = table.remove(old) != nil
                #expect(!removed)
            }
            #expect(handle.index == 0, "the place is used again")
            _ = table.remove(handle)
            stale.append(handle)
        }
        #expect(table.count == 0)
        #expect(ledger.alive == 0)
    }

    @Test func `handles that no table gave out are refused`() {
        var table = HandleTable<Int>()
        #expect(table.contains(.none) == false)
        #expect(table.pointer(.none) == nil)
        #expect(table.remove(.none) == nil)
        let handle = table.insert(7)
        // The generation of a free place (even), a future one, and a place beyond the table.
        for forged in [
            Handle(index: 0, generation: 0), Handle(index: 0, generation: 2), Handle(index: 0, generation: 3),
            Handle(index: 1, generation: 1), Handle(index: 64, generation: 1), Handle(index: .max, generation: .max),
        ] {
            #expect(table.contains(forged) == false)
            #expect(table.pointer(forged) == nil)
        }
        #expect(table.remove(handle) == 7)
        #expect(table.contains(Handle(index: 0, generation: 2)) == false, "an even generation is a free place")
    }

    @Test func `the table releases what it still holds, once`() {
        let ledger = Ledger()
        do {
            var table = HandleTable<Entry>()
            var handles: [Handle] = []
            for number in 0..<200 { handles.append(table.insert(Entry(number, ledger))) }
            for number in stride(from: 0, to: 200, by: 2) { _ = table.remove(handles[number]) }
            #expect(ledger.alive == 100)
            #expect(table.count == 100)
        }
        #expect(ledger.alive == 0)
        #expect(ledger.released.count == 200)
        #expect(Set(ledger.released).count == 200)
    }

    @Test func `a value does not move while the table grows`() throws {
        var table = HandleTable<Int>()
        let handle = table.insert(42)
        let place = table.pointer(handle)
        let before = try #require(place)
        for number in 0..<1000 { _ = table.insert(number) }
        #expect(table.pointer(handle) == before)
        before.pointee += 1
        #expect(table.remove(handle) == 43)
    }

    @Test(arguments: 0..<8)
    func `random use agrees with a dictionary`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var table = HandleTable<Int>()
        var model: [Handle: Int] = [:]
        var past: [Handle] = []
        for step in 0..<3000 {
            if Int.random(in: 0..<100, using: &random) < 55 {
                let handle = table.insert(step)
                #expect(model.updateValue(step, forKey: handle) == nil, "a handle was given out twice")
                past.append(handle)
            } else if let handle = past.randomElement(using: &random) {
                #expect(table.remove(handle) == model.removeValue(forKey: handle))
            }
            #expect(table.count == model.count)
        }
        #expect(Set(table.handles) == Set(model.keys))
        for (handle, value) in model { #expect(table.pointer(handle)?.pointee == value) }
    }
}
