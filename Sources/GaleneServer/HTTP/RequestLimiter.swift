// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Closes a connection whose request has a body that is too long, or that does not end in time.
///
/// Nothing here reads a body yet; it is only skipped, and may not be skipped for ever.
final class RequestLimiter: ChannelInboundHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    private let maximumBody: Int
    private let timeout: TimeAmount
    private var received = 0
    private var isReading = false
    private var timer: Scheduled<Void>?

    init(maximumBody: Int, timeout: TimeAmount) {
        self.maximumBody = maximumBody
        self.timeout = timeout
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(var head):
            received = 0
            isReading = true
            // The decoder reads nothing after a request for an upgrade, which only a first request may get.
            if head.headerFields[.upgrade] != nil {
                head.headerFields[.connection] = "close"
                return context.fireChannelRead(wrapInboundOut(.head(head)))
            }
        case .body(let bytes):
            received += bytes.readableBytes
            guard received <= maximumBody else {
                context.close(promise: nil)
                return
            }
        case .end:
            isReading = false
            timer?.cancel()
            timer = nil
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Requests without a body, nearly all, end in the read that begins them and need no timer.
        if isReading, timer == nil {
            timer = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) { context.close(promise: nil) }
        }
        context.fireChannelReadComplete()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
    }
}
