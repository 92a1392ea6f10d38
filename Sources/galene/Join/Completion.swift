// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What Tab makes of the word before the cursor.
struct Completion: Hashable {
    /// What is replaced, in characters.
    var range: Range<Int>
    /// What comes instead; more than one to choose from.
    var candidates: [String]

    /// The beginning that all of them share.
    var common: String {
        guard var common = candidates.first else { return "" }
        for candidate in candidates.dropFirst() { common = String(zip(common, candidate).prefix { $0 == $1 }.map(\.0)) }
        return common
    }
}

extension MeetingModel {
    /// Of a command its name, and the member that it takes; elsewhere a member's name.
    func completion(of characters: [Character], at cursor: Int) -> Completion? {
        let before = characters[..<cursor]
        let text = String(before)
        guard CommandLine.isCommand(text) else { return name(before) }
        guard let space = before.firstIndex(where: \.isWhitespace) else {
            var found: [String] = []
            for command in MeetingCommand.all where command.isAvailable(with: permissions) {
                let name = "/\(command.name)"
                if name.hasPrefix(text), !found.contains(name) { found.append(name) }
            }
            return found.isEmpty ? nil : Completion(range: 0..<cursor, candidates: found).finished()
        }
        let named = MeetingCommand.all.filter { "/\($0.name)" == String(before[..<space]) }
        guard named.contains(where: \.takesUser) else { return nil }
        let start = before[space...].firstIndex { !$0.isWhitespace } ?? cursor
        let typed = before[start...]
        // A name in quotes has its end before one can complete anything else.
        let word = typed.first == "\"" ? typed.dropFirst() : typed
        guard !(typed.first == "\"" ? word.contains("\"") : word.contains(where: \.isWhitespace)) else { return nil }
        return candidates(String(word), range: start..<cursor, shown: CommandLine.quoted)
    }

    private func name(_ before: ArraySlice<Character>) -> Completion? {
        let start = before.lastIndex(where: \.isWhitespace).map { $0 + 1 } ?? 0
        guard start < before.endIndex else { return nil }
        return candidates(String(before[start...]), range: start..<before.endIndex) { $0 }
    }

    private func candidates(_ typed: String, range: Range<Int>, shown: (String) -> String) -> Completion? {
        let names = sortedPeople.filter { $0.id != ownID && !$0.username.isEmpty }.map(\.name)
        let found = names.filter { $0.lowercased().hasPrefix(typed.lowercased()) }
        return found.isEmpty ? nil : Completion(range: range, candidates: found.map(shown)).finished()
    }
}

extension Completion {
    /// What is complete has a space behind it.
    fileprivate func finished() -> Completion {
        candidates.count == 1 ? Completion(range: range, candidates: [candidates[0] + " "]) : self
    }
}
