// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaIO
import Testing

struct MosaicTests {
    @Test(arguments: 1...40) func `places are beside each other, within, and of use`(count: Int) {
        let mosaic = Mosaic(width: 640, height: 360)
        let places = mosaic.places(count)
        #expect(places.count == count)
        for place in places {
            #expect(place.x >= 0 && place.y >= 0 && place.x + place.width <= 640 && place.y + place.height <= 360)
            #expect(place.x % 2 == 0 && place.y % 2 == 0 && place.width >= 64 && place.height >= 40)
        }
        for (index, one) in places.enumerated() {
            for other in places[(index + 1)...] {
                #expect(
                    one.x + one.width <= other.x || other.x + other.width <= one.x || one.y + one.height <= other.y
                        || other.y + other.height <= one.y)
            }
        }
    }

    @Test func `one fills the whole, two share the longer side, nine are three by three`() {
        #expect(
            Mosaic(width: 640, height: 480).places(1).map { [$0.x, $0.y, $0.width, $0.height] } == [[0, 0, 640, 480]])
        #expect(Mosaic(width: 640, height: 200).places(2).map(\.x) == [0, 320])
        #expect(Mosaic(width: 200, height: 640).places(2).map(\.y) == [0, 320])
        #expect(Set(Mosaic(width: 640, height: 480).places(9).map(\.y)).count == 3)
        #expect(Mosaic(width: 640, height: 480).places(0).isEmpty)
    }

    @Test func `each picture is whole in its place, with black beside it`() throws {
        let mosaic = Mosaic(width: 640, height: 240)
        let pictures = try [
            plainPicture(200, 100, 150, width: 160, height: 120), plainPicture(90, width: 60, height: 120),
        ]
        let whole = try mosaic.compose(pictures, time: .seconds(3))
        #expect((whole.width, whole.height) == (640, 240) && whole.time == .seconds(3))
        whole.withPlanes { luma, u, v in
            #expect(
                abs(Int(luma[160, 120]) - 200) <= 2 && abs(Int(u[80, 60]) - 100) <= 2 && abs(Int(v[80, 60]) - 150) <= 2)
            #expect(abs(Int(luma[480, 120]) - 90) <= 2)
            #expect(luma[330, 120] == 16, "a narrow picture has black at its sides")
        }
    }

    /// The luma in the middle of so many places.
    private func middles(_ mosaic: Mosaic, _ pictures: [VideoPicture]) throws -> [Int] {
        let places = mosaic.places(pictures.count)
        return try mosaic.compose(pictures, time: .zero).withPlanes { luma, _, _ in
            places.map { Int(luma[$0.x + $0.width / 2, $0.y + $0.height / 2]) }
        }
    }

    @Test func `what is new is seen in its place, and what is not stays where it belongs`() throws {
        let mosaic = Mosaic(width: 640, height: 480)
        let old = try [40, 80, 120].map { try plainPicture($0, width: 320, height: 240) }
        let new = try plainPicture(200, width: 320, height: 240)
        for (pictures, expected) in [
            (old, [40, 80, 120]), ([old[0], new, old[2]], [40, 200, 120]), ([new, old[2]], [200, 120]),
            ([old[2], new], [120, 200]), ([old[2]], [120]), (old + [new], [40, 80, 120, 200]), (old, [40, 80, 120]),
        ] {
            for (luma, wanted) in zip(try middles(mosaic, pictures), expected) { #expect(abs(luma - wanted) <= 2) }
        }
    }

    @Test func `a single picture of the whole's size is it`() throws {
        let picture = try plainPicture(150, width: 640, height: 480)
        let whole = try Mosaic(width: 640, height: 480).compose([picture], time: .seconds(2))
        #expect((whole.width, whole.height) == (640, 480) && whole.time == .seconds(2))
        whole.withPlanes { luma, _, _ in #expect(luma[320, 240] == 150) }
    }

    @Test func `nobody is a black picture, and many are no trouble`() throws {
        let mosaic = Mosaic(width: 16, height: 16)
        let empty = try mosaic.compose([], time: .zero)
        empty.withPlanes { luma, _, _ in #expect(luma[8, 8] == 16) }
        let many = try (0..<300).map { _ in try plainPicture(200) }
        _ = try mosaic.compose(many, time: .zero)
    }
}
