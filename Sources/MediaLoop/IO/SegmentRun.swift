// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import RTCBase

/// The packets at the end of a batch that can leave as one message: one path, one size, of which only the last may be
/// smaller.
struct SegmentRun: BitwiseCopyable {
    private(set) var count = 0
    private(set) var segmentSize = 0
    private var total = 0
    private var isOpen = false
    private var path = Path(remote: .init(.v6Any, port: 0), local: .v6Any)

    /// UDP_MAX_SEGMENTS of the kernels up to 6.9.
    static var segmentLimit: Int { 64 }
    /// What an IP packet holds, less an IPv6 and a UDP header.
    static var totalLimit: Int { 65535 - 40 - 8 }
    /// A segment must fit into the device's MTU, or the kernel refuses the run (EINVAL), while it fragments a single
    /// packet. No IPv6 path has less than 1280 bytes (RFC 8200 section 5), which leaves 1232; browsers keep to 1200 plus
    /// the tag.
    static var segmentSizeLimit: Int { 1280 - 40 - 8 }

    init() {}

    init(length: Int, path: Path) {
        count = 1
        segmentSize = length
        total = length
        isOpen = length <= Self.segmentSizeLimit
        self.path = path
    }

    /// Adds a packet, if it fits.
    mutating func takes(_ length: Int, to path: Path) -> Bool {
        guard isOpen, length <= segmentSize, total + length <= Self.totalLimit, path == self.path else { return false }
        count += 1
        total += length
        isOpen = length == segmentSize && count < Self.segmentLimit
        return true
    }
}
