// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// Walks the elements of an AV1 payload: units, or parts of units.
///
/// [RTP payload format for AV1, section 4.5](https://aomediacodec.github.io/av1-rtp-spec/#45-payload-structure).
public struct AV1Elements: BitwiseCopyable {
    public let header: AV1AggregationHeader
    private let payload: UnsafeRawBufferPointer
    private var offset = 1
    private var position = 0

    /// One element of a payload.
    public struct Element: Hashable, Sendable {
        /// Where it lies in the payload. May be empty.
        public var range: Range<Int>
        /// It goes on with a unit of the packet before.
        public var continuesUnit: Bool
        /// The next packet goes on with it.
        public var isContinued: Bool
    }

    /// - Parameter payload: the payload of an RTP packet, padding removed. It must outlive this value.
    /// - Throws: ``ParseError/av1PayloadTruncated`` when nothing follows the aggregation header, and what
    ///   ``AV1AggregationHeader/init(parsing:)`` throws.
    public init(_ payload: UnsafeRawBufferPointer) throws(ParseError) {
        guard payload.count >= 2 else { throw .av1PayloadTruncated }
        self.payload = payload
        header = try AV1AggregationHeader(parsing: payload[0])
    }

    /// The next element; `nil` after the last.
    ///
    /// - Throws: ``ParseError/av1PayloadTruncated`` when an element is longer than the payload or announced and missing,
    ///   ``ParseError/av1InvalidLength`` when its length makes no sense.
    public mutating func next() throws(ParseError) -> Element? {
        let announced = Int(header.elementCount)
        if announced == 0 ? offset >= payload.count : position >= announced { return nil }
        guard offset < payload.count else { throw .av1PayloadTruncated }
        position += 1
        var end = payload.count
        if announced == 0 || position < announced {
            let size = try LEB128.read(payload, at: &offset)
            guard payload.count - offset >= Int(size) else { throw .av1PayloadTruncated }
            end = offset + Int(size)
        }
        defer { offset = end }
        let isLast = announced == 0 ? end >= payload.count : position == announced
        return Element(
            range: offset..<end, continuesUnit: position == 1 && header.continuesUnit,
            isContinued: isLast && header.isContinued)
    }
}

/// What one AV1 payload tells. Plain bits.
public struct AV1Payload: Hashable, Sendable, BitwiseCopyable {
    public var header: AV1AggregationHeader
    /// Whether it begins a key frame. Unknown when it begins a sequence and the frame's header is in another packet.
    public var keyFrame: PayloadInspection.KeyFrame = .no
    /// The first element begins a unit with which a temporal unit can begin: anything but tiles.
    public var mayStartFrame = false

    /// - Parameter payload: the payload of an RTP packet, padding removed.
    /// - Throws: what ``AV1Elements`` throws: all elements are walked.
    public init(parsing payload: UnsafeRawBufferPointer) throws(ParseError) {
        var elements = try AV1Elements(payload)
        header = elements.header
        var search = AV1KeyFrameSearch()
        var isFirst = true
        while let element = try elements.next() {
            let unit = UnsafeRawBufferPointer(rebasing: payload[element.range])
            if isFirst, !element.continuesUnit, let type = AV1OBUHeader(parsing: unit)?.type {
                mayStartFrame = type != .tileGroup && type != .tileList && type != .padding
            }
            isFirst = false
            if header.startsSequence { search.take(unit, isComplete: !element.isContinued) }
        }
        if header.startsSequence { keyFrame = search.result }
    }

    public init(parsing payload: RawSpan) throws(ParseError) {
        self = try payload.withUnsafeBytes { bytes throws(ParseError) in try AV1Payload(parsing: bytes) }
    }
}

/// Looks for a sequence header and then a key frame's header among the units of a packet that begins a sequence.
struct AV1KeyFrameSearch {
    private enum State {
        case first
        /// Behind a sequence header; `isReduced` when its frames have no type, being key frames all.
        case sequence(isReduced: Bool)
        case done(PayloadInspection.KeyFrame)
    }
    private var state = State.first

    var result: PayloadInspection.KeyFrame {
        switch state {
        case .first: .no
        case .sequence: .unknown
        case .done(let result): result
        }
    }

    mutating func take(_ unit: UnsafeRawBufferPointer, isComplete: Bool) {
        if case .done = state { return }
        guard let header = AV1OBUHeader(parsing: unit) else {
            // An empty unit, or one of which less than the header is here.
            if case .first = state { state = .done(.no) }
            return
        }
        switch (state, header.type) {
        case (.first, .temporalDelimiter):
            // The format wants it removed; some senders leave it.
            return
        case (.first, .sequenceHeader):
            // seq_profile (3 bits), still_picture, reduced_still_picture_header.
            state = .sequence(isReduced: body(of: unit, header).map { $0 & 0x08 != 0 } ?? false)
        case (.first, _):
            state = .done(.no)
        case (.sequence(let isReduced), .frame), (.sequence(let isReduced), .frameHeader):
            guard !isReduced else {
                state = .done(.yes)
                return
            }
            guard let byte = body(of: unit, header) else {
                state = .done(isComplete ? .no : .unknown)
                return
            }
            // show_existing_frame (1 bit) and frame_type (2 bits), of which 0 is KEY_FRAME.
            state = .done(byte & 0xe0 == 0 ? .yes : .no)
        default:
            return
        }
    }

    /// The first byte behind a unit's header and size.
    private func body(of unit: UnsafeRawBufferPointer, _ header: AV1OBUHeader) -> UInt8? {
        var offset = header.length
        if header.hasSize, (try? LEB128.read(unit, at: &offset)) == nil { return nil }
        return offset < unit.count ? unit[offset] : nil
    }
}
