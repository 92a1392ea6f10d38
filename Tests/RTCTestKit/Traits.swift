// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import Testing

/// The section of a specification that a test holds the code to.
public struct RFCTrait: TestTrait, SuiteTrait {
    public let number: Int
    public let section: String
    public var isRecursive: Bool { true }
    public var comments: [Comment] { [Comment(rawValue: "RFC \(number) section \(section)")] }
}

/// The rows of the feature table that a test proves; `docs/features.md` is generated from these.
public struct RowTrait: TestTrait, SuiteTrait {
    public let rows: [String]
    public var isRecursive: Bool { true }
    public var comments: [Comment] { [Comment(rawValue: "rows \(rows.joined(separator: ", "))")] }
}

/// The item of the attack checklist (security) that a test proves the code to survive.
public struct AttackTrait: TestTrait, SuiteTrait {
    public let item: Int
    public var isRecursive: Bool { true }
    public var comments: [Comment] { [Comment(rawValue: "attack \(item)")] }
}

extension Trait where Self == RFCTrait {
    public static func rfc(_ number: Int, _ section: String) -> RFCTrait { RFCTrait(number: number, section: section) }
}

extension Trait where Self == RowTrait {
    public static func row(_ rows: String...) -> RowTrait { RowTrait(rows: rows) }
}

extension Trait where Self == AttackTrait {
    public static func attack(_ item: Int) -> AttackTrait { AttackTrait(item: item) }
}
