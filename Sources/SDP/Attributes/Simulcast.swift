// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// `a=simulcast`: the encodings of one picture that are sent side by side, best first.
///
/// [RFC 8853 section 5.1](https://www.rfc-editor.org/rfc/rfc8853#section-5.1).
public struct Simulcast: AttributeValue {
    /// One of the encodings that may be sent for a stream.
    public struct Alternative: Hashable, Sendable {
        public var rid: String
        /// The sender does not send it for now (`~`).
        public var isPaused: Bool

        public init(rid: String, isPaused: Bool = false) {
            self.rid = rid
            self.isPaused = isPaused
        }
    }

    public static let attributeName = "simulcast"
    /// Each stream with its alternatives, the preferred first.
    public var send: [[Alternative]]
    public var receive: [[Alternative]]

    public init(send: [[Alternative]] = [], receive: [[Alternative]] = []) {
        self.send = send
        self.receive = receive
    }

    public init?(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 2 || words.count == 4 else { return nil }
        self.init()
        for index in stride(from: 0, to: words.count, by: 2) {
            guard let streams = Self.streams(words[index + 1]) else { return nil }
            switch words[index] {
            case "send" where send.isEmpty: send = streams
            case "recv" where receive.isEmpty: receive = streams
            default: return nil
            }
        }
    }

    private static func streams(_ text: Substring) -> [[Alternative]]? {
        var streams: [[Alternative]] = []
        for stream in text.split(separator: ";", omittingEmptySubsequences: false) {
            var alternatives: [Alternative] = []
            for alternative in stream.split(separator: ",", omittingEmptySubsequences: false) {
                let isPaused = alternative.first == "~"
                let rid = isPaused ? alternative.dropFirst() : alternative
                guard RestrictionIdentifier.isValid(rid) else { return nil }
                alternatives.append(Alternative(rid: String(rid), isPaused: isPaused))
            }
            streams.append(alternatives)
        }
        return streams
    }

    public var text: String {
        func text(_ streams: [[Alternative]]) -> String {
            streams.map { $0.map { ($0.isPaused ? "~" : "") + $0.rid }.joined(separator: ",") }.joined(separator: ";")
        }
        return [send.isEmpty ? nil : "send \(text(send))", receive.isEmpty ? nil : "recv \(text(receive))"]
            .compactMap { $0 }.joined(separator: " ")
    }
}
