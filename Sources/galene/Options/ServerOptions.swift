// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import GaleneClient
import GaleneProtocol

/// Where the group is, and whom to believe that it is there.
struct ServerOptions: ParsableArguments {
    @Argument(
        help: "The group's page, as in https://HOST/group/NAME/; an invitation with ?token= is good too.",
        transform: GroupPage.init(argument:))
    var url: GroupPage
    @Flag(help: "Accept a certificate that nobody vouches for: for tests only.")
    var insecure = false
    @Option(
        help: ArgumentHelp(
            "Certificates (PEM) of an authority to believe beside those of the system.", valueName: "file"),
        completion: .file())
    var certificateAuthority: [String] = []

    var page: GroupPage { url }

    func connection(
        _ configure: (inout ServerConnection.Configuration) -> Void = { _ in }
    ) throws -> ServerConnection {
        var configuration = ServerConnection.Configuration()
        configuration.verifiesCertificate = !insecure
        configuration.certificateAuthorities = certificateAuthority
        configure(&configuration)
        do {
            return try ServerConnection(configuration)
        } catch {
            guard !certificateAuthority.isEmpty else { throw CommandError(error) }
            throw CommandError(
                .usage, "there are no certificates to be read in \(certificateAuthority.joined(separator: ", "))")
        }
    }

    func status(by connection: ServerConnection) async throws(CommandError) -> GroupStatus {
        do {
            return try await connection.status(of: page.description)
        } catch {
            throw Admission.unreachable(error)
        }
    }
}
