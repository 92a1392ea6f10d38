// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTP

/// Which frames of a picture a decoder can still make something of, after others have been lost.
///
/// Without a word from the codec a frame needs all that came before it since the key frame. VP8 and VP9 say more, and are
/// believed where a mistake is impossible: a picture id that goes on by one shows that what was lost was no picture; one
/// of layer 0 needs the one of layer 0 before it; VP9 in flexible mode lists what it needs. Ids of 7 bits are not trusted.
///
/// [RFC 7741 section 4.2](https://www.rfc-editor.org/rfc/rfc7741#section-4.2),
/// [RFC 9628 section 4.2](https://www.rfc-editor.org/rfc/rfc9628#section-4.2).
struct DecodingChain: Sendable, BitwiseCopyable {
    enum Verdict: Sendable {
        case decodable
        /// It needs what was lost, but nothing else of lower layers needs it: the chain goes on without it.
        case leftOut
        /// Only a key frame helps.
        case broken
    }

    /// Pictures that a temporal layer index may have gone on by unseen: half of its 8 bits.
    private static let nearby: UInt16 = 128

    /// Whether a key frame has come since ``restart()``.
    private(set) var isStarted = false
    /// Whether something was lost since the last frame that was delivered.
    private(set) var hasLoss = false
    private var pictureID: UInt16?
    private var tl0PictureIndex: UInt8?
    /// The highest temporal layer of which nothing that still counts was lost.
    private var wholeLayers: UInt8 = 7
    /// Which pictures were delivered, by their distance from the last one.
    private var delivered = PictureDistances()

    /// Packets were lost, or something that is no frame came in between.
    mutating func noteLoss() { hasLoss = true }

    /// Nothing more counts until a key frame.
    mutating func restart() { isStarted = false }

    /// What a complete frame is worth.
    ///
    /// - Parameter isAfterLoss: whether packets right before it are missing, beside what ``noteLoss()`` has said.
    func verdict(on frame: FrameDependencies, isKeyFrame: Bool, isAfterLoss: Bool = false) -> Verdict {
        if isKeyFrame { return .decodable }
        guard isStarted else { return .broken }
        if let references = frame.references, let id = frame.pictureID, let pictureID {
            let step = Int((id &- pictureID) & 0x7fff)
            // A number that does not go on makes everything before it too far away.
            if references.isSubset(of: step > 0 ? delivered.seen(from: step) : PictureDistances()) {
                return .decodable
            }
            return frame.temporalLayer > 0 ? .leftOut : .broken
        }
        let isLost = (hasLoss || isAfterLoss) && !isNext(frame)
        guard let tl0 = frame.tl0PictureIndex, let tl0PictureIndex else { return isLost ? .broken : .decodable }
        guard isLost else {
            return frame.temporalLayer <= wholeLayers || frame.isLayerSync ? .decodable : .leftOut
        }
        guard let id = frame.pictureID, let pictureID, (id &- pictureID) & 0x7fff < Self.nearby else { return .broken }
        if frame.temporalLayer == 0 { return tl0 == tl0PictureIndex &+ 1 ? .decodable : .broken }
        guard tl0 == tl0PictureIndex else { return .broken }
        return frame.isLayerSync ? .decodable : .leftOut
    }

    /// Notes that a frame with the verdict `decodable` goes to the decoder.
    mutating func deliver(_ frame: FrameDependencies, isKeyFrame: Bool) {
        let isLost = hasLoss && !isNext(frame)
        let layer = frame.temporalLayer
        if isKeyFrame {
            isStarted = true
            wholeLayers = 7
        } else {
            if isLost { wholeLayers = 0 }
            if frame.isLayerSync, layer == wholeLayers + 1 { wholeLayers = layer }
            if frame.isSwitchingUpPoint, layer <= wholeLayers { wholeLayers = 7 }
        }
        hasLoss = false
        if layer == 0 || isKeyFrame { tl0PictureIndex = frame.tl0PictureIndex }
        if isKeyFrame {
            delivered = PictureDistances()
        } else if let id = frame.pictureID, let pictureID {
            delivered = delivered.seen(from: Int((id &- pictureID) & 0x7fff))
        }
        delivered.insert(0)
        pictureID = frame.pictureID
    }

    /// Whether the frame's number is the one after the last frame's: then nothing that was lost was a picture.
    private func isNext(_ frame: FrameDependencies) -> Bool {
        guard let id = frame.pictureID, let pictureID else { return false }
        return id == (pictureID &+ 1) & 0x7fff
    }
}
