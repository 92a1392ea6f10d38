// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTP
import SFU
import SRTP
import WebRTC

/// The packet path: decrypt into the spare slot, believe, swap into the router, plan, protect, send.
extension WorkerState {
    mutating func receiveRTP(_ datagram: UnsafeRawBufferPointer, from remote: TransportAddress, now: Instant) {
        guard let handle = addresses.stream(of: remote), let stream = streams.pointer(handle) else {
            counters.strangeDatagrams &+= 1
            return
        }
        guard stream.pointee.isUp,
            let opened = stream.pointee.transport.unprotect(datagram, into: spare, capacity: PacketPool.slotSize)
        else {
            counters.unexpectedMedia &+= 1
            return
        }
        guard case .packet(let length, let index) = opened else {
            counters.count(opened)
            return
        }
        let packet = UnsafeRawBufferPointer(start: spare, count: length)
        guard let header = try? RTPHeader(parsing: packet) else {
            counters.malformedPackets &+= 1
            return
        }
        guard let track = upTrack(of: header, packet: packet, stream: stream, handle: handle) else { return }
        if router.receive(header, for: track, slot: &spare, index: index, now: now) == .full {
            executePlan(now: now)
            _ = router.receive(header, for: track, slot: &spare, index: index, now: now)
        }
    }

    /// The router's track that an SSRC feeds; made when its first packet says where it belongs.
    private mutating func upTrack(
        of header: RTPHeader, packet: UnsafeRawBufferPointer, stream: UnsafeMutablePointer<MediaStream>, handle: Handle
    ) -> Handle? {
        if let source = stream.pointee.binder.source(header.ssrc) {
            if source.track == nil { counters.unboundSources &+= 1 }
            return source.track
        }
        guard case .up(let publisher) = stream.pointee.direction else { return nil }
        switch stream.pointee.binder.resolve(header, packet: packet) {
        case .unknownYet:
            counters.unboundSources &+= 1
            return nil
        case .nothing:
            counters.unboundSources &+= 1
            stream.pointee.binder.bind(header.ssrc, to: nil)
            return nil
        case .match(let match):
            let rids = match.track.rids
            let configuration = UpTrackConfiguration(
                ssrc: header.ssrc, codec: match.codec.codec, acceptsPLI: match.track.feedback.contains(.pli),
                acceptsNACK: match.track.feedback.contains(.nack), acceptsREMB: match.track.feedback.contains(.remb),
                isLowestEncoding: match.rid != nil && (match.rid == "l" || rids.count > 1 && match.rid == rids.last))
            guard stream.pointee.binder.hasRoom,
                let track = router.addUpTrack(configuration, publisher: publisher)
            else { return nil }
            stream.pointee.binder.bind(header.ssrc, to: track)
            let info = UpTrackInfo(
                id: UpTrackID(track), kind: match.track.kind, codec: match.codec, rid: match.rid, mid: match.track.mid,
                streamID: match.track.streamID, trackID: match.track.trackID, cname: match.track.cname)
            stream.pointee.started.append(info)
            events.append((stream.pointee.owner, .upTrackStarted(stream: StreamID(handle), info)))
            return track
        }
    }

    /// Protects and sends everything that the router has planned.
    mutating func executePlan(now: Instant) {
        var isComplete: Bool
        repeat {
            isComplete = router.fill(&plan, now: now)
            execute()
            plan.removeAll()
        } while !isComplete
    }

    private mutating func execute() {
        var current = Handle.none
        var stream: UnsafeMutablePointer<MediaStream>?
        for position in 0..<plan.count {
            let entry = plan.entry(position)
            if entry.pointee.stream != current {
                current = entry.pointee.stream
                stream = streams.pointer(current)
            }
            guard let stream, let path = stream.pointee.path else { continue }
            if entry.pointee.isDroppable, isToBeDropped(entry, of: stream) { continue }
            let slot = sendBatch.slot()
            entry.pointee.write(header: slot)
            let length = stream.pointee.transport.protect(
                headerLength: SendPlanEntry.headerLength,
                payload: UnsafeRawBufferPointer(
                    start: entry.pointee.payload, count: Int(entry.pointee.payloadLength)),
                ssrc: entry.pointee.ssrc, index: entry.pointee.index, into: slot, capacity: SendBatch.slotSize)
            guard let length else {
                counters.protectFailures &+= 1
                continue
            }
            sendBatch.append(length: length, to: path, on: socket)
            counters.packetsForwarded &+= 1
        }
    }

    /// Whether a packet of video is not worth encrypting: the socket takes nothing more in this wake-up, or has not taken
    /// what the packet's frame began with (spec 7.8). Sound is always tried. What is dropped here can be asked for again.
    @inline(__always)
    private mutating func isToBeDropped(
        _ entry: UnsafePointer<SendPlanEntry>, of stream: UnsafeMutablePointer<MediaStream>
    ) -> Bool {
        guard sendBatch.isBlocked || stream.pointee.truncatedPackets > 0 else { return false }
        counters.packetsDropped &+= 1
        if entry.pointee.markerAndPayloadType & 0x80 != 0 {
            stream.pointee.truncatedPackets = 0
        } else if sendBatch.isBlocked {
            stream.pointee.truncatedPackets = MediaStream.truncation
        } else {
            stream.pointee.truncatedPackets -= 1
        }
        return true
    }

    // MARK: RTCP

    mutating func receiveRTCP(_ datagram: UnsafeRawBufferPointer, from remote: TransportAddress, now: Instant) {
        guard let handle = addresses.stream(of: remote), let stream = streams.pointer(handle) else {
            counters.strangeDatagrams &+= 1
            return
        }
        let opened = stream.pointee.transport.unprotectRTCP(datagram, into: scratch, capacity: Self.scratchSize)
        guard let opened else {
            counters.unexpectedMedia &+= 1
            return
        }
        guard case .packet(let length, _) = opened else {
            counters.count(opened)
            return
        }
        let compound = RawSpan(_unsafeBytes: UnsafeRawBufferPointer(start: scratch, count: length))
        switch stream.pointee.direction {
        case .up(let publisher):
            router.receiveReport(compound, fromPublisher: publisher, now: now)
            for due in router.takeReportsDue() { sendReport(due, now: now) }
        case .down(let subscriber): router.receiveReport(compound, fromSubscriber: subscriber, now: now)
        }
    }

    /// Sends the compound report that is due on a stream.
    mutating func sendReport(_ handle: Handle, now: Instant) {
        guard let stream = streams.pointer(handle) else { return }
        let report: [UInt8]? =
            switch stream.pointee.direction {
            case .up(let publisher): router.report(toPublisher: publisher, now: now)
            case .down(let subscriber): router.report(toSubscriber: subscriber, now: now, wallClock: wallClock)
            }
        if let report { sendRTCP(report, on: handle) }
    }

    /// Asks publishers for what is missing.
    mutating func sendFeedback(now: Instant) {
        while let request = router.pollFeedback(now: now) {
            sendRTCP(request.message, on: request.stream)
        }
    }

    private mutating func sendRTCP(_ message: [UInt8], on handle: Handle) {
        guard let stream = streams.pointer(handle), let path = stream.pointee.path else { return }
        let slot = sendBatch.slot()
        let length = message.withUnsafeBytes {
            stream.pointee.transport.protectRTCP($0, into: slot, capacity: SendBatch.slotSize)
        }
        guard let length else {
            counters.protectFailures &+= 1
            return
        }
        sendBatch.append(length: length, to: path, on: socket)
    }
}
