// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLibAV

/// Makes what a decoder of files or a camera gives into pictures as they are meant to be seen: I420, square pixels, upright.
final class PictureConverter {
    private let scaler = PictureScaler()
    private let orientation: Orientation

    /// - Parameter stream: whose display matrix says how the camera was held.
    init(_ stream: UnsafeMutablePointer<AVStream>?) {
        orientation = stream.flatMap(Orientation.init) ?? Orientation()
    }

    /// - Parameters:
    ///   - frame: becomes the picture's, or is freed.
    ///   - aspect: of a pixel, where the file says it and the frame does not.
    func convert(
        _ frame: UnsafeMutablePointer<AVFrame>, time: Duration, aspect: AVRational
    ) throws(MediaError) -> VideoPicture {
        let source = VideoPicture.Frame(owning: frame)
        defer { withExtendedLifetime(source) {} }
        let (width, height) = (Int(frame.pointee.width), Int(frame.pointee.height))
        let ratio = frame.pointee.sample_aspect_ratio.num > 0 ? frame.pointee.sample_aspect_ratio : aspect
        let shown = Self.width(width, height, ratio)
        let plain =
            frame.pointee.isPlainI420 && shown == width
            ? source : try scaler.scale(frame, width: shown, height: height)
        return VideoPicture(frame: try orientation.apply(to: plain), time: time)
    }

    /// Of square pixels; as it was where the ratio is none, or beyond what cameras and discs have.
    private static func width(_ width: Int, _ height: Int, _ ratio: AVRational) -> Int {
        guard ratio.num > 0, ratio.den > 0, ratio.num != ratio.den else { return width }
        let shown = Int((Double(width) * Double(ratio.num) / Double(ratio.den)).rounded())
        guard shown >= width / 4, shown <= width * 4, Int64(shown * height) <= VideoDecoder.mostPixels else {
            return width
        }
        return max(2, shown & ~1)
    }
}

/// How a picture is turned and mirrored to stand upright.
struct Orientation: Equatable {
    /// Rows become columns first.
    var isTransposed = false
    var isMirroredAcross = false
    var isMirroredDown = false

    init() {}

    /// - Parameter matrix: of ISO/IEC 14496-12: nine numbers, of which the first, second, fourth and fifth turn.
    init(matrix: [Int32]) {
        guard matrix.count == 9 else { return }
        let (a, b, c, d) = (matrix[0], matrix[1], matrix[3], matrix[4])
        isTransposed = b.magnitude > a.magnitude
        // Each coordinate that is shown grows or falls with the one that it comes from.
        isMirroredAcross = isTransposed ? c < 0 : a < 0
        isMirroredDown = isTransposed ? b < 0 : d < 0
    }

    init?(_ stream: UnsafeMutablePointer<AVStream>) {
        var size = 0
        guard let data = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size), size >= 36 else {
            return nil
        }
        let numbers = UnsafeRawBufferPointer(start: data, count: 36)
        self.init(matrix: (0..<9).map { numbers.loadUnaligned(fromByteOffset: $0 * 4, as: Int32.self) })
    }

    func apply(to frame: VideoPicture.Frame) throws(MediaError) -> VideoPicture.Frame {
        if self == Orientation() { return frame }
        let (width, height) = (Int(frame.pointer.pointee.width), Int(frame.pointer.pointee.height))
        let result = try VideoPicture.Frame(
            width: isTransposed ? height : width, height: isTransposed ? width : height)
        for index in 0..<3 { turn(frame.plane(index), into: result.plane(index)) }
        return result
    }

    private func turn(_ source: VideoPicture.Plane, into target: VideoPicture.Plane) {
        for y in 0..<target.height {
            let row = isMirroredDown ? target.height - 1 - y : y
            let first = isMirroredAcross ? target.width - 1 : 0
            // Where the first pixel of the row comes from, and how far its neighbours are from each other.
            let (start, step) =
                isTransposed ? (first * source.stride + row, source.stride) : (row * source.stride + first, 1)
            let advance = isMirroredAcross ? -step : step
            let (from, to) = (source.base + start, target.base + y * target.stride)
            for x in 0..<target.width { to[x] = from[x * advance] }
        }
    }
}
