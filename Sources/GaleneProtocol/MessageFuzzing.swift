// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The entry of the fuzzer, and of the tests that replay its findings.
package enum MessageFuzzing {
    /// Takes any bytes as every kind of JSON that is read here; what was understood must survive being written and read
    /// again.
    package static func run(_ bytes: UnsafeRawBufferPointer) {
        let bytes = Array(bytes)
        check(bytes) { (bytes) throws(FormatError) in try JSONValue(parsing: bytes).encoded() }
        check(bytes) { (bytes) throws(FormatError) in try ClientMessage(parsing: bytes).encoded() }
        check(bytes) { (bytes) throws(FormatError) in try ServerMessage(parsing: bytes).encoded() }
        check(bytes) { (bytes) throws(FormatError) in try GroupStatus(parsing: bytes).encoded() }
        _ = try? ICEServerDescription.parse(bytes)
        check(bytes) { (bytes) throws(FormatError) in try GroupDescription(parsing: bytes).encoded() }
        _ = try? ClientEnvelope(parsing: bytes)
        if let value = try? JSONValue(parsing: bytes), let cleared = try? ClearedChat(value) {
            precondition((try? ClearedChat(cleared.value)) == cleared)
        }
        check(bytes) { (bytes) throws(FormatError) in
            let message = try FileTransferMessage(JSONValue(parsing: bytes))
            precondition(!message.id.isEmpty, "a file that could not be told from others")
            return message.value.encoded()
        }
        _ = try? ServerConfiguration(parsing: bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        _ = SpecialPath(text)
        precondition(!GroupName.isValid(text) || Username.isValid(text) || text.utf8.count > Username.maximumLength)
        if let time = Timestamp(rfc3339: text) { precondition(Timestamp(rfc3339: time.text) == time) }
    }

    private static func check(_ bytes: [UInt8], _ rewrite: ([UInt8]) throws(FormatError) -> [UInt8]) {
        guard let written = try? rewrite(bytes) else { return }
        // Numbers such as 1e5 become longer.
        guard written.count <= JSONLimits.message.size else { return }
        guard let again = try? rewrite(written) else {
            preconditionFailure("what was written cannot be read")
        }
        precondition(again == written, "what was read and written changes when it is read and written again")
    }
}
