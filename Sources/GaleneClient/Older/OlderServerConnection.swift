// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import GaleneProtocol

extension Older {
    /// A connection to a server and the streams on it, with callbacks. See ``Older``.
    @MainActor
    public final class ServerConnection {
        // MARK: What is known

        /// What this one drives. ``connect(_:)`` of a connection that has been used makes another.
        public private(set) var connection: GaleneClient.ServerConnection
        /// The client id.
        public var id: String { connection.id }
        public private(set) var group: String?
        public private(set) var username: String?
        /// The members of the group by client id, as of the last callback.
        public private(set) var users: [String: User] = [:]
        public private(set) var permissions = Permissions([])
        /// For the application.
        public var userdata: [String: any Sendable] = [:]
        /// Streams that go up, and those that come down, by id; up only when they have been offered.
        public var up: [String: Stream] { byID(isUp: true) }
        public var down: [String: Stream] { byID(isUp: false) }

        // MARK: Callbacks

        /// The server has accepted the handshake.
        public var onconnected: (@MainActor (ServerConnection) -> Void)?
        /// The connection is of no use any more; `onclose` follows.
        public var onerror: (@MainActor (ServerConnection, ServerConnectionError) -> Void)?
        /// `(this, code, reason)`: the socket is closed, and so are all streams.
        public var onclose: (@MainActor (ServerConnection, Int, String) -> Void)?
        /// `(this, id, kind, username)`: a member came, changed or left; `users` is up to date.
        public var onuser: (@MainActor (ServerConnection, String, UserChange.Kind, String) -> Void)?
        /// `(this, kind, group, permissions, status, data, error, message)`
        public var onjoined:
            (
                @MainActor (
                    ServerConnection, Joined.Kind, String, Permissions, GroupStatus?, [String: JSONValue],
                    Joined.Failure?,
                    String?
                ) -> Void
            )?
        /// The chat history is to be cleared, by whoever may say so. The message itself comes as `onusermessage` too.
        public var onclearchat: (@MainActor (ServerConnection) -> Void)?
        public var onchat: (@MainActor (ServerConnection, ChatMessage) -> Void)?
        public var onusermessage: (@MainActor (ServerConnection, ReceivedUserMessage) -> Void)?
        /// A stream is pushed to us, or has been renegotiated; its ``Stream/labels`` are there.
        public var ondownstream: (@MainActor (ServerConnection, Stream) -> Void)?
        /// The same under the other name that the documents have; called where there is no `ondownstream`.
        public var onstream: (@MainActor (ServerConnection, Stream) -> Void)?
        /// A file is offered, from here or to us. Who throws, or has no such callback, refuses it.
        public var onfiletransfer: (@MainActor (ServerConnection, TransferredFile) throws -> Void)?

        private let configuration: GaleneClient.ServerConnection.Configuration
        private var isUsed = false
        /// What is being told.
        private var telling: Task<Void, Never>?
        /// What was asked for last: everything is done in the order in which it was asked for.
        private var last: Task<Void, any Error>?
        /// Connections and joins under way: the end of the connection does not wait for them.
        private var awaited = 0
        private var streams: [Stream] = []
        private var files: [TransferredFile] = []

        /// - Parameter configuration: without a ``ReconnectPolicy``, which the older interface does not know.
        /// - Throws: ``ServerConnectionError`` when TLS cannot be set up.
        public init(_ configuration: GaleneClient.ServerConnection.Configuration = .init()) throws {
            var configuration = configuration
            configuration.reconnectPolicy = nil
            self.configuration = configuration
            connection = try GaleneClient.ServerConnection(configuration)
        }

        // MARK: Connecting

        /// The status of a group: what the documents fetch from `url + ".status"`.
        public func status(of url: String) async throws -> GroupStatus { try await connection.status(of: url) }

        /// Connects to a server's WebSocket, whose URL a status names or one knows, and closes what was connected before.
        ///
        /// - Parameter url: `wss://HOST/ws`.
        @discardableResult
        public func connect(_ url: String?) -> Task<Void, any Error> {
            enqueueAwaited { this in
                guard let url else {
                    throw ServerConnectionError(.invalidArgument, "the status names no endpoint to connect to")
                }
                if this.isUsed {
                    await this.connection.close()
                    await this.telling?.value
                    this.connection = try GaleneClient.ServerConnection(this.configuration)
                }
                this.isUsed = true
                let connection = this.connection
                let events = connection.events
                this.telling = Task { await this.follow(events, of: connection) }
                do {
                    try await connection.connect(to: url)
                } catch {
                    await connection.close()
                    throw error
                }
            }
        }

        /// Closes the connection, after what has been asked for before, joins excepted. `onclose` follows.
        @discardableResult
        public func close() -> Task<Void, any Error> {
            let before = awaited == 0 ? last : nil
            return Task {
                _ = await before?.result
                await connection.close()
            }
        }

        // MARK: Groups

        /// - Parameters:
        ///   - kind: `join`, or `leave` to leave it.
        ///   - password: of the user; empty for none.
        @discardableResult
        public func join(
            _ group: String, _ kind: String, _ username: String, _ password: String
        ) -> Task<Void, any Error> {
            switch kind {
            case "join": join(group, username, password)
            case "leave": leave(group)
            default: refused("a group is joined or left, not “\(kind)”")
            }
        }

        @discardableResult
        public func join(_ group: String, _ username: String, _ password: String) -> Task<Void, any Error> {
            join(group, username, password.isEmpty ? .none : .password(password))
        }

        /// - Parameter username: `nil` when a token names the user.
        @discardableResult
        public func join(
            _ group: String, _ username: String?, _ credentials: Credentials, _ data: [String: JSONValue] = [:]
        ) -> Task<Void, any Error> {
            enqueueAwaited { this in
                try await this.connection.join(group: group, username: username, credentials: credentials, data: data)
            }
        }

        @discardableResult
        public func leave(_ group: String) -> Task<Void, any Error> {
            enqueue { try await $0.connection.leave(group: group) }
        }

        /// Says which streams are wanted, by label. May follow ``join(_:_:_:)`` at once: it waits for the server's answer.
        @discardableResult
        public func request(_ what: [String: [RequestedTrack]]) -> Task<Void, any Error> {
            enqueue { try await $0.connection.request(what) }
        }

        /// - Parameter what: `""`, `"audio"`, `"screenshare"` (and all sound) or `"everything"`.
        @discardableResult
        public func request(_ what: String) -> Task<Void, any Error> {
            enqueue { try await $0.connection.request(try Older.selection(what)) }
        }

        // MARK: Messages

        // One's own name goes with each message as the server has it, whatever is said here.

        /// - Parameters:
        ///   - kind: `""`, or `"me"` for an action.
        ///   - dest: the client id of who gets it; `""` for everybody.
        @discardableResult
        public func chat(
            _ username: String, _ kind: String, _ dest: String, _ value: String
        ) -> Task<Void, any Error> {
            enqueue { try await $0.connection.chat(value, kind: .init(rawValue: kind), to: Self.known(dest)) }
        }

        @discardableResult
        public func usermessage(
            _ username: String, _ kind: String, _ dest: String, _ value: JSONValue? = nil
        ) -> Task<Void, any Error> {
            enqueue { try await $0.connection.userMessage(.init(rawValue: kind), to: Self.known(dest), value: value) }
        }

        @discardableResult
        public func useraction(
            _ username: String, _ kind: String, _ dest: String, _ value: JSONValue? = nil
        ) -> Task<Void, any Error> {
            enqueue { try await $0.connection.userAction(.init(rawValue: kind), on: dest, value: value) }
        }

        @discardableResult
        public func groupaction(
            _ username: String, _ kind: String, _ value: JSONValue? = nil
        ) -> Task<Void, any Error> {
            enqueue { try await $0.connection.groupAction(.init(rawValue: kind), value: value) }
        }

        private static func known(_ dest: String) -> String? { dest.isEmpty ? nil : dest }

        // MARK: Streams and files

        /// A stream to push. Set its label or ``Stream/labels`` and its callbacks, and add tracks, in one go.
        ///
        /// - Parameter localId: of a stream that this one replaces.
        public func newUpStream(_ localId: String? = nil) -> Stream {
            let old = localId.flatMap(findByLocalId)
            let stream = Stream(up: old?.localId ?? LocalID.next(), replacing: old, on: self)
            streams.append(stream)
            return stream
        }

        public func findByLocalId(_ localId: String) -> Stream? { streams.last { $0.up && $0.localId == localId } }

        /// Offers a file to a member; `onfiletransfer` is called with it.
        ///
        /// - Parameter file: its path.
        @discardableResult
        public func sendFile(_ userid: String, _ file: String, mimetype: String = "") -> Task<Void, any Error> {
            enqueue { try await $0.connection.sendFile(file, to: userid, mimeType: mimetype) }
        }

        // MARK: What happens

        private func follow(_ events: Events<ServerEvent>, of connection: GaleneClient.ServerConnection) async {
            do {
                for try await event in events { await take(event) }
            } catch {
                // Callbacks have taken so long that the next could not be kept.
                onerror?(self, error as? ServerConnectionError ?? ServerConnectionError(.closed, "\(error)"))
                await connection.close()
                await ended(code: 1006, reason: "\(error)")
            }
        }

        private func take(_ event: ServerEvent) async {
            switch event {
            case .connected: onconnected?(self)
            case .joined(let change): await take(change)
            case .user(let kind, let user):
                users[user.id] = kind == .delete ? nil : user
                onuser?(self, user.id, kind, user.username)
            case .chat(let message): onchat?(self, message)
            case .userMessage(let message):
                onusermessage?(self, message)
                if message.kind == .clearChat, message.isPrivileged, (try? ClearedChat(message.value)) == .everything {
                    onclearchat?(self)
                }
            case .downStream(let stream):
                // It tells itself of its later negotiations.
                guard !streams.contains(where: { $0.stream === stream }) else { return }
                let old = streams.first { !$0.up && $0.localId == stream.localID }
                streams.append(Stream(down: stream, after: old, on: self))
            case .fileTransfer(let file):
                let transfer = TransferredFile(file, on: self)
                files.append(transfer)
                transfer.announce()
            case .failed(let error): onerror?(self, error)
            case .closed(let code, let reason): await ended(code: code, reason: reason)
            case .reconnecting, .reconnected: break
            }
        }

        private func take(_ change: GroupChange) async {
            switch change.kind {
            case .join, .change:
                group = change.group
                username = await connection.username
                permissions = Permissions(change.permissions)
            default:
                group = nil
                username = nil
                permissions = Permissions([])
            }
            onjoined?(
                self, change.kind, change.group, Permissions(change.permissions), change.status, change.data ?? [:],
                change.error, change.message)
        }

        private func ended(code: Int, reason: String) async {
            for stream in streams {
                await stream.finished()
                stream.end(replace: false)
            }
            for file in files { await file.finished() }
            (group, username, users, permissions) = (nil, nil, [:], Permissions([]))
            onclose?(self, code, reason)
        }

        func tell(of stream: Stream) { (ondownstream ?? onstream)?(self, stream) }
        func forget(_ stream: Stream) { streams.removeAll { $0 === stream } }
        func forget(_ file: TransferredFile) { files.removeAll { $0 === file } }

        private func byID(isUp: Bool) -> [String: Stream] {
            Dictionary(
                streams.compactMap { stream in stream.up == isUp ? stream.id.map { ($0, stream) } : nil },
                uniquingKeysWith: { $1 })
        }

        // MARK: One after the other

        @discardableResult
        func enqueue(_ body: @escaping @MainActor (ServerConnection) async throws -> Void) -> Task<Void, any Error> {
            let before = last
            let task = Task {
                _ = await before?.result
                try await body(self)
            }
            last = task
            return task
        }

        private func enqueueAwaited(
            _ body: @escaping @MainActor (ServerConnection) async throws -> Void
        ) -> Task<Void, any Error> {
            awaited += 1
            return enqueue { this in
                defer { this.awaited -= 1 }
                try await body(this)
            }
        }

        private func refused(_ reason: String) -> Task<Void, any Error> {
            Task { throw ServerConnectionError(.invalidArgument, reason) }
        }
    }
}
