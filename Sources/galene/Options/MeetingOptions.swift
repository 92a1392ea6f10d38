// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import Foundation
import GaleneClient
import GaleneProtocol

/// Which group, and as whom: what all commands share that join one.
struct MeetingOptions: ParsableArguments {
    @OptionGroup var server: ServerOptions
    @Option(name: .shortAndLong, help: "The name that members see. [default: the system's name for you]")
    var username: String?
    @OptionGroup var passwordOptions: PasswordOptions

    /// Asks for the group's status, connects and joins.
    ///
    /// - Parameters:
    ///   - data: what members see of oneself at first.
    ///   - configure: for what the command wants of the connection, for instance a reconnect policy.
    /// - Throws: ``CommandError`` that tells what to do; `CancellationError` when the task is cancelled meanwhile.
    func join(
        data: [String: JSONValue] = [:],
        environment: [String: String] = ProcessInfo.processInfo.environment,
        configure: (inout ServerConnection.Configuration) -> Void = { _ in }
    ) async throws -> Meeting {
        let token = server.page.token ?? environment["GALENE_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
        let password = try passwordOptions.password(environment: environment)
        let connection = try server.connection(configure)
        let events = connection.events
        let status: GroupStatus
        do {
            status = try await server.status(by: connection)
        } catch {
            // Whoever wants no more is told nothing of the server.
            try Task.checkCancellation()
            throw error
        }
        try StatusText.refuseMoved(status)
        let admission = Admission(status: status, page: server.page, token: token, password: password)
        let credentials = admission.credentials
        do {
            try await connection.connect(to: status)
            let joined = try await enter(connection, status, credentials, data: data)
            return Meeting(connection: connection, status: status, joined: joined, events: events)
        } catch let error as ServerConnectionError {
            await Meeting.close(connection)
            try Task.checkCancellation()
            throw admission.error(error, username: username ?? Self.systemName)
        } catch {
            await Meeting.close(connection)
            throw error
        }
    }

    /// Joins, does something, and leaves, whatever has become of it.
    func attend<R>(
        _ console: Console, configure: (inout ServerConnection.Configuration) -> Void = { _ in },
        _ body: (Meeting) async throws -> R
    ) async throws -> R {
        let meeting = try await join(environment: console.environment, configure: configure)
        do {
            let result = try await body(meeting)
            await meeting.leave()
            return result
        } catch {
            await meeting.leave()
            throw error
        }
    }

    /// A token may name its user; only where it does not, one's own name is said.
    private func enter(
        _ connection: ServerConnection, _ status: GroupStatus, _ credentials: Credentials, data: [String: JSONValue]
    ) async throws -> GroupChange {
        guard case .token = credentials, username == nil else {
            return try await connection.join(
                group: status.name, username: username ?? Self.systemName, credentials: credentials, data: data)
        }
        do {
            return try await connection.join(group: status.name, username: nil, credentials: credentials, data: data)
        } catch let error as ServerConnectionError where error.identifier == .needUsername {
            return try await connection.join(
                group: status.name, username: Self.systemName, credentials: credentials, data: data)
        }
    }

    static var systemName: String {
        let name = NSUserName()
        return name.isEmpty ? "galene" : name
    }
}
