// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol

/// By what a group is to let one in, and what to do when it does not.
struct Admission {
    let status: GroupStatus
    let page: GroupPage
    let token: String?
    let password: String?

    /// A group with a portal may let strangers in all the same.
    var credentials: Credentials {
        if let token { return .token(token) }
        guard let password else { return .none }
        guard let server = status.authServer else { return .password(password) }
        return .authorisationServer(url: server, location: status.location ?? page.description, password: password)
    }

    /// What the server has said, and what can be done about it.
    func error(_ error: ServerConnectionError, username: String) -> CommandError {
        switch error.code {
        case .unreachable: Self.unreachable(error)
        case .redirected: StatusText.moved(to: error.location ?? "another server")
        case .refused: refusal(error, username)
        case .invalidArgument: CommandError(.usage, error.description)
        case .timedOut: CommandError(.unreachable, "\(page.url.authority) does not answer: \(error.description)")
        default: CommandError(error)
        }
    }

    private func refusal(_ error: ServerConnectionError, _ username: String) -> CommandError {
        switch error.identifier {
        case .duplicateUsername?:
            return CommandError(
                .refused,
                "the name \(username) belongs to somebody with a password: choose another one with --username, or give "
                    + "the password by GALENE_PASSWORD, --password-file or --ask-password")
        case .needUsername?:
            return CommandError(.refused, "the group wants a name: give one with --username")
        default: break
        }
        guard error.description == Self.notAuthorised else {
            return CommandError(.refused, "the server does not let you in: \(error.description)")
        }
        if token != nil {
            return CommandError(.refused, "the token lets nobody in (any more): ask for another invitation")
        }
        if password != nil {
            return CommandError(
                .refused, "the group does not know \(username) with this password: check --username and the password")
        }
        if let portal = status.authPortal {
            return CommandError(
                .refused,
                "the group is entered by a portal: open \(portal) in a browser, and give the link that it leads to "
                    + "(with ?token=) instead of this URL, or its token in GALENE_TOKEN")
        }
        return CommandError(
            .refused,
            "the group asks \(username) for a password: set GALENE_PASSWORD, or use --password-file or --ask-password")
    }

    /// The word of servers for a wrong name, password or token. Spec 5.
    private static let notAuthorised = "not authorised"

    /// Before the connection stands.
    static func unreachable(_ error: any Error) -> CommandError {
        guard let error = error as? ServerConnectionError else { return CommandError(error) }
        switch error.code {
        case .unreachable where error.description.contains("CERTIFICATE_VERIFY_FAILED"):
            return CommandError(
                .unreachable,
                "nobody vouches for the server's certificate: name who does with --certificate-authority FILE; "
                    + "--insecure, for tests, accepts any")
        case .protocolViolation, .timedOut, .closed: return CommandError(.unreachable, error.description)
        default: return CommandError(error)
        }
    }
}
