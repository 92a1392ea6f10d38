// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What the payloads of one frame of VP8 or VP9 say of the frames that it needs. Plain bits; empty for other codecs, whose
/// payloads say nothing of it.
public struct FrameDependencies: Hashable, Sendable, BitwiseCopyable {
    /// The picture's number, 15 bits. `nil` also where it has only 7: they wrap within four seconds, and a picture that is
    /// missing could be taken for one that came.
    public private(set) var pictureID: UInt16?
    /// The running index of pictures of temporal layer 0: the picture's own, or that of the one which it builds upon.
    public private(set) var tl0PictureIndex: UInt8?
    /// 0 where the payload names none.
    public private(set) var temporalLayer: UInt8 = 0
    /// VP8's Y: the frame needs no other than the one of layer 0 with its ``tl0PictureIndex``.
    public private(set) var isLayerSync = false
    /// VP9's U: what follows in higher temporal layers needs nothing of those layers from before this picture.
    public private(set) var isSwitchingUpPoint = false
    /// Which pictures it refers to. `nil` where the payload does not list them.
    public private(set) var references: PictureDistances?
    private var isEmpty = true

    public init() {}

    /// Notes one payload of the frame, the first one before the others.
    ///
    /// [RFC 7741 section 4.2](https://www.rfc-editor.org/rfc/rfc7741#section-4.2),
    /// [RFC 9628 section 4.2](https://www.rfc-editor.org/rfc/rfc9628#section-4.2). What cannot be read tells nothing.
    public mutating func note(_ payload: UnsafeRawBufferPointer, codec: Codec) {
        switch codec {
        case .vp8:
            guard isEmpty, let descriptor = try? VP8PayloadDescriptor(parsing: payload), descriptor.startsFrame else {
                return
            }
            isEmpty = false
            pictureID = descriptor.isPictureIDLong ? descriptor.pictureID : nil
            tl0PictureIndex = descriptor.tl0PictureIndex
            temporalLayer = descriptor.temporalID ?? 0
            isLayerSync = descriptor.isLayerSync
        case .vp9:
            guard let descriptor = try? VP9PayloadDescriptor(parsing: payload), descriptor.startsFrame else { return }
            if isEmpty {
                isEmpty = false
                // What begins above the lowest spatial layer lacks its base, and its fields would hide that.
                guard descriptor.spatialID ?? 0 == 0 else { return }
                pictureID = descriptor.isPictureIDLong ? descriptor.pictureID : nil
                tl0PictureIndex = descriptor.tl0PictureIndex
                temporalLayer = descriptor.temporalID ?? 0
                isSwitchingUpPoint = descriptor.isSwitchingUpPoint
                references = descriptor.isFlexible ? PictureDistances() : nil
            }
            // Each layer frame of a picture has its own list; all of them are decoded.
            guard var all = references else { return }
            var position = 0
            while let distance = descriptor.reference(position) {
                all.insert(Int(distance))
                position += 1
            }
            references = all
        case .av1, .h264, .opus, .g722, .pcmu, .pcma:
            return
        }
    }
}
