// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

/// Camera, microphone, screen and file of one's own.
extension MeetingModel {
    var mayPresent: Bool { permissions.contains(.present) }

    /// What was asked for when the meeting was joined.
    mutating func begin(microphone: Bool, camera: Bool) -> [MeetingEffect] {
        guard microphone || camera else { return [] }
        guard mayPresent else {
            note(CommandFailure.mayNotPresent.text, isWarning: true)
            return []
        }
        return [.send(microphone && camera ? .cameraAndMicrophone : microphone ? .microphone(true) : .camera(true))]
    }

    /// What is sent is another than before.
    ///
    /// - Returns: what others are to be told.
    mutating func sends(_ new: SentMedia) -> [MeetingEffect] {
        let old = sent
        sent = new
        switch (old.microphone, new.microphone) {
        case (let before, .on) where before != .on: say("Your microphone is on.")
        case (.on, .muted), (.starting, .muted), (.on, .off): say("Your microphone is off.")
        default: break
        }
        let shown = new.fileName.isEmpty ? old.fileName : new.fileName
        for (before, now, texts) in [
            (old.camera, new.camera, (on: "Your camera is on.", off: "Your camera is off.")),
            (old.screen, new.screen, (on: "Your screen is shared.", off: "Your screen is no longer shared.")),
            (old.file, new.file, (on: "\(shown) is shown to everybody.", off: "\(shown) is no longer shown.")),
        ] where before != now {
            if now == .on { say(texts.on) } else if before == .on { say(texts.off) }
        }
        return effectsOfMuting
    }

    /// Others see of a microphone only what its owner says of it.
    var effectsOfMuting: [MeetingEffect] {
        guard lossText == nil, let own = people[ownID], own.isMuted != sent.isMuted else { return [] }
        return [.userAction(.setData, on: ownID, value: ["muted": sent.isMuted ? true : nil])]
    }

    /// An operator wants silence.
    mutating func mute(by name: String) -> [MeetingEffect] {
        guard sent.microphone == .on || sent.microphone == .starting else {
            note("\(name) asks you to be silent.", isWarning: true)
            return []
        }
        note("\(name) has muted your microphone. /unmute turns it on again.", isWarning: true)
        return [.send(.microphone(false))]
    }

    /// Who may not present any more sends nothing any more, as our page has it; who may again says so by a command.
    func permissionsChanged(from before: [Permission]) -> [MeetingEffect] {
        before.contains(.present) && !mayPresent ? [.send(.nothing)] : []
    }

    /// The server does not take what is sent. Of a permission that was taken one is told already.
    mutating func wasRefused() {
        if mayPresent { note("The server does not take what you send.", isWarning: true) }
    }
}

extension CommandFailure {
    static let mayNotPresent = CommandFailure(
        "You may not use camera and microphone here: an operator can allow it with /present.")
    static let notConnected = CommandFailure("Not sent: there is no connection to the meeting.")
}
