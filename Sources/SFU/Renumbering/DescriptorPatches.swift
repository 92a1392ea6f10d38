// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What is written into a payload descriptor for one receiver. Plain bits; remembered for retransmissions.
struct DescriptorPatches: BitwiseCopyable, Equatable {
    var pictureID: UInt16
    var tl0PictureIndex: UInt8
    /// The packet goes out without its payload.
    var isEmpty = false

    static let none = DescriptorPatches(pictureID: 0, tl0PictureIndex: 0)
    static let empty = DescriptorPatches(pictureID: 0, tl0PictureIndex: 0, isEmpty: true)
}
