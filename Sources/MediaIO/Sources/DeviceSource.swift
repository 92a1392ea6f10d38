// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLibAV
import Foundation

/// Pictures of a screen or a camera, or the sound of a microphone, while they happen.
///
/// A device is opened and read by a thread of its own, so that one that never answers holds nobody up. What is not taken in time
/// is lost: of several pictures that wait, the oldest.
///
/// All devices of a process share one clock, so that a camera's pictures and a microphone's sound are together.
public final class DeviceSource: MediaSource {
    public let hasPictures: Bool
    public let hasSound: Bool
    public let isLive = true
    /// In pixels; `nil` without pictures.
    public let pictureSize: (width: Int, height: Int)?
    /// What the device is called.
    public let name: String

    private let mailbox: DeviceMailbox

    /// How long a device may take to be opened, and then to give something.
    public static let patience: Duration = .seconds(10)

    /// Opens a device, and waits until it is open.
    ///
    /// - Parameters:
    ///   - device: which one.
    ///   - framesPerSecond: of pictures: what is asked for; a camera has its own.
    ///   - size: of a camera's pictures, in pixels: the nearest that it has; by default its own choice.
    /// - Throws: ``MediaError/Kind/notFound`` where there is none, with what there is instead; ``MediaError/Kind/notAllowed``;
    ///   ``MediaError/Kind/failed`` for one that does not answer within ``patience``.
    public convenience init(
        _ device: Device, framesPerSecond: Int = 30, size: (width: Int, height: Int)? = nil
    ) throws(MediaError) {
        let candidates = try device.candidates(framesPerSecond: min(max(framesPerSecond, 1), 240), size: size)
        try self.init(candidates, device: device, patience: Self.patience)
    }

    init(_ candidates: [DeviceAddress], device: Device, patience: Duration) throws(MediaError) {
        _ = Self.registered
        let mailbox = DeviceMailbox()
        let reader = DeviceReader(candidates: candidates, device: device, mailbox: mailbox)
        let thread = Thread { reader.run() }
        thread.name = "galene-device"
        thread.start()
        self.mailbox = mailbox
        let description = try mailbox.waitUntilOpen(device: device, patience: patience)
        name = description.name
        pictureSize = description.pictureSize
        (hasPictures, hasSound) = (description.pictureSize != nil, description.hasSound)
        self.patience = patience
    }

    private let patience: Duration

    /// libavdevice's formats are libavformat's from here on.
    static let registered: Void = avdevice_register_all()

    /// As of now on the clock that all devices share: what else is to be in step with them has times of it too.
    public static var now: Duration { .microseconds(av_gettime() - DeviceReader.epoch) }

    deinit { mailbox.stop() }

    /// Waits for what comes next.
    ///
    /// - Returns: `nil` after it was stopped.
    /// - Throws: what went wrong with the device; ``MediaError/Kind/failed`` when it gives nothing for ``patience``.
    public func next() throws(MediaError) -> MediaSample? { try mailbox.next(patience: patience) }

    /// What ends it, from any thread.
    public var stopper: Stopper { Stopper(mailbox: mailbox) }

    /// Ends a ``DeviceSource``, which another thread may be waiting for.
    public struct Stopper: Sendable {
        let mailbox: DeviceMailbox

        /// ``DeviceSource/next()`` gives `nil` from now on.
        public func stop() { mailbox.stop() }
    }
}

extension DeviceSource {
    /// What there is to choose from.
    public enum Device: Hashable, Sendable {
        /// A screen of X11: `:0`, or `:0.0+10,20`; `nil` for the one of `DISPLAY`.
        case screen(display: String? = nil)
        /// A device of Video4Linux, by its file; `nil` for the first.
        case camera(path: String? = nil)
        /// A source of PulseAudio, or of PipeWire which speaks the same, by its name; `nil` for the one that is chosen there,
        /// or where nothing answers for ALSA's.
        case microphone(name: String? = nil)

        /// For people.
        var kind: String {
            switch self {
            case .screen: "screen"
            case .camera: "camera"
            case .microphone: "microphone"
            }
        }
    }
}

/// A device as libavdevice finds it.
struct DeviceAddress: Sendable {
    var format: String
    var url: String
    var options: [String: String]
    /// Whether its times are those of the wall, in which all devices agree.
    var hasWallClock = true
}

extension DeviceSource.Device {
    /// What is tried, one after the other.
    func candidates(
        framesPerSecond: Int, size: (width: Int, height: Int)?
    ) throws(MediaError) -> [DeviceAddress] {
        switch self {
        case .screen(let display):
            guard let display = display ?? ProcessInfo.processInfo.environment["DISPLAY"], !display.isEmpty else {
                throw MediaError(
                    .notFound,
                    "there is no screen to be seen from here: DISPLAY is not set (only screens of X11 can be shared)")
            }
            return [DeviceAddress(format: "x11grab", url: display, options: ["framerate": "\(framesPerSecond)"])]
        case .camera(let path):
            let cameras = DeviceList.cameras()
            guard let path = path ?? cameras.first?.path else {
                throw MediaError(.notFound, "there is no camera here: no /dev/video*")
            }
            guard FileManager.default.fileExists(atPath: path) else {
                throw MediaError(.notFound, "there is no camera \(path); \(DeviceList.words(cameras.map(\.words)))")
            }
            var options = ["framerate": "\(framesPerSecond)", "timestamps": "abs"]
            if let size { options["video_size"] = "\(size.width)x\(size.height)" }
            let plain = DeviceAddress(format: "video4linux2,v4l2", url: path, options: options)
            // Larger pictures do not fit through USB unless they are compressed.
            guard let size, size.width * size.height > 640 * 480 else { return [plain] }
            options["input_format"] = "mjpeg"
            return [DeviceAddress(format: "video4linux2,v4l2", url: path, options: options), plain]
        case .microphone(let name):
            // 20 ms of 16 bits and two channels; what the server would choose itself may be two seconds.
            let options = ["fragment_size": "3840", "sample_rate": "48000", "channels": "2", "name": "galene"]
            let pulse = DeviceAddress(format: "pulse", url: name ?? "default", options: options)
            guard name == nil else { return [pulse] }
            return [
                pulse,
                DeviceAddress(
                    format: "alsa", url: "default", options: ["sample_rate": "48000", "channels": "2"]),
            ]
        }
    }
}
