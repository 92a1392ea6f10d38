// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Who of the two decides which pair is used.
///
/// [RFC 8445 section 6.1.1](https://www.rfc-editor.org/rfc/rfc8445#section-6.1.1): who sent the offer controls, and a full
/// agent whose peer is a lite one. When both believe the same, the larger tie-breaker wins (section 7.3.1.1).
public enum ICERole: Hashable, Sendable {
    case controlling, controlled

    var opposite: ICERole { self == .controlling ? .controlled : .controlling }
}
