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
    private var logger: Logger
    private let executor: OperationExecutor
    private var session: ClientSession
    private var output: OutputQueue
    private var rate: InputRate
    /// Messages that arrived together with the one that is being handled.
    private var waiting: [ByteBuffer] = []
    private var waitingHead = 0
    /// Handling a message may allow for the next one: that is the loop's to find, and not one more call on the stack.
    private var isHandlingMessages = false
    private var nextDelivery = Instant.zero
    /// The peer has said goodbye, and what it said before is not handled yet.
    private var hasPeerClosed = false
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
        rate = InputRate(limits: limits, now: .now)
        (operations, operationsInput) = AsyncStream.makeStream()
        late.value = self
    }

    /// Carries out the session's operations, one after another, until the connection and the session have ended.
    func run() async {
        schedule()
        logger.debug("connected")
        for await operation in operations {
            let result = await executor.execute(operation)
            note(operation, result)
            // What the group has said before the operation ended comes before its end.
            deliverWaitingEvents()
            apply(session.finish(result, now: .now))
        }
        logger.debug("ended")
    }

    // MARK: From the channel's handler

    var wantsToRead: Bool {
        let wants = waiting.count == waitingHead && session.acceptsMessages && rate.blockedUntil(now: .now) == nil
        isHoldingReads = !wants
        if !wants, !isClosing { schedule() }
        return wants || isClosing
    }

    /// Frames of control, or parts of messages, have come: they cost as much as their bytes.
    func receivedBytes(_ count: Int) { rate.took(messages: 0, bytes: count, now: .now) }

    func received(_ message: ByteBuffer) {
        // RFC 6455 section 5.5.1: nothing comes behind a closing frame.
        guard !isClosing, !hasPeerClosed else { return }
        guard waiting.count - waitingHead < limits.waitingMessages else {
            return fail(.code(1008, reason: "too many messages at once"))
        }
        waiting.append(message)
        handleMessages()
    }

    /// The peer has sent its closing frame: an answer to ours, or the beginning of the end.
    func peerClosed() {
        if isClosing { return channel.close(promise: nil) }
        let channel = self.channel
        // Who speaks and leaves at once wants to be heard.
        guard waitingHead == waiting.count else {
            hasPeerClosed = true
            channel.eventLoop.scheduleTask(in: TimeAmount(limits.closeTimeout)) { channel.close(promise: nil) }
            return
        }
        apply(session.disconnected())
        isClosing = true
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
        write(OutgoingBatch(OutgoingFrame.make(.pong, payload.readableBytesView)))
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
        guard !isHandlingMessages else { return }
        isHandlingMessages = true
        defer { isHandlingMessages = false }
        while waitingHead < waiting.count, session.acceptsMessages, !isClosing {
            guard rate.blockedUntil(now: .now) == nil else { return schedule() }
            let message = waiting[waitingHead]
            waitingHead += 1
            rate.took(messages: 1, bytes: 0, now: .now)
            let envelope = message.withUnsafeReadableBytes { bytes in
                try? ClientEnvelope(parsing: RawSpan(_unsafeBytes: bytes))
            }
            if let envelope {
                if envelope.message.isForEverybody {
                    let more = (limits.broadcastWeight - 1) * message.readableBytes
                    rate.took(messages: 0, bytes: more, now: .now)
                }
                apply(session.receive(envelope, now: .now))
            } else {
                apply(session.receiveUnreadable(now: .now))
            }
        }
        if waitingHead == waiting.count {
            waiting.removeAll(keepingCapacity: false)
            waitingHead = 0
            if hasPeerClosed, !isClosing { peerClosed() }
        }
    }

    /// Hands the session what the group has said: at once after a pause, and in a hurry what comes within the pause
    /// together, so that many messages cost one wake-up and one write.
    private func deliverEvents() {
        let now = Instant.now
        guard now < nextDelivery else { return deliverWaitingEvents() }
        channel.eventLoop.scheduleTask(in: TimeAmount(nextDelivery - now)) {
            self.assumeIsolated { $0.deliverWaitingEvents() }
        }
    }

    private func deliverWaitingEvents() {
        let events = mailbox.takeAll()
        guard !events.isEmpty else { return }
        let now = Instant.now
        nextDelivery = now + limits.deliveryPause
        apply(events.flatMap { session.handle($0, now: now) })
    }

    /// Carries out actions: messages are written together, operations queued.
    private func apply(_ actions: [SessionAction]) {
        var batch = OutgoingBatch()
        var closure: SessionClosure?
        for action in actions {
            switch action {
            case .send(let message):
                batch.append(OutgoingFrame.make(.text, message.encoded()))
            case .forward(let message):
                batch.append(message.frame)
            case .perform(let operation): operationsInput.yield(operation)
            case .close(let how): closure = how
            }
        }
        if !isClosing { write(batch) }
        if let closure, !isClosing { close(closure) }
        schedule()
        finishIfDone()
        if !isClosing, session.acceptsMessages { resume() }
    }

    private func resume() {
        if waitingHead < waiting.count { return handleMessages() }
        guard isHoldingReads else { return }
        guard rate.blockedUntil(now: .now) == nil else { return schedule() }
        isHoldingReads = false
        channel.read()
    }

    private func finishIfDone() {
        if isGone, session.isFinished { operationsInput.finish() }
    }

    // MARK: Output

    private func write(_ batch: OutgoingBatch, then: (@Sendable () -> Void)? = nil) {
        guard !isGone, let last = batch.writes.last else { return }
        output.wrote(batch.readableBytes, now: .now)
        let promise = channel.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenComplete { _ in
            self.assumeIsolated { $0.output.completed() }
            then?()
        }
        for bytes in batch.writes.dropLast() { channel.write(bytes, promise: nil) }
        channel.writeAndFlush(last, promise: promise)
        if output.isOverdue(now: .now) { drop() }
    }

    /// The client does not read.
    private func drop() {
        guard !isGone else { return }
        logger.notice("client does not read, disconnected", metadata: ["bytes": .stringConvertible(output.bytes)])
        isClosing = true
        apply(session.disconnected())
        channel.close(promise: nil)
    }

    private func close(_ closure: SessionClosure) {
        if case .code(let code, let reason) = closure, code > 1001 {
            logger.info("closed", metadata: ["code": .stringConvertible(code), "reason": .string(reason)])
        }
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

    private static func closeFrame(_ code: UInt16, _ reason: String) -> OutgoingBatch {
        // Section 5.5: a control frame has at most 125 bytes, two of which are the code.
        var bytes = Array(reason.utf8.prefix(123))
        while String(validating: bytes, as: UTF8.self) == nil { bytes.removeLast() }
        return OutgoingBatch(
            OutgoingFrame.make(.connectionClose, [UInt8(code >> 8), UInt8(truncatingIfNeeded: code)] + bytes))
    }

    // MARK: Time

    /// Keeps one timer for the earliest deadline. One that comes too early, because the deadline has moved on, only
    /// makes the next.
    private func schedule() {
        // While the client is not read from because it has asked for too much, it is to be looked at again.
        let isWaiting = isHoldingReads || waitingHead < waiting.count
        let readable = isWaiting && session.acceptsMessages ? rate.blockedUntil(now: .now) : nil
        guard !isGone,
            let deadline = Instant.earliest(Instant.earliest(session.deadline, output.deadline), readable)
        else { return }
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
        if !isClosing, session.acceptsMessages { resume() }
    }

    // MARK: Log

    /// What an operator wants to know of a client's doings; never what was said.
    private func note(_ operation: SessionOperation, _ result: SessionResult) {
        switch (operation, result) {
        case (.join(let request), .joinRefused(let refusal)):
            let reason = if case .redirect = refusal { "the group lives elsewhere" } else { refusal.text }
            logger.info(
                "refused",
                metadata: [
                    "group": .string(request.group), "user": .string(request.username ?? ""),
                    "reason": .string(reason),
                ])
        case (.join(let request), _):
            logger[metadataKey: "group"] = .string(request.group)
            logger[metadataKey: "user"] = .string(request.username ?? "")
            logger.info("joined")
        case (.leave, _):
            logger.info("left")
            logger[metadataKey: "group"] = nil
            logger[metadataKey: "user"] = nil
        case (_, .upStreamOpened): logger.debug("sends a stream")
        case (_, .upStreamFailed(_, let reason)):
            logger.info("stream refused", metadata: ["reason": .string(reason)])
        default: break
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

extension ClientMessage {
    /// Whether everybody in the group gets what is in it.
    fileprivate var isForEverybody: Bool {
        switch self {
        case .chat(let chat): chat.dest == nil
        case .userMessage(let message): message.dest == nil
        case .userAction, .groupAction: true
        default: false
        }
    }
}
