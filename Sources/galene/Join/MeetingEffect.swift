// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

/// What a person wants to be done in the meeting.
enum MeetingEffect: Hashable, Sendable {
    /// - Parameter to: a client id; `nil` for everybody.
    case chat(String, kind: Chat.Kind = .normal, to: String? = nil)
    case userMessage(UserMessage.Kind, to: String?, value: JSONValue? = nil, noEcho: Bool = false)
    case userAction(UserAction.Kind, on: String, value: JSONValue? = nil)
    case groupAction(GroupAction.Kind, value: JSONValue? = nil)
    case sendFile(path: String, to: String)
    /// By the file's full id.
    case acceptFile(String)
    case refuseFile(String)
    /// Finds new paths for all media.
    case renegotiate
    case receivePictures(Bool)
    case send(SendingChange)
    case leave
}
