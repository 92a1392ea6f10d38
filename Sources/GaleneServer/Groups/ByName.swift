// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Values by the bytes of a group's name.
///
/// Swift's strings are equal when they show the same (`é` in one code point and in two), file names when their bytes are.
/// With strings for keys, whoever spells a name in the other way would get into a group by another group's description.
struct ByName<Value>: Sequence {
    private var values: [[UInt8]: (name: String, value: Value)] = [:]

    subscript(name: String) -> Value? {
        get { values[Array(name.utf8)]?.value }
        set { values[Array(name.utf8)] = newValue.map { (name, $0) } }
    }

    var count: Int { values.count }
    var keys: [String] { values.values.map(\.name) }

    @discardableResult
    mutating func removeValue(forKey name: String) -> Value? { values.removeValue(forKey: Array(name.utf8))?.value }

    func makeIterator() -> some IteratorProtocol<(name: String, value: Value)> { values.values.makeIterator() }
}

extension ByName: Sendable where Value: Sendable {}
