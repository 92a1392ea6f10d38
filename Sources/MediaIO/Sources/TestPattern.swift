// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation

/// Pictures and sound that say of themselves whether they arrive whole, in order and together: colour bars, a clock, a
/// square that moves, and a tone with a beep at each whole second, while which another square is white.
///
/// Picture n depends on n alone, and is of the time n / rate exactly. It never ends, unless it is told when.
public final class TestPattern: MediaSource {
    public let hasPictures = true
    public let hasSound: Bool
    /// It gives samples as fast as they are taken: whoever reads keeps the time.
    public let isLive = false
    public let width: Int
    public let height: Int
    public let framesPerSecond: Int
    /// Where things are.
    public let layout: Layout

    private let duration: Duration?
    /// What all pictures have in common.
    private let background: VideoPicture
    private var picture: Int64 = 0
    private var block: Int64 = 0
    /// A second of sound, left or right; then it begins anew, for both tones are whole numbers of Hz.
    private let second: [Float]

    /// Hz, and how loud it is of 1.
    public static let tone: (frequency: Double, amplitude: Float) = (440, 0.1)
    public static let beep: (frequency: Double, amplitude: Float) = (1_000, 0.4)
    /// From each whole second on the beep sounds and the square is white.
    public static let beepLength: Duration = .milliseconds(100)
    /// Samples of each channel in a block: 20 ms, a packet of Opus.
    static let samplesPerBlock: Int64 = 960

    /// The bars from left to right as Y, U and V: BT.601, limited range, 75 % (white, yellow, cyan, green, magenta, red,
    /// blue, black).
    public static let bars: [(luma: UInt8, u: UInt8, v: UInt8)] = [
        (180, 128, 128), (162, 44, 142), (131, 156, 44), (112, 72, 58), (84, 184, 198), (65, 100, 212), (35, 212, 114),
        (16, 128, 128),
    ]

    /// - Parameters:
    ///   - width: in pixels; at least 80, for the clock.
    ///   - height: in pixels; at least 60.
    ///   - framesPerSecond: from 1 to 240.
    ///   - tone: whether there is sound.
    ///   - duration: when it ends; `nil` for never.
    /// - Throws: ``MediaError/Kind/unsupported`` for a size or a rate that it does not have.
    public init(
        width: Int = 640, height: Int = 480, framesPerSecond: Int = 30, tone: Bool = true, duration: Duration? = nil
    ) throws(MediaError) {
        guard (80...8_192).contains(width), (60...8_192).contains(height), (1...240).contains(framesPerSecond) else {
            throw MediaError(
                .unsupported,
                "there is no test pattern of \(width) by \(height) pixels and \(framesPerSecond) pictures a second")
        }
        (self.width, self.height, self.framesPerSecond) = (width, height, framesPerSecond)
        (hasSound, self.duration) = (tone, duration)
        let layout = Layout(width: width, height: height)
        self.layout = layout
        background = try VideoPicture(width: width, height: height, time: .zero) { luma, u, v in
            luma.fill(16)
            u.fill(128)
            v.fill(128)
            for (index, colour) in Self.bars.enumerated() {
                let bar = layout.bar(index)
                luma.fill(bar, colour.luma)
                u.fill(bar.halved, colour.u)
                v.fill(bar.halved, colour.v)
            }
        }
        second = tone ? Self.sound : []
    }

    /// The next picture or 20 ms of sound, whichever is earlier; the picture where both are.
    public func next() throws(MediaError) -> MediaSample? {
        let pictureTime = Duration.ticks(picture, Int64(framesPerSecond))
        let soundTime = Duration.ticks(block * Self.samplesPerBlock, Int64(AudioBlock.sampleRate))
        if !hasSound || pictureTime <= soundTime {
            if let duration, pictureTime >= duration, !hasSound || soundTime >= duration { return nil }
            if let duration, pictureTime >= duration { return sound(at: soundTime) }
            defer { picture += 1 }
            return .picture(try draw(picture, at: pictureTime))
        }
        if let duration, soundTime >= duration { return nil }
        return sound(at: soundTime)
    }

    private func sound(at time: Duration) -> MediaSample {
        defer { block += 1 }
        let start = Int(block % 50 * Self.samplesPerBlock)
        let channel = second[start..<start + Int(Self.samplesPerBlock)]
        return .sound(AudioBlock(time: time, samples: channel.flatMap { [$0, $0] }))
    }

    private static var sound: [Float] {
        let beepEnd = Int(beepLength.ticks(Int64(AudioBlock.sampleRate)))
        return (0..<AudioBlock.sampleRate).map { index in
            let (frequency, amplitude) = index < beepEnd ? beep : tone
            return amplitude * Float(sin(2 * .pi * frequency * Double(index) / Double(AudioBlock.sampleRate)))
        }
    }

    private func draw(_ number: Int64, at time: Duration) throws(MediaError) -> VideoPicture {
        let rate = Int64(framesPerSecond)
        let isFlash = number % rate * 10 < rate
        return try VideoPicture(width: width, height: height, time: time) { luma, u, v in
            background.withPlanes { (from, fromU, fromV) in
                luma.copy(from)
                u.copy(fromU)
                v.copy(fromV)
            }
            if isFlash { luma.fill(layout.flash, 235) }
            luma.fill(layout.mover(number), 235)
            let text = Self.clock(hundredths: number * 100 / rate)
            DigitFont.draw(text, in: &luma, x: layout.clock.x, y: layout.clock.y, scale: layout.clockScale, 235)
        }
    }

    /// HH:MM:SS.cc, of 100 hours.
    static func clock(hundredths: Int64) -> String {
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let seconds = hundredths / 100
        return "\(two(seconds / 3_600 % 100)):\(two(seconds / 60 % 60)):\(two(seconds % 60)).\(two(hundredths % 100))"
    }
}

extension TestPattern {
    /// Pixels of the luma.
    public struct Area: Hashable, Sendable {
        public var x: Int
        public var y: Int
        public var width: Int
        public var height: Int

        /// The same in the chroma.
        var halved: Area { Area(x: x / 2, y: y / 2, width: (width + 1) / 2, height: (height + 1) / 2) }
    }

    /// Bars above, the clock below, then the square that moves and the one that flashes. All begin at even pixels.
    public struct Layout: Hashable, Sendable {
        let width: Int
        let height: Int

        /// The whole width in eight parts, and half of the height.
        public func bar(_ index: Int) -> Area {
            let (start, end) = (index * width / 8 & ~1, index == 7 ? width : (index + 1) * width / 8 & ~1)
            return Area(x: start, y: 0, width: end - start, height: height / 2 & ~1)
        }

        /// Pixels of a dot of the digits.
        public var clockScale: Int { max(1, min((width - 4) / DigitFont.width(of: 11), height / 4 / DigitFont.height)) }

        /// In the middle.
        public var clock: Area {
            let (width, height) = (DigitFont.width(of: 11) * clockScale, DigitFont.height * clockScale)
            return Area(
                x: (self.width - width) / 4 * 2, y: (self.height / 2 & ~1) + self.height / 16 & ~1, width: width,
                height: height)
        }

        private var side: Int { max(2, height / 8 & ~1) }
        private var lastRow: Int { (height - side - 2) & ~1 }

        /// At the right, below: white for a tenth of each second, else black.
        public var flash: Area { Area(x: (width - side - 2) & ~1, y: lastRow, width: side, height: side) }

        /// The white square, which goes right by 4 pixels a picture and begins anew at the left before it meets the other.
        public func mover(_ picture: Int64) -> Area {
            let room = max(2, flash.x - 2 * side)
            return Area(x: Int(picture * 4 % Int64(room)) & ~1, y: lastRow, width: side, height: side)
        }
    }
}

extension VideoPicture.Plane {
    /// What of it is inside.
    func fill(_ area: TestPattern.Area, _ value: UInt8) {
        let (left, right) = (max(0, area.x), min(width, area.x + area.width))
        guard left < right else { return }
        for y in max(0, area.y)..<max(0, min(height, area.y + area.height)) {
            (base + y * stride + left).update(repeating: value, count: right - left)
        }
    }

    /// - Parameter other: of the same size.
    func copy(_ other: Self) {
        for y in 0..<min(height, other.height) {
            (base + y * stride).update(from: other.base + y * other.stride, count: min(width, other.width))
        }
    }
}
