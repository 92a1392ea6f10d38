// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    static func plain(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status,
            headers: [
                .contentType: "text/plain; charset=utf-8", .contentLength: String(text.utf8.count + 1),
                .cacheControl: "no-cache", .xContentTypeOptions: "nosniff",
            ],
            body: .init(byteBuffer: ByteBuffer(string: text + "\n")))
    }

    static func redirect(to location: String, _ status: HTTPResponse.Status) -> Response {
        Response(status: status, headers: [.location: location, .contentLength: "0"])
    }

    static func json(_ bytes: [UInt8], headOnly: Bool) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "application/json", .contentLength: String(bytes.count), .cacheControl: "no-cache",
                .xContentTypeOptions: "nosniff",
            ],
            body: headOnly ? .init() : .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    static func methodNotAllowed(_ allowed: String) -> Response {
        var response = plain(.methodNotAllowed, "This method is not allowed here.")
        response.headers[.allow] = allowed
        return response
    }
}
