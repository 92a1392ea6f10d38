// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A picture or some sound.
public enum MediaSample: Sendable {
    case picture(VideoPicture)
    case sound(AudioBlock)

    /// On the clock of its source.
    public var time: Duration {
        switch self {
        case .picture(let picture): picture.time
        case .sound(let block): block.time
        }
    }
}

/// Where pictures and sound come from: a file, a device, a test pattern.
///
/// It belongs to one thread, and may block it: a device until it has something, a file never for long.
public protocol MediaSource: AnyObject {
    var hasPictures: Bool { get }
    var hasSound: Bool { get }
    /// Whether it gives samples when they happen. Of one that does not, a file, whoever reads keeps the time.
    var isLive: Bool { get }
    /// - Returns: the next sample, in the order of their times but for what lies between the two kinds; `nil` at the end.
    func next() throws(MediaError) -> MediaSample?
}
