// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLibAV

/// A picture as cameras give it and encoders take it: planes of 8 bits, full luma, chroma of half the width and half the
/// height (I420), BT.601, limited range.
///
/// It is a reference to pixels that nobody changes any more: copies cost nothing.
public struct VideoPicture: Sendable {
    /// When it was taken, on the clock of its source, which its sound shares.
    public var time: Duration
    let frame: Frame

    /// In pixels.
    public var width: Int { Int(frame.pointer.pointee.width) }
    /// In pixels.
    public var height: Int { Int(frame.pointer.pointee.height) }

    /// Draws a picture.
    ///
    /// - Parameter draw: gets the three planes, Y, U and V, to fill.
    /// - Throws: ``MediaError`` where there is no memory for it.
    public init(
        width: Int, height: Int, time: Duration, draw: (_ luma: inout Plane, _ u: inout Plane, _ v: inout Plane) -> Void
    ) throws(MediaError) {
        let frame = try Frame(width: width, height: height)
        var (luma, u, v) = (frame.plane(0), frame.plane(1), frame.plane(2))
        draw(&luma, &u, &v)
        self.init(frame: frame, time: time)
    }

    /// - Parameter frame: one that is not written to from now on.
    init(frame: Frame, time: Duration) {
        self.frame = frame
        self.time = time
    }

    /// What can be read of the planes.
    public func withPlanes<Result>(_ body: (_ luma: Plane, _ u: Plane, _ v: Plane) throws -> Result) rethrows -> Result
    {
        defer { withExtendedLifetime(frame) {} }
        return try body(frame.plane(0), frame.plane(1), frame.plane(2))
    }
}

extension VideoPicture {
    /// Rows of bytes, valid only in the closure that gets it.
    public struct Plane {
        public let width: Int
        public let height: Int
        let base: UnsafeMutablePointer<UInt8>
        /// Bytes from a row to the next.
        let stride: Int

        /// - Precondition: inside.
        public subscript(x: Int, y: Int) -> UInt8 {
            get { base[offset(x, y)] }
            nonmutating set { base[offset(x, y)] = newValue }
        }

        func fill(_ value: UInt8) {
            for y in 0..<height { (base + y * stride).update(repeating: value, count: width) }
        }

        private func offset(_ x: Int, _ y: Int) -> Int {
            precondition(x >= 0 && x < width && y >= 0 && y < height)
            return y * stride + x
        }
    }

    /// Owns an `AVFrame` of I420.
    ///
    /// Unchecked because the compiler does not know that a frame is written to only before it becomes a picture, and only
    /// read after; its buffers are counted atomically by libavutil.
    final class Frame: @unchecked Sendable {
        let pointer: UnsafeMutablePointer<AVFrame>

        /// Pixels of any content.
        init(width: Int, height: Int) throws(MediaError) {
            guard let frame = av_frame_alloc() else { throw MediaError(.failed, "there is no memory for a picture") }
            pointer = frame
            guard let width = Int32(exactly: width), let height = Int32(exactly: height), width > 0, height > 0 else {
                throw MediaError(.unsupported, "there are no pictures of \(width) by \(height) pixels")
            }
            frame.pointee.format = AV_PIX_FMT_YUV420P.rawValue
            frame.pointee.width = width
            frame.pointee.height = height
            guard av_frame_get_buffer(frame, 0) >= 0 else {
                throw MediaError(.failed, "there is no memory for a picture of \(width) by \(height) pixels")
            }
        }

        /// - Parameter frame: of I420, which becomes this object's.
        init(owning frame: UnsafeMutablePointer<AVFrame>) { pointer = frame }

        deinit {
            var frame: UnsafeMutablePointer<AVFrame>? = pointer
            av_frame_free(&frame)
        }

        func plane(_ index: Int) -> Plane {
            let frame = pointer.pointee
            let (data, stride) =
                switch index {
                case 0: (frame.data.0, frame.linesize.0)
                case 1: (frame.data.1, frame.linesize.1)
                default: (frame.data.2, frame.linesize.2)
                }
            guard let data else { preconditionFailure("a frame of I420 has three planes") }
            let (width, height) = (Int(frame.width), Int(frame.height))
            return index == 0
                ? Plane(width: width, height: height, base: data, stride: Int(stride))
                : Plane(width: (width + 1) / 2, height: (height + 1) / 2, base: data, stride: Int(stride))
        }
    }
}
