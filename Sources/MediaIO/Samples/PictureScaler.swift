// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLibAV

/// Makes pictures of any size and pixel format into I420 of a size; keeps what it has computed for the last pair of sizes.
final class PictureScaler {
    private var context: OpaquePointer?
    /// What it is for. Not asked of the library, which writes down other formats than it was given.
    private var conversion: Conversion?
    /// How often it was computed.
    private(set) var computations = 0

    private struct Conversion: Equatable {
        var format: Int32
        var source: SIMD2<Int32>
        var result: SIMD2<Int32>
    }

    deinit { sws_freeContext(context) }

    /// - Parameter frame: of any pixel format that libswscale reads.
    /// - Returns: a frame of I420, BT.601 and limited range.
    func scale(_ frame: UnsafePointer<AVFrame>, width: Int, height: Int) throws(MediaError) -> VideoPicture.Frame {
        let result = try VideoPicture.Frame(width: width, height: height)
        try scale(frame, into: result.pointer)
        return result
    }

    /// The whole picture in the middle of another, with black where its shape differs.
    func fit(_ frame: UnsafePointer<AVFrame>, width: Int, height: Int) throws(MediaError) -> VideoPicture.Frame {
        let (sourceWidth, sourceHeight) = (Int(frame.pointee.width), Int(frame.pointee.height))
        let inner = Self.size(of: (sourceWidth, sourceHeight), in: (width, height))
        guard inner != (width, height) else { return try scale(frame, width: width, height: height) }
        let result = try VideoPicture.Frame(width: width, height: height)
        for (index, black) in [UInt8(16), 128, 128].enumerated() { result.plane(index).fill(black) }
        guard let window = av_frame_clone(result.pointer) else { throw LibAV.noMemory(for: "a picture") }
        defer {
            var frame: UnsafeMutablePointer<AVFrame>? = window
            av_frame_free(&frame)
        }
        // Chroma begins at every second pixel.
        let (x, y) = ((width - inner.width) / 4 * 2, (height - inner.height) / 4 * 2)
        window.pointee.width = Int32(inner.width)
        window.pointee.height = Int32(inner.height)
        window.pointee.data.0? += y * Int(window.pointee.linesize.0) + x
        window.pointee.data.1? += y / 2 * Int(window.pointee.linesize.1) + x / 2
        window.pointee.data.2? += y / 2 * Int(window.pointee.linesize.2) + x / 2
        try scale(frame, into: window)
        return result
    }

    /// The largest even size of a shape in a box; the box itself where a border would be less than a fiftieth.
    static func size(
        of shape: (width: Int, height: Int), in box: (width: Int, height: Int)
    ) -> (width: Int, height: Int) {
        let (across, down) = (shape.width * box.height, shape.height * box.width)
        if abs(across - down) * 50 <= max(across, down) { return box }
        return across > down
            ? (box.width, max(2, box.width * shape.height / shape.width & ~1))
            : (max(2, box.height * shape.width / shape.height & ~1), box.height)
    }

    private func scale(_ frame: UnsafePointer<AVFrame>, into result: UnsafeMutablePointer<AVFrame>) throws(MediaError) {
        let source = frame.pointee
        let conversion = Conversion(
            format: source.format, source: [source.width, source.height],
            result: [result.pointee.width, result.pointee.height])
        if conversion != self.conversion {
            sws_freeContext(context)
            context = sws_getContext(
                source.width, source.height, AVPixelFormat(source.format), result.pointee.width,
                result.pointee.height, AV_PIX_FMT_YUV420P, Int32(SWS_BILINEAR), nil, nil, nil)
            self.conversion = conversion
            computations += 1
        }
        guard let context else {
            throw MediaError(
                .unsupported,
                "pictures of \(source.width) by \(source.height) pixels in this format cannot be converted")
        }
        let isWide = source.color_range == AVCOL_RANGE_JPEG || source.isOfWideFormat
        let matrix = source.colorspace == AVCOL_SPC_BT709 ? SWS_CS_ITU709 : SWS_CS_ITU601
        sws_setColorspaceDetails(
            context, sws_getCoefficients(Int32(matrix)), isWide ? 1 : 0, sws_getCoefficients(Int32(SWS_CS_ITU601)), 0,
            0,
            1 << 16, 1 << 16)
        let status = sws_scale_frame(context, result, frame)
        guard status >= 0 else { throw MediaError(.failed, "a picture cannot be scaled: \(LibAV.text(status))") }
    }
}

extension AVFrame {
    /// The formats of JPEG, which use all 256 values.
    fileprivate var isOfWideFormat: Bool {
        [AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUVJ440P].contains {
            $0.rawValue == format
        }
    }

    /// Whether it is what ``VideoPicture`` promises as it is.
    var isPlainI420: Bool {
        format == AV_PIX_FMT_YUV420P.rawValue && color_range != AVCOL_RANGE_JPEG && colorspace != AVCOL_SPC_BT709
    }
}

extension VideoPicture {
    /// The same picture with other numbers of pixels; stretched where the shape is another.
    ///
    /// - Parameters:
    ///   - width: in pixels, at least 1.
    ///   - height: in pixels, at least 1.
    public func scaled(width: Int, height: Int) throws(MediaError) -> VideoPicture {
        if (width, height) == (self.width, self.height) { return self }
        return VideoPicture(
            frame: try PictureScaler().scale(frame.pointer, width: width, height: height), time: time)
    }
}
