// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import MediaIO
import RTCBase
import RTP

/// The files of one stream: usually one, and another after whatever a file cannot have in it. It runs where files are
/// written.
actor StreamFiles {
    /// How a file is called that begins at a moment, and what players show of it.
    struct Naming: Sendable {
        var directory: String
        var title: String
        var stem: @Sendable (Instant) -> String
    }

    enum Event: Sendable, Hashable {
        case began(RecordedFile)
        case ended(RecordedFile)
        /// The publisher is to make a key frame of this track.
        case keyFrameNeeded(track: String)
    }

    /// A file's tracks are known when it begins. Sound of which nothing has come yet is as the negotiation has it; for a
    /// picture's first frame, which tells its size, so long is waited at most: then it begins without, and when there is a
    /// picture there is another file.
    static let picturePatience = Duration.seconds(5)
    /// And so long for what is not known yet: whether there is both sound and picture (servers offer a track when its first
    /// packet has come), and for the publisher to tell its time. After that sound and picture belong together as they came.
    static let patience = Duration.seconds(3)
    /// What waits meanwhile: five seconds of 12 Mbit/s.
    static let maximumHeldBytes = 8 << 20

    nonisolated let queue: WriterQueue
    nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

    private let naming: Naming
    private let keyFrameInterval: Duration?

    /// What has come before the file can begin.
    private var held: [MediaFrame] = []
    private var heldBytes = 0
    private var writer: MatroskaWriter?
    /// Where a track stands in the file.
    private var places: [String: Int] = [:]
    private var clock: RecordingClock
    /// Of the file's beginning, on the clock of the recording.
    private var origin: Int64 = 0
    private var file: RecordedFile?
    /// When a key frame of a picture has last come that something can be made of, and when one was last asked for.
    private var keyFrames: [String: Instant] = [:]
    private var requests: [String: Instant] = [:]
    /// Pictures that nothing can be made of before a key frame.
    private var broken: Set<String> = []
    private var mustSplit = false
    /// Nothing can be written any more.
    private var failure: MediaError?
    private var events: [Event] = []

    init(_ naming: Naming, keyFrameInterval: Duration?, queue: WriterQueue = WriterQueue()) {
        self.naming = naming
        self.keyFrameInterval = keyFrameInterval
        self.queue = queue
        clock = RecordingClock(start: .zero)
    }

    /// The open file.
    var current: RecordedFile? { file }

    /// - Parameter tracks: what the stream has, as of now.
    /// - Throws: ``MediaError`` when the file cannot be written; it has ended then.
    func receive(_ frame: MediaFrame, of tracks: [StreamTrack]) throws(MediaError) -> [Event] {
        if let failure { throw failure }
        if mustSplit {
            mustSplit = false
            try end(of: tracks)
        }
        noteKeyFrame(frame)
        guard !broken.contains(frame.track) else { return takeEvents() }
        if let writer {
            if let place = places[frame.track], writer.takes(frame.frame, track: place) {
                try write(frame, at: place)
                return takeEvents()
            }
            // A track, a codec or parameters that the file does not have: it is for the next one.
            guard frame.frame.isKeyFrame else {
                needKeyFrame(frame.track, now: frame.presentation)
                return takeEvents()
            }
            guard canBegin(frame) else { return takeEvents() }
            try end(of: tracks)
        }
        try hold(frame, of: tracks)
        return takeEvents()
    }

    /// What comes from now on belongs into another file.
    func split() { mustSplit = true }

    /// Frames are missing that nobody has told of: pictures begin anew.
    func skip(of tracks: [StreamTrack]) {
        for track in tracks where track.kind == .video {
            broken.insert(track.id)
            keyFrames[track.id] = nil
            requests[track.id] = nil
        }
    }

    /// To be called each second, so that what was written is in the file though nothing follows.
    func tick(of tracks: [StreamTrack], now: Instant) throws(MediaError) -> [Event] {
        if let first = held.first, now - first.presentation >= Self.picturePatience { try begin(of: tracks) }
        if let writer {
            try attempt { () throws(MediaError) in try writer.flush() }
            file?.size = writer.size
        }
        return takeEvents()
    }

    /// Ends the file.
    func finish(of tracks: [StreamTrack]) throws(MediaError) -> [Event] {
        if let failure { throw failure }
        try end(of: tracks)
        return takeEvents()
    }

    /// What has happened before something failed.
    func takeEvents() -> [Event] {
        defer { events = [] }
        return events
    }

    // MARK: Beginning

    private func hold(_ frame: MediaFrame, of tracks: [StreamTrack]) throws(MediaError) {
        if let first = held.first(where: { $0.track == frame.track }), !Self.track(first).takes(frame.frame) {
            guard frame.frame.isKeyFrame else { return needKeyFrame(frame.track, now: frame.presentation) }
            guard canBegin(frame) else { return }
            // What waits has a file of its own.
            try end(of: tracks)
        }
        if !held.contains(where: { $0.track == frame.track }) {
            // A picture begins with a key frame.
            guard frame.frame.isKeyFrame else { return needKeyFrame(frame.track, now: frame.presentation) }
            guard canBegin(frame) else { return }
        }
        if held.isEmpty { clock = RecordingClock(start: frame.presentation) }
        held.append(frame)
        heldBytes += frame.frame.bytes.count
        if isReady(of: tracks, now: frame.presentation) { try begin(of: tracks) }
    }

    /// A track whose first frame it is.
    private static func track(_ frame: MediaFrame) -> MatroskaWriter.Track {
        let codec = frame.frame.codec
        return MatroskaWriter.Track(codec, firstKeyFrame: codec.kind == .video ? frame.frame : nil)
    }

    /// Whether a track can begin with a key frame: one that does not tell what decoders must know is left out, and another
    /// one asked for. The rest of the stream goes on.
    private func canBegin(_ frame: MediaFrame) -> Bool {
        if Self.track(frame).isComplete { return true }
        keyFrames[frame.track] = nil
        needKeyFrame(frame.track, now: frame.presentation)
        return false
    }

    private func isReady(of tracks: [StreamTrack], now: Instant) -> Bool {
        guard heldBytes < Self.maximumHeldBytes, let first = held.first else { return true }
        let waited = now - first.presentation
        guard waited < Self.picturePatience else { return true }
        var timed: Set<String> = []
        var seen: Set<String> = []
        for frame in held {
            seen.insert(frame.track)
            if frame.captureTime != nil { timed.insert(frame.track) }
        }
        guard tracks.allSatisfy({ $0.kind == .audio || seen.contains($0.id) }) else { return false }
        return waited >= Self.patience
            || Set(tracks.map(\.kind)).count == 2 && tracks.allSatisfy { timed.contains($0.id) }
    }

    private func begin(of tracks: [StreamTrack]) throws(MediaError) {
        RecordingClock.complete(&held)
        defer {
            held = []
            heldBytes = 0
        }
        var headers: [MatroskaWriter.Track] = []
        places = [:]
        // Frames may be of tracks that the negotiation has just taken away.
        let known = tracks.map(\.id)
        for id in known + Set(held.map(\.track)).subtracting(known).sorted() {
            let first = held.first { $0.track == id }?.frame
            let declared = tracks.first { $0.id == id }
            guard let codec = first?.codec ?? declared?.codecs.first(where: { $0.kind == .audio }) else { continue }
            places[id] = headers.count
            headers.append(MatroskaWriter.Track(codec, firstKeyFrame: codec.kind == .video ? first : nil))
        }
        let times = held.map { clock.time(of: $0) }
        guard let earliest = times.min() else { return }
        origin = earliest
        // Frames from a server's cache come later than they were captured, others in their time: the least delayed tells.
        let starts = zip(held, times).map { $0.presentation - .nanoseconds($1 - earliest) }
        guard let start = starts.min() else { return }
        try attempt { () throws(MediaError) in
            writer = try MatroskaWriter(
                directory: naming.directory, name: naming.stem(start), tracks: headers, title: naming.title)
        }
        guard let writer else { return }
        var file = RecordedFile(path: writer.path, start: start)
        file.size = writer.size
        self.file = file
        events.append(.began(file))
        for (frame, time) in zip(held, times).sorted(by: { $0.1 < $1.1 }) {
            guard let place = places[frame.track] else { continue }
            try write(frame, at: place, time: time)
        }
    }

    // MARK: Writing

    private func write(_ frame: MediaFrame, at place: Int) throws(MediaError) {
        try write(frame, at: place, time: clock.time(of: frame))
    }

    private func write(_ frame: MediaFrame, at place: Int, time: Int64) throws(MediaError) {
        guard let writer else { return }
        let time = Duration.nanoseconds(max(0, time &- origin))
        try attempt { () throws(MediaError) in try writer.write(frame.frame, track: place, at: time) }
        if var file {
            file.duration = max(file.duration, time)
            file.size = writer.size
            file.lostPackets += max(0, frame.lostPackets)
            self.file = file
        }
        guard let keyFrameInterval, let last = lastKeyFrame(of: frame.track) else { return }
        // So that players find a place to begin again.
        if frame.presentation - last >= keyFrameInterval { needKeyFrame(frame.track, now: frame.presentation) }
    }

    /// - Throws: ``MediaError``, after it has been noted that the file has ended with it.
    private func attempt(_ body: () throws(MediaError) -> Void) throws(MediaError) {
        do {
            try body()
        } catch {
            close()
            failure = error
            throw error
        }
    }

    private func end(of tracks: [StreamTrack]) throws(MediaError) {
        // What waits shall not be lost.
        if writer == nil, !held.isEmpty { try begin(of: tracks) }
        if let writer {
            try attempt { () throws(MediaError) in try writer.finish() }
        }
        close()
    }

    private func close() {
        if let writer, var file {
            file.size = writer.size
            events.append(.ended(file))
        }
        writer = nil
        file = nil
    }

    // MARK: Key frames

    private func noteKeyFrame(_ frame: MediaFrame) {
        guard frame.frame.codec.kind == .video else { return }
        if frame.frame.isKeyFrame {
            keyFrames[frame.track] = frame.presentation
            broken.remove(frame.track)
        } else if broken.contains(frame.track) {
            needKeyFrame(frame.track, now: frame.presentation)
        }
    }

    /// When one has come, or was asked for.
    private func lastKeyFrame(of track: String) -> Instant? {
        guard let came = keyFrames[track], let asked = requests[track] else {
            return keyFrames[track] ?? requests[track]
        }
        return max(came, asked)
    }

    /// Asks no more than each second: an encoder takes its time, and so does the path.
    private func needKeyFrame(_ track: String, now: Instant) {
        if let last = lastKeyFrame(of: track), now - last < .seconds(1) { return }
        requests[track] = now
        events.append(.keyFrameNeeded(track: track))
    }
}
