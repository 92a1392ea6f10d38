// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// By what a user is let into a group. Spec 5.
public enum Credentials: Hashable, Sendable {
    /// For a name that needs no password.
    case none
    case password(String)
    /// A token of the group, stateful or a JWT.
    case token(String)
    /// The password is for an authorisation server, which exchanges it for a token (spec 5.4): `url` is the `authServer`
    /// of the group's status, `location` the URL of the group's page.
    case authorisationServer(url: String, location: String, password: String)
}
