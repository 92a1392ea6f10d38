// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation

/// A directory of a test's own, and programs to judge what is in it.
final class ScratchDirectory {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "galene-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// - Returns: its standard output.
    /// - Throws: ``Failure`` with what it has said when it fails.
    @discardableResult
    static func run(_ program: String, _ arguments: [String]) throws -> [UInt8] {
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
struct FileProbe: Decodable {
    struct Packet: Decodable {
        var stream_index: Int
        var pts_time: String
        var size: String
        var flags: String
        var milliseconds: Int { Int(((Double(pts_time) ?? -1) * 1000).rounded()) }
    }
    struct Stream: Decodable {
        var codec_name: String
        var width: Int?
        var height: Int?
    }
    struct Format: Decodable {
        var format_name: String
        var duration: String?
        var tags: [String: String]?
    }

    var packets: [Packet]
    var streams: [Stream]
    var format: Format

    init(_ path: String) throws {
        let arguments = ["-v", "error", "-show_packets", "-show_streams", "-show_format", "-of", "json", path]
        self = try JSONDecoder().decode(FileProbe.self, from: Data(try ScratchDirectory.run("ffprobe", arguments)))
    }

    func packets(of track: Int) -> [Packet] { packets.filter { $0.stream_index == track } }

    /// Pictures or pieces of sound of a track, all of which `ffmpeg` decodes without a word.
    static func decode(_ path: String, track: Int) throws -> Int {
        let lines = try ScratchDirectory.run(
            "ffmpeg",
            [
                "-nostdin", "-v", "error", "-xerror", "-i", path, "-map", "0:\(track)", "-fps_mode", "passthrough",
                "-enc_time_base", "-1", "-f", "framecrc", "-",
            ])
        return String(decoding: lines, as: UTF8.self).split(separator: "\n").count { !$0.hasPrefix("#") }
    }
}
