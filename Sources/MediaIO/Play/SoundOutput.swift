// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLibAV
import Foundation

/// Loudspeakers: PulseAudio, or PipeWire which speaks the same, else ALSA. It belongs to one thread, which it holds up
/// while it has enough to play.
public final class SoundOutput {
    private let output: MediaOutput
    private var position: Int64 = 0

    /// What the device may hold, and so about how late sound is.
    public static let buffer: Duration = .milliseconds(100)

    /// - Parameter title: what the mixers of the system call it.
    /// - Throws: ``MediaError/Kind/notFound`` where there is neither.
    public convenience init(title: String = "galene") throws(MediaError) {
        try self.init(title: title, server: nil, device: nil)
    }

    /// - Parameters:
    ///   - server: of PulseAudio; `nil` for the usual one.
    ///   - device: a sink; `nil` for the one that is chosen there.
    init(title: String, server: String?, device: String?) throws(MediaError) {
        var options = ["name": "galene", "buffer_duration": "\(Int(Self.buffer / .milliseconds(1)))"]
        options["server"] = server
        options["device"] = device
        do throws(MediaError) {
            output = try Self.open("pulse", title, options)
        } catch {
            guard server == nil, device == nil, let alsa = try? Self.open("alsa", "default", [:]) else {
                throw MediaError(
                    .notFound, "there are no loudspeakers: neither PulseAudio (or PipeWire) nor ALSA answers")
            }
            output = alsa
        }
    }

    private static func open(
        _ device: String, _ url: String, _ options: [String: String]
    ) throws(MediaError) -> MediaOutput {
        _ = ALSA.quiet
        return try MediaOutput(device: device, url: url, options: options, what: "a way to the loudspeakers") {
            parameters, stream in
            parameters.pointee.codec_type = AVMEDIA_TYPE_AUDIO
            parameters.pointee.codec_id = AV_CODEC_ID_PCM_S16LE
            parameters.pointee.format = AV_SAMPLE_FMT_S16.rawValue
            parameters.pointee.sample_rate = Int32(AudioBlock.sampleRate)
            av_channel_layout_default(&parameters.pointee.ch_layout, Int32(AudioBlock.channels))
            stream.pointee.time_base = AVRational(num: 1, den: Int32(AudioBlock.sampleRate))
        }
    }

    /// Plays a block behind the last one; returns when there is room for more.
    public func play(_ block: AudioBlock) throws(MediaError) {
        let frames = block.samples.count / AudioBlock.channels
        guard frames > 0 else { return }
        let values = frames * AudioBlock.channels
        let status = try output.write(size: values * 2, time: position) { data in
            data.withMemoryRebound(to: Int16.self, capacity: values) { target in
                for index in 0..<values {
                    let sample = block.samples[index]
                    target[index] = sample.isFinite ? Int16(littleEndian: Int16(min(max(sample, -1), 1) * 32_767)) : 0
                }
            }
        }
        position += Int64(frames)
        guard status >= 0 else {
            throw MediaError(.failed, "sound cannot be played any more: \(LibAV.text(status))")
        }
    }
}
