// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import GaleneProtocol

/// The interface of Galène's older documents, for what is written after them: callbacks instead of sequences, methods that
/// return at once, the names and the order of arguments of old. Spec 11.5.
///
///     typealias ServerConnection = Older.ServerConnection
///
///     let serverConnection = try ServerConnection()
///     serverConnection.onconnected = { this in this.join(group, "join", username, password) }
///     serverConnection.onjoined = { this, kind, group, perms, status, data, error, message in
///         if kind == .join { this.request(["": [.audio, .video]]) }
///     }
///     serverConnection.connect(status.endpoint)
///
/// It differs from JavaScript in this:
///
/// - `this` is the first argument of every callback.
/// - What a browser has as `MediaStream` is here ``Older/Stream/stream``, with frames in it.
/// - What JavaScript throws or promises is in the task that a method returns; who does not look has lost nothing but the
///   reason.
///
/// Everything happens on the main actor, as in a page. What is new is better written with ``ServerConnection``.
public enum Older {
    /// One's own permissions: `perms.present` where today one asks whether a list has a name in it.
    public struct Permissions: Hashable, Sendable {
        public let op: Bool
        public let present: Bool
        public let record: Bool
        /// All of them, those that were not there of old included.
        public let all: [Permission]

        init(_ permissions: [Permission]) {
            all = permissions
            op = permissions.contains(.op)
            present = permissions.contains(.present)
            record = permissions.contains(.record)
        }
    }

    /// What the words of old mean: `request('everything')`.
    static func selection(_ word: String) throws(ServerConnectionError) -> [String: [RequestedTrack]] {
        switch word {
        case "": [:]
        case "audio": ["": [.audio]]
        case "screenshare": ["": [.audio], "screenshare": [.audio, .video]]
        case "everything": ["": [.audio, .video]]
        default: throw ServerConnectionError(.invalidArgument, "nothing is known by the name \(word)")
        }
    }
}
