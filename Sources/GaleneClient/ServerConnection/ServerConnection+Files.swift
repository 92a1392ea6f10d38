// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

extension ServerConnection {
    /// Files on their way, to and from here, by ``TransferredFile/fullID``.
    public var transferredFiles: [String: TransferredFile] { transfers }

    /// The transfer of a file with a member; `nil` when there is none (any more).
    public func transferredFile(user: String, id: String) -> TransferredFile? { transfers["\(user)-\(id)"] }

    /// Transfers at a time, in each direction; of what more is offered one hears nothing.
    static let maximumTransfers = 64
    /// Files that one member may offer at a time: nobody else is kept out by it.
    static let maximumTransfersOfMember = 8

    /// Offers a file to a member. It travels straight to that member, who has to accept it. Spec 11.3.2.
    ///
    /// - Parameters:
    ///   - path: of a file that can be read; it must not change before the transfer is over.
    ///   - user: the member's client id.
    ///   - name: what the member is told it is called; the last part of the path by default.
    ///   - mimeType: empty when not known.
    /// - Throws: ``ServerConnectionError`` when there is no such member, or no such file.
    @discardableResult
    public func sendFile(
        _ path: String, to user: String, name: String? = nil, mimeType: String = ""
    ) async throws -> TransferredFile {
        try session.requireGroup()
        guard let member = session.users[user], user != id else {
            throw ServerConnectionError(.invalidArgument, "there is no such member to send a file to")
        }
        guard transfers.values.count(where: \.isUp) < Self.maximumTransfers else {
            throw ServerConnectionError(.invalidArgument, "too many files are on their way")
        }
        let source = try await FileSource.open(path)
        try session.requireGroup()
        let invitation = FileTransferMessage.Invitation(
            id: RandomID.next(), name: name ?? path.split(separator: "/").last.map(String.init) ?? "file",
            size: source.size, mimeType: mimeType)
        let file = TransferredFile(
            invitation, with: user, named: member.username, source: source, connection: self)
        transfers[file.fullID] = file
        report(.fileTransfer(file))
        await file.invite(invitation)
        return file
    }

    /// A message about a file.
    func take(_ message: UserMessage, weight: Int) {
        guard let source = message.source, let about = try? FileTransferMessage(message.value) else { return }
        if case .invite(let invitation) = about {
            return take(invitation, from: source, named: message.username, weight: weight)
        }
        guard let file = transfers["\(source)-\(about.id)"] else { return }
        file.assumeIsolated { $0.receive(about) }
    }

    private func take(
        _ invitation: FileTransferMessage.Invitation, from source: String, named username: String?, weight: Int
    ) {
        func refuse(_ reason: String) {
            try? userMessage(
                .fileTransfer, to: source,
                value: FileTransferMessage.cancel(id: invitation.id, message: reason).value)
        }
        guard session.users[source] != nil else { return }
        guard transfers["\(source)-\(invitation.id)"] == nil else { return refuse("there is a file with this id") }
        guard invitation.versions.contains(FileTransferMessage.currentVersion) else {
            return refuse("the version of the protocol is unknown here")
        }
        let incoming = transfers.values.filter { !$0.isUp }
        guard incoming.count < Self.maximumTransfers,
            incoming.count(where: { $0.userID == source }) < Self.maximumTransfersOfMember
        else { return refuse("too many files are on their way") }
        let file = TransferredFile(invitation, with: source, named: username, source: nil, connection: self)
        transfers[file.fullID] = file
        file.assumeIsolated { $0.enter(.inviting) }
        report(.fileTransfer(file), weight: weight)
    }

    /// Members who have left take no files.
    func endTransfers(with user: String) {
        for file in transfers.values where file.userID == user {
            file.assumeIsolated { $0.fail("the other side has gone away") }
        }
    }
}

extension TransferredFile {
    /// Unless the application has had second thoughts already.
    func invite(_ invitation: FileTransferMessage.Invitation) {
        guard state == .new else { return }
        say(.invite(invitation))
        enter(.inviting)
    }
}
