// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What is sent from here, as the person is told of it.
struct SentMedia: Hashable, Sendable {
    enum State: Hashable, Sendable {
        case off
        /// The device is being opened.
        case starting
        case on
        /// The microphone is open, and nothing of it is heard.
        case muted
    }

    var microphone = State.off
    var camera = State.off
    var screen = State.off
    var file = State.off
    /// As it may be shown.
    var fileName = ""
    /// Of all of it, in bits a second; `nil` before it was measured.
    var bitsPerSecond: Int?

    /// What others are told of the microphone, as our page tells them: that it is off, while something is sent that it could
    /// be heard with.
    var isMuted: Bool { microphone == .muted || (microphone == .off && camera == .on) }

    /// `480 kbit/s`
    var rate: String? { bitsPerSecond.map { "\(($0 + 500) / 1000) kbit/s" } }
}

/// What a person wants to send, or no longer to.
enum SendingChange: Hashable, Sendable {
    case microphone(Bool)
    case camera(Bool)
    /// Both, from the beginning in one stream.
    case cameraAndMicrophone
    /// - Parameter display: of X11; `nil` for the one of this session.
    case shareScreen(display: String?)
    case unshareScreen
    case presentFile(path: String)
    case unpresentFile
    /// All of it ends.
    case nothing
}
