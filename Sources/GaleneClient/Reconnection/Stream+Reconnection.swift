// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import RTCBase
import Synchronization
import WebRTC
import WebRTCIO

extension Stream {
    /// The connection is lost: media may still flow for a while, but nothing can be agreed on.
    func suspend() {
        isSuspended = true
        waitingOffer = nil
        mustOfferAgain = false
    }

    /// Publishes the stream again, on a new connection.
    func republish(as id: String, _ configuration: PeerConfiguration, _ servers: ICEServers) {
        guard !isClosed else { return }
        sending?.close()
        sending = nil
        path = nil
        rates = RateHistory()
        identity.withLock { $0 = id }
        isSuspended = false
        publish(configuration, servers)
    }

    /// This host has other addresses than before.
    func follow(_ addresses: Set<IPAddress>) {
        guard let path, addresses.contains(path.local), status == .connected else { return restartICE() }
    }

    /// Nothing is heard on the path. The server is asked whether it is still there, and for another path; without a
    /// ``ReconnectPolicy`` that is left until the path has failed.
    func seekAnotherPath() {
        guard connection.configuration.reconnectPolicy != nil, !isSuspended else { return }
        inConnection { $0.doubt(now: .current) }
        restartICE()
    }

    func move(to addresses: [IPAddress], opening new: DatagramSockets?) {
        if let sending {
            sending.move(to: addresses, opening: new)
        } else if let receiving {
            receiving.move(to: addresses, opening: new)
        } else {
            new?.close()
        }
    }
}
