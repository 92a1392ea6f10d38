// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLibAV
import Testing

@testable import MediaIO

struct PictureScalerTests {
    @Test
    func `for pictures of one size and format tables are computed once, whatever the library makes of the format`()
        throws
    {
        // The planes of JPEG's are those of I420.
        let source = try VideoPicture.Frame(width: 64, height: 48)
        source.pointer.pointee.format = AV_PIX_FMT_YUVJ420P.rawValue
        let scaler = PictureScaler()
        for _ in 0..<3 { _ = try scaler.scale(source.pointer, width: 32, height: 24) }
        #expect(scaler.computations == 1)
        _ = try scaler.scale(source.pointer, width: 16, height: 12)
        #expect(scaler.computations == 2)
    }
}
