// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Whether an access unit brings what a decoder must know before its first picture.
public enum H264ParameterSets {
    /// Whether a sequence and a picture parameter set come before the first slice.
    ///
    /// - Parameter accessUnit: NAL units, each behind a start code of three or four bytes (ITU-T H.264 annex B), as
    ///   ``H264Depacketizer`` gives them. Nothing is looked at behind the first slice.
    public static func arePresent(in accessUnit: [UInt8]) -> Bool {
        var hasSequence = false
        var hasPicture = false
        var position = 0
        while position + 3 < accessUnit.count {
            guard accessUnit[position] == 0, accessUnit[position + 1] == 0, accessUnit[position + 2] == 1 else {
                position += 1
                continue
            }
            let type = H264NALUnitType(header: accessUnit[position + 3])
            if type == .sequenceParameterSet { hasSequence = true }
            if type == .pictureParameterSet { hasPicture = true }
            // Slices and partitions of slices are types 1 to 5.
            if (1...5).contains(type.rawValue) { break }
            position += 4
        }
        return hasSequence && hasPicture
    }
}
