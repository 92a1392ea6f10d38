// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// Finds the stream that a remote address belongs to: open addressing over plain memory, no allocation on look-up.
///
/// A dictionary would cost reference counting and a strong hash a packet. The hash is keyed with a secret, so that no
/// peer can choose addresses that collide.
struct AddressTable: ~Copyable {
    private struct Place: BitwiseCopyable {
        var address: TransportAddress
        var stream: Handle
    }

    private var places: UnsafeMutablePointer<Place?>
    private var mask: Int
    private let key: UInt64
    private(set) var count = 0

    init(key: UInt64) {
        self.key = key | 1
        mask = 63
        places = .allocate(capacity: 64)
        places.initialize(repeating: nil, count: 64)
    }

    deinit { places.deallocate() }

    @inline(__always)
    private func home(_ address: TransportAddress) -> Int {
        var hash = (address.address.high ^ key) &* 0x9e37_79b9_7f4a_7c15
        hash = (hash ^ hash >> 32 ^ address.address.low) &* (key ^ 0xbf58_476d_1ce4_e5b9 | 1)
        hash = (hash ^ hash >> 29 ^ UInt64(address.port)) &* 0x94d0_49bb_1331_11eb
        return Int(truncatingIfNeeded: hash >> 32) & mask
    }

    @inline(__always)
    func stream(of address: TransportAddress) -> Handle? {
        var position = home(address)
        while let place = places[position] {
            if place.address == address { return place.stream }
            position = (position + 1) & mask
        }
        return nil
    }

    mutating func set(_ address: TransportAddress, to stream: Handle) {
        if (count + 1) * 2 > mask { grow() }
        var position = home(address)
        while let place = places[position] {
            if place.address == address {
                places[position]!.stream = stream
                return
            }
            position = (position + 1) & mask
        }
        places[position] = Place(address: address, stream: stream)
        count += 1
    }

    /// Removes the address if it belongs to `stream`.
    mutating func remove(_ address: TransportAddress, of stream: Handle) {
        var position = home(address)
        while let place = places[position] {
            if place.address == address {
                guard place.stream == stream else { return }
                break
            }
            position = (position + 1) & mask
        }
        guard places[position] != nil else { return }
        places[position] = nil
        count -= 1
        // Linear probing: what follows may have been pushed here by the removed one, and is put in again.
        position = (position + 1) & mask
        while let place = places[position] {
            places[position] = nil
            count -= 1
            set(place.address, to: place.stream)
            position = (position + 1) & mask
        }
    }

    private mutating func grow() {
        let old = places
        let oldCapacity = mask + 1
        mask = oldCapacity * 2 - 1
        places = .allocate(capacity: oldCapacity * 2)
        places.initialize(repeating: nil, count: oldCapacity * 2)
        count = 0
        for position in 0..<oldCapacity {
            if let place = old[position] { set(place.address, to: place.stream) }
        }
        old.deallocate()
    }
}
