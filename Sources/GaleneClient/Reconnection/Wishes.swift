// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

/// What an application has asked of a server, to be asked again of the connection that takes a lost one's place.
struct Wishes {
    struct Join {
        var group: String
        var username: String?
        /// As they were given: a token of an authorisation server is asked for anew.
        var credentials: Credentials
        var data: [String: JSONValue]
    }

    var join: Join?
    var selection: [String: [RequestedTrack]]?
}
