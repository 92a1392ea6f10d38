// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

/// What is wrong with something that was typed, in words.
struct CommandFailure: Error, Hashable, Sendable {
    let text: String

    init(_ text: String) { self.text = TerminalText.printable(text) }
}

/// What can be done by typing `/name` in the chat: those of spec 13.6 that make sense in a terminal, as our page has them, and
/// some for what the page has buttons for.
struct MeetingCommand: Sendable {
    let name: String
    var needs: [Permission] = []
    /// Whether it can be done while there is no connection: nobody has to wait for silence.
    var worksAlone = false
    /// As `/help` shows them.
    var parameters = ""
    let help: String
    let run: @Sendable (inout MeetingModel, CommandLine) throws(CommandFailure) -> [MeetingEffect]

    /// Whether the first argument is a member.
    var takesUser: Bool { parameters.hasPrefix("USER") }

    init(
        _ name: String, needs: [Permission] = [], worksAlone: Bool = false, _ parameters: String = "", help: String,
        run: @escaping @Sendable (inout MeetingModel, CommandLine) throws(CommandFailure) -> [MeetingEffect]
    ) {
        self.name = name
        self.needs = needs
        self.worksAlone = worksAlone
        self.parameters = parameters
        self.help = help
        self.run = run
    }

    func isAvailable(with permissions: [Permission]) -> Bool { needs.allSatisfy(permissions.contains) }

    /// - Throws: ``CommandFailure`` that tells what to type instead.
    static func run(_ line: CommandLine, in model: inout MeetingModel) throws(CommandFailure) -> [MeetingEffect] {
        // One that is for oneself may have the name of one that is for somebody else.
        let named = all.filter { $0.name == line.name }
        guard let command = named.first(where: { $0.takesUser == !line.first.isEmpty }) ?? named.first else {
            throw CommandFailure("There is no command /\(line.name). Type /help for those that there are.")
        }
        guard model.lossText == nil || command.worksAlone else { throw .notConnected }
        guard command.isAvailable(with: model.permissions) else {
            if command.needs == [.present] { throw .mayNotPresent }
            let usage = named.count > 1 ? "\(command.name) \(command.parameters)" : command.name
            throw CommandFailure("You are not allowed to use /\(usage) here.")
        }
        return try command.run(&model, line)
    }

    static func help(with permissions: [Permission]) -> String {
        all.filter { $0.isAvailable(with: permissions) }
            .map { "/\($0.name)\($0.parameters.isEmpty ? "" : " \($0.parameters)") – \($0.help)" }
            .joined(separator: "\n")
    }

    // MARK: Arguments

    /// The member of this name or id.
    static func member(_ user: String, of model: MeetingModel) throws(CommandFailure) -> String {
        guard !user.isEmpty else {
            throw CommandFailure("Say who is meant, for instance: /msg \"Lise Meitner\" Hello")
        }
        if model.people[user] != nil { return user }
        let named = model.people.values.filter { $0.username == user || $0.name == user }
        guard named.count < 2 else {
            let ids = named.map(\.id).sorted().joined(separator: ", ")
            throw CommandFailure("\(named.count) people are called \(user). Name one by its id: \(ids)")
        }
        guard let person = named.first else { throw CommandFailure("There is nobody named “\(user)” here.") }
        return person.id
    }

    static func needed(_ text: String) throws(CommandFailure) -> String {
        guard !text.isEmpty else { throw CommandFailure("There is no text in this command.") }
        return text
    }

    /// The file that a number names; without a number the only one that it can be.
    static func file(
        _ number: String, of model: MeetingModel, where isMeant: (FileEntry) -> Bool
    ) throws(CommandFailure) -> FileEntry {
        let files = model.files.filter(isMeant)
        guard !files.isEmpty else { throw CommandFailure("There is no file to which this could apply.") }
        if number.isEmpty, files.count == 1 { return files[0] }
        guard let file = files.first(where: { String($0.number) == number }) else {
            throw CommandFailure("Say which file: \(files.map { String($0.number) }.joined(separator: ", "))")
        }
        return file
    }
}
