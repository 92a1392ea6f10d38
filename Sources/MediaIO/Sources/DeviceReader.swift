// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLibAV
import Foundation

/// What the thread of a device does: open it, and read until nobody wants anything any more.
struct DeviceReader: Sendable {
    let candidates: [DeviceAddress]
    let device: DeviceSource.Device
    let mailbox: DeviceMailbox

    /// The beginning of the clock of all devices, in microseconds of the wall.
    static let epoch = av_gettime()
    /// Between two questions to a device that would not wait itself; microseconds.
    private static let pause: UInt32 = 5_000
    /// A clock that is set back by more is followed from there on.
    private static let jump: Duration = .milliseconds(200)

    func run() {
        _ = (Self.epoch, ALSA.quiet)
        do throws(MediaError) {
            let (input, address) = try open()
            guard !mailbox.isDone else { return }
            let parameters = input.pictures?.stream.pointee.codecpar.pointee
            mailbox.open(
                DeviceMailbox.Description(
                    name: "the \(device.kind) “\(address.url)”",
                    pictureSize: parameters.map { (Int($0.width), Int($0.height)) }, hasSound: input.sound != nil))
            try read(input, hasWallClock: address.hasWallClock)
        } catch {
            mailbox.fail(error)
        }
    }

    private func open() throws(MediaError) -> (MediaInput, DeviceAddress) {
        var failure = MediaError(.notFound, "there is no \(device.kind) here")
        for (index, address) in candidates.enumerated() {
            guard let format = av_find_input_format(address.format) else { continue }
            do throws(MediaError) {
                let input = try MediaInput(
                    url: address.url, demuxer: format, options: address.options, flags: AVFMT_FLAG_NONBLOCK
                ) { explain($0, address) }
                try input.openTracks(of: "the \(device.kind) “\(address.url)”")
                return (input, address)
            } catch {
                // The first is what was meant; the others are only tried.
                if index == 0 { failure = error }
            }
        }
        throw failure
    }

    private func explain(_ status: Int32, _ address: DeviceAddress) -> MediaError {
        let text = LibAV.text(status)
        if status == -EACCES || status == -EPERM {
            return MediaError(.notAllowed, "the \(device.kind) “\(address.url)” may not be used")
        }
        switch device {
        case .screen:
            return MediaError(.notFound, "the X server “\(address.url)” does not let us see its screen: \(text)")
        case .camera:
            if status == -EBUSY {
                return MediaError(.failed, "the camera “\(address.url)” is in use by another program")
            }
            return MediaError(.failed, "the camera “\(address.url)” cannot be opened: \(text)")
        case .microphone:
            let entries = DeviceList.microphones().map(\.words)
            return MediaError(.notFound, "there is no microphone “\(address.url)”; \(DeviceList.words(entries))")
        }
    }

    private func read(_ input: MediaInput, hasWallClock: Bool) throws(MediaError) {
        let converter = PictureConverter(input.pictures?.stream)
        let sound = SoundConverter()
        // Added to the device's times.
        var offset: Duration = hasWallClock ? .microseconds(-Self.epoch) : .zero
        var last: Duration?
        func clock(_ track: MediaInput.Track, _ timestamp: Int64) -> Duration {
            let time = track.time(timestamp) ?? .microseconds(av_gettime())
            if let last, time + offset < last - Self.jump { offset = last - time }
            last = max(last ?? .zero, time + offset)
            return time + offset
        }
        while !mailbox.isDone {
            switch input.read() {
            case .packet(let packet, let track, let isPicture):
                let status = try track.decode(packet) { (frame: UnsafeMutablePointer<AVFrame>) throws(MediaError) in
                    let time = clock(track, frame.pointee.best_effort_timestamp)
                    if isPicture {
                        mailbox.put(
                            .picture(try converter.convert(frame, time: time, aspect: AVRational(num: 0, den: 1))))
                    } else {
                        defer {
                            var frame: UnsafeMutablePointer<AVFrame>? = frame
                            av_frame_free(&frame)
                        }
                        if let block = try sound.convert(frame, time: time) { mailbox.put(.sound(block)) }
                    }
                }
                // A camera's broken picture is followed by another; a cable that was pulled shows when reading.
                _ = status
            case .nothing: usleep(Self.pause)
            case .other: break
            case .end: throw MediaError(.failed, "the \(device.kind) has ended")
            case .failed(let status):
                throw MediaError(.failed, "the \(device.kind) gives nothing any more: \(LibAV.text(status))")
            }
        }
    }
}
