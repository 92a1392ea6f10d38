// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// Decides when a key frame is asked for: often enough to get one, never so often that receivers can flood a publisher.
public struct KeyFrameRequester: Sendable, BitwiseCopyable {
    /// A request takes a round trip and an encoder's frame to be answered; a second one sooner would buy a second key
    /// frame.
    public static let interval = Duration.milliseconds(500)
    /// A publisher that cannot answer (paused, gone) is not asked for ever.
    static let attempts = 20

    private let spacing: Duration
    private var wanted = false
    private var tries = 0
    private var lastRequest: Instant?

    /// - Parameter interval: between two requests. One receiver that asks a sender which paces itself may ask more often
    ///   than a server on behalf of many.
    public init(interval: Duration = Self.interval) { spacing = interval }

    /// Somebody needs a key frame.
    public mutating func request() {
        if !wanted { tries = 0 }
        wanted = true
    }

    /// A key frame has begun to arrive.
    public mutating func keyFrameArrived() { wanted = false }

    /// True when a PLI is to be sent now; counts it as sent.
    public mutating func takeRequest(now: Instant) -> Bool {
        guard let due = deadline, due <= now else { return false }
        lastRequest = now
        tries += 1
        if tries >= Self.attempts { wanted = false }
        return true
    }

    /// When the next PLI is due; `nil` when nobody waits.
    public var deadline: Instant? {
        guard wanted else { return nil }
        return lastRequest.map { $0 + spacing } ?? .zero
    }
}
