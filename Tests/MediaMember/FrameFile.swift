// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import RTP

/// A file of the frames of one track, as common players read them: IVF for VP8, VP9 and AV1, a bare byte stream for H.264
/// (ITU-T H.264 annex B), Ogg for Opus.
struct FrameFile {
    let path: String
    private let handle: FileHandle
    private let codec: Codec
    /// The timestamp of the first frame: time begins with it.
    private var origin: UInt32?
    private var page: OggPages?

    /// - Parameter path: without extension.
    init(_ path: String, _ codec: Codec) throws {
        let fileExtension: String
        var header: [UInt8] = []
        switch codec {
        case .vp8, .vp9, .av1:
            fileExtension = "ivf"
            header = Self.ivfHeader(codec)
        case .h264: fileExtension = "h264"
        case .opus:
            fileExtension = "ogg"
            var pages = OggPages()
            header = pages.opusHeaders()
            page = pages
        case .g722, .pcmu, .pcma: throw CocoaError(.featureUnsupported)
        }
        self.codec = codec
        self.path = "\(path).\(fileExtension)"
        guard FileManager.default.createFile(atPath: self.path, contents: Data(header)),
            let handle = FileHandle(forWritingAtPath: self.path)
        else { throw CocoaError(.fileWriteUnknown) }
        self.handle = handle
        try handle.seekToEnd()
    }

    mutating func write(_ frame: EncodedFrame) throws {
        let first = origin ?? frame.timestamp
        origin = first
        // A recording of a test does not last until timestamps wrap.
        let time = UInt64(frame.timestamp &- first)
        switch codec {
        case .vp8, .vp9: try write(frame.bytes, time)
        // A temporal delimiter (AV1 specification section 5.6), which RTP does not carry.
        case .av1: try write([0x12, 0] + frame.bytes, time)
        case .opus: try handle.write(contentsOf: page?.page(frame.bytes, granule: time) ?? [])
        default: try handle.write(contentsOf: frame.bytes)
        }
    }

    private func write(_ bytes: [UInt8], _ time: UInt64) throws {
        try handle.write(contentsOf: Bytes.little(UInt32(bytes.count)) + Bytes.little(time) + bytes)
    }

    /// 32 bytes: signature, version, length, codec, size (which decoders find in the frames), rate, number of frames.
    private static func ivfHeader(_ codec: Codec) -> [UInt8] {
        let name = codec == .vp8 ? "VP80" : codec == .vp9 ? "VP90" : "AV01"
        return Array("DKIF".utf8) + Bytes.little(UInt16(0)) + Bytes.little(UInt16(32)) + Array(name.utf8)
            + Bytes.little(UInt32(0)) + Bytes.little(UInt32(codec.clockRate)) + Bytes.little(UInt32(1))
            + Bytes.little(UInt64(0))
    }
}

enum Bytes {
    static func little(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian, Array.init)
    }

    /// - Returns: `nil` beyond the end.
    static func read<Value: FixedWidthInteger>(_ type: Value.Type, of bytes: [UInt8], at offset: Int) -> Value? {
        let size = MemoryLayout<Value>.size
        guard offset >= 0, offset + size <= bytes.count else { return nil }
        return (0..<size).reversed().reduce(0) { $0 << 8 | Value(truncatingIfNeeded: bytes[offset + $1]) }
    }
}
