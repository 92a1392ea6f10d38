// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaIO

/// Grey pictures that become brighter one by one, and a low constant sound beside them.
final class DrawnSource: MediaSource {
    let hasPictures: Bool
    let hasSound: Bool
    let isLive = false
    private let count: Int
    private let isOver: @Sendable () -> Bool
    private var number = 0
    private var isSoundNext = false

    static let interval = Duration.milliseconds(40)
    static let (width, height) = (160, 120)

    /// - Parameter isOver: asked before each picture.
    init(
        count: Int, pictures: Bool = true, sound: Bool = true, isOver: @escaping @Sendable () -> Bool = { false }
    ) {
        self.count = count
        self.isOver = isOver
        (hasPictures, hasSound) = (pictures, sound)
    }

    /// Of the n-th picture.
    static func brightness(_ number: Int) -> UInt8 { UInt8(20 + 8 * (number % 25)) }

    func next() throws(MediaError) -> MediaSample? {
        guard number < count, isSoundNext || !isOver() else { return nil }
        let time = Self.interval * number
        if isSoundNext || !hasPictures {
            isSoundNext = false
            number += 1
            let samples = AudioBlock.sampleRate / 25 * AudioBlock.channels
            return .sound(AudioBlock(time: time, samples: [Float](repeating: 0.25, count: samples)))
        }
        isSoundNext = hasSound
        let brightness = Self.brightness(number)
        if !hasSound { number += 1 }
        return .picture(
            try VideoPicture(width: Self.width, height: Self.height, time: time) { luma, u, v in
                for (plane, value) in [(luma, brightness), (u, 128), (v, 128)] {
                    for y in 0..<plane.height { for x in 0..<plane.width { plane[x, y] = value } }
                }
            })
    }
}
