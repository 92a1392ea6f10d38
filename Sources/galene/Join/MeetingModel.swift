// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol

/// What a person in a terminal knows of a meeting, and can do in it. A value: what the connection tells goes in, what the
/// person types goes in, and what is to be done comes out. Everything in it that others have chosen may be shown.
struct MeetingModel: Sendable {
    /// One's own client id; another one after a reconnection.
    var ownID: String
    private(set) var username: String
    /// The group's, for people.
    private(set) var title: String
    private(set) var group: String
    private(set) var isLocked: Bool
    private(set) var permissions: [Permission]
    private(set) var people: [String: Person] = [:]
    /// The chat, oldest first.
    private(set) var entries: [ChatEntry] = []
    /// How many there have ever been.
    private(set) var entryCount = 0
    /// Files that are offered or on their way, oldest first.
    private(set) var files: [FileEntry] = []
    /// Why there is no connection now.
    private(set) var lossText: String?
    /// Why the meeting is over.
    private(set) var end: MeetingEnd?
    /// Whether pictures are wanted.
    var receivesPictures = false
    /// What is sent from here.
    var sent = SentMedia()
    /// What has happened since it was taken last, in words: for whoever listens to it.
    private var announcements: [String] = []
    private let isAnnounced: Bool
    private var nextFileNumber = 1
    private let start: Timestamp
    private let now: @Sendable () -> Timestamp
    private let clock: @Sendable (Timestamp) -> String

    /// The server's history holds 50; what came while one was there may be more, but not without end.
    static let maximumEntries = 1000
    /// Within so many seconds of one's own arrival one is told who is there already, which the server does not mark.
    static let arrival: Int64 = 2
    /// Of a message, in lines; what is beyond can only be meant to push away what others say.
    static let maximumLines = 200
    /// Of a message, in characters: as many as can be typed here, and as the page takes.
    static let maximumCharacters = LineEditor.maximumLength
    /// Of a message, in Unicode scalars, because one character can be made of any number of them.
    static let maximumMessageScalars = 2 * maximumCharacters
    /// The last line of a message that was longer.
    static let cut = "… (this message is longer than what is shown)"

    /// - Parameters:
    ///   - isAnnounced: whether somebody takes what has happened in words, and it is therefore kept until then.
    ///   - now: the time, which messages of the server's own carry none of.
    ///   - clock: a time of day for people.
    init(
        ownID: String, username: String, group: String, title: String, permissions: [Permission], isLocked: Bool,
        isAnnounced: Bool = true, now: @escaping @Sendable () -> Timestamp,
        clock: @escaping @Sendable (Timestamp) -> String
    ) {
        self.ownID = ownID
        self.username = username
        self.group = group
        self.title = TerminalText.printable(title)
        self.permissions = permissions
        self.isLocked = isLocked
        self.isAnnounced = isAnnounced
        self.now = now
        start = now()
        self.clock = clock
        if isLocked { note("This group is locked: only operators can enter.") }
    }

    // MARK: What is shown

    var ownName: String { Person.shown(username) }
    var mayWrite: Bool { permissions.contains(.message) }

    /// Oneself, then the others by name.
    var sortedPeople: [Person] {
        let own = people[ownID].map { [$0] } ?? []
        let others = people.values.filter { $0.id != ownID }
        return own
            + others.sorted { a, b in
                let (x, y) = (a.name.lowercased(), b.name.lowercased())
                return (x, a.name, a.id) < (y, b.name, b.id)
            }
    }

    func name(of id: String?) -> String {
        guard let id else { return Self.server }
        return people[id]?.name ?? Person.anonymous
    }

    static let server = "Server"

    func time(_ entry: ChatEntry) -> String { entry.time.map(clock) ?? "" }

    mutating func takeAnnouncements() -> [String] {
        defer { announcements = [] }
        return announcements
    }

    // MARK: What happens

    /// - Returns: what is to be done because of it.
    @discardableResult
    mutating func handle(_ event: ServerEvent) -> [MeetingEffect] {
        let before = permissions
        switch event {
        case .joined(let change):
            joined(change)
            return permissionsChanged(from: before)
        case .user(let kind, let user):
            self.user(kind, user)
            return user.id == ownID ? effectsOfMuting : []
        case .chat(let message): chat(message)
        case .userMessage(let message): return userMessage(message)
        case .reconnecting(let attempt):
            if lossText == nil { note("The connection is lost: it is being made again.", isWarning: true) }
            lossText = "connection lost, attempt \(attempt.number)"
        case .reconnected:
            lossText = nil
            note("Connected again.")
            return effectsOfMuting
        case .failed(let error):
            if end == nil { end = MeetingEnd(.failed, error.description) }
        case .closed(let code, let reason):
            guard end == nil else { break }
            end = MeetingEnd(code == 1000 ? .over : .failed, reason.isEmpty ? "the connection was closed" : reason)
        case .connected, .downStream, .fileTransfer: break
        }
        return []
    }

    /// The first end counts.
    mutating func finish(_ end: MeetingEnd) {
        if self.end == nil { self.end = end }
    }

    private mutating func joined(_ change: GroupChange) {
        guard change.kind == .join || change.kind == .change else { return }
        let before = permissions
        permissions = change.permissions
        for (permission, gained, lost) in Self.changes
        where before.contains(permission) != permissions.contains(permission) {
            note(permissions.contains(permission) ? gained : lost)
        }
        guard let status = change.status else { return }
        if let name = status.displayName { title = TerminalText.printable(name) }
        if status.locked != isLocked {
            isLocked = status.locked
            note(isLocked ? "The group has been locked." : "The group has been unlocked.")
        }
    }

    private static let changes: [(Permission, gained: String, lost: String)] = [
        (.op, "You are an operator now.", "You are no longer an operator."),
        (.present, "You may now use camera and microphone.", "You may no longer use camera and microphone."),
        (.message, "You may write in this group again.", "You may no longer write in this group."),
    ]

    private mutating func user(_ kind: UserChange.Kind, _ user: User) {
        // The recorder is no person.
        guard !user.isRecorder else { return }
        let person = Person(user)
        let isOwn = user.id == ownID
        if isOwn { username = user.username }
        guard kind != .delete else {
            guard people.removeValue(forKey: user.id) != nil, !isOwn else { return }
            return say("\(person.name) has left.")
        }
        let before = people.updateValue(person, forKey: user.id)
        guard !isOwn else { return }
        guard let before else {
            let isFirst = now().unixSeconds - start.unixSeconds <= Self.arrival
            return say("\(person.name) \(isFirst ? "is here" : "has come").")
        }
        if before.name != person.name { say("\(before.name) is called \(person.name) now.") }
        if before.hasRaisedHand != person.hasRaisedHand {
            say("\(person.name) has \(person.hasRaisedHand ? "raised a hand" : "lowered the hand").")
        }
        if before.isOperator != person.isOperator {
            say("\(person.name) is \(person.isOperator ? "an operator now" : "no longer an operator").")
        }
        if before.isMuted != person.isMuted {
            say("The microphone of \(person.name) is \(person.isMuted ? "off" : "on").")
        }
        if before.sendsVideo != person.sendsVideo {
            say("\(person.name) \(person.sendsVideo ? "sends video" : "sends no video any more").")
        }
    }

    private mutating func chat(_ message: ChatMessage) {
        // A message that races with the history comes twice.
        if let id = message.id, entries.contains(where: { $0.id == id }) { return }
        guard message.kind != .caption else { return }
        append(
            ChatEntry(
                kind: message.kind == .me ? .action : .message, id: message.id, source: message.source,
                author: message.source == nil ? Self.server : Person.shown(message.username),
                isOwn: message.source == ownID, recipient: message.dest.map { name(of: $0) },
                time: message.time ?? now(), isHistory: message.isHistory, lines: Self.lines(message.text)))
    }

    /// Only what operators and the server say counts.
    private mutating func userMessage(_ message: ReceivedUserMessage) -> [MeetingEffect] {
        guard message.isPrivileged else { return [] }
        let from = message.source == nil ? "The server" : Person.shown(message.username)
        switch message.kind {
        case .error, .warning: note("\(from) says: \(message.text)", isWarning: true)
        case .info: note("\(from) says: \(message.text)")
        case .kicked:
            let by = message.username.map { " by \(Person.shown($0))" } ?? ""
            let reason = message.text.isEmpty ? "" : ": \(TerminalText.printable(message.text))"
            end = MeetingEnd(.kicked, "you were removed from the group\(by)\(reason)")
        case .mute: return mute(by: from)
        case .clearChat:
            guard let cleared = try? ClearedChat(message.value) else { break }
            entries.removeAll { cleared.includes($0) }
            if cleared == .everything { note("The chat has been cleared.") }
        case .userInfo:
            let id = message.value?["id"]?.stringValue
            let shown = Person.shown(message.value?["username"]?.stringValue ?? id.flatMap { people[$0]?.username })
            answer("\(shown) is at \(message.value?["address"]?.stringValue ?? "an unknown address").")
        case .token, .tokenList: tokens(message)
        default: break
        }
        return []
    }

    private mutating func tokens(_ message: ReceivedUserMessage) {
        guard message.error == nil else { return note("Not done: \(message.text)", isWarning: true) }
        let tokens = message.kind == .token ? [message.value].compactMap(\.self) : message.value?.arrayValue ?? []
        guard !tokens.isEmpty else { return answer("There are no invitations.") }
        for token in tokens {
            let name = token["username"]?.stringValue.map { " for \($0)" } ?? ""
            let end = token["expires"]?.stringValue.map { ", until \($0)" } ?? ""
            answer("Invitation\(name)\(end): \(token["token"]?.stringValue ?? "")")
        }
    }

    // MARK: Files

    mutating func offered(_ id: String, isUp: Bool, name: String, person: String, size: Int64) {
        guard !files.contains(where: { $0.id == id }) else { return }
        let file = FileEntry(
            id: id, number: nextFileNumber, isUp: isUp, name: TerminalText.printable(name),
            person: Person.shown(person), size: size)
        nextFileNumber += 1
        files.append(file)
        if isUp {
            note(
                "\(file.headline) is offered: they will learn your network address. /refuse \(file.number) withdraws it."
            )
        } else {
            note(
                "File \(file.number), \(file.headline), is offered to you. /accept \(file.number) takes it, by which they "
                    + "learn your network address; /refuse \(file.number) does not.")
        }
    }

    mutating func file(_ id: String, _ event: FileTransferEvent) {
        guard let index = files.firstIndex(where: { $0.id == id }) else { return }
        let file = files[index]
        switch event {
        case .progress(let bytes): files[index].transferred = bytes
        case .stored(let path): note("\(file.headline) is here: \(TerminalText.printable(path))")
        case .cancelled(let reason):
            let text = reason.map { ": \(TerminalText.printable($0))" } ?? "."
            note("\(file.headline) was not transferred\(text)", isWarning: true)
            files.remove(at: index)
        case .state(.done) where file.isUp:
            note("\(file.headline) has arrived.")
            files.remove(at: index)
        case .state(.closed): files.remove(at: index)
        case .state(let state): files[index].state = state
        }
    }

    // MARK: What is written

    /// What is typed and sent.
    ///
    /// - Returns: what is to be done, or why nothing is, in which case the text is left to the person.
    mutating func submit(_ text: String) -> Result<[MeetingEffect], CommandFailure> {
        let text = CommandLine.trimmed(text[...])
        guard !text.isEmpty else { return .success([]) }
        if CommandLine.isCommand(text) {
            let line = CommandLine(text)
            do throws(CommandFailure) { return .success(try MeetingCommand.run(line, in: &self)) } catch {
                return .failure(error)
            }
        }
        guard lossText == nil else { return .failure(.notConnected) }
        guard mayWrite else { return .failure(CommandFailure("You may not write in this group.")) }
        return .success([.chat(text.hasPrefix("//") ? String(text.dropFirst()) : text)])
    }

    /// The server gives private messages to the other only: here is one's own copy.
    mutating func wrote(_ text: String, to id: String) {
        append(
            ChatEntry(
                kind: .message, source: ownID, author: ownName, isOwn: true, recipient: name(of: id), time: now(),
                lines: Self.lines(text)))
    }

    /// Something that only this person sees, asked for.
    mutating func answer(_ text: String) { append(ChatEntry(kind: .answer, time: now(), lines: Self.lines(text))) }

    /// Something that only this person sees, not asked for.
    mutating func note(_ text: String, isWarning: Bool = false) {
        append(ChatEntry(kind: isWarning ? .warning : .notice, time: now(), lines: Self.lines(text)))
    }

    private static func lines(_ text: String) -> [String] {
        // A message may have a megabyte, and is laid out anew for each frame.
        let scalars = text.unicodeScalars.prefix(maximumMessageScalars)
        let beginning = String(scalars)
        let characters = beginning.prefix(maximumCharacters)
        let lines = TerminalText.printableLines(String(characters))
        let isWhole = scalars.endIndex == text.unicodeScalars.endIndex && characters.endIndex == beginning.endIndex
        return isWhole && lines.count <= maximumLines ? lines : lines.prefix(maximumLines - 1) + [cut]
    }

    private mutating func append(_ entry: ChatEntry) {
        entries.append(entry)
        entryCount += 1
        if entries.count > Self.maximumEntries { entries.removeFirst() }
        if isAnnounced { say(spoken(entry)) }
    }

    /// Something for whoever listens, which others see by themselves.
    mutating func say(_ text: String) {
        guard isAnnounced else { return }
        announcements.append(text)
        // Nobody listens.
        if announcements.count > Self.maximumEntries { announcements.removeFirst() }
    }

    private func spoken(_ entry: ChatEntry) -> String {
        let text = entry.lines.joined(separator: "\n")
        let when = entry.isHistory ? "Earlier, \(time(entry)), " : ""
        switch entry.kind {
        case .answer, .notice: return text
        case .warning: return "Warning: \(text)"
        case .action: return "\(when)\(entry.author) \(text)"
        case .message:
            guard let recipient = entry.recipient else {
                return "\(when)\(entry.isOwn ? "You" : entry.author): \(text)"
            }
            return entry.isOwn
                ? "You, privately to \(recipient): \(text)" : "\(entry.author), privately to you: \(text)"
        }
    }
}

/// Why a meeting is over.
struct MeetingEnd: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case over, kicked, failed
    }

    let kind: Kind
    let text: String

    init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = TerminalText.printable(text)
    }
}

extension ClearedChat {
    fileprivate func includes(_ entry: ChatEntry) -> Bool {
        switch self {
        case .everything: entry.kind == .message || entry.kind == .action
        case .messages(let source): entry.source == source
        case .message(let id, let source): entry.id == id && entry.source == source
        }
    }
}
