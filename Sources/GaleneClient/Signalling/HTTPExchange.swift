// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import NIOCore
import NIOHTTP1
import NIOPosix

/// `GET …/.status`: what a client asks first.
enum StatusRequest {
    /// A status is some hundreds of bytes.
    private static let maximumBody = 64 * 1024
    /// A group may have moved, and its name be spelt otherwise.
    private static let maximumRedirects = 3

    static func fetch(_ group: ServerURL, by dialler: Dialler) async throws -> GroupStatus {
        var page = group
        page.path = String(page.path.prefix { $0 != "?" })
        if !page.path.hasSuffix("/") { page.path += "/" }
        var url = page.at(page.path + ".status")
        for _ in 0...maximumRedirects {
            let (head, body) = try await get(url, by: dialler)
            switch head.status.code {
            case 200:
                do {
                    return try GroupStatus(parsing: Array(buffer: body))
                } catch {
                    throw LoadError(.unsupported, "\(url) is not a group's status: \(error)")
                }
            case 301, 302, 307, 308:
                guard let location = head.headers.first(name: "location"),
                    let next = location.hasPrefix("/") ? url.at(location) : ServerURL(location)
                else { throw LoadError(.unsupported, "\(url) redirects to nowhere") }
                url = next
            case 404:
                throw LoadError(.refused, "there is no group at \(page)")
            default:
                throw LoadError(.refused, "\(url) answers \(head.status.code) \(head.status.reasonPhrase)")
            }
        }
        throw LoadError(.unsupported, "\(page) redirects in a circle")
    }

    private static func get(_ url: ServerURL, by dialler: Dialler) async throws -> (HTTPResponseHead, ByteBuffer) {
        let channel: NIOAsyncChannel<HTTPClientResponsePart, HTTPPart<HTTPRequestHead, ByteBuffer>>
        do {
            channel = try await dialler.bootstrap().connect(host: url.host, port: url.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try dialler.secure(channel, for: url)
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(HTTPRequestParts())
                    return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                }
            }
        } catch {
            throw Dialler.error(error, url)
        }
        do {
            return try await channel.executeThenClose { inbound, outbound in
                let headers: HTTPHeaders = ["Host": url.authority, "Accept": "application/json"]
                let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: url.path, headers: headers)
                // At once: a server may have answered, and closed, before a second write.
                try await outbound.write(contentsOf: [.head(head), .end(nil)])
                var answer: HTTPResponseHead?
                var body = ByteBuffer()
                for try await part in inbound {
                    switch part {
                    case .head(let head): answer = head
                    case .body(var bytes):
                        body.writeBuffer(&bytes)
                        guard body.readableBytes <= maximumBody else {
                            throw LoadError(.unsupported, "\(url) answers with more than a status")
                        }
                    case .end:
                        if let answer { return (answer, body) }
                    }
                }
                throw LoadError(.connection, "\(url.authority) closed the connection without an answer")
            }
        } catch {
            throw Dialler.error(error, url)
        }
    }
}

/// Turns the parts that async code writes into those of NIO's encoder.
private final class HTTPRequestParts: ChannelOutboundHandler {
    typealias OutboundIn = HTTPPart<HTTPRequestHead, ByteBuffer>
    typealias OutboundOut = HTTPClientRequestPart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part: HTTPClientRequestPart =
            switch unwrapOutboundIn(data) {
            case .head(let head): .head(head)
            case .body(let bytes): .body(.byteBuffer(bytes))
            case .end(let trailers): .end(trailers)
            }
        context.write(wrapOutboundOut(part), promise: promise)
    }
}
