// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import Logging
import RTCCrypto
import ServerFiles
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `data/ice-servers.json`, re-read when its size or modification time changes: through which servers clients may make
/// their connections.
final class ICEServersFile: Sendable {
    private struct State {
        var stamp: FileStamp?
        var servers: [ICEServerDescription] = []
    }

    /// How long a name made from a shared secret holds, in seconds: a day, as the reference has it.
    static let lifetime: Int64 = 86_400

    private let path: String
    private let logger: Logger
    private let state = Mutex(State())

    init(dataDirectory: String, logger: Logger) {
        path = dataDirectory.hasSuffix("/") ? "\(dataDirectory)ice-servers.json" : "\(dataDirectory)/ice-servers.json"
        self.logger = logger
    }

    /// What a client is told at this time. Servers that are described badly are left out, and reported once.
    func configuration(now: Timestamp) -> RTCConfiguration {
        let stamp = FileStamp(path: path)
        let servers = state.withLock { state in
            guard stamp != state.stamp else { return state.servers }
            state = State(stamp: stamp, servers: load())
            return state.servers
        }
        return RTCConfiguration(iceServers: servers.map { RTCConfiguration.ICEServer($0, now: now) })
    }

    private func load() -> [ICEServerDescription] {
        do throws(FormatError) {
            let (servers, mistakes) = try ICEServerDescription.parse(try contents())
            for mistake in mistakes {
                logger.error("malformed ICE server, left out", metadata: ["reason": "\(mistake)"])
            }
            return servers
        } catch {
            logger.error("malformed file of ICE servers", metadata: ["reason": "\(error)"])
            return []
        }
    }

    private func contents() throws(FormatError) -> [UInt8] {
        do throws(FileFailure) {
            return try FileContents.read(path, limit: JSONLimits.file.size)
        } catch {
            switch error {
            case .missing: return Array("[]".utf8)
            case .unusable(let reason): throw FormatError(reason: reason)
            }
        }
    }
}

extension RTCConfiguration.ICEServer {
    init(_ server: ICEServerDescription, now: Timestamp) {
        switch server.credential {
        case .none: self.init(urls: server.urls)
        case .password(let username, let password):
            self.init(urls: server.urls, username: username, credential: .string(password))
        case .oauth(let username, let credential):
            self.init(urls: server.urls, username: username, credential: credential, credentialType: "oauth")
        case .sharedSecret(let username, let secret):
            let expires = "\(now.unixSeconds + ICEServersFile.lifetime)"
            let name = username.isEmpty ? expires : "\(expires):\(username)"
            let key = HMAC.sha1(key: Array(secret.utf8), message: Array(name.utf8))
            self.init(urls: server.urls, username: name, credential: .string(Data(key).base64EncodedString()))
        }
    }
}
