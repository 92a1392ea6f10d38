// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// `a=fmtp`: the parameters of a payload type.
///
/// [RFC 8866 section 6.15](https://www.rfc-editor.org/rfc/rfc8866#section-6.15).
public struct FormatParameters: AttributeValue {
    public static let attributeName = "fmtp"
    public var payloadType: UInt8
    /// What follows the payload type, as it was written.
    public var parameters: String

    public init(payloadType: UInt8, parameters: String) {
        self.payloadType = payloadType
        self.parameters = parameters
    }

    public init?(_ text: String) {
        guard let (number, parameters) = text.splitAtSpace, let payloadType = UInt8(payloadType: number) else {
            return nil
        }
        self.init(payloadType: payloadType, parameters: String(parameters))
    }

    public var text: String { "\(payloadType) \(parameters)" }

    /// The parameters by name in lower case, of those in the form `name=value` separated by semicolons; of several with
    /// one name the first. A name alone has an empty value.
    public static func values(of parameters: String) -> [String: String] {
        var values: [String: String] = [:]
        for part in parameters.split(separator: ";") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = pair.first?.trimmed.lowercased(), !name.isEmpty, values[name] == nil else { continue }
            values[name] = pair.count == 2 ? pair[1].trimmed : ""
        }
        return values
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
