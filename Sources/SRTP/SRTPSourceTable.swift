// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// What a receiver remembers of one source.
struct SRTPSource: BitwiseCopyable {
    let ssrc: UInt32
    var unwrapper = SequenceUnwrapper()
    var window = ReplayWindow()
}

/// The sources of one receiver, searched in order of appearance from where the last packet's source was: there are few,
/// and packets come in runs. No hashing, and an allocation only when a source is added.
struct SRTPSourceTable: ~Copyable {
    private var places: UnsafeMutablePointer<SRTPSource>
    private var capacity = 4
    private(set) var count = 0
    private var last = 0

    init() { places = .allocate(capacity: 4) }

    deinit { places.deallocate() }

    var isFull: Bool { count >= SRTPLimits.sources }

    /// The place of a source, or `nil`. It is valid until the next call that adds a source.
    mutating func find(_ ssrc: UInt32) -> UnsafeMutablePointer<SRTPSource>? {
        if last < count, places[last].ssrc == ssrc { return places + last }
        for position in 0..<count where places[position].ssrc == ssrc {
            last = position
            return places + position
        }
        return nil
    }

    /// Adds a source; the caller has looked for it, and knows that the table is not full.
    mutating func add(_ ssrc: UInt32) -> UnsafeMutablePointer<SRTPSource> {
        if count == capacity {
            let larger = UnsafeMutablePointer<SRTPSource>.allocate(capacity: 2 * capacity)
            larger.moveInitialize(from: places, count: count)
            places.deallocate()
            places = larger
            capacity *= 2
        }
        (places + count).initialize(to: SRTPSource(ssrc: ssrc))
        last = count
        count += 1
        return places + last
    }
}
