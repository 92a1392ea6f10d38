// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import Logging
import ServerFiles
import Synchronization

/// `data/config.json`, re-read when its size or modification time changes.
final class ConfigurationFile: Sendable {
    private struct State {
        var stamp: FileStamp?
        var configuration: ServerConfiguration
    }

    private let path: String
    private let logger: Logger
    private let state: Mutex<State>

    /// - Throws: when there is a file and it is malformed; that there is none is no error.
    init(dataDirectory: String, logger: Logger) throws(StartupError) {
        path = dataDirectory.hasSuffix("/") ? "\(dataDirectory)config.json" : "\(dataDirectory)/config.json"
        self.logger = logger
        let stamp = FileStamp(path: path)
        let configuration: ServerConfiguration
        do {
            configuration = try Self.load(path)
        } catch {
            throw StartupError("\(path): \(error)")
        }
        state = Mutex(State(stamp: stamp, configuration: configuration))
    }

    /// The newest version that could be read. A version that is malformed is reported, once, and not used.
    var current: ServerConfiguration {
        let stamp = FileStamp(path: path)
        return state.withLock { state in
            guard stamp != state.stamp else { return state.configuration }
            state.stamp = stamp
            do {
                state.configuration = try Self.load(path)
                logger.notice("configuration re-read")
            } catch {
                logger.error("malformed configuration, the old one stays", metadata: ["reason": "\(error)"])
            }
            return state.configuration
        }
    }

    private static func load(_ path: String) throws(FormatError) -> ServerConfiguration {
        let bytes: [UInt8]
        do {
            bytes = try FileContents.read(path, limit: JSONLimits.file.size)
        } catch {
            switch error {
            case .missing: return ServerConfiguration()
            case .unusable(let reason): throw FormatError(reason: reason)
            }
        }
        return try ServerConfiguration(parsing: bytes)
    }
}
