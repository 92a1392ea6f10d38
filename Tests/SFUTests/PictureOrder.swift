// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Which VP8 frame a browser hands to its decoder, by picture id and TL0PICIDX.
///
/// libwebrtc's rule (`RtpVp8RefFinder`), as far as forwarders must not break it: a frame of layer 0 follows the frame with
/// the TL0PICIDX before its own; a layer-sync frame follows its frame of layer 0; any other frame waits for every picture
/// between it and the newest frame of each layer up to its own.
struct PictureOrder {
    enum Decision { case handOff, wait, drop }

    private var highestID: Int64?
    private var missing: Set<Int64> = []
    private var highestTL0: Int64?
    /// The newest frame of each temporal layer, when a frame of layer 0 came.
    private var newest: [Int64: [Int64?]] = [:]

    private static func unwrap(_ value: Int64, near reference: Int64?, modulus: Int64) -> Int64 {
        guard let reference else { return value + modulus }
        var distance = (value - reference) % modulus
        if distance < 0 { distance += modulus }
        return reference + (distance > modulus / 2 ? distance - modulus : distance)
    }

    mutating func judge(
        pictureID: UInt16, tl0PictureIndex: UInt8, temporal: UInt8, isSync: Bool, isKeyFrame: Bool
    ) -> Decision {
        let id = Self.unwrap(Int64(pictureID), near: highestID, modulus: 1 << 15)
        let tl0 = Self.unwrap(Int64(tl0PictureIndex), near: highestTL0, modulus: 1 << 8)
        for skipped in (highestID ?? id - 1) + 1..<max(id, (highestID ?? id - 1)) + 1 { missing.insert(skipped) }
        if missing.count > 300 { missing = missing.filter { $0 > id - 100 } }
        highestID = max(highestID ?? id, id)
        highestTL0 = max(highestTL0 ?? tl0, tl0)
        if newest.count > 100 { newest = newest.filter { $0.key > tl0 - 50 } }
        let layer = Int(temporal)
        if isKeyFrame {
            newest[tl0] = [nil, nil, nil, nil]
            take(id, layer: layer, tl0: tl0)
            return .handOff
        }
        guard let known = newest[temporal == 0 ? tl0 - 1 : tl0] else { return .wait }
        if temporal == 0 {
            if let last = known[0], last >= id { return .drop }
            newest[tl0] = known
            take(id, layer: 0, tl0: tl0)
            return .handOff
        }
        if isSync {
            if let last = known[layer], last >= id { return .drop }
            take(id, layer: layer, tl0: tl0)
            return .handOff
        }
        for lower in 0...layer {
            guard let last = known[lower] else { return .wait }
            if last >= id { return .drop }
            if missing.contains(where: { $0 > last && $0 < id }) { return .wait }
        }
        take(id, layer: layer, tl0: tl0)
        return .handOff
    }

    private mutating func take(_ id: Int64, layer: Int, tl0: Int64) {
        var place = tl0
        while var known = newest[place] {
            if let last = known[layer], last > id { break }
            known[layer] = id
            newest[place] = known
            place += 1
        }
        missing.remove(id)
    }
}
