// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLibAV
import Foundation

/// A window that shows pictures, by SDL 2. It belongs to the thread that opened it, and there is one at a time.
public final class PictureWindow {
    /// Of the pictures that it shows, in pixels; others are scaled, with black where their shape differs. Whoever sees it
    /// may give the window another size.
    public let width: Int
    /// In pixels.
    public let height: Int
    /// Whether it was closed, or Escape or q was pressed in it. It then shows nothing any more.
    public private(set) var isClosed = false

    private let output: MediaOutput
    private let scaler = PictureScaler()
    private var last: VideoPicture.Frame?
    private var count: Int64 = 0

    /// Opens it, on the display that `DISPLAY` or `WAYLAND_DISPLAY` names.
    ///
    /// - Parameters:
    ///   - title: what it is called. Text from others should be made printable first.
    ///   - width: of the pictures, in pixels.
    ///   - height: likewise.
    /// - Throws: ``MediaError/Kind/failed`` where no window can be opened, ``MediaError/Kind/notFound`` where FFmpeg's
    ///   libraries were built without SDL.
    public init(title: String, width: Int, height: Int) throws(MediaError) {
        (self.width, self.height) = (width, height)
        guard (1...8_192).contains(width), (1...8_192).contains(height) else {
            throw MediaError(.unsupported, "there are no windows of \(width) by \(height) pixels")
        }
        // SDL would take Ctrl-C for the closing of its window.
        setenv("SDL_NO_SIGNAL_HANDLERS", "1", 0)
        output = try MediaOutput(
            device: "sdl2", url: title, options: ["window_title": title], what: "a window for pictures"
        ) { parameters, stream in
            parameters.pointee.codec_type = AVMEDIA_TYPE_VIDEO
            parameters.pointee.codec_id = AV_CODEC_ID_RAWVIDEO
            parameters.pointee.format = AV_PIX_FMT_YUV420P.rawValue
            parameters.pointee.width = Int32(width)
            parameters.pointee.height = Int32(height)
            stream.pointee.time_base = AVRational(num: 1, den: 90_000)
        }
    }

    /// Shows a picture at once, and attends to what was done to the window.
    ///
    /// - Returns: whether it is still open.
    @discardableResult public func play(_ picture: VideoPicture) throws(MediaError) -> Bool {
        guard !isClosed else { return false }
        last =
            (picture.width, picture.height) == (width, height)
            ? picture.frame : try scaler.fit(picture.frame.pointer, width: width, height: height)
        return try refresh()
    }

    /// Shows the last picture again: what keeps the window alive while none comes, several times a second.
    ///
    /// - Returns: whether it is still open.
    @discardableResult public func refresh() throws(MediaError) -> Bool {
        guard !isClosed else { return false }
        let frame: VideoPicture.Frame
        if let last {
            frame = last
        } else {
            frame = try VideoPicture.Frame(width: width, height: height)
            for (index, black) in [UInt8(16), 128, 128].enumerated() { frame.plane(index).fill(black) }
            last = frame
        }
        count += 1
        let planes = (0..<3).map { frame.plane($0) }
        let size = planes.reduce(0) { $0 + $1.width * $1.height }
        let status = try output.write(size: size, time: count) { data in
            var position = data
            for plane in planes {
                for y in 0..<plane.height {
                    position.update(from: plane.base + y * plane.stride, count: plane.width)
                    position += plane.width
                }
            }
        }
        // How the device says that it was closed.
        if status == -EIO {
            isClosed = true
        } else if status < 0 {
            throw MediaError(.failed, "the window cannot show a picture: \(LibAV.text(status))")
        }
        return !isClosed
    }
}
