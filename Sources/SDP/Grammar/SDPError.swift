// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// Why a session description could not be parsed, and in which line.
public struct SDPError: Error, Hashable, Sendable, CustomStringConvertible {
    /// From 1; 0 when the description as a whole is at fault.
    public let line: Int
    public let reason: ParseError

    public init(line: Int, reason: ParseError) {
        self.line = line
        self.reason = reason
    }

    public var description: String { line > 0 ? "line \(line): \(reason)" : reason.description }
}

extension ParseError {
    public static let sdpTooLarge = ParseError("the session description is too large")
    public static let sdpLineTooLong = ParseError("the line is too long")
    public static let sdpTooManyAttributes = ParseError("there are too many attributes")
    public static let sdpTooManySections = ParseError("there are too many media sections")
    public static let sdpTooManyFormats = ParseError("the media section has too many formats")
    public static let sdpNoVersion = ParseError("the session description does not start with v=0")
    public static let sdpNotALine = ParseError("the line does not start with a letter and an equals sign")
    public static let sdpUnknownLine = ParseError("the letter of the line is unknown")
    public static let sdpMisplacedLine = ParseError("the line does not belong here")
    public static let sdpControlCharacter = ParseError("the line contains a NUL or a carriage return")
    public static let sdpBadOrigin = ParseError("the origin is malformed")
    public static let sdpBadMedia = ParseError("the media line is malformed")
    public static let sdpBadPort = ParseError("the port is not a number below 65536")
    public static let sdpBadAttribute = ParseError("the attribute has no name")
}
