// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import HTTPTypes
import Hummingbird
import NIOCore
import NIOPosix
import ServerFiles

/// The files of the web root.
struct StaticFiles: Sendable {
    /// How long a browser may use a file without asking.
    static let maximumAge = 1800
    /// What is read from a file at once; an answer holds no more than this in memory.
    static let chunkSize = 128 * 1024

    let sandbox: Sandbox
    let threads: NIOThreadPool

    /// - Parameters:
    ///   - path: decoded and clean.
    ///   - authServer: see ``SecurityHeaders``.
    func respond(to request: Request, path: RequestPath, file: String, authServer: String? = nil) async -> Response {
        let isDirectoryName = file.hasSuffix("/")
        switch await entry(at: file) {
        case .file(let opened)? where !isDirectoryName:
            return await respond(to: request, name: file, opened, authServer: authServer)
        case .directory? where !isDirectoryName:
            return .redirect(to: path.location(file + "/"), .permanentRedirect)
        case .directory?:
            guard case .file(let index)? = await entry(at: file + "index.html") else {
                return .plain(.forbidden, "There is no index here.")
            }
            return await respond(to: request, name: "index.html", index, authServer: authServer)
        default:
            return await notFound(request)
        }
    }

    /// 404 with the web root's own page, if it has one.
    func notFound(_ request: Request) async -> Response {
        guard case .file(let page)? = await entry(at: "/404.html"), page.size <= Self.chunkSize,
            let bytes = try? await read(page, at: 0, count: page.size)
        else { return .plain(.notFound, "Not found.") }
        var fields: HTTPFields = [.contentType: ContentType.of("404.html"), .cacheControl: "no-cache"]
        SecurityHeaders.add(to: &fields)
        fields[.contentLength] = String(bytes.count)
        return Response(
            status: .notFound, headers: fields,
            body: request.method == .head ? .init() : .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    private func respond(
        to request: Request, name: String, _ file: OpenFile, authServer: String?
    ) async -> Response {
        var fields: HTTPFields = [
            .eTag: file.tag,
            .lastModified: HTTPDate.text(unixSeconds: file.modifiedSeconds),
            .cacheControl: "max-age=\(Self.maximumAge)",
        ]
        SecurityHeaders.add(to: &fields, authServer: authServer)
        switch Self.precondition(request, file) {
        case .notModified: return Response(status: .notModified, headers: fields)
        case .failed: return .plain(.preconditionFailed, "The file is another by now.")
        case .proceed: break
        }
        fields[.contentType] = ContentType.of(name)
        fields[.acceptRanges] = "bytes"
        let part: Range<Int>
        var status = HTTPResponse.Status.ok
        switch Self.range(request, file) {
        case .whole:
            part = 0..<file.size
        case .part(let range):
            part = range
            status = .partialContent
            fields[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.size)"
        case .unsatisfiable:
            fields[.contentRange] = "bytes */\(file.size)"
            return Response(status: .rangeNotSatisfiable, headers: fields)
        }
        fields[.contentLength] = String(part.count)
        guard request.method != .head else { return Response(status: status, headers: fields) }
        return Response(status: status, headers: fields, body: body(file, part))
    }

    private func body(_ file: OpenFile, _ part: Range<Int>) -> ResponseBody {
        ResponseBody(contentLength: part.count) { writer in
            var offset = part.lowerBound
            while offset < part.upperBound {
                let bytes = try await self.read(file, at: offset, count: min(Self.chunkSize, part.upperBound - offset))
                // A file that became shorter cannot be what the header promised: the connection must end.
                guard !bytes.isEmpty else { throw StaticFileError.truncated }
                try await writer.write(ByteBuffer(bytes: bytes))
                offset += bytes.count
            }
            try await writer.finish(nil)
        }
    }

    private static func precondition(_ request: Request, _ file: OpenFile) -> Precondition {
        let headers = request.headers
        let result = Precondition.evaluate(
            isRead: true, tag: file.tag, ifMatch: headers[.ifMatch], ifNoneMatch: headers[.ifNoneMatch])
        // RFC 9110 section 13.1.3: "A recipient MUST ignore If-Modified-Since if the request contains an If-None-Match
        // header field".
        guard result == .proceed, headers[.ifNoneMatch] == nil,
            let since = headers[.ifModifiedSince].flatMap(HTTPDate.unixSeconds)
        else { return result }
        return file.modifiedSeconds <= since ? .notModified : .proceed
    }

    private static func range(_ request: Request, _ file: OpenFile) -> ByteRange {
        // RFC 9110 section 13.1.5: a range of another version of the file is of no use.
        if let condition = request.headers[.ifRange], condition != file.tag { return .whole }
        return ByteRange(request.headers[.range], size: file.size)
    }

    // Opening and reading may wait for a disk, which neither an event loop nor a task's thread should.
    private func entry(at path: String) async -> Sandbox.Entry? {
        try? await threads.runIfActive { sandbox.entry(at: path) }
    }

    private func read(_ file: OpenFile, at offset: Int, count: Int) async throws -> [UInt8] {
        let bytes = try await threads.runIfActive { file.read(at: offset, count: count) }
        guard let bytes else { throw StaticFileError.unreadable }
        return bytes
    }
}

enum StaticFileError: Error {
    case truncated
    case unreadable
}
