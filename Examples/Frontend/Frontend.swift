// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneClient
import GaleneProtocol
import RTP

/// What every frontend has to do, for a terminal: `example-frontend https://HOST/group/NAME/[?token=TOKEN] [USERNAME
/// [PASSWORD]]`. Shows who comes and goes, what is said and who sends what; takes lines to say, and commands.
@main
struct Frontend {
    static func main() async {
        do {
            let arguments = CommandLine.arguments.dropFirst()
            guard let address = arguments.first, var page = URLComponents(string: address) else {
                throw ServerConnectionError(.invalidArgument, "usage: example-frontend URL [USERNAME [PASSWORD]]")
            }
            // An invitation has its token in the query of the page's URL.
            let token = page.queryItems?.first { $0.name == "token" }?.value
            page.query = nil
            var credentials = token.map { Credentials.token($0) } ?? .none
            if let password = arguments.dropFirst(2).first { credentials = .password(password) }

            var configuration = ServerConnection.Configuration()
            configuration.reconnectPolicy = ReconnectPolicy()
            let connection = try ServerConnection(configuration)
            let view = View(connection: connection)
            let events = connection.events
            let status = try await connection.status(of: page.string ?? address)
            view.show(
                "\(status.displayName ?? status.name): \(status.clientCount.map { "\($0) inside" } ?? "not public")")
            if let elsewhere = status.redirect { view.show("The group has moved to \(elsewhere)") }
            try await connection.connect(to: status)
            let group = try await connection.join(
                group: status.name, username: arguments.dropFirst().first, credentials: credentials)
            view.show("You are in, and may \(group.permissions.map(\.rawValue).joined(separator: ", "))")
            try await connection.request(["": [.audio, .video]])

            let typing = Task { await Commands(connection: connection, view: view).run() }
            for try await event in events { await view.show(event) }
            typing.cancel()
        } catch let error as ServerConnectionError where error.identifier == .needUsername {
            fail("This invitation is for nobody by name: say who you are, after the URL")
        } catch let error as ServerConnectionError where error.location != nil {
            fail("The group is elsewhere: \(error.location ?? "")")
        } catch {
            fail("\(error)")
        }
    }

    static func fail(_ words: String) -> Never {
        FileHandle.standardError.write(Data("\(words)\n".utf8))
        exit(1)
    }
}

/// What is seen.
struct View: Sendable {
    let connection: ServerConnection

    func show(_ line: String) {
        // Names and words are others': nothing in them may steer the terminal.
        print(String(line.map { $0.unicodeScalars.contains { $0.value < 32 || 127..<160 ~= $0.value } ? " " : $0 }))
    }

    func show(_ event: ServerEvent) async {
        switch event {
        case .joined(let change) where change.kind == .change:
            show("The group is \(change.status?.locked == true ? "locked" : "open")")
        case .user(.add, let user): show("+ \(user.username)")
        case .user(.change, let user): show("  \(description(of: user))")
        case .user(_, let user): show("- \(user.username)")
        case .chat(let message):
            let name = message.username ?? "server"
            let who = message.kind == .me ? "* \(name)" : "\(name):"
            show(
                (message.isHistory ? "earlier, " : "") + (message.dest != nil ? "privately, " : "")
                    + "\(who) \(message.text)")
        case .userMessage(let message) where message.isPrivileged || message.source == nil:
            switch message.kind {
            case .kicked: show("You have been sent away: \(message.text)")
            case .clearChat: show("The chat has been cleared")
            default: show("\(message.kind.rawValue): \(message.text)")
            }
        case .downStream(let stream): show("\(stream.username ?? "somebody") shows \(stream.label)")
        case .fileTransfer(let file) where !file.isUp:
            show("\(file.username ?? "somebody") offers \(file.name), which cannot be stored here")
            await file.cancel("files are not accepted here")
        case .reconnecting(let attempt): show("Lost: \(attempt.reason). Attempt \(attempt.number) follows")
        case .reconnected: show("Back again")
        case .failed(let error): show("It is over: \(error)")
        case .closed(_, let reason): show("Closed\(reason.isEmpty ? "" : ": \(reason)")")
        default: break
        }
    }

    func description(of user: User) -> String {
        let streams = user.streams.map { label, kinds in
            "\(label) (\(kinds.map(\.rawValue).sorted().joined(separator: ", ")))"
        }
        let rights = user.permissions.contains(.op) ? " [op]" : ""
        return user.username + rights + (streams.isEmpty ? "" : " sends \(streams.sorted().joined(separator: ", "))")
    }
}

/// What is typed.
struct Commands: Sendable {
    let connection: ServerConnection
    let view: View

    func run() async {
        for await line in Self.lines() {
            do {
                try await obey(line)
            } catch {
                view.show("\(error)")
            }
        }
        await connection.close()
    }

    private func obey(_ line: String) async throws {
        let words = line.split(separator: " ", maxSplits: 2).map(String.init)
        switch words.first {
        case nil: break
        case "/quit": await connection.close()
        case "/who":
            for user in await connection.users.values.sorted(by: { $0.username < $1.username }) {
                view.show(view.description(of: user))
            }
        case "/me": try await connection.chat(words.dropFirst().joined(separator: " "), kind: .me)
        case "/msg":
            guard words.count == 3, let user = await connection.users.values.first(where: { $0.username == words[1] })
            else { return view.show("Nobody here has that name") }
            try await connection.chat(words[2], to: user.id)
        case let command? where command.hasPrefix("/"): view.show("There are /quit, /who, /me WORDS, /msg NAME WORDS")
        default: try await connection.chat(line)
        }
    }

    /// A thread of its own waits for the keyboard.
    private static func lines() -> AsyncStream<String> {
        AsyncStream { input in
            Thread.detachNewThread {
                while let line = readLine() { input.yield(line) }
                input.finish()
            }
        }
    }
}
