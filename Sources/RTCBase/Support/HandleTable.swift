// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A name for a place in a ``HandleTable``. Plain bits: it may be copied into packet plans and messages.
///
/// The generation makes a handle of a removed value invalid for ever (until 2^32 re-uses of one place), so that a late
/// event can never reach the value that took its place.
public struct Handle: Hashable, Sendable, BitwiseCopyable {
    public let index: UInt32
    public let generation: UInt32

    @inlinable
    public init(index: UInt32, generation: UInt32) {
        self.index = index
        self.generation = generation
    }

    /// A handle that no table ever hands out.
    public static let none = Handle(index: .max, generation: 0)
}

/// Values that may be noncopyable, in places that never move, each found by a ``Handle`` in constant time.
///
/// This is what the media path uses instead of dictionaries of classes: no reference counting, no exclusivity check and
/// no hashing on access. The places grow in chunks of 64, so that a pointer to a value stays valid until the value is
/// removed.
public struct HandleTable<Value: ~Copyable>: ~Copyable {
    @usableFromInline static var chunkSize: Int { 64 }

    @usableFromInline var chunks: [UnsafeMutablePointer<Value>] = []
    /// Even: free. Odd: taken. Rises by one at each change.
    @usableFromInline var generations: [UInt32] = []
    @usableFromInline var free: [UInt32] = []
    /// How many values the table holds.
    public private(set) var count = 0

    public init() {}

    deinit {
        for index in generations.indices where generations[index] & 1 == 1 {
            (chunks[index / Self.chunkSize] + index % Self.chunkSize).deinitialize(count: 1)
        }
        for chunk in chunks { chunk.deallocate() }
    }

    /// Puts `value` into a free place.
    public mutating func insert(_ value: consuming Value) -> Handle {
        let index: Int
        if let reused = free.popLast() {
            index = Int(reused)
        } else {
            index = generations.count
            if index % Self.chunkSize == 0 { chunks.append(.allocate(capacity: Self.chunkSize)) }
            generations.append(0)
        }
        generations[index] &+= 1
        (chunks[index / Self.chunkSize] + index % Self.chunkSize).initialize(to: value)
        count += 1
        return Handle(index: UInt32(index), generation: generations[index])
    }

    /// Takes the value out; `nil` when the handle is stale.
    public mutating func remove(_ handle: Handle) -> Value? {
        guard contains(handle) else { return nil }
        let index = Int(handle.index)
        generations[index] &+= 1
        free.append(handle.index)
        count -= 1
        return (chunks[index / Self.chunkSize] + index % Self.chunkSize).move()
    }

    @inlinable
    public func contains(_ handle: Handle) -> Bool {
        Int(handle.index) < generations.count && generations[Int(handle.index)] == handle.generation
            && handle.generation & 1 == 1
    }

    /// The place of a live value, or `nil` when the handle is stale. The pointer is valid until the value is removed;
    /// the caller must not keep it longer than one call from the driver.
    @inlinable
    public func pointer(_ handle: Handle) -> UnsafeMutablePointer<Value>? {
        guard contains(handle) else { return nil }
        let index = Int(handle.index)
        return chunks[index / Self.chunkSize] + index % Self.chunkSize
    }

    /// The handles of all live values, in the order of their places. Allocates: not for the packet path.
    public var handles: [Handle] {
        generations.indices.compactMap { index in
            generations[index] & 1 == 1 ? Handle(index: UInt32(index), generation: generations[index]) : nil
        }
    }
}
