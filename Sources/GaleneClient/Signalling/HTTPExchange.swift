// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import NIOCore
import NIOHTTP1
import NIOPosix

/// One request and its answer, on a connection of its own: what is asked before there is a WebSocket.
enum HTTPExchange {
    /// A status is some hundreds of bytes, a token some thousands.
    private static let maximumBody = 64 * 1024

    struct Answer {
        var head: HTTPResponseHead
        var body: ByteBuffer
    }

    /// - Throws: ``ServerConnectionError``; also when the answer is not complete within ``Timeouts/connect``, or is longer
    ///   than 64 KiB, and when the task is cancelled.
    static func perform(
        _ method: HTTPMethod, _ url: ServerURL, fields: HTTPHeaders = [:], body: ByteBuffer? = nil, by dialler: Dialler
    ) async throws -> Answer {
        try await OpeningChannels.run { opening in
            try await perform(method, url, fields, body, by: dialler, opening)
        }
    }

    private static func perform(
        _ method: HTTPMethod, _ url: ServerURL, _ fields: HTTPHeaders, _ body: ByteBuffer?, by dialler: Dialler,
        _ opening: OpeningChannels
    ) async throws -> Answer {
        let channel: NIOAsyncChannel<HTTPClientResponsePart, HTTPPart<HTTPRequestHead, ByteBuffer>>
        do {
            channel = try await dialler.bootstrap().connect(host: url.host, port: url.port) { channel in
                opening.add(channel)
                return channel.eventLoop.makeCompletedFuture {
                    try dialler.secure(channel, for: url)
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(HTTPRequestParts())
                    return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                }
            }
        } catch {
            throw Dialler.error(error, url)
        }
        // A server that dribbles may not hold us for ever.
        let deadline = NIODeadline.now() + dialler.timeouts.connect
        let watch = channel.channel.eventLoop.scheduleTask(deadline: deadline) {
            channel.channel.close(promise: nil)
        }
        defer { watch.cancel() }
        do {
            return try await channel.executeThenClose { inbound, outbound in
                var headers = fields
                headers.replaceOrAdd(name: "Host", value: url.authority)
                if let body { headers.replaceOrAdd(name: "Content-Length", value: "\(body.readableBytes)") }
                let head = HTTPRequestHead(version: .http1_1, method: method, uri: url.path, headers: headers)
                // At once: a server may have answered, and closed, before a second write.
                do {
                    try await outbound.write(
                        contentsOf: [.head(head)] + (body.map { [.body($0)] } ?? []) + [.end(nil)])
                } catch {
                    // That nothing can be written any more is what became of it; why, for instance a certificate that
                    // nobody vouches for, comes the other way.
                    for try await _ in inbound {}
                    throw error
                }
                var answer: HTTPResponseHead?
                var bytes = ByteBuffer()
                for try await part in inbound {
                    switch part {
                    case .head(let head): answer = head
                    case .body(var piece):
                        bytes.writeBuffer(&piece)
                        guard bytes.readableBytes <= maximumBody else {
                            throw ServerConnectionError(
                                .protocolViolation, "\(url) answers with more than was asked for")
                        }
                    case .end:
                        // Of an answer that ends with its connection, our own close looks like the end.
                        if let answer, .now() < deadline { return Answer(head: answer, body: bytes) }
                    }
                }
                throw ServerConnectionError(
                    .unreachable, "\(url.authority) closed the connection without an answer, or took too long for one")
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
