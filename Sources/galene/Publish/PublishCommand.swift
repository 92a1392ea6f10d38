// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import GaleneClient
import GaleneMedia
import GaleneProtocol
import MediaIO
import RTP

struct PublishCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish", abstract: "Publish files, a screen, a camera, a microphone, a test pattern.",
        discussion: """
            Each source is a stream of its own; a camera and a microphone are one. SOURCE is one of:

            \(PublishedSource.forms.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))

            Something to look at in an empty group:
              galene publish http://127.0.0.1:8443/group/demo/ test:
            A film, again and again, in two sizes for receivers of all kinds:
              galene publish https://example.org/group/cinema/ film.webm --loop --simulcast
            Camera and microphone, with a password that no list of processes shows:
              GALENE_PASSWORD=secret galene publish https://example.org/group/a/ \\
                camera microphone

            It ends with the last file, or with Ctrl-C. \(CommandError.exitCodes)
            """)

    @OptionGroup var meeting: MeetingOptions
    @Argument(
        help: "What to publish, see above.", completion: .file(), transform: PublishedSource.init(argument:))
    var sources: [PublishedSource]
    @Option(help: "What the streams are called. [default: video, screenshare or camera, as it fits]")
    var label: String?
    @Flag(help: "Send a small encoding beside the full one, for receivers with little room.")
    var simulcast = false
    @Flag(help: "Begin files anew when they end.")
    var loop = false
    @Option(help: ArgumentHelp("vp8, vp9 or h264. [default: vp8]", valueName: "name"), transform: Self.codec)
    var codec = Codec.vp8
    @Option(help: "Bits a second of the picture at most. [default: what its size asks for]")
    var bitrate: Int?
    @OptionGroup var duration: DurationOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !sources.isEmpty else { throw ValidationError("name a source, for instance test:") }
        guard bitrate.map({ $0 >= 20_000 }) ?? true else {
            throw ValidationError("--bitrate counts bits: 20000 at least")
        }
    }

    @Sendable private static func codec(_ name: String) throws -> Codec {
        switch name.lowercased() {
        case "vp8": .vp8
        case "vp9": .vp9
        case "h264": .h264
        default: throw CommandError(.usage, "--codec is vp8, vp9 or h264")
        }
    }

    var publishing: PublishingOptions {
        var options = PublishingOptions()
        options.videoCodec = codec
        options.isSimulcast = simulcast
        options.maximumVideoBitrate = bitrate
        return options
    }

    func run() async throws { try await run(on: .standard, Interruption()) }

    func run(on console: Console, _ interruption: Interruption) async throws {
        let session = PublishingSession(self, console)
        _ = try await interruption.race { try await duration.limit { try await session.run() } }
    }
}
