// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCBase

/// Order in the meeting: what operators do, what members may do with themselves, and what happens without operators.
extension Group {
    // MARK: Operators

    /// - Returns: why not, if not.
    func moderate(_ moderation: Moderation, by sender: String) -> String? {
        guard let moderator = members[sender], moderator.may(.op) else { return Self.notAuthorised }
        switch moderation {
        case .changePermissions(let id, let change):
            guard let member = members[id] else { return Self.noSuchUser }
            setPermissions(
                of: id, to: change.applied(to: member.permissions, allowsRecording: description.allowRecording))
        case .kick(let id, let reason):
            guard members[id] != nil else { return Self.noSuchUser }
            expel(id, by: moderator, reason: reason ?? "you have been kicked out")
            actWithoutOperator()
        case .identify(let id):
            guard let member = members[id] else { return Self.noSuchUser }
            identify(member, to: moderator)
        case .clearChat(let cleared):
            history.clear(cleared)
            broadcast(.userMessage(UserMessage(kind: .clearChat, value: cleared.value, privileged: true)))
        case .lock(let message): setLock(message ?? Self.lockedText)
        case .unlock: setLock(nil)
        case .setData(let changes):
            guard let merged = merge(changes, into: data, limit: limits.data) else { return Self.dataTooLarge }
            data = merged
            broadcast(.changed(state()))
        }
        return nil
    }

    /// Gives a member these permissions and no others. Whoever may not present any more has its streams taken from the
    /// others before they learn why; its session ends them on the worker.
    func setPermissions(of id: String, to permissions: [Permission]) {
        guard var member = members[id], Set(member.permissions) != Set(permissions) else { return }
        member.permissions = permissions
        members[id] = member
        member.mailbox.post(.permissionsChanged(permissions, state()))
        if !permissions.contains(.present) { endStreams(of: id) }
        broadcast(.user(member.change(.change)))
    }

    /// An address is personal: whoever gets it is named to whom it belongs to.
    private func identify(_ member: Member, to moderator: Member) {
        var info: [String: JSONValue] = ["id": .string(member.id)]
        if !member.username.isEmpty { info["username"] = .string(member.username) }
        if let address = member.address { info["address"] = .string(address.exposed) }
        answer(
            .userMessage(
                UserMessage(kind: .userInfo, dest: moderator.id, value: .object(info), privileged: true)),
            to: moderator.id)
        let name = moderator.username.isEmpty ? "an operator" : moderator.username
        answer(
            .userMessage(
                UserMessage(
                    kind: .warning, dest: member.id, value: .string("Your address was disclosed to \(name)."),
                    privileged: true)),
            to: member.id)
    }

    /// - Parameter message: for those who are kept out; `nil` opens the group.
    func setLock(_ message: String?) {
        lock = message
        broadcast(.changed(state()))
    }

    // MARK: Oneself

    func setUserData(_ changes: [String: JSONValue], of id: String) -> String? {
        guard var member = members[id] else { return nil }
        guard let merged = merge(changes, into: member.data, limit: limits.userData) else {
            return Self.dataTooLarge
        }
        member.data = merged
        members[id] = member
        broadcast(.user(member.change(.change)))
        return nil
    }

    /// Replaces members of `data`; null deletes. `nil` when the result is too large.
    private func merge(
        _ changes: [String: JSONValue], into data: [String: JSONValue], limit: Int
    ) -> [String: JSONValue]? {
        let merged = data.merging(changes) { $1 }.filter { !$0.value.isNull }
        return JSONValue.object(merged).encoded().count <= limit ? merged : nil
    }

    // MARK: Without an operator

    /// Whether somebody is in who may moderate now.
    var hasOperator: Bool { members.values.contains { $0.may(.op) } }

    func isOperator(_ id: String) -> Bool { members[id]?.may(.op) ?? false }

    /// Locks the group, sends everybody away, or neither, as the description says.
    func actWithoutOperator() {
        guard description.autoLock || description.autoKick, !hasOperator else { return }
        if description.autoLock, lock == nil { setLock(Self.lockedText) }
        guard description.autoKick else { return }
        for id in members.keys.sorted() { expel(id, reason: "there are no operators in this group") }
    }

    static let dataTooLarge = "the data is too large"
    static let lockedText = "this group is locked"
}
