// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneClient
import GaleneMedia
import MediaIO
import RTP

/// What one sends in a meeting: camera and microphone as one stream, as our page has it, and beside it a screen and a file.
///
/// What is wanted and what is sent are two things, because devices take their time: a change says what is wanted, and one
/// task brings about the last that was said.
actor OwnMedia {
    enum Report: Sendable {
        /// What is sent from now on.
        case state(SentMedia)
        /// Something does not work: a sentence.
        case trouble(String)
        /// The server does not take it, for which it may have said why.
        case refused
    }

    /// What happens, for one consumer.
    nonisolated let reports: AsyncStream<Report>
    private let output: AsyncStream<Report>.Continuation
    let connection: ServerConnection
    /// Of which sources the stream is made.
    private let sources: [MediaKind: PublishedSource]

    /// What of the stream is wanted.
    private var wanted: Set<MediaKind> = []
    private var isMuted = false
    /// What of it is sent.
    private var carried: Set<MediaKind> = []
    private var captures: [PublishedSource: Capture] = [:]
    private var publisher: StreamPublisher?
    /// What it reads.
    private var taps: [CaptureTap] = []
    private var worker: Task<Void, Never>?
    /// It waits for a device, which may take its time.
    private var isOpening = false
    /// There is no connection on which a stream could take another's place.
    private var isSuspended = false

    /// The other streams.
    var shows: [Show.Kind: Show] = [:]
    private var meter: Task<Void, Never>?
    private var bitsPerSecond: Int?
    private var told = SentMedia()

    /// As often as our page measures, in seconds.
    private static let meterInterval = 2

    /// - Parameters:
    ///   - microphone: where sound comes from; only its sound is used.
    ///   - camera: where pictures come from. One source that is both is opened once, and its sound and pictures are in step.
    init(_ connection: ServerConnection, microphone: PublishedSource, camera: PublishedSource) {
        self.connection = connection
        sources = [.audio: microphone, .video: camera]
        (reports, output) = AsyncStream.makeStream(of: Report.self)
    }

    func apply(_ change: SendingChange) {
        switch change {
        case .microphone(let isOn): hear(isOn)
        case .camera(true): wanted.insert(.video)
        case .camera(false): wanted.remove(.video)
        case .cameraAndMicrophone:
            hear(true)
            wanted.insert(.video)
        case .shareScreen(let display): begin(.screen(display: display), as: .screen)
        case .presentFile(let path): begin(.file(path: (path as NSString).expandingTildeInPath), as: .file)
        case .unshareScreen: end(.screen)
        case .unpresentFile: end(.file)
        case .nothing:
            wanted = []
            for kind in Array(shows.keys) { end(kind) }
        }
        bringAbout()
        tell()
    }

    private func hear(_ isOn: Bool) {
        isMuted = !isOn
        if isOn { wanted.insert(.audio) }
        if let source = sources[.audio] { captures[source]?.isMuted = isMuted }
    }

    /// The connection is lost: streams wait for another one. What is not wanted any more is closed all the same.
    func suspend() { isSuspended = true }

    /// There is a connection again, on which what was sent is sent again.
    func resume() {
        isSuspended = false
        bringAbout()
        tell()
    }

    /// Ends all of it; returns when it has ended. A device that is just being opened is waited for by nobody.
    func end() async {
        let publishers = publishers
        apply(.nothing)
        for capture in captures.values { capture.stop() }
        for publisher in publishers { await publisher.stop() }
        if !isOpening { await worker?.value }
        output.finish()
    }

    // MARK: Camera and microphone

    private func bringAbout() {
        closeUnwanted()
        guard worker == nil, carried != wanted, !isSuspended else { return }
        worker = Task {
            while carried != wanted, !isSuspended { await become(wanted) }
            closeUnwanted()
            worker = nil
            tell()
        }
    }

    private func closeUnwanted() {
        let needed = Set(wanted.compactMap { sources[$0] })
        for (source, capture) in captures where !needed.contains(source) {
            captures[source] = nil
            capture.stop()
        }
    }

    private func become(_ target: Set<MediaKind>) async {
        // The microphone first: it is quick, and what matters most.
        for kind in [MediaKind.audio, .video] where target.contains(kind) { await open(kind) }
        // Something has failed, or something else is wanted by now.
        guard wanted == target, !isSuspended else { return }
        await publish(target)
    }

    private func open(_ kind: MediaKind) async {
        guard let source = sources[kind] else { return }
        do throws(MediaError) {
            let capture: Capture
            if let open = captures[source] {
                capture = open
            } else {
                isOpening = true
                defer { isOpening = false }
                capture = try await Capture.open(source.opener(loops: true))
                captures[source] = capture
                follow(capture, of: source)
            }
            guard kind == .audio ? capture.hasSound : capture.hasPictures else {
                throw MediaError(
                    .unsupported, "there is nothing to be \(kind == .audio ? "heard" : "seen") in \(source.name)")
            }
            if kind == .audio { capture.isMuted = isMuted }
        } catch {
            // What was not wanted any more is not missed.
            if wanted.remove(kind) != nil { report(.trouble("\(Self.missing(kind)): \(error)")) }
            tell()
        }
    }

    private static func missing(_ kind: MediaKind) -> String { kind == .audio ? "No microphone" : "No camera" }

    /// A device may be unplugged.
    private func follow(_ capture: Capture, of source: PublishedSource) {
        Task {
            var reason: MediaError?
            do throws(MediaError) { try await capture.waitUntilEnd() } catch { reason = error }
            guard captures[source] === capture else { return }
            captures[source] = nil
            for kind in [MediaKind.audio, .video] where sources[kind] == source && wanted.remove(kind) != nil {
                report(.trouble("\(Self.missing(kind)): \(reason?.description ?? "\(source.name) has ended")"))
            }
            bringAbout()
            tell()
        }
    }

    private func publish(_ target: Set<MediaKind>) async {
        // What takes its place ends it, which is no end then.
        let (old, oldTaps) = (publisher, taps)
        (publisher, taps) = (nil, [])
        if target.isEmpty {
            carried = []
        } else {
            await publishStream(of: target, replacing: old)
        }
        // Where it was replaced that has ended it; where not, it shall end.
        await old?.stop()
        for tap in oldTaps { tap.end() }
        tell()
    }

    private func publishStream(of target: Set<MediaKind>, replacing old: StreamPublisher?) async {
        var options = PublishingOptions()
        if case .testPattern(_, _, let rate) = sources[.video] { options.framesPerSecond = Double(rate) }
        taps = captures.map { source, capture in
            capture.tap(
                pictures: target.contains(.video) && sources[.video] == source,
                sound: target.contains(.audio) && sources[.audio] == source)
        }
        do {
            let new = try await StreamPublisher.publish(
                label: PublishedSource.camera(device: nil).label, on: connection, options: options,
                replacing: old?.stream.localID, source: Self.source(taps))
            (publisher, carried) = (new, target)
            follow(new)
        } catch {
            carried = []
            drop("Not sent: \(CommandError(error).description)")
        }
    }

    private static func source(_ taps: [CaptureTap]) -> Capture.Opener {
        { () throws(MediaError) in
            taps.count == 1 ? taps[0] : try MergedSource(taps.map(Self.opener))
        }
    }

    private static func opener(_ tap: CaptureTap) -> Capture.Opener { { () throws(MediaError) in tap } }

    private func follow(_ publisher: StreamPublisher) {
        measure()
        Task {
            var failure: (any Error)?
            do { try await publisher.waitUntilEnd() } catch { failure = error }
            guard self.publisher === publisher else { return }
            self.publisher = nil
            carried = []
            if (failure as? MediaError)?.kind == .notAllowed {
                drop(nil)
                report(.refused)
            } else {
                drop(failure.map { "Not sent any more: \(CommandError($0).description)" })
            }
            tell()
        }
    }

    /// Camera and microphone are not sent, and not wanted.
    private func drop(_ trouble: String?) {
        wanted = []
        for capture in captures.values { capture.stop() }
        captures = [:]
        if let trouble { report(.trouble(trouble)) }
    }

    // MARK: What is told

    private var publishers: [StreamPublisher] {
        ([publisher] + shows.values.map(\.publisher)).compactMap(\.self)
    }

    func report(_ report: Report) { output.yield(report) }

    func tell() {
        var new = SentMedia()
        new.microphone = !wanted.contains(.audio) ? .off : isMuted ? .muted : state(of: .audio)
        new.camera = wanted.contains(.video) ? state(of: .video) : .off
        (new.screen, new.file) = (state(of: .screen), state(of: .file))
        if case .file(let path)? = shows[.file]?.source {
            new.fileName = TerminalText.printable(URL(fileURLWithPath: path).lastPathComponent)
        }
        new.bitsPerSecond = publishers.isEmpty ? nil : bitsPerSecond
        guard new != told else { return }
        told = new
        report(.state(new))
    }

    private func state(of kind: MediaKind) -> SentMedia.State { carried.contains(kind) ? .on : .starting }

    /// As long as anything is sent.
    func measure() {
        guard meter == nil else { return }
        meter = Task {
            while !publishers.isEmpty {
                let before = publishers.map { ($0, $0.statistics.bytes) }
                guard (try? await Task.sleep(for: .seconds(Self.meterInterval))) != nil else { break }
                let bytes = before.reduce(0) { $0 + $1.0.statistics.bytes - $1.1 }
                bitsPerSecond = 8 * bytes / Self.meterInterval
                tell()
            }
            (meter, bitsPerSecond) = (nil, nil)
            tell()
        }
    }
}
