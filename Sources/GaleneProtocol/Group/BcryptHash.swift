// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The form of a bcrypt hash, `$2a$08$…`; what it is computed with is elsewhere.
public enum BcryptHash {
    /// Each step doubles the time: 16 takes some seconds. A file that asks for more would be a way to stop the server.
    public static let maximumCost = 16

    /// Of its base 64, salt and hash alike.
    private static let digits = Set("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

    /// The cost that a hash names; `nil` for what is no such hash, or for a cost outside of 4...``maximumCost``.
    public static func cost(of hash: String) -> Int? {
        let bytes = Array(hash.utf8)
        guard bytes.count == 60, bytes.starts(with: "$2".utf8), "aby".utf8.contains(bytes[2]),
            bytes[3] == UInt8(ascii: "$"), bytes[6] == UInt8(ascii: "$"),
            bytes[4...5].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            bytes[7...].allSatisfy(digits.contains)
        else { return nil }
        let cost = Int(bytes[4] - UInt8(ascii: "0")) * 10 + Int(bytes[5] - UInt8(ascii: "0"))
        return (4...maximumCost).contains(cost) ? cost : nil
    }
}
