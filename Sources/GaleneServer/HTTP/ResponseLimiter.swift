// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import NIOCore
import NIOHTTPTypes

/// Closes a connection whose client does not read the answer that it has asked for: for so long that nothing that was
/// written has got to the kernel. Otherwise each would keep a connection, a file and a part of it in memory.
final class ResponseLimiter: ChannelOutboundHandler {
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let timeout: TimeAmount
    private var waiting = 0
    /// Since the timer was set.
    private var hasProgressed = false
    private var timer: Scheduled<Void>?

    init(timeout: TimeAmount) { self.timeout = timeout }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let promise = promise ?? context.eventLoop.makePromise()
        waiting += 1
        promise.futureResult.assumeIsolated().whenComplete { _ in
            self.waiting -= 1
            self.hasProgressed = true
        }
        context.write(data, promise: promise)
        if timer == nil { schedule(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
    }

    /// Looks again after the time, and as long as something waits: not for each write, of which there are many.
    private func schedule(_ context: ChannelHandlerContext) {
        hasProgressed = false
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
            self.timer = nil
            guard self.waiting > 0 else { return }
            guard self.hasProgressed else { return context.close(promise: nil) }
            self.schedule(context)
        }
    }
}
