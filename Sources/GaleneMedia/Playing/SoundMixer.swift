// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import MediaIO

/// Puts the sound of several streams together, block by block, for one pair of loudspeakers. Each stream's sound comes when it
/// is to be heard, so that what waits here is little; what comes faster than it is played is shortened, and so is what has
/// waited without need: after a gap that was filled belatedly, or where the publisher's clock is the faster one.
public struct SoundMixer: Sendable {
    private struct Voice: Sendable {
        var samples: [Float] = []
        /// Where the oldest stands; what is before it has been played.
        var first = 0
        /// Nothing was there when it was wanted: it begins again when there is a little in reserve.
        var isStarving = true
        /// The least that was left behind what was played, in the window that began so many samples ago.
        var least = Int.max
        var observed = 0
        var count: Int { samples.count - first }

        /// So many have been played, of so many that were wanted.
        mutating func take(_ available: Int, of wanted: Int) {
            first += available
            least = min(least, count)
            observed += wanted
            if available < wanted {
                (isStarving, least, observed) = (true, .max, 0)
            } else if observed >= SoundMixer.window {
                first += max(0, least - SoundMixer.spare)
                (least, observed) = (.max, 0)
            }
        }
    }

    private var voices: [String: Voice] = [:]

    /// What a stream has in reserve when it begins: two packets, in samples of both channels.
    static let reserve = samples(milliseconds: 40)
    /// What it may have; all but the reserve is left out when it has more.
    static let most = samples(milliseconds: 300)
    /// What shall be left behind what is played when least is: a packet, for one that comes a little late.
    static let spare = samples(milliseconds: 20)
    /// What was not needed for so long is left out: some hundred packets show how unevenly they come.
    static let window = samples(milliseconds: 2000)

    private static func samples(milliseconds: Int) -> Int {
        AudioBlock.sampleRate / 1000 * AudioBlock.channels * milliseconds
    }

    public init() {}

    /// - Parameter voice: which stream it is of.
    public mutating func push(_ block: AudioBlock, of voice: String) {
        var state = voices[voice] ?? Voice()
        state.samples += block.samples.prefix(Self.most)
        if state.count > Self.most { state.first = state.samples.count - Self.reserve }
        if state.first > Self.most {
            state.samples.removeFirst(state.first)
            state.first = 0
        }
        if state.count >= Self.reserve { state.isStarving = false }
        voices[voice] = state
    }

    /// A stream is over.
    public mutating func remove(_ voice: String) { voices[voice] = nil }

    /// - Parameters:
    ///   - duration: how much; 20 ms by default, a packet.
    ///   - time: of the block.
    /// - Returns: the next block, silent where nobody is heard; louder than full volume is cut.
    public mutating func next(_ duration: Duration = .milliseconds(20), time: Duration = .zero) -> AudioBlock {
        let count = Self.samples(milliseconds: max(1, Int(duration / .milliseconds(1))))
        var mixed = [Float](repeating: 0, count: count)
        for (id, voice) in voices where !voice.isStarving {
            let available = min(count, voice.count)
            for index in 0..<available { mixed[index] += voice.samples[voice.first + index] }
            voices[id]?.take(available, of: count)
        }
        return AudioBlock(time: time, samples: mixed.map { $0.isFinite ? min(1, max(-1, $0)) : 0 })
    }
}
