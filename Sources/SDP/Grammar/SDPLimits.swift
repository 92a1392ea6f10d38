// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// How much of a session description is looked at before it is refused.
public enum SDPLimits {
    /// Bytes. A browser's offer of audio and video has 8 KiB; this leaves room for ``sections`` of 2 KiB.
    public static let size = 256 * 1024

    /// Bytes of a line. The longest that browsers write, an H.264 `a=fmtp` with parameter sets, stays below 1 KiB.
    public static let lineLength = 4096

    /// Media sections. Sections are never recycled, so a stream whose tracks come and go gains one each time.
    public static let sections = 128

    /// Attributes of one section, or of the session. Chromium writes about 120 for video; a hundred candidates fit.
    public static let attributes = 512

    /// Formats of an `m=` line: there are 128 payload types.
    public static let formats = 128
}
