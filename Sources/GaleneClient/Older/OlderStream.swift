// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import GaleneProtocol
import RTP

extension Older {
    /// A stream with callbacks. It goes up when it carries data from here to the server, and down otherwise. See ``Older``.
    @MainActor
    public final class Stream {
        public let up: Bool
        /// Unique in the process; a stream that replaces another one has the same.
        public let localId: String
        /// In place of a `MediaStream` and its `RTCPeerConnection`: what takes and gives frames. `nil` for an up stream
        /// that has not been offered yet.
        public private(set) var stream: GaleneClient.Stream?
        public var id: String? { stream?.id }
        /// `nil` once it is closed.
        public private(set) weak var sc: ServerConnection?
        /// The client id and the name of who publishes it.
        public var source: String? { stream?.source }
        public var username: String? { stream?.username }
        /// `camera`, `screenshare` or `video`. Where an up stream has none, ``labels`` say which it is.
        public var label: String?
        /// For each track, by id: `audio`, `video` or `screenshare`. Of a down stream they are there from the beginning.
        public var labels: [String: String] = [:]
        /// For the application.
        public var userdata: [String: any Sendable] = [:]

        /// `(this, replace)`: it is over; if `replace`, another with the same ``localId`` follows.
        public var onclose: (@MainActor (Stream, Bool) -> Void)?
        public var onerror: (@MainActor (Stream, ServerConnectionError) -> Void)?
        /// The server does not want the up stream. It is closed in any case.
        public var onabort: (@MainActor (Stream) -> Void)?
        /// `(this, track, label)`: a track was added.
        public var ondowntrack: (@MainActor (Stream, StreamTrack, String) -> Void)?
        public var onstatus: (@MainActor (Stream, StreamStatus) -> Void)?
        public var onnegotiationcompleted: (@MainActor (Stream) -> Void)?
        /// See ``setStatsInterval(_:)``.
        public var onstats: (@MainActor (Stream, StreamStatistics) -> Void)?

        private let replaced: Stream?
        private var tracks: [PublishedTrack] = []
        private var isOffered = false
        private var isClosed = false
        private var statsInterval: Duration?
        private var telling: Task<Void, Never>?

        init(up localId: String, replacing replaced: Stream?, on connection: ServerConnection) {
            up = true
            self.localId = localId
            self.replaced = replaced
            sc = connection
        }

        /// - Parameter old: the stream that this one may replace: its end is told first.
        init(down stream: GaleneClient.Stream, after old: Stream?, on connection: ServerConnection) {
            up = false
            localId = stream.localID
            label = stream.label
            replaced = nil
            self.stream = stream
            sc = connection
            let events = stream.events
            telling = Task {
                await old?.finished()
                await follow(events)
            }
        }

        /// Everything has been told.
        func finished() async { await telling?.value }

        // MARK: Pushing

        /// What the documents do by `pc.addTrack(track, stream)`: the stream is offered with all tracks that are added
        /// before anything is awaited. Then frames go by ``stream``.
        ///
        /// What cannot be added is told by ``onerror``.
        public func addTrack(_ track: PublishedTrack) {
            guard up, !isOffered, !isClosed else {
                onerror?(self, ServerConnectionError(.invalidArgument, "tracks are added before the stream is offered"))
                return
            }
            tracks.append(track)
            guard tracks.count == 1, let sc else { return }
            sc.enqueue { await self.offer(on: $0) }
        }

        private func offer(on sc: ServerConnection) async {
            isOffered = true
            guard !isClosed else { return }
            do {
                let stream = try await sc.connection.newUpStream(
                    label: label ?? labelOfTracks, tracks: tracks, replacing: replaced?.stream?.localID)
                label = stream.label
                self.stream = stream
                // Closed meanwhile.
                if isClosed { return await stream.close() }
                if let statsInterval { await stream.setStatsInterval(statsInterval) }
                let events = stream.events
                telling = Task { await follow(events) }
                // One that was never offered ends here; of others their own events tell.
                if let replaced, replaced.stream == nil { replaced.end(replace: true) }
            } catch {
                onerror?(self, error as? ServerConnectionError ?? ServerConnectionError(.media, "\(error)"))
                end(replace: false)
            }
        }

        /// What ``labels`` amount to.
        private var labelOfTracks: String { labels.values.contains("screenshare") ? "screenshare" : "camera" }

        // MARK: What may be asked

        /// Ends it; ``onclose`` follows.
        public func close() {
            guard !isClosed else { return }
            guard let stream else { return end(replace: false) }
            sc?.enqueue { _ in await stream.close() }
        }

        /// Says that a down stream is not wanted.
        public func abort() {
            guard let stream, !up else { return }
            sc?.enqueue { _ in await stream.abort() }
        }

        /// What is wanted of this stream alone; `nil` for what is wanted in general.
        @discardableResult
        public func request(_ what: [RequestedTrack]?) -> Task<Void, any Error>? {
            guard let stream else { return nil }
            return sc?.enqueue { _ in try await stream.request(what) }
        }

        public func restartIce() {
            guard let stream else { return }
            sc?.enqueue { _ in await stream.restartICE() }
        }

        /// How often ``onstats`` is called, in milliseconds; 0 for never. It tells the data rate of what goes up; and
        /// how loud it is what comes down, where the application says what its decoder makes of it: see
        /// ``GaleneClient/Stream/didDecode(_:sampleRate:track:)``.
        public func setStatsInterval(_ ms: Int) {
            let interval = ms > 0 ? Duration.milliseconds(ms) : nil
            statsInterval = interval
            guard let stream else { return }
            sc?.enqueue { _ in await stream.setStatsInterval(interval) }
        }

        // MARK: What happens

        private func follow(_ events: Events<StreamEvent>) async {
            // What comes before the application knows of the stream; then tracks before their negotiation is complete.
            var held: [StreamEvent] = []
            var isTold = up
            do {
                for try await event in events {
                    switch event {
                    case .track: held.append(event)
                    case .status where !isTold: held.append(event)
                    case .negotiated:
                        if !up {
                            await readLabels()
                            sc?.tell(of: self)
                            isTold = true
                        }
                        for event in held { tell(event) }
                        held = []
                        tell(event)
                    case .failed, .closed:
                        if !isTold { sc?.tell(of: self) }
                        isTold = true
                        tell(event)
                    default: tell(event)
                    }
                }
            } catch {
                onerror?(self, error as? ServerConnectionError ?? ServerConnectionError(.closed, "\(error)"))
                await stream?.close()
            }
            end(replace: false)
        }

        private func readLabels() async {
            guard let stream else { return }
            labels = [:]
            for track in await stream.tracks { labels[track.id] = labelText(of: track) }
        }

        private func labelText(of track: StreamTrack) -> String {
            track.kind == .video && label == "screenshare" ? "screenshare" : track.kind.rawValue
        }

        private func tell(_ event: StreamEvent) {
            switch event {
            case .negotiated: onnegotiationcompleted?(self)
            case .track(let track): ondowntrack?(self, track, labels[track.id] ?? labelText(of: track))
            case .status(let status): onstatus?(self, status)
            case .statistics(let statistics): onstats?(self, statistics)
            case .aborted: onabort?(self)
            case .failed(let error): onerror?(self, error)
            case .closed(let isReplaced): end(replace: isReplaced)
            case .trackRemoved, .keyFrameRequested, .targetBitrate: break
            }
        }

        func end(replace: Bool) {
            guard !isClosed else { return }
            isClosed = true
            sc?.forget(self)
            onclose?(self, replace)
            sc = nil
        }
    }
}
