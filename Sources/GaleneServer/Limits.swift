// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Everything that a client can make grow, and how far. One place, so that it can be read as a whole.
public struct Limits: Sendable {
    // MARK: Connections

    /// Open connections, WebSockets included. Each costs a file descriptor and about 30 KiB; further ones wait in the
    /// kernel's queue.
    public var connections = 16_384
    /// Time for the first request's header, the TLS handshake included, and for the rest of any request. Galène waits
    /// 60 s; nobody's browser needs 20.
    public var headerTimeout = Duration.seconds(20)
    /// How long a connection may stay open without a request, or with an answer of which the client reads nothing.
    public var idleTimeout = Duration.seconds(120)
    /// Bytes of a request's body. Nothing takes one yet; 1 MiB is what the protocol allows where it does.
    public var requestBody = 1 << 20

    // MARK: WebSocket, inward

    /// Bytes of one message (the protocol's own limit; larger: close code 1009). It holds the longest SDP fifty times.
    public var message = 1 << 20
    /// Frames of one message. Browsers fragment rarely, and into pieces of at least some kilobytes.
    public var fragments = 1024
    /// Messages decoded from one read that wait for the one before them. The socket is not read while one waits, so that
    /// only what had arrived at once can be here.
    public var waitingMessages = 4096

    /// Messages that a client may send at once, and how many a second in the long run: then its socket is not read for a
    /// while. An application sends some dozens when somebody joins, an operator one for each person at most.
    public var messageBurst = 1000
    public var messagesPerSecond = 200
    /// Bytes that a client may send at once, and how many a second in the long run. What goes to everybody in the group
    /// counts ``broadcastWeight`` times, so that a burst is far less than what may wait for another client's socket
    /// (``waitingBytes``), and its rate what a slow path carries.
    public var byteBurst = 2 << 20
    public var bytesPerSecond = 256 * 1024
    public var broadcastWeight = 4

    // MARK: WebSocket, outward

    /// Batches of messages that wait for a client's socket, as in Galène. What is written together counts once: the 250
    /// messages that greet a newcomer are one batch.
    public var waitingBatches = 100
    /// Bytes that wait for a client's socket: half a minute at 1 Mbit/s. The kernel buffers as much again.
    public var waitingBytes = 4 << 20
    /// How long a batch may wait for a client's socket. Galène waits 500 ms, which a telephone in a tunnel exceeds.
    public var writeTimeout = Duration.seconds(5)
    /// The slowest path that is waited for: a batch has so much more time as it, and what is before it, takes at 1 Mbit/s.
    public var slowestBytesPerSecond = 128 * 1024
    /// How long events of a group wait after others have been delivered, so that many leave together. Nobody sees it.
    public var deliveryPause = Duration.milliseconds(5)
    /// How long a closing handshake may take. Three of these would exceed the time that a service manager waits.
    public var closeTimeout = Duration.seconds(1)

    // MARK: Sessions

    /// From connecting to the handshake message (the protocol's own limit).
    public var handshakeTimeout = Duration.seconds(15)
    /// Silence after which a ping is sent, how often it is repeated, and after which the client is given up.
    public var pingAfter = Duration.seconds(20)
    public var pingEvery = Duration.seconds(10)
    public var silence = Duration.seconds(45)
    /// What a refused login costs the guesser.
    public var refusalDelay = Duration.milliseconds(200)
    /// Passwords that wait for a processor to derive a key, in all and of one network: a school class that comes at once
    /// fits into the second, and waits for some seconds.
    public var waitingPasswords = 512
    public var waitingPasswordsOfNetwork = 64
    /// Bytes of a client id, a stream id, a label, a username, a group name. Galène's own ids have 32; people's names
    /// reach 100. They are copied into every message about the client.
    public var identifier = 512
    /// Labels in a `request`: applications use three.
    public var requestedLabels = 64
    /// Bytes of a group's data, as JSON: it is sent to every member at every change. The same for passwords and tokens.
    public var data = 16 * 1024
    /// Bytes of a user's data: everybody who comes gets that of all others. Applications keep a raised hand there.
    public var userData = 2 * 1024
    /// Bytes of what an operator says when it locks the group or sends somebody away: everybody who is kept out gets it.
    public var notice = 4096
    /// Sub-groups that an operator is told of at a time: a message that people read.
    public var listedSubgroups = 256

    // MARK: Streams

    /// Streams that one client publishes at a time. A person has a camera, a screen and a file or two.
    public var upStreams = 32
    /// Streams that one client receives at a time. A page with more than a few dozen videos stops working.
    public var downStreams = 512
    /// Streams replaced before their successor has reached anybody. Each is one more id in the next push.
    public var replacedStreams = 8
    /// Failures of a stream's transport in a row, without a connection in between, after which it is closed.
    public var transportFailures = 3
    /// How long a stream waits for further tracks before it is offered to others.
    public var pushDelay = Duration.milliseconds(200)

    // MARK: Groups

    /// Messages kept for newcomers (the protocol's own limit).
    public var history = 50
    /// Bytes of a message that is kept, and of all of them; longer ones are delivered and forgotten, and the oldest make
    /// room. Everybody who comes gets them at once, and in memory they take up to twenty times as much.
    public var historyMessage = 64 * 1024
    public var historyBytes = 256 * 1024
    /// Members of a group whose description sets no limit. Each costs every other one a message when it comes.
    public var members = 10_000
    /// Groups in memory beyond which no further sub-group is made. Each costs some kilobytes, and strangers can make them
    /// appear.
    public var groups = 10_000
    /// How often groups that nobody uses are looked for, and descriptions re-read.
    public var housekeeping = Duration.seconds(15 * 60)

    public init() {}
}
