// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What a password is held against. Absent altogether, nothing matches.
///
/// ``plain(_:)`` and ``wildcard`` are matched here; the others cost time and are matched where that can be bounded.
public enum Password: Hashable, Sendable {
    /// The password itself.
    case plain(String)
    /// PBKDF2 with HMAC-SHA-256.
    case pbkdf2(PBKDF2Parameters)
    /// A hash in the form `$2a$…`.
    case bcrypt(String)
    /// Any password.
    case wildcard
    /// None, because the file says it in a way that nobody understands, and what is wrong with it. Kept as it stands.
    case unusable(JSONValue, FormatError)

    public struct PBKDF2Parameters: Hashable, Sendable {
        /// The derived key; its length is that of the key to derive.
        public var key: [UInt8]
        public var salt: [UInt8]
        public var iterations: Int

        public init(key: [UInt8], salt: [UInt8], iterations: Int) {
            self.key = key
            self.salt = salt
            self.iterations = iterations
        }

        /// OWASP recommends 600,000; ten million take some seconds. More would be a way to stop the server.
        public static let maximumIterations = 10_000_000
    }

    /// Whether a password matches; `nil` when that takes a key derivation.
    ///
    /// Takes as long for a password that is nearly right as for one that is quite wrong.
    public func matches(_ password: String) -> Bool? {
        switch self {
        case .plain(let key): Self.equals(Array(password.utf8), Array(key.utf8))
        case .wildcard: true
        case .unusable: false
        case .pbkdf2, .bcrypt: nil
        }
    }

    /// By bytes, not by Unicode equivalence; in a time that depends on the length of `given` alone.
    private static func equals(_ given: [UInt8], _ key: [UInt8]) -> Bool {
        var difference: UInt8 = given.count == key.count ? 0 : 1
        for index in given.indices {
            difference |= given[index] ^ (key.isEmpty ? 0 : key[index % key.count])
        }
        return difference == 0
    }
}

extension Password: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The type alone: passwords are not for logs.
    public var description: String {
        switch self {
        case .plain: "<plain password>"
        case .pbkdf2: "<PBKDF2 password>"
        case .bcrypt: "<bcrypt password>"
        case .wildcard: "<wildcard password>"
        case .unusable: "<unusable password>"
        }
    }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Password {
    /// A type that is unknown or incomplete keeps out one user, not a whole group.
    ///
    /// - Returns: `nil` for an object without a type, which no password matches.
    /// - Throws: for what is neither text nor an object, and for fields that nobody knows.
    init?(_ value: JSONValue) throws(FormatError) {
        if case .string(let key) = value {
            self = .plain(key)
            return
        }
        let fields = try JSONFields(value)
        try fields.requireKnown(["type", "hash", "key", "salt", "iterations"])
        do throws(FormatError) {
            guard let password = try Self(fields) else { return nil }
            self = password
        } catch {
            self = .unusable(value, error)
        }
    }

    private init?(_ fields: JSONFields) throws(FormatError) {
        switch try fields.string("type") ?? "" {
        case "": return nil
        case "wildcard": self = .wildcard
        case "plain": self = .plain(try Self.key(fields))
        case "bcrypt":
            let hash = try Self.key(fields)
            guard BcryptHash.cost(of: hash) != nil else {
                throw FormatError(
                    path: "key", reason: "is not a bcrypt hash with a cost of 4 to \(BcryptHash.maximumCost)")
            }
            self = .bcrypt(hash)
        case "pbkdf2":
            guard try fields.string("hash") == "sha-256" else {
                throw FormatError(path: "hash", reason: "is not sha-256")
            }
            guard let iterations = try fields.integer("iterations"),
                (1...Int64(PBKDF2Parameters.maximumIterations)).contains(iterations)
            else {
                throw FormatError(
                    path: "iterations", reason: "is not in 1...\(PBKDF2Parameters.maximumIterations)")
            }
            let key = try Self.bytes("key", try Self.key(fields))
            guard (1...1024).contains(key.count) else { throw FormatError(path: "key", reason: "has a wrong length") }
            let salt = try Self.bytes("salt", try fields.string("salt") ?? "")
            self = .pbkdf2(PBKDF2Parameters(key: key, salt: salt, iterations: Int(iterations)))
        default: throw FormatError(path: "type", reason: "is not plain, pbkdf2, bcrypt or wildcard")
        }
    }

    private static func key(_ fields: JSONFields) throws(FormatError) -> String {
        guard let key = try fields.string("key") else { throw FormatError(path: "key", reason: "is missing") }
        return key
    }

    private static func bytes(_ path: String, _ text: String) throws(FormatError) -> [UInt8] {
        let digits = text.compactMap { $0.isASCII ? $0.hexDigitValue : nil }
        guard digits.count == text.utf8.count, digits.count % 2 == 0 else {
            throw FormatError(path: path, reason: "is not hexadecimal")
        }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        // Written back as it is commonly written: a string.
        case .plain(let key): return writer.write(key)
        case .unusable(let value, _): return writer.write(value)
        default: break
        }
        writer.beginObject()
        switch self {
        case .plain, .unusable: break
        case .wildcard: writer.field("type", "wildcard")
        case .bcrypt(let key):
            writer.field("type", "bcrypt")
            writer.required("key", key)
        case .pbkdf2(let parameters):
            writer.field("type", "pbkdf2")
            writer.field("hash", "sha-256")
            writer.required("key", Self.text(parameters.key))
            writer.field("salt", Self.text(parameters.salt))
            writer.key("iterations")
            writer.write(parameters.iterations)
        }
        writer.endObject()
    }

    private static func text(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
