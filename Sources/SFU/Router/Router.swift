// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
public import RTCBase
public import RTP

/// Forwards packets from publishers to subscribers, for all groups of one worker.
///
/// A value without input or output: the driver gives it decrypted packets (``receive(_:for:slot:index:now:)``),
/// takes a plan of what to send (``fill(_:now:)``), executes it, and carries RTCP both ways (`Router+RTCP.swift`). It
/// never sees a transport, a key or an address; `stream` handles are the driver's, and only handed back.
public struct Router: ~Copyable {
    var publishers = HandleTable<Publisher>()
    var subscribers = HandleTable<Subscriber>()
    var upTracks = HandleTable<UpTrack>()
    var downTracks = HandleTable<DownTrack>()
    var pool = PacketPool()

    /// Tracks with packets that have not been planned yet, and how far planning has come.
    private var listed: [Handle] = []
    private var listCursor = 0
    private var downCursor = 0
    /// Tracks that have wanted a key frame since the driver last asked.
    var keyFrameWanted: [Handle] = []
    /// Tracks that miss packets.
    var repairing: [Handle] = []
    /// Tracks that begin with what is in the cache, each with the index of the source that comes next.
    var starting: [(track: Handle, next: UInt64)] = []
    /// Tracks that begin with a key frame whose first packet was overtaken by others, which have been forwarded already.
    private var lateStarts: [(track: Handle, next: UInt64)] = []
    /// What receivers have asked for again, and how far planning has come.
    var resends: [Resend] = []
    private var resendCursor = 0
    /// Down tracks that have left an up track while a plan was being filled.
    private var departed: [(source: Handle, track: Handle)] = []
    /// Subscribers that are to get a sender report at once.
    var reportsDue: [Handle] = []
    public internal(set) var counters = RouterCounters()

    public init() {
        listed.reserveCapacity(256)
        repairing.reserveCapacity(256)
        resends.reserveCapacity(Resend.limit)
    }

    // MARK: Streams and tracks

    /// - Parameters:
    ///   - stream: the driver's handle of the transport.
    ///   - reporterSSRC: the SSRC under which reports to the publisher are sent. Random.
    public mutating func addPublisher(stream: Handle, reporterSSRC: UInt32) -> Handle {
        publishers.insert(Publisher(stream: stream, reporterSSRC: reporterSSRC))
    }

    /// Removes a publisher with its tracks. Down tracks of these stay, and carry nothing more.
    public mutating func removePublisher(_ handle: Handle) {
        guard let publisher = publishers.remove(handle) else { return }
        for track in publisher.tracks { releaseUpTrack(track) }
    }

    /// - Returns: `nil` when the publisher does not exist.
    public mutating func addUpTrack(_ configuration: UpTrackConfiguration, publisher: Handle) -> Handle? {
        guard let owner = publishers.pointer(publisher) else { return nil }
        let handle = upTracks.insert(UpTrack(configuration, publisher: publisher))
        owner.pointee.tracks.append(handle)
        return handle
    }

    private mutating func releaseUpTrack(_ handle: Handle) {
        guard var track = upTracks.remove(handle) else { return }
        track.ring.drain(into: &pool)
    }

    public mutating func addSubscriber(stream: Handle) -> Handle {
        subscribers.insert(Subscriber(stream: stream))
    }

    public mutating func removeSubscriber(_ handle: Handle) {
        guard let subscriber = subscribers.remove(handle) else { return }
        for track in subscriber.tracks { releaseDownTrack(track) }
    }

    /// - Returns: `nil` when the subscriber or all sources do not exist (any more).
    public mutating func addDownTrack(_ configuration: DownTrackConfiguration, subscriber: Handle) -> Handle? {
        guard let owner = subscribers.pointer(subscriber),
            let first = bestSource(of: configuration.sources), let source = upTracks.pointer(first)
        else { return nil }
        var track = DownTrack(
            configuration, source: first, subscriber: subscriber, stream: owner.pointee.stream,
            kind: source.pointee.configuration.codec.kind, capacity: source.pointee.ring.capacity)
        track.isActive = owner.pointee.isActive
        let handle = downTracks.insert(track)
        owner.pointee.tracks.append(handle)
        source.pointee.downTracks.append(handle)
        for source in configuration.sources { upTracks.pointer(source)?.pointee.audience += 1 }
        if owner.pointee.isActive { begin(handle) }
        return handle
    }

    public mutating func removeDownTrack(_ handle: Handle) {
        guard let track = downTracks.pointer(handle) else { return }
        if let owner = subscribers.pointer(track.pointee.subscriber) {
            owner.pointee.tracks.removeAll { $0 == handle }
        }
        releaseDownTrack(handle)
    }

    private mutating func releaseDownTrack(_ handle: Handle) {
        guard let track = downTracks.remove(handle) else { return }
        // Between plans only: a plan that is being filled counts positions in these lists.
        for source in track.sources { upTracks.pointer(source)?.pointee.audience -= 1 }
        for source in [track.source, track.successor ?? .none] {
            upTracks.pointer(source)?.pointee.downTracks.removeAll { $0 == handle }
        }
    }

    /// Media flows to a subscriber only while its transport is connected. Each time that it becomes so, a picture begins
    /// with a key frame: with the one in the cache if that is young enough, otherwise the source is asked for one.
    public mutating func setActive(_ isActive: Bool, subscriber handle: Handle) {
        guard let subscriber = subscribers.pointer(handle), subscriber.pointee.isActive != isActive else { return }
        subscriber.pointee.isActive = isActive
        for track in subscriber.pointee.tracks {
            guard let down = downTracks.pointer(track) else { continue }
            down.pointee.isActive = isActive
            if isActive {
                down.pointee.indices.interrupt()
                begin(track)
            }
        }
    }

    /// Notes that somebody needs a key frame of an up track; the driver collects the requests.
    func wantsKeyFrames(_ track: UnsafeMutablePointer<UpTrack>) -> Bool {
        track.pointee.configuration.codec.kind == .video && track.pointee.configuration.acceptsPLI
    }

    mutating func requestKeyFrame(_ handle: Handle) {
        guard let track = upTracks.pointer(handle), wantsKeyFrames(track) else { return }
        track.pointee.keyFrames.request()
        if !keyFrameWanted.contains(handle) { keyFrameWanted.append(handle) }
    }

    /// Asks for a key frame that somebody can wait for only when the last one is long enough ago.
    mutating func requestKeyFrame(_ handle: Handle, unlessWithin pause: Duration, now: Instant) {
        guard let track = upTracks.pointer(handle) else { return }
        if let arrival = track.pointee.keyFrameArrival, now - arrival < pause { return }
        requestKeyFrame(handle)
    }

    // MARK: Packets

    /// A spare slot to decrypt into; it stays the caller's until ``receive(_:for:slot:index:now:)`` swaps it.
    public mutating func takeSpareSlot() -> UnsafeMutableRawPointer { pool.take() }

    /// Takes in one packet that has been authenticated and is no replay.
    ///
    /// - Parameters:
    ///   - header: the packet's own header; its lengths have been checked against the packet.
    ///   - slot: holds the decrypted packet. On `.stored` another slot has taken its place.
    ///   - index: the packet's 48-bit SRTP index.
    /// - Returns: `.full` when ``fill(_:now:)`` must come first; the packet is then to be offered again.
    public mutating func receive(
        _ header: RTPHeader, for handle: Handle, slot: inout UnsafeMutableRawPointer, index: UInt64, now: Instant
    ) -> PacketRing.Insertion {
        guard let track = upTracks.pointer(handle) else { return .tooOld }
        let length = header.payloadLength
        var packet = CachedPacket(
            index: index, payload: slot + header.headerLength, timestamp: header.timestamp,
            payloadLength: UInt16(truncatingIfNeeded: length), marker: header.marker)
        guard packet.read(track.pointee.configuration.codec) else {
            counters.malformedPayloads &+= 1
            // It would be as malformed if it were asked for.
            track.pointee.nacks.receive(index: index, packetRate: track.pointee.rate.packetRate, now: now)
            return .tooOld
        }
        let insertion = track.pointee.ring.insert(packet, slot: &slot, from: &pool)
        switch insertion {
        case .full:
            return .full
        case .tooOld:
            counters.tooOld &+= 1
        case .stored:
            if packet.startsKeyFrame, track.pointee.configuration.codec.kind == .video {
                track.pointee.keyFrames.keyFrameArrived()
                track.pointee.nacks.forget(before: index)
                track.pointee.keyFrame = max(track.pointee.keyFrame ?? index, index)
                track.pointee.keyFrameArrival = now
            }
            if !track.pointee.isListed {
                track.pointee.isListed = true
                listed.append(handle)
            }
            counters.packetsReceived &+= 1
        }
        track.pointee.rate.add(bytes: length, now: now)
        track.pointee.layers.add(packet.layers, bytes: length, now: now)
        if noteArrival(of: index, for: handle, track, now: now) == .repaired {
            track.pointee.reception.receiveRepaired()
        } else {
            track.pointee.reception.receive(index: index, timestamp: header.timestamp, now: now)
        }
        return insertion
    }

    /// Appends what is to be sent of the packets received since the last call, subscriber by subscriber.
    ///
    /// - Returns: false when the plan is full before everything is in it: execute it, empty it, and call again before
    ///   anything else.
    public mutating func fill(_ plan: inout SendPlan, now: Instant) -> Bool {
        guard starting.isEmpty || fillStarts(&plan, now: now) else { return false }
        while listCursor < listed.count {
            guard let track = upTracks.pointer(listed[listCursor]) else {
                listCursor += 1
                downCursor = 0
                continue
            }
            let fresh = track.pointee.ring.freshCount
            while downCursor < track.pointee.downTracks.count {
                guard plan.remaining >= fresh else { return false }
                let handle = track.pointee.downTracks[downCursor]
                if let down = downTracks.pointer(handle), down.pointee.isActive {
                    let first = down.pointee.source == listed[listCursor] ? 0 : takeOver(handle, down, track, now: now)
                    forward(track, from: first, to: handle, down, plan: &plan, now: now)
                    if down.pointee.selector.wantsKeyFrame {
                        let selector = down.pointee.selector
                        let pause: Duration =
                            if selector.isKeyFrameUrgent {
                                .zero
                            } else {
                                selector.awaitsLargerSize ? Self.largerSizePause : Self.keyFramePause
                            }
                        requestKeyFrame(down.pointee.source, unlessWithin: pause, now: now)
                    }
                }
                downCursor += 1
            }
            track.pointee.ring.clearFresh()
            track.pointee.isListed = false
            downCursor = 0
            listCursor += 1
        }
        listed.removeAll(keepingCapacity: true)
        listCursor = 0
        if !departed.isEmpty { removeDeparted() }
        if !lateStarts.isEmpty {
            starting += lateStarts
            lateStarts.removeAll(keepingCapacity: true)
            guard fillStarts(&plan, now: now) else { return false }
        }
        return resends.isEmpty || fillResends(&plan, now: now)
    }

    @inline(__always)
    private mutating func forward(
        _ track: UnsafeMutablePointer<UpTrack>, from first: Int, to handle: Handle,
        _ down: UnsafeMutablePointer<DownTrack>, plan: inout SendPlan, now: Instant
    ) {
        var bytes = 0
        var packets = 0
        var timestamp: UInt32 = 0
        var item = first
        while item < track.pointee.ring.freshCount {
            let packet = track.pointee.ring.freshPacket(item)
            if down.pointee.indices.isInterrupted, packet.startsKeyFrame, down.pointee.kind == .video,
                track.pointee.ring.wasOvertaken(item)
            {
                lateStarts.append((handle, packet.index))
                break
            }
            item += 1
            guard let entry = down.pointee.forward(packet, now: now) else { continue }
            bytes &+= Int(entry.payloadLength)
            packets &+= 1
            timestamp = packet.timestamp
            plan.append(entry)
        }
        guard packets > 0 else { return }
        down.pointee.rate.add(bytes: bytes, packets: packets, now: now)
        down.pointee.timestamps.sent(timestamp, now: now)
    }

    /// Lets an up track take over that a down track waits for, if it brings a key frame.
    ///
    /// - Returns: the fresh packet to begin with; behind all of them when it does not take over (yet).
    private mutating func takeOver(
        _ handle: Handle, _ down: UnsafeMutablePointer<DownTrack>, _ track: UnsafeMutablePointer<UpTrack>, now: Instant
    ) -> Int {
        let fresh = track.pointee.ring.freshCount
        guard down.pointee.successor == listed[listCursor] else { return fresh }
        var item = 0
        while item < fresh, !track.pointee.ring.freshPacket(item).startsKeyFrame { item += 1 }
        guard item < fresh else { return fresh }
        departed.append((down.pointee.source, handle))
        switchSource(of: down, to: listed[listCursor], at: track.pointee.ring.freshPacket(item).timestamp, now: now)
        return item
    }

    private mutating func removeDeparted() {
        for (source, handle) in departed {
            guard let down = downTracks.pointer(handle), down.pointee.source != source,
                down.pointee.successor != source
            else { continue }
            upTracks.pointer(source)?.pointee.downTracks.removeAll { $0 == handle }
        }
        departed.removeAll(keepingCapacity: true)
    }

    private mutating func fillResends(_ plan: inout SendPlan, now: Instant) -> Bool {
        while resendCursor < resends.count {
            guard plan.remaining > 0 else { return false }
            if let entry = planResend(resends[resendCursor], now: now) { plan.append(entry) }
            resendCursor += 1
        }
        resends.removeAll(keepingCapacity: true)
        resendCursor = 0
        return true
    }

    /// Whether ``fill(_:now:)`` has anything to plan.
    public var hasWork: Bool { !listed.isEmpty || !starting.isEmpty || !resends.isEmpty }
}

/// What the router has done and dropped, since the start of its worker.
public struct RouterCounters: Sendable, Equatable, BitwiseCopyable {
    public var packetsReceived: UInt64 = 0
    /// Packets older than their track's cache.
    public var tooOld: UInt64 = 0
    /// Packets whose payload descriptor made no sense.
    public var malformedPayloads: UInt64 = 0
    /// RTCP messages that no parser accepted.
    public var malformedReports: UInt64 = 0
    /// NACK messages to publishers, and the packets asked for in them.
    public var nacksSent: UInt64 = 0
    public var packetsRequested: UInt64 = 0
    /// Packets that came because they were asked for.
    public var packetsRepaired: UInt64 = 0
    /// NACK messages from subscribers.
    public var nacksReceived: UInt64 = 0
    /// Packets that subscribers asked for: found, and not found or not found any more.
    public var cacheHits: UInt64 = 0
    public var cacheMisses: UInt64 = 0
    /// Packets sent once more.
    public var retransmissions: UInt64 = 0
    /// Packets that were asked for too often, or by who asks for too many.
    public var retransmissionsRefused: UInt64 = 0
    public var cachesResized: UInt64 = 0
    /// Newcomers that began with a key frame from the cache.
    public var fastStarts: UInt64 = 0
    /// Steps of receivers to another picture of a track: down, and up.
    public var layerStepsDown: UInt64 = 0
    public var layerStepsUp: UInt64 = 0
    /// Changes of receivers to another simulcast encoding, carried out.
    public var sourceSwitches: UInt64 = 0
    public var plisSent: UInt64 = 0
    public var plisReceived: UInt64 = 0
    public var firsReceived: UInt64 = 0

    public init() {}
}
