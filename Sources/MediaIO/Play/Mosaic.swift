// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Several pictures as one: in rows and columns, each whole, black where shapes differ. It belongs to one thread.
public final class Mosaic {
    /// In pixels.
    public let width: Int
    /// In pixels.
    public let height: Int
    /// One for each place.
    private var tiles: [Tile] = []

    /// What was last in a place. Pictures there rarely change their size, and stay while others come.
    private struct Tile {
        let scaler = PictureScaler()
        var picture: VideoPicture?
        /// The picture in the size of the place.
        var frame: VideoPicture.Frame?
    }

    /// - Parameters:
    ///   - width: of the whole, in pixels, at least 16.
    ///   - height: likewise.
    public init(width: Int, height: Int) {
        self.width = max(16, width & ~1)
        self.height = max(16, height & ~1)
    }

    /// Where pictures of so many lie, in pixels: places of one size, of which the rows are as many as show most of pictures
    /// that are a third wider than they are high. Side by side rather than
    /// one above the other. All begin at even pixels.
    public func places(_ count: Int) -> [(x: Int, y: Int, width: Int, height: Int)] {
        guard count > 0 else { return [] }
        let columns = (1...count).reversed().max { shown(count, columns: $0) < shown(count, columns: $1) } ?? 1
        let rows = (count + columns - 1) / columns
        let (placeWidth, placeHeight) = (max(2, width / columns & ~1), max(2, height / rows & ~1))
        return (0..<count).map { number in
            (number % columns * placeWidth, number / columns * placeHeight, placeWidth, placeHeight)
        }
    }

    /// Pixels of a picture of 4:3 in a grid of so many columns.
    private func shown(_ count: Int, columns: Int) -> Int {
        let rows = (count + columns - 1) / columns
        let (placeWidth, placeHeight) = (width / columns, height / rows)
        return min(placeWidth, placeHeight * 4 / 3) * min(placeHeight, placeWidth * 3 / 4)
    }

    /// - Returns: one picture of all; black for none. More than there is room for, a place of two pixels for each, are left
    ///   out.
    public func compose(_ pictures: [VideoPicture], time: Duration) throws(MediaError) -> VideoPicture {
        if pictures.count == 1, (pictures[0].width, pictures[0].height) == (width, height) {
            return VideoPicture(frame: pictures[0].frame, time: time)
        }
        let target = try VideoPicture.Frame(width: width, height: height)
        for (index, black) in [UInt8(16), 128, 128].enumerated() { target.plane(index).fill(black) }
        tiles.removeLast(max(0, tiles.count - pictures.count))
        while tiles.count < pictures.count { tiles.append(Tile()) }
        for (number, place) in places(pictures.count).enumerated() {
            guard place.x + place.width <= width, place.y + place.height <= height else { continue }
            let tile = try self.tile(of: pictures[number], number, width: place.width, height: place.height)
            for index in 0..<3 {
                let (from, to, half) = (tile.plane(index), target.plane(index), index == 0 ? 1 : 2)
                for y in 0..<place.height / half {
                    (to.base + (place.y / half + y) * to.stride + place.x / half).update(
                        from: from.base + y * from.stride, count: place.width / half)
                }
            }
        }
        return VideoPicture(frame: target, time: time)
    }

    private func tile(
        of picture: VideoPicture, _ number: Int, width: Int, height: Int
    ) throws(MediaError) -> VideoPicture.Frame {
        // The same pixels: nobody changes those of a picture, and it is kept, so that no other can have its address.
        if let frame = tiles[number].frame, tiles[number].picture?.frame === picture.frame,
            (frame.plane(0).width, frame.plane(0).height) == (width, height)
        {
            return frame
        }
        let frame = try tiles[number].scaler.fit(picture.frame.pointer, width: width, height: height)
        (tiles[number].picture, tiles[number].frame) = (picture, frame)
        return frame
    }
}
