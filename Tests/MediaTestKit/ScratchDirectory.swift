// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation

/// A directory of a test's own, and programs to judge what is in it.
public final class ScratchDirectory: Sendable {
    public let path: String

    public init() throws {
        path = NSTemporaryDirectory() + "galene-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    public struct Failure: Error, CustomStringConvertible {
        public let description: String

        public init(description: String) { self.description = description }
    }

    /// - Returns: its standard output.
    /// - Throws: ``Failure`` with what it has said when it fails.
    @discardableResult
    public static func run(_ program: String, _ arguments: [String]) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let (output, errors) = (Pipe(), Pipe())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        // What these programs say of errors fits a pipe.
        let bytes = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(description: "\(program): \(said)") }
        return bytes
    }
}

/// What `ffprobe` and `ffmpeg` find in a file.
public struct FileProbe: Decodable {
    public struct Packet: Decodable {
        public var stream_index: Int
        public var pts_time: String
        public var size: String
        public var flags: String
        public var milliseconds: Int { Int(((Double(pts_time) ?? -1) * 1000).rounded()) }
    }
    public struct Stream: Decodable {
        public var codec_name: String
        public var width: Int?
        public var height: Int?
    }
    public struct Format: Decodable {
        public var format_name: String
        public var duration: String?
        public var tags: [String: String]?
    }

    public var packets: [Packet]
    public var streams: [Stream]
    public var format: Format

    public init(_ path: String) throws {
        let arguments = ["-v", "error", "-show_packets", "-show_streams", "-show_format", "-of", "json", path]
        self = try JSONDecoder().decode(FileProbe.self, from: Data(try ScratchDirectory.run("ffprobe", arguments)))
    }

    public func packets(of track: Int) -> [Packet] { packets.filter { $0.stream_index == track } }

    /// Pictures or pieces of sound of a track, all of which `ffmpeg` decodes without a word.
    public static func decode(_ path: String, track: Int) throws -> Int {
        let lines = try ScratchDirectory.run(
            "ffmpeg",
            [
                "-nostdin", "-v", "error", "-xerror", "-i", path, "-map", "0:\(track)", "-fps_mode", "passthrough",
                "-enc_time_base", "-1", "-f", "framecrc", "-",
            ])
        return String(decoding: lines, as: UTF8.self).split(separator: "\n").count { !$0.hasPrefix("#") }
    }
}
