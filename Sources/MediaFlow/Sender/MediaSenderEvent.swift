// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What a ``MediaSender`` wants of the encoders.
public enum MediaSenderEvent: Hashable, Sendable {
    /// The next frame of this encoding must be a key frame. Said again every half second until one is sent.
    case keyFrameRequested(rid: String?)
    /// Bits a second that this encoding may have from now on.
    case targetBitrate(rid: String?, Int)
}
