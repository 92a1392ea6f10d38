// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLibAV
import Foundation

/// What FFmpeg's headers define by macros that Swift does not see, and what is done once for all of its libraries.
enum LibAV {
    /// FFERRTAG('E', 'O', 'F', ' ').
    static let endOfFile: Int32 = -541_478_725
    /// FFERRTAG('I', 'N', 'D', 'A').
    static let invalidData: Int32 = -1_094_995_529
    /// Nothing yet, or no room: call the other half first.
    static let again: Int32 = -EAGAIN
    /// AV_NOPTS_VALUE.
    static let noTimestamp = Int64.min

    /// The libraries tell what they think on the standard error, which belongs to whoever runs the program: what matters
    /// comes as ``MediaError``. A variable of a type is made once.
    static let quiet: Void = av_log_set_level(AV_LOG_QUIET)

    /// What the library, or the system below it, calls an error.
    static func text(_ code: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 128)
        av_strerror(code, &buffer, buffer.count)
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    static func noMemory(for what: String) -> MediaError { MediaError(.failed, "there is no memory for \(what)") }
}

extension Duration {
    /// Units of which there are `rate` in a second, the nearest.
    func ticks(_ rate: Int64) -> Int64 {
        let (seconds, attoseconds) = components
        let product = attoseconds / 1_000_000_000 * rate
        return seconds &* rate &+ (product + (product < 0 ? -500_000_000 : 500_000_000)) / 1_000_000_000
    }

    /// The inverse, to the nanosecond.
    static func ticks(_ count: Int64, _ rate: Int64) -> Duration {
        .seconds(count / rate) + .nanoseconds(count % rate * 1_000_000_000 / rate)
    }
}

/// Owns an `AVPacket`.
final class Packet {
    let pointer: UnsafeMutablePointer<AVPacket>

    init() throws(MediaError) {
        guard let packet = av_packet_alloc() else { throw LibAV.noMemory(for: "a packet") }
        pointer = packet
    }

    /// A packet of some bytes, with the zeros behind them that decoders want.
    convenience init(_ bytes: [UInt8]) throws(MediaError) {
        try self.init()
        guard let count = Int32(exactly: bytes.count), av_new_packet(pointer, count) >= 0 else {
            throw LibAV.noMemory(for: "a packet of \(bytes.count) bytes")
        }
        if let data = pointer.pointee.data, !bytes.isEmpty { data.update(from: bytes, count: bytes.count) }
    }

    deinit {
        var packet: UnsafeMutablePointer<AVPacket>? = pointer
        av_packet_free(&packet)
    }

    var bytes: [UInt8] {
        Array(UnsafeBufferPointer(start: pointer.pointee.data, count: Int(pointer.pointee.size)))
    }
}
