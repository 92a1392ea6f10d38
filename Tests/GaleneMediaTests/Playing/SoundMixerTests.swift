// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaIO
import Testing

@testable import GaleneMedia

@Suite("The sound of several streams")
struct SoundMixerTests {
    /// 20 ms.
    private func block(_ value: Float) -> AudioBlock {
        AudioBlock(time: .zero, samples: [Float](repeating: value, count: 1920))
    }

    private func heard(_ mixer: inout SoundMixer) -> Float { mixer.next().samples.last ?? -1 }

    @Test func `is put together, and never louder than can be`() {
        var mixer = SoundMixer()
        for _ in 0..<3 {
            mixer.push(block(0.25), of: "a")
            mixer.push(block(0.5), of: "b")
        }
        let first = heard(&mixer)
        mixer.push(block(0.75), of: "c")
        mixer.push(block(0.75), of: "c")
        let second = heard(&mixer)
        mixer.remove("b")
        mixer.remove("c")
        let third = heard(&mixer)
        let fourth = heard(&mixer)
        #expect(first == 0.75 && second == 1 && third == 0.25 && fourth == 0)
    }

    @Test func `begins with a reserve, and again after a pause`() {
        var mixer = SoundMixer()
        mixer.push(block(0.5), of: "a")
        let early = heard(&mixer)
        mixer.push(block(0.5), of: "a")
        let begun = (heard(&mixer), heard(&mixer), heard(&mixer))
        mixer.push(block(0.5), of: "a")
        let paused = heard(&mixer)
        #expect(early == 0 && begun == (0.5, 0.5, 0) && paused == 0)
    }

    /// How many blocks are left to be heard.
    private func left(_ mixer: SoundMixer) -> Int {
        var mixer = mixer
        var count = 0
        while count < 100, heard(&mixer) != 0 { count += 1 }
        return count
    }

    @Test func `what waits without need is left out, and what is needed stays`() {
        var mixer = SoundMixer()
        // A gap that was filled belatedly: ten at once, and then one for one.
        for _ in 0..<10 { mixer.push(block(0.5), of: "even") }
        for round in 0..<400 {
            mixer.push(block(0.5), of: "even")
            // Three at a time, each 60 ms.
            if round % 3 == 0 { for _ in 0..<3 { mixer.push(block(0.25), of: "uneven") } }
            let sample = heard(&mixer)
            if round > 3 { #expect(sample == 0.75, "round \(round)") }
        }
        mixer.remove("uneven")
        #expect(left(mixer) == 1)
    }

    @Test func `a publisher with a faster clock is no later after a while`() {
        var mixer = SoundMixer()
        var most = 0
        for round in 0..<3000 {
            mixer.push(block(0.5), of: "a")
            // One in a hundred too many.
            if round % 100 == 0 { mixer.push(block(0.5), of: "a") }
            _ = heard(&mixer)
            if round % 500 == 499 { most = max(most, left(mixer)) }
        }
        #expect(most <= 3)
    }

    @Test func `what comes too fast is shortened, and fills no memory`() {
        var mixer = SoundMixer()
        for number in 0..<1000 { mixer.push(block(Float(number) / 1000), of: "a") }
        var rest: [Float] = []
        while case let value = heard(&mixer), value != 0, rest.count < 100 { rest.append(value) }
        #expect(rest.count <= 15 && rest.last == 0.999)
        mixer.push(AudioBlock(time: .zero, samples: [.nan, .infinity] + [Float](repeating: 0, count: 8000)), of: "b")
        let samples = mixer.next().samples
        #expect(samples.allSatisfy { $0.isFinite && abs($0) <= 1 })
    }
}
