// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase
import RTP

extension MediaReceiver {
    /// The next frame that is due; `nil` when none is.
    ///
    /// - Parameter clock: the stream's, the same for all of its tracks.
    public mutating func poll(_ clock: inout PlayoutClock, now: Instant) -> ReceivedFrame? {
        isFresh = false
        // Of a track that nothing has come of there is nothing to ask for, nor anybody to ask.
        guard source != nil else { return nil }
        if isSound { takeSound(clock, now: now) } else { takePicture(clock, now: now) }
        guard let first = waiting.first else {
            frameDeadline = nil
            return nil
        }
        let presentation = presentation(of: first, &clock, now: now)
        guard presentation <= now else {
            frameDeadline = presentation
            return nil
        }
        waiting.removeFirst()
        waitingBytes -= first.frame.bytes.count
        lastPresentation = presentation
        counts.frames += 1
        if first.frame.isKeyFrame { counts.keyFrames += 1 }
        return ReceivedFrame(
            frame: first.frame, captureTime: first.captureTime, presentation: presentation, lostPackets: first.lost)
    }

    /// Somebody who gets the frames needs a key frame. The sender is asked until one comes, for some time.
    public mutating func needKeyFrame() {
        guard source != nil, !isSound else { return }
        keyFrames.request()
    }

    // MARK: Sound

    private mutating func takeSound(_ clock: PlayoutClock, now: Instant) {
        gapDeadline = nil
        while next <= highest {
            if let entry = packets.entry(next), entry.isPresent {
                takeSound(entry, now: now)
                continue
            }
            var following = next &+ 1
            while following < highest, !packets.isPresent(following) { following &+= 1 }
            guard let entry = packets.entry(following), entry.isPresent else { return }
            let due = estimatedPresentation(entry.timestamp, arrival: entry.arrival, clock, now: now)
            guard due <= now || hasGivenUp else {
                gapDeadline = due
                return
            }
            skip(to: following)
        }
    }

    private mutating func takeSound(_ entry: PacketBuffer.Entry, now: Instant) {
        newestArrival = max(newestArrival, entry.arrival)
        // A packet of nothing carries no sound; its number was only taken.
        let frame = depacketizer.receive(
            entry.bytes, index: next, timestamp: entry.timestamp, marker: entry.marker)
        packets.remove(next)
        next &+= 1
        hasGivenUp = false
        if let frame { enqueue(frame, arrival: entry.arrival, now: now) }
    }

    // MARK: Picture

    private mutating func takePicture(_ clock: PlayoutClock, now: Instant) {
        if configuration.acceptsNACK, nacks.takeGivenUp() { hasGivenUp = true }
        gapDeadline = nil
        while true {
            if let since = seekingSince {
                guard let start = firstKeyFrame() else {
                    let asks = since + Self.keyFrameGrace
                    if asks <= now { requestKeyFrame() } else { gapDeadline = asks }
                    return
                }
                skip(to: start)
                seekingSince = nil
                keyFrames.keyFrameArrived()
            }
            while seekingSince == nil, next <= highest, let entry = packets.entry(next), entry.isPresent {
                takePicture(entry, now: now)
            }
            if seekingSince != nil { continue }
            guard next <= highest, passGap(clock, now: now) else { return }
        }
    }

    /// Where the first key frame begins that is not yet taken.
    private func firstKeyFrame() -> UInt64? {
        guard packets.keyFrameStarts > 0 else { return nil }
        var index = max(next, highest &- UInt64(packets.capacity - 1))
        while index <= highest {
            if let entry = packets.entry(index), entry.startsKeyFrame { return index }
            index &+= 1
        }
        return nil
    }

    private mutating func takePicture(_ entry: PacketBuffer.Entry, now: Instant) {
        newestArrival = max(newestArrival, entry.arrival)
        hasGivenUp = false
        defer {
            packets.remove(entry.index)
            next = entry.index &+ 1
        }
        if entry.isMalformed {
            counts.refusedPackets += 1
            loseFrame()
            return
        }
        guard entry.length > 0 else {
            _ = depacketizer.receive(entry.bytes, index: entry.index, timestamp: entry.timestamp, marker: false)
            return
        }
        // What comes behind a frame's end with its timestamp belongs to no other.
        if openTimestamp == nil, lastFinished == entry.timestamp { return }
        if openTimestamp != entry.timestamp {
            if openTimestamp != nil { loseFrame() }
            openTimestamp = entry.timestamp
            dependencies = FrameDependencies()
        }
        dependencies.note(entry.bytes, codec: configuration.codec)
        let frame = depacketizer.receive(
            entry.bytes, index: entry.index, timestamp: entry.timestamp, marker: entry.marker)
        if let frame {
            openTimestamp = nil
            lastFinished = entry.timestamp
            finish(frame, now: now)
        } else if entry.marker {
            loseFrame()
        }
    }

    /// What was taken of a frame is of no use.
    private mutating func loseFrame() {
        if openTimestamp != nil { counts.droppedFrames += 1 }
        openTimestamp = nil
        chain.noteLoss()
    }

    private mutating func finish(_ frame: EncodedFrame, now: Instant) {
        var isKeyFrame = frame.isKeyFrame
        if isKeyFrame, configuration.codec == .h264 {
            // A decoder needs the parameter sets, and those of before only if what was lost were not newer ones.
            if H264ParameterSets.arePresent(in: frame.bytes) {
                hasParameterSets = true
            } else {
                isKeyFrame = hasParameterSets && chain.isStarted && !chain.hasLoss
            }
        }
        switch chain.verdict(on: dependencies, isKeyFrame: isKeyFrame) {
        case .decodable:
            guard enqueue(frame, arrival: newestArrival, now: now) else {
                seek(now: now)
                return
            }
            chain.deliver(dependencies, isKeyFrame: isKeyFrame)
            keyFrames.keyFrameArrived()
        case .leftOut:
            counts.droppedFrames += 1
        case .broken:
            counts.droppedFrames += 1
            seek(now: now)
        }
    }

    /// Wants a key frame, as long as packets come: who sends nothing is not asked for ever.
    private mutating func requestKeyFrame() {
        guard requestedAt != highest else { return }
        requestedAt = highest
        keyFrames.request()
    }

    /// Nothing more can be decoded until a key frame.
    private mutating func seek(now: Instant) {
        chain.restart()
        openTimestamp = nil
        // What comes now is asked for at once: the packets have been waited for already.
        seekingSince = now - Self.keyFrameGrace
    }

    // MARK: Gaps

    /// Decides about the packets that are missing at ``next``, while later ones are here.
    ///
    /// - Returns: whether they were passed over; otherwise ``gapDeadline`` says when to look again.
    private mutating func passGap(_ clock: PlayoutClock, now: Instant) -> Bool {
        // What lies before a source's first packet was never seen to be missing.
        if packets.entry(next) == nil { packets.noteMissing(next, now: now) }
        let noticed = packets.entry(next)?.arrival ?? now
        let patience =
            noticed
            + min(
                max(nacks.roundTrip * 5, Self.keyFramePatience.lowerBound), Self.keyFramePatience.upperBound)
        if let start = useful(patience: patience, clock, now: now) {
            chain.noteLoss()
            if openTimestamp != nil { loseFrame() }
            skip(to: start)
            return true
        }
        if hasGivenUp || !configuration.acceptsNACK {
            var following = next &+ 1
            while following < highest, !packets.isPresent(following) { following &+= 1 }
            guard let entry = packets.entry(following), entry.isPresent else { return false }
            let due = estimatedPresentation(entry.timestamp, arrival: entry.arrival, clock, now: now)
            guard hasGivenUp || due <= now else {
                gapDeadline = Instant.earliest(gapDeadline, due)
                return false
            }
            loseFrame()
            skip(to: following)
            return true
        }
        if patience <= now {
            requestKeyFrame()
        } else {
            gapDeadline = Instant.earliest(gapDeadline, patience)
        }
        return false
    }

    /// The first frame behind the gap that is complete, needs nothing of what is missing, and is due.
    ///
    /// Each packet is looked at a few times at most, whatever it says of frames: this runs for each packet that comes while
    /// something is missing.
    private mutating func useful(patience: Instant, _ clock: PlayoutClock, now: Instant) -> UInt64? {
        var index = next &+ 1
        while index <= highest {
            guard let entry = packets.entry(index), entry.isPresent, entry.startsFrame else {
                index &+= 1
                continue
            }
            let extent = extent(from: index, timestamp: entry.timestamp)
            if extent.isComplete, entry.startsKeyFrame || isDecodable(index..<extent.end) {
                var due = estimatedPresentation(entry.timestamp, arrival: entry.arrival, clock, now: now)
                if entry.startsKeyFrame { due = min(due, patience) }
                if due <= now { return index }
                gapDeadline = Instant.earliest(gapDeadline, due)
            }
            index = extent.end
        }
        return nil
    }

    /// Whether the frame that these packets are can be decoded without what is missing.
    private func isDecodable(_ indices: Range<UInt64>) -> Bool {
        // Only these say anything of what a frame needs.
        guard configuration.codec == .vp8 || configuration.codec == .vp9 else { return false }
        var dependencies = FrameDependencies()
        var index = indices.lowerBound
        while index < indices.upperBound, let entry = packets.entry(index) {
            dependencies.note(entry.bytes, codec: configuration.codec)
            index &+= 1
        }
        return chain.verdict(on: dependencies, isKeyFrame: false, isAfterLoss: true) == .decodable
    }

    /// How far the packets of a frame reach without a gap, and whether that is all of it. At least one packet is there.
    private func extent(from start: UInt64, timestamp: UInt32) -> (end: UInt64, isComplete: Bool) {
        var index = start
        while let entry = packets.entry(index), entry.isPresent {
            // Padding may come in between, with a timestamp of its own.
            if entry.length > 0 {
                guard entry.timestamp == timestamp else { break }
                if entry.marker { return (index &+ 1, true) }
            }
            index &+= 1
        }
        return (max(index, start &+ 1), false)
    }

    /// Goes on at `index`; whatever before it has not come is lost.
    private mutating func skip(to index: UInt64) {
        // Before a source's first packet nothing was missing.
        var position = max(next, index &- min(index, UInt64(packets.capacity)))
        while position < index {
            if let entry = packets.entry(position) {
                if !entry.isPresent {
                    counts.lostPackets += 1
                    lost += 1
                }
                packets.remove(position)
            }
            position &+= 1
        }
        next = index
        hasGivenUp = false
        if configuration.acceptsNACK { nacks.forget(before: index) }
    }

    /// The ring needs the places of everything before `index`.
    mutating func abandon(upTo index: UInt64, now: Instant) {
        skip(to: min(index, highest &+ 1))
        // Numbers that were never seen leave no trace in the ring.
        if index > next {
            counts.lostPackets += Int(truncatingIfNeeded: index &- next)
            lost += Int(truncatingIfNeeded: index &- next)
            next = index
        }
        guard !isSound else { return }
        if openTimestamp != nil { loseFrame() }
        chain.noteLoss()
        if seekingSince == nil { seek(now: now) }
    }

    // MARK: When

    /// Puts a frame in line.
    ///
    /// - Returns: whether there was room.
    @discardableResult
    private mutating func enqueue(_ frame: EncodedFrame, arrival: Instant, now: Instant) -> Bool {
        guard waiting.count < Self.maximumWaiting, waitingBytes + frame.bytes.count <= Self.maximumWaitingBytes else {
            counts.droppedFrames += 1
            lost += 1
            return false
        }
        delay.note(frame.timestamp, arrival: arrival)
        waiting.append(
            WaitingFrame(
                frame: frame, captureTime: captureTime(frame.timestamp), arrival: newestArrival,
                earliest: delay.earliest(frame.timestamp) ?? arrival, lost: lost))
        waitingBytes += frame.bytes.count
        lost = 0
        return true
    }

    private func presentation(of first: WaitingFrame, _ clock: inout PlayoutClock, now: Instant) -> Instant {
        var presentation = first.earliest + delay.target
        if let captureTime = first.captureTime, let captured = clock.instant(of: captureTime) {
            let own = presentation - captured
            clock.note(own, of: configuration.codec.kind, now: now)
            presentation = captured + clock.delay(own: own, of: configuration.codec.kind, now: now)
        }
        return bounded(presentation, arrival: first.arrival)
    }

    /// When a frame will be due of which not everything is here.
    private func estimatedPresentation(
        _ timestamp: UInt32, arrival: Instant, _ clock: PlayoutClock, now: Instant
    ) -> Instant {
        var presentation = (delay.earliest(timestamp) ?? arrival) + delay.target
        if let captureTime = captureTime(timestamp), let captured = clock.instant(of: captureTime) {
            let own = presentation - captured
            presentation = captured + clock.delay(own: own, of: configuration.codec.kind, now: now)
        }
        return bounded(presentation, arrival: arrival)
    }

    /// No timestamp makes a frame wait for longer than the delays allow, and none goes back behind the last: arrivals of
    /// frames that wait only rise.
    private func bounded(_ presentation: Instant, arrival: Instant) -> Instant {
        let latest = arrival + configuration.maximumDelay + PlayoutClock.maximumSkew
        return min(max(presentation, lastPresentation ?? presentation), latest)
    }
}
