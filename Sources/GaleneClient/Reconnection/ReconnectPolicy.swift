// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// How a connection outlives its socket and its network; see ``ServerConnection/Configuration/reconnectPolicy``.
///
///     var configuration = ServerConnection.Configuration()
///     configuration.reconnectPolicy = ReconnectPolicy()
///
/// What is lost is made good in this order:
///
/// 1. A stream whose path is gone (this host has other addresses, or nothing was heard for some seconds) gets another one
///    by an ICE restart. Nobody notices but by a short silence.
/// 2. When the socket is gone too, another one is opened, and the group joined as before: by the same name and credentials,
///    with the data that members saw of oneself.
/// 3. Streams that are published from here are published again, and what was requested is requested again. They stay the
///    same objects, with the same ``Stream/localID``; those that do not come back end.
///
/// The server sees another client, because it may not have noticed yet that the old one is gone: ``ServerConnection/id`` and
/// the ``Stream/id`` of what is published change. Members are told as gone and as there again, and files that were on their
/// way end, as they do on the other side.
///
/// It goes on as ``ServerEvent/reconnecting(_:)`` and ``ServerEvent/reconnected`` say. It ends, with
/// ``ServerEvent/failed(_:)`` and ``ServerEvent/closed(code:reason:)``, when the time is over, when the server does not let
/// one in again, and when the server has ended the connection on purpose (kicked, or a broken protocol).
public struct ReconnectPolicy: Sendable, Hashable {
    /// How long to wait before the second attempt. Each later one waits twice as long as the one before it, and up to half
    /// of it less, by chance: the members of a server that comes back do not all come at one moment. The first attempt is
    /// made within this time too, at once when this host's own network has changed.
    public var firstDelay: Duration
    /// The longest wait between two attempts.
    public var maximumDelay: Duration
    /// After so long without success it is given up; `nil` for never.
    public var timeLimit: Duration?

    /// - Parameters:
    ///   - firstDelay: half a second by default, which people hardly notice.
    ///   - maximumDelay: 10 s by default, which people still wait for.
    ///   - timeLimit: 2 minutes by default, in which a server restarts and a train leaves a tunnel.
    public init(
        firstDelay: Duration = .milliseconds(500), maximumDelay: Duration = .seconds(10),
        timeLimit: Duration? = .seconds(120)
    ) {
        self.firstDelay = firstDelay
        self.maximumDelay = maximumDelay
        self.timeLimit = timeLimit
    }
}

/// An attempt to connect again.
public struct ReconnectAttempt: Sendable, Hashable {
    /// 1 for the first after a loss.
    public var number: Int
    /// How long it is waited before.
    public var delay: Duration
    /// Why the connection, or the last attempt, came to nothing: a sentence for people.
    public var reason: String
}
