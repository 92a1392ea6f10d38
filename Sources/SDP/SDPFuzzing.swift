// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The entry of the fuzzer, and of the tests that replay its findings.
package enum SDPFuzzing {
    /// Parses any bytes; what was understood must survive being written and parsed again.
    package static func run(_ bytes: UnsafeRawBufferPointer) {
        guard let session = try? SessionDescription(parsing: String(decoding: bytes, as: UTF8.self)) else { return }
        let text = session.text
        // A description that was near the limit with bare LFs exceeds it with CR LFs.
        guard text.utf8.count <= SDPLimits.size else { return }
        guard let again = try? SessionDescription(parsing: text) else {
            preconditionFailure("a description that was written cannot be parsed")
        }
        precondition(again.text == text, "a description changes when it is parsed and written again")
        for attributes in [session.attributes] + session.media.map(\.attributes) { check(attributes) }
    }

    /// Every typed value must read back as itself.
    private static func check(_ attributes: [Attribute]) {
        check(attributes.all(MediaIdentifier.self))
        check(attributes.all(MediaGroup.self))
        check(attributes.all(RTPMap.self))
        check(attributes.all(FormatParameters.self))
        check(attributes.all(RTCPFeedback.self))
        check(attributes.all(ExtensionMap.self))
        check(attributes.all(SourceAttribute.self))
        check(attributes.all(SourceGroup.self))
        check(attributes.all(MediaStreamIdentifier.self))
        check(attributes.all(Setup.self))
        check(attributes.all(Fingerprint.self))
        check(attributes.all(ICEUsernameFragment.self))
        check(attributes.all(ICEPassword.self))
        check(attributes.all(ICEOptions.self))
        check(attributes.all(CandidateText.self))
        check(attributes.all(RestrictionIdentifier.self))
        check(attributes.all(Simulcast.self))
        for parameters in attributes.all(FormatParameters.self) {
            _ = FormatParameters.values(of: parameters.parameters)
        }
    }

    private static func check<Value: AttributeValue>(_ values: [Value]) {
        for value in values {
            precondition(Value(value.text) == value, "an attribute changes when it is written and parsed again")
        }
    }
}
