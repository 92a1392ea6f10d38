// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// `a=extmap`: the number by which packets carry a header extension.
///
/// [RFC 8285 section 8](https://www.rfc-editor.org/rfc/rfc8285#section-8).
public struct ExtensionMap: AttributeValue {
    public static let attributeName = "extmap"
    /// 1 to 14 in the one-byte form, to 255 in the two-byte form; from 4096 on in offers, numbers to choose from.
    public var id: Int
    /// Who may send it; `nil` for both.
    public var direction: MediaDirection?
    public var uri: String
    /// What follows the URI.
    public var parameters: String?

    public init(id: Int, direction: MediaDirection? = nil, uri: String, parameters: String? = nil) {
        self.id = id
        self.direction = direction
        self.uri = uri
        self.parameters = parameters
    }

    public init?(_ text: String) {
        let words = text.split(separator: " ", maxSplits: 2)
        guard words.count >= 2 else { return nil }
        let head = words[0].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let number = head.first, number.isDigits, let id = Int(number), (1...4351).contains(id) else {
            return nil
        }
        self.init(id: id, uri: String(words[1]), parameters: words.count == 3 ? String(words[2]) : nil)
        if head.count == 2 {
            guard let direction = MediaDirection(rawValue: String(head[1])) else { return nil }
            self.direction = direction
        }
    }

    public var text: String {
        "\(id)\(direction.map { "/\($0.rawValue)" } ?? "") \(uri)\(parameters.map { " \($0)" } ?? "")"
    }
}

extension ExtensionMap {
    /// [RFC 8843 section 16.2](https://www.rfc-editor.org/rfc/rfc8843#section-16.2)
    public static let mid = "urn:ietf:params:rtp-hdrext:sdes:mid"
    /// [RFC 8852 section 4.1](https://www.rfc-editor.org/rfc/rfc8852#section-4.1)
    public static let rtpStreamID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
    /// [RFC 8852 section 4.2](https://www.rfc-editor.org/rfc/rfc8852#section-4.2)
    public static let repairedRTPStreamID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
}
