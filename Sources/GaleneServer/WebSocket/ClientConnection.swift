// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import Logging
import NIOCore
import NIOWebSocket
import RTCBase

/// Drives one client's ``ClientSession`` on the event loop of its WebSocket.
///
/// An actor on that loop's executor: the channel's handler and timers enter it without a hop, and events of the group cost
/// one wake-up of the loop however many clients and messages there are.
actor ClientConnection {
    nonisolated let channel: any Channel
    nonisolated let mailbox: MemberMailbox
    nonisolated var unownedExecutor: UnownedSerialExecutor { channel.eventLoop.executor.asUnownedSerialExecutor() }

    private let limits: Limits
    private let logger: Logger
    private let executor: OperationExecutor
    private var session: ClientSession
    private var output: OutputQueue
    /// Messages that arrived together with the one that is being handled.
    private var waiting: [ByteBuffer] = []
    private var waitingHead = 0
    private var isClosing = false
    private var isGone = false
    private var isHoldingReads = false
    private var timer: (deadline: Instant, task: Scheduled<Void>)?

    private let operations: AsyncStream<SessionOperation>
    private let operationsInput: AsyncStream<SessionOperation>.Continuation

    init(channel: any Channel, groups: GroupDirectory, limits: Limits, logger: Logger) {
        self.channel = channel
        self.limits = limits
        self.logger = logger
        let loop = channel.eventLoop
        let late = LateReference<ClientConnection>()
        mailbox = MemberMailbox { loop.execute { late.value?.assumeIsolated { $0.deliverEvents() } } }
        executor = OperationExecutor(
            groups: groups, mailbox: mailbox, address: ClientAddress(channel.remoteAddress))
        session = ClientSession(limits: limits, random: SystemRandomNumberGenerator(), now: .now)
        output = OutputQueue(limits: limits)
        (operations, operationsInput) = AsyncStream.makeStream()
        late.value = self
    }

    /// Carries out the session's operations, one after another, until the connection and the session have ended.
    func run() async {
        schedule()
        for await operation in operations {
            let result = await executor.execute(operation)
            apply(session.finish(result, now: .now))
        }
    }

    // MARK: From the channel's handler

    var wantsToRead: Bool {
        let wants = waiting.count == waitingHead && session.acceptsMessages
        isHoldingReads = !wants
        return wants || isClosing
    }

    func received(_ message: ByteBuffer) {
        guard !isClosing else { return }
        guard waiting.count - waitingHead < limits.waitingMessages else {
            return fail(.code(1008, reason: "too many messages at once"))
        }
        waiting.append(message)
        handleMessages()
    }

    /// The peer has sent its closing frame: an answer to ours, or the beginning of the end.
    func peerClosed() {
        if isClosing { return channel.close(promise: nil) }
        apply(session.disconnected())
        isClosing = true
        let channel = self.channel
        write(Self.closeFrame(1000, "")) { channel.close(promise: nil) }
    }

    func disconnected() {
        guard !isGone else { return }
        isGone = true
        isClosing = true
        timer?.task.cancel()
        timer = nil
        waiting = []
        waitingHead = 0
        apply(session.disconnected())
        finishIfDone()
    }

    func sendPong(_ payload: ByteBuffer) {
        guard !isClosing else { return }
        write([WebSocketFrame(fin: true, opcode: .pong, data: payload)])
    }

    func shutDown() {
        guard !isClosing else { return }
        apply(session.shutDown())
    }

    /// Ends the connection from below the session: the client breaks WebSocket itself.
    func fail(_ closure: SessionClosure) {
        guard !isClosing else { return }
        apply(session.disconnected())
        close(closure)
    }

    // MARK: Turns

    private func handleMessages() {
        while waitingHead < waiting.count, session.acceptsMessages, !isClosing {
            let message = waiting[waitingHead]
            waitingHead += 1
            let envelope = message.withUnsafeReadableBytes { bytes in
                try? ClientEnvelope(parsing: RawSpan(_unsafeBytes: bytes))
            }
            if let envelope {
                apply(session.receive(envelope, now: .now))
            } else {
                apply(session.receiveUnreadable(now: .now))
            }
        }
        if waitingHead == waiting.count {
            waiting.removeAll(keepingCapacity: false)
            waitingHead = 0
        }
    }

    private func deliverEvents() {
        for event in mailbox.takeAll() { apply(session.handle(event, now: .now)) }
    }

    /// Carries out actions: messages are written together, operations queued.
    private func apply(_ actions: [SessionAction]) {
        var frames: [WebSocketFrame] = []
        var closure: SessionClosure?
        for action in actions {
            switch action {
            case .send(let message):
                frames.append(WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(bytes: message.encoded())))
            case .forward(let message):
                frames.append(WebSocketFrame(fin: true, opcode: .text, data: message.encoded))
            case .perform(let operation): operationsInput.yield(operation)
            case .close(let how): closure = how
            }
        }
        if !frames.isEmpty, !isClosing { write(frames) }
        if let closure, !isClosing { close(closure) }
        schedule()
        finishIfDone()
        if !isClosing, session.acceptsMessages { resume() }
    }

    private func resume() {
        if waitingHead < waiting.count { return handleMessages() }
        guard isHoldingReads else { return }
        isHoldingReads = false
        channel.read()
    }

    private func finishIfDone() {
        if isGone, session.isFinished { operationsInput.finish() }
    }

    // MARK: Output

    private func write(_ frames: [WebSocketFrame], then: (@Sendable () -> Void)? = nil) {
        guard !isGone else { return }
        for frame in frames.dropLast() { channel.write(frame, promise: nil) }
        guard let last = frames.last else { return }
        output.wrote(frames.reduce(0) { $0 + $1.data.readableBytes }, now: .now)
        let promise = channel.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenComplete { _ in
            self.assumeIsolated { $0.output.completed() }
            then?()
        }
        channel.writeAndFlush(last, promise: promise)
        if output.isOverdue(now: .now) { drop() }
    }

    /// The client does not read.
    private func drop() {
        guard !isGone else { return }
        logger.info("client does not read, disconnected")
        isClosing = true
        apply(session.disconnected())
        channel.close(promise: nil)
    }

    private func close(_ closure: SessionClosure) {
        isClosing = true
        waiting = []
        waitingHead = 0
        guard case .code(let code, let reason) = closure else { return channel.close(promise: nil) }
        write(Self.closeFrame(code, reason))
        // RFC 6455 section 7.1.1: the server closes TCP, after the peer's closing frame or a time.
        let channel = self.channel
        channel.eventLoop.scheduleTask(in: TimeAmount(limits.closeTimeout)) { channel.close(promise: nil) }
        channel.read()
    }

    private static func closeFrame(_ code: UInt16, _ reason: String) -> [WebSocketFrame] {
        var data = ByteBuffer(integer: code)
        // Section 5.5: a control frame has at most 125 bytes, two of which are the code.
        var bytes = Array(reason.utf8.prefix(123))
        while String(validating: bytes, as: UTF8.self) == nil { bytes.removeLast() }
        data.writeBytes(bytes)
        return [WebSocketFrame(fin: true, opcode: .connectionClose, data: data)]
    }

    // MARK: Time

    /// Keeps one timer for the earliest deadline. One that comes too early, because the deadline has moved on, only
    /// makes the next.
    private func schedule() {
        guard !isGone, let deadline = Instant.earliest(session.deadline, output.deadline) else { return }
        if let timer, timer.deadline <= deadline { return }
        timer?.task.cancel()
        let delay = max(.zero, deadline - .now)
        let task = channel.eventLoop.scheduleTask(in: TimeAmount(delay)) { self.assumeIsolated { $0.timerFired() } }
        timer = (deadline, task)
    }

    private func timerFired() {
        timer = nil
        if output.isOverdue(now: .now) { return drop() }
        if let deadline = session.deadline, deadline <= .now {
            apply(session.handleTimeout(now: .now))
        } else {
            schedule()
        }
    }
}

/// Breaks the circle of a mailbox that wakes the actor which owns it.
private final class LateReference<Value: AnyObject & Sendable>: @unchecked Sendable {
    // Written once, in the owner's initializer, before anybody else can have the mailbox.
    weak var value: Value?
}

extension Instant {
    /// The process's monotonic clock.
    static var now: Instant {
        Instant(nanoseconds: Int64(NIODeadline.now().uptimeNanoseconds))
    }
}
