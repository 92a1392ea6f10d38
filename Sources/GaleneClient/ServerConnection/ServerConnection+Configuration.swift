// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import GaleneProtocol
public import Logging
public import NIOCore
import NIOPosix
public import RTCBase
public import RTP
import WebRTCIO

extension ServerConnection {
    /// How a connection is made, and what it may do.
    public struct Configuration: Sendable {
        /// Off for servers with a certificate of their own making, and nothing else: without it nobody knows who answers.
        /// TURN servers that are reached over TLS are meant as well.
        public var verifiesCertificate = true
        /// Files in PEM with the certificates of authorities that are believed beside those that the system believes; none
        /// by default. An organisation with an authority of its own names it here, and keeps ``verifiesCertificate``.
        public var certificateAuthorities: [String] = []
        /// How much may wait for a consumer of ``ServerConnection/events``.
        public var eventLimits = EventLimits()
        /// Where everything happens; one of its loops is taken.
        public var eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
        /// What can be received; streams of other codecs are refused.
        public var codecs = Codec.allCases
        /// Overrides what the server says of STUN and TURN servers; where it is not the same each time, see
        /// ``onPeerConnection``.
        public var rtcConfiguration: RTCConfiguration?
        /// Asked before each peer connection is made, of a stream or of a file (`onpeerconnection` of the JavaScript
        /// library). It gets what would be used, which is ``rtcConfiguration`` or else what the server has said, and
        /// returns what to use instead; `nil` for no change. Nobody else waits while it does: credentials may be fetched.
        public var onPeerConnection: (@Sendable (RTCConfiguration?) async -> RTCConfiguration?)?
        /// The addresses of this host from which media may come and go; `nil` for all that it has.
        public var addresses: [IPAddress]?
        /// How it goes on when the socket or the network is lost. Off by default: a lost connection has ended, as the
        /// documented interface has it.
        public var reconnectPolicy: ReconnectPolicy?
        /// Names of members and what they say are never logged.
        public var logger = Logger(label: "galene.client") { _ in SwiftLogNoOpLogHandler() }

        /// What this host has, as of now; another answer in tests.
        var hostAddresses: @Sendable () -> [IPAddress] = HostAddresses.current
        var timeouts = Timeouts()

        public init() {}
    }
}
