// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What a message is about: 12 bits of an open registry.
///
/// [RFC 8489 section 18.2](https://www.rfc-editor.org/rfc/rfc8489#section-18.2); those of TURN are in
/// [RFC 8656 section 17](https://www.rfc-editor.org/rfc/rfc8656#section-17).
public struct STUNMethod: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public var rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue & 0xfff }

    public static let binding = STUNMethod(rawValue: 0x001)
    public static let allocate = STUNMethod(rawValue: 0x003)
    public static let refresh = STUNMethod(rawValue: 0x004)
    public static let send = STUNMethod(rawValue: 0x006)
    public static let data = STUNMethod(rawValue: 0x007)
    public static let createPermission = STUNMethod(rawValue: 0x008)
    public static let channelBind = STUNMethod(rawValue: 0x009)
}

/// What a message does in its transaction. Two bits, so these four are all there will ever be.
public enum STUNClass: UInt8, Sendable {
    case request = 0b00
    case indication = 0b01
    case success = 0b10
    case failure = 0b11
}

/// The first 14 bits after the two zero bits of a message: class and method, interleaved.
///
///      0                 1
///      2  3  4 5 6 7 8 9 0 1 2 3 4 5
///     +--+--+-+-+-+-+-+-+-+-+-+-+-+-+
///     |M |M |M|M|M|C|M|M|M|C|M|M|M|M|
///     |11|10|9|8|7|1|6|5|4|0|3|2|1|0|
///     +--+--+-+-+-+-+-+-+-+-+-+-+-+-+
///
/// [RFC 8489 section 5](https://www.rfc-editor.org/rfc/rfc8489#section-5).
struct STUNMessageType {
    var messageClass: STUNClass
    var method: STUNMethod

    init(_ messageClass: STUNClass, _ method: STUNMethod) {
        self.messageClass = messageClass
        self.method = method
    }

    init(wire: UInt16) {
        messageClass =
            switch (wire & 0x0100 != 0, wire & 0x0010 != 0) {
            case (false, false): .request
            case (false, true): .indication
            case (true, false): .success
            case (true, true): .failure
            }
        method = STUNMethod(rawValue: wire & 0x000f | (wire & 0x00e0) >> 1 | (wire & 0x3e00) >> 2)
    }

    var wire: UInt16 {
        let method = method.rawValue
        let bits = UInt16(messageClass.rawValue)
        return method & 0x00f | (method & 0x070) << 1 | (method & 0xf80) << 2 | (bits & 1) << 4 | (bits & 2) << 7
    }
}
