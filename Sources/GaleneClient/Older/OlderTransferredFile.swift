// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

extension Older {
    /// A file on its way, with one callback. See ``Older``.
    @MainActor
    public final class TransferredFile {
        /// What this one drives.
        public let file: GaleneClient.TransferredFile
        /// Whether it is sent from here.
        public let up: Bool
        /// `""`, `inviting`, `connecting`, `connected`, `done`, `cancelled` or `closed`.
        public private(set) var state: FileTransferState
        /// The client id of the other side.
        public var userid: String { file.userID }
        public var id: String { file.id }
        /// The name of the other side.
        public var username: String? { file.username }
        public var name: String { file.name }
        public var mimetype: String { file.mimeType }
        /// In bytes.
        public var size: Int64 { file.size }
        /// Bytes that have been sent or received until now.
        public private(set) var datalen: Int64 = 0
        /// `(this, state, data)`: the state has changed, or data has come or gone. `data` is the path of the file when one
        /// that was received is `done`, and the reason, where there is one, when it is `cancelled`.
        public var onevent: (@MainActor (TransferredFile, FileTransferState, String?) -> Void)?

        private weak var sc: ServerConnection?
        private var telling: Task<Void, Never>?

        init(_ file: GaleneClient.TransferredFile, on connection: ServerConnection) {
            self.file = file
            up = file.isUp
            // One that is offered to us is, from the beginning.
            state = file.isUp ? .new : .inviting
            sc = connection
        }

        /// Everything has been told.
        func finished() async { await telling?.value }

        func announce() {
            do {
                guard let sc, let onfiletransfer = sc.onfiletransfer else {
                    throw ServerConnectionError(.invalidArgument, "files are not accepted here")
                }
                try onfiletransfer(sc, self)
            } catch {
                cancel("\(error)")
            }
            let events = file.events
            telling = Task {
                do {
                    for try await event in events { take(event) }
                } catch {
                    cancel("\(error)")
                }
                sc?.forget(self)
            }
        }

        /// Accepts a file that is offered, and stores it in a directory, under a name that is free there.
        @discardableResult
        public func receive(_ directory: String) -> Task<Void, any Error> {
            Task { try await file.receive(into: directory) }
        }

        /// Refuses the file, or ends its transfer; the other side is told.
        public func cancel(_ message: String? = nil) {
            Task { await file.cancel(message) }
        }

        private func take(_ event: FileTransferEvent) {
            switch event {
            // Told with its path, and with its reason, which follow.
            case .state(.done) where !up, .state(.cancelled): break
            case .stored(let path): enter(.done, path)
            case .cancelled(let reason): enter(.cancelled, reason)
            case .progress(let bytes):
                datalen = bytes
                onevent?(self, state, nil)
            case .state(let new): if new != state { enter(new, nil) }
            }
        }

        private func enter(_ new: FileTransferState, _ data: String?) {
            state = new
            onevent?(self, new, data)
        }
    }
}
