// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLibAV

/// An output device of libavdevice with one stream of raw pictures or sound.
final class MediaOutput {
    let format: UnsafeMutablePointer<AVFormatContext>
    let stream: UnsafeMutablePointer<AVStream>
    private let packet: Packet
    private var isOpen = false

    /// - Parameters:
    ///   - device: of libavdevice.
    ///   - url: what the device takes for a name.
    ///   - what: for people.
    ///   - describe: says what will be written.
    init(
        device: String, url: String, options: [String: String], what: String,
        describe: (UnsafeMutablePointer<AVCodecParameters>, UnsafeMutablePointer<AVStream>) -> Void
    ) throws(MediaError) {
        _ = (LibAV.quiet, DeviceSource.registered)
        packet = try Packet()
        var context: UnsafeMutablePointer<AVFormatContext>?
        guard avformat_alloc_output_context2(&context, nil, device, url) >= 0, let context else {
            throw MediaError(.notFound, "FFmpeg's libraries were built without \(device), so there is no \(what)")
        }
        guard let stream = avformat_new_stream(context, nil), let parameters = stream.pointee.codecpar else {
            avformat_free_context(context)
            throw LibAV.noMemory(for: what)
        }
        (format, self.stream) = (context, stream)
        describe(parameters, stream)
        var dictionary: OpaquePointer?
        defer { av_dict_free(&dictionary) }
        for (name, value) in options { av_dict_set(&dictionary, name, value, 0) }
        let status = avformat_write_header(context, &dictionary)
        guard status >= 0 else {
            throw MediaError(.failed, "\(what) cannot be opened by \(device): \(LibAV.text(status))")
        }
        isOpen = true
    }

    deinit {
        if isOpen { av_write_trailer(format) }
        avformat_free_context(format)
    }

    /// - Parameters:
    ///   - size: of the packet, in bytes.
    ///   - fill: writes all of them.
    /// - Returns: what the device said.
    func write(size: Int, time: Int64, fill: (UnsafeMutablePointer<UInt8>) -> Void) throws(MediaError) -> Int32 {
        defer { av_packet_unref(packet.pointer) }
        guard let count = Int32(exactly: size), av_new_packet(packet.pointer, count) >= 0,
            let data = packet.pointer.pointee.data
        else { throw LibAV.noMemory(for: "a packet") }
        fill(data)
        packet.pointer.pointee.pts = time
        packet.pointer.pointee.dts = time
        packet.pointer.pointee.stream_index = 0
        return av_write_frame(format, packet.pointer)
    }
}
