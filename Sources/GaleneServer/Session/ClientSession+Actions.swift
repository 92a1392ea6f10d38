// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

/// What a client does to members and to the group. Whether it may is looked at here, so that most of what is refused
/// costs nothing, and again by the group.
extension ClientSession {
    mutating func receive(_ action: UserAction) {
        guard membership != nil else { return userError("join a group first") }
        switch action.kind {
        case .setData:
            guard action.dest == clientID else { return userError(Group.notAuthorised) }
            guard let data = acceptableData(action.value) else { return }
            perform(.setUserData(data))
        case .kick: moderate { .kick(action.dest, reason: $0.notice(action.value)) }
        case .identify: moderate { _ in .identify(action.dest) }
        default:
            guard let change = PermissionChange(action.kind) else {
                userError("unknown user action")
                return close(.normal("unknown user action"))
            }
            moderate { _ in .changePermissions(of: action.dest, change) }
        }
    }

    mutating func receive(_ action: GroupAction) {
        guard membership != nil else { return userError("join a group first") }
        switch action.kind {
        case .lock: moderate { .lock(message: $0.notice(action.value)) }
        case .unlock: moderate { _ in .unlock }
        case .setData: moderate { $0.acceptableData(action.value).map(Moderation.setData) }
        case .clearChat:
            moderate { session in
                do throws(FormatError) {
                    return .clearChat(try ClearedChat(action.value))
                } catch {
                    session.userError("this is no part of the chat: \(error)")
                    return nil
                }
            }
        case .subgroups:
            guard membership?.permissions.contains(.op) == true else { return userError(Group.notAuthorised) }
            perform(.listSubgroups)
        // Nobody may record here, nor make tokens.
        case .record, .unrecord: userError(Group.notAuthorised)
        case .makeToken, .editToken: refuseToken(.token)
        case .listTokens: refuseToken(.tokenList)
        default:
            userError("unknown group action")
            close(.normal("unknown group action"))
        }
    }

    /// - Parameter moderation: what an operator is about to do; `nil` if it has been told why not.
    private mutating func moderate(_ moderation: (inout ClientSession) -> Moderation?) {
        guard membership?.permissions.contains(.op) == true else { return userError(Group.notAuthorised) }
        if let moderation = moderation(&self) { perform(.moderate(moderation)) }
    }

    /// Programs ask for tokens, so that they are told in their terms.
    private mutating func refuseToken(_ kind: UserMessage.Kind) {
        send(
            .userMessage(
                UserMessage(
                    kind: kind, dest: clientID, value: .string(Group.notAuthorised), privileged: true,
                    error: UserMessage.notAuthorisedError)))
    }

    /// An operator's words for those whom its action concerns; `nil` if there are none. What exceeds a notice is cut off.
    private func notice(_ value: JSONValue?) -> String? {
        guard let text = value?.stringValue, !text.isEmpty else { return nil }
        return String(decoding: text.utf8.prefix(limits.notice), as: UTF8.self)
    }

    private mutating func acceptableData(_ value: JSONValue?) -> [String: JSONValue]? {
        guard let value, let data = value.objectValue else {
            userError("the data is not an object")
            return nil
        }
        guard value.encoded().count <= limits.data else {
            userError("the data is too large")
            return nil
        }
        return data
    }
}
