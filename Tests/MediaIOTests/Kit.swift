// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import MediaIO
import RTCTestKit
import RTP

/// A folder that goes with its test.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("MediaIOTests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}

/// Runs a program to its end.
///
/// - Returns: what it wrote on its standard output.
@discardableResult func run(_ arguments: [String]) throws -> String {
    let (process, output) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["timeout", "-s", "KILL", "60"] + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
        throw ProgramError(
            description:
                "\(arguments[0]) ended with \(process.terminationStatus) (is it installed? Scripts/install-dependencies"
                + " test): \(text)")
    }
    return text
}

struct ProgramError: Error, CustomStringConvertible {
    let description: String
}

/// FFmpeg's program, which makes files of media.
func ffmpeg(_ arguments: String...) throws {
    try run(["ffmpeg", "-hide_banner", "-v", "error", "-y", "-bitexact"] + arguments)
}

/// One colour everywhere.
func plainPicture(
    _ luma: UInt8, _ u: UInt8 = 128, _ v: UInt8 = 128, width: Int = 64, height: Int = 48, time: Duration = .zero
) throws -> VideoPicture {
    try VideoPicture(width: width, height: height, time: time) {
        for (plane, value) in [($0, luma), ($1, u), ($2, v)] {
            for y in 0..<plane.height { for x in 0..<plane.width { plane[x, y] = value } }
        }
    }
}

/// Pictures that are hard to predict: a pattern that moves, with noise.
func busyPictures(count: Int, width: Int, height: Int, seed: UInt64) throws -> [VideoPicture] {
    var random = SeededRandom(seed: seed)
    return try (0..<count).map { n in
        try VideoPicture(width: width, height: height, time: .zero) { luma, u, v in
            for y in 0..<height {
                var noise = random.next()
                for x in 0..<width {
                    if x % 8 == 0 { noise = noise &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(x) }
                    luma[x, y] = UInt8(truncatingIfNeeded: (x &+ 3 &* n ^ y &+ n) & 127) &+ UInt8(noise >> 59) &+ 32
                }
            }
            for plane in [u, v] {
                for y in 0..<plane.height { for x in 0..<plane.width { plane[x, y] = UInt8(96 + (x + n) % 64) } }
            }
        }
    }
}

extension VideoPicture {
    func at(_ time: Duration) -> VideoPicture {
        var picture = self
        picture.time = time
        return picture
    }

    /// Of each plane in a part of the picture.
    func means(x: Range<Int>, y: Range<Int>) -> [Int] {
        withPlanes { luma, u, v in
            [
                luma.mean(x, y), u.mean(x.lowerBound / 2..<x.upperBound / 2, y.lowerBound / 2..<y.upperBound / 2),
                v.mean(x.lowerBound / 2..<x.upperBound / 2, y.lowerBound / 2..<y.upperBound / 2),
            ]
        }
    }

    var means: [Int] { means(x: 0..<width, y: 0..<height) }
}

extension VideoPicture.Plane {
    func mean(_ columns: Range<Int>, _ rows: Range<Int>) -> Int {
        var sum = 0
        for y in rows { for x in columns { sum += Int(self[x, y]) } }
        return (sum + columns.count * rows.count / 2) / (columns.count * rows.count)
    }
}

func isNear(_ a: [Int], _ b: [Int], within tolerance: Int) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
}

/// How much of a frequency is in one channel: the amplitude of a sine of it (Goertzel's algorithm).
func amplitude(of frequency: Double, in samples: some Collection<Float>) -> Double {
    let coefficient = 2 * cos(2 * .pi * frequency / Double(AudioBlock.sampleRate))
    var (last, beforeLast) = (0.0, 0.0)
    for sample in samples { (last, beforeLast) = (Double(sample) + coefficient * last - beforeLast, last) }
    let power = last * last + beforeLast * beforeLast - coefficient * last * beforeLast
    return 2 * max(0, power).squareRoot() / Double(samples.count)
}

extension AudioBlock {
    func channel(_ index: Int) -> [Float] { stride(from: index, to: samples.count, by: 2).map { samples[$0] } }

    /// A sine in both channels, whose phase is of the clock.
    static func sine(_ frequency: Double, amplitude: Float = 0.25, from start: Int, count: Int) -> AudioBlock {
        let samples = (start..<start + count).flatMap { index in
            let value = amplitude * Float(sin(2 * .pi * frequency * Double(index) / Double(sampleRate)))
            return [value, value]
        }
        return AudioBlock(time: .nanoseconds(Int64(start) * 1_000_000_000 / 48_000), samples: samples)
    }
}

/// Frames of an IVF file, which has one behind the other.
func framesOfIVF(_ path: String, codec: Codec) throws -> [EncodedFrame] {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    var (position, frames) = (32, [EncodedFrame]())
    while position + 12 <= bytes.count {
        let size = (0..<4).reduce(0) { $0 | Int(bytes[position + $1]) << (8 * $1) }
        let content = Array(bytes[position + 12..<position + 12 + size])
        frames.append(EncodedFrame(codec: codec, timestamp: 0, isKeyFrame: frames.isEmpty, bytes: content))
        position += 12 + size
    }
    return frames
}
