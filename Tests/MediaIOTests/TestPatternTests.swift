// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Testing

@testable import MediaIO

struct TestPatternTests {
    /// Takes samples until as many pictures have come.
    private func take(_ pattern: TestPattern, pictures: Int) throws -> (pictures: [VideoPicture], sound: [AudioBlock]) {
        var (seen, heard) = ([VideoPicture](), [AudioBlock]())
        while seen.count < pictures {
            switch try #require(try pattern.next()) {
            case .picture(let picture): seen.append(picture)
            case .sound(let block): heard.append(block)
            }
        }
        return (seen, heard)
    }

    @Test func `colours, times and order are exact`() throws {
        let pattern = try TestPattern(width: 320, height: 240, framesPerSecond: 30)
        #expect(!pattern.isLive && pattern.hasSound && pattern.hasPictures)
        let (pictures, sound) = try take(pattern, pictures: 61)
        #expect(pictures.map(\.time) == (0..<61).map { .nanoseconds($0 * 1_000_000_000 / 30) })
        #expect(sound.map(\.time) == (0..<100).map { .milliseconds($0 * 20) })
        for picture in [pictures[0], pictures[47]] {
            #expect((picture.width, picture.height) == (320, 240))
            for (index, colour) in TestPattern.bars.enumerated() {
                let found = picture.means(x: index * 40..<index * 40 + 40, y: 0..<120)
                #expect(found == [Int(colour.luma), Int(colour.u), Int(colour.v)])
            }
        }
    }

    @Test(arguments: [(320, 240, 30), (641, 361, 25), (80, 60, 10), (1920, 1080, 60)])
    func `the clock can be read, as the pictures count`(width: Int, height: Int, rate: Int) throws {
        let pattern = try TestPattern(width: width, height: height, framesPerSecond: rate, tone: false)
        let (pictures, _) = try take(pattern, pictures: rate + 8)
        #expect(try ClockReader.read(pictures[0]) == "00:00:00.00")
        let hundredths = try #require([30: "23", 25: "28", 10: "70", 60: "11"][rate])
        #expect(try ClockReader.read(pictures[7]) == "00:00:00.\(hundredths)")
        #expect(try ClockReader.read(pictures[rate]) == "00:00:01.00")
    }

    @Test func `the clock goes through minutes, hours and days`() {
        #expect(TestPattern.clock(hundredths: 359_999) == "00:59:59.99")
        #expect(TestPattern.clock(hundredths: 360_000) == "01:00:00.00")
        #expect(TestPattern.clock(hundredths: 35_999_999) == "99:59:59.99")
        #expect(TestPattern.clock(hundredths: 36_000_000) == "00:00:00.00")
    }

    @Test func `a square moves in every picture, and another flashes with the beep`() throws {
        let pattern = try TestPattern(width: 320, height: 240, framesPerSecond: 20)
        let (pictures, sound) = try take(pattern, pictures: 61)
        let flash = pattern.layout.flash
        for (n, picture) in pictures.enumerated() {
            func mean(_ area: TestPattern.Area) -> Int {
                picture.means(x: area.x..<area.x + area.width, y: area.y..<area.y + area.height)[0]
            }
            #expect(mean(flash) == (n % 20 < 2 ? 235 : 16))
            #expect(mean(pattern.layout.mover(Int64(n))) == 235)
            #expect(pattern.layout.mover(Int64(n)) != pattern.layout.mover(Int64(n + 1)))
        }
        for channel in 0..<2 {
            let samples = sound.flatMap { $0.channel(channel) }
            for second in 0..<3 {
                let beep = samples[second * 48_000..<second * 48_000 + 4_800]
                #expect(abs(amplitude(of: 1_000, in: beep) - 0.4) < 0.01)
                #expect(amplitude(of: 440, in: beep) < 0.02)
                guard second < 2 else { continue }
                let tone = samples[second * 48_000 + 4_800..<(second + 1) * 48_000]
                #expect(abs(amplitude(of: 440, in: tone) - 0.1) < 0.005)
                #expect(amplitude(of: 1_000, in: tone) < 0.005)
            }
        }
    }

    @Test func `it ends when it was told, pictures and sound together`() throws {
        let pattern = try TestPattern(width: 80, height: 60, framesPerSecond: 10, duration: .seconds(1))
        var (pictures, blocks) = (0, 0)
        while let sample = try pattern.next() {
            switch sample {
            case .picture: pictures += 1
            case .sound: blocks += 1
            }
        }
        #expect((pictures, blocks) == (10, 50))
        #expect(try pattern.next() == nil)
        let silent = try TestPattern(width: 80, height: 60, framesPerSecond: 10, tone: false, duration: .zero)
        #expect(try silent.next() == nil)
    }

    @Test(arguments: [(79, 60, 30), (80, 9_000, 30), (80, 60, 0), (80, 60, 241)])
    func `what cannot be drawn is refused`(width: Int, height: Int, rate: Int) {
        #expect(throws: MediaError.self) { try TestPattern(width: width, height: height, framesPerSecond: rate) }
    }
}

/// Reads the clock of a test pattern from the pixels.
enum ClockReader {
    static func read(_ picture: VideoPicture) throws -> String {
        let layout = TestPattern.Layout(width: picture.width, height: picture.height)
        return picture.withPlanes { luma, _, _ in
            String(
                (0..<11).map { letter -> Character in
                    let dots: [UInt8] = (0..<DigitFont.height).map { row in
                        (0..<DigitFont.columns).reduce(0) { bits, column in
                            let x = layout.clock.x + (letter * DigitFont.advance + column) * layout.clockScale
                            let y = layout.clock.y + row * layout.clockScale
                            let middle = layout.clockScale / 2
                            return bits << 1 | (luma[x + middle, y + middle] > 125 ? 1 : 0)
                        }
                    }
                    return DigitFont.rows.first { $0.value == dots }?.key ?? "?"
                })
        }
    }
}
