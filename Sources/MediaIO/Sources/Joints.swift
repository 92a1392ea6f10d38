// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Where the times of a file step back or far ahead, as those of files that were joined end to end: from there on both tracks
/// are moved by one duration, so that sound and pictures stay together.
struct Joints {
    /// What is added to the times of each track. They pass a joint one after the other.
    private var pictures = Duration.zero
    private var sound = Duration.zero

    /// So far back are the times of what a decoder gives in another order, and rounded ones.
    static let tolerance = Duration.milliseconds(500)
    /// Longer than both tracks have nothing only where something was left out; shorter, it may be a slide.
    static let longestGap = Duration.seconds(60)

    /// - Parameters:
    ///   - time: what the file says.
    ///   - last: up to where the same track is; `nil` at its beginning.
    ///   - end: up to where either is.
    /// - Returns: when it is.
    mutating func time(_ time: Duration, isPicture: Bool, last: Duration?, end: Duration?) -> Duration {
        guard let end else { return time }
        func fits(_ moved: Duration) -> Bool {
            moved <= end + Self.longestGap && last.map { moved >= $0 - Self.tolerance } ?? true
        }
        let (own, other) = isPicture ? (pictures, sound) : (sound, pictures)
        if fits(time + own) { return time + own }
        // The other track may have been there before; else this one is the first.
        let moved = own != other && fits(time + other) ? other : end - time
        if isPicture { pictures = moved } else { sound = moved }
        return time + moved
    }
}
