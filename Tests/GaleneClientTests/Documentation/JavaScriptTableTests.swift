// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneClient
import GaleneProtocol
import RTCTestKit
import Testing

/// Each closure uses one symbol, and so does not compile without it.
private typealias Use = @Sendable (ServerConnection, GaleneClient.Stream, TransferredFile, User) async throws -> Any

private func event(_ event: ServerEvent) -> Any { event }
private func event(_ event: StreamEvent) -> Any { event }

private let symbols: [String: Use] = [
    "ServerConnection/init(_:)": { _, _, _, _ in try ServerConnection(.init()) },
    "ServerConnection/id": { c, _, _, _ in c.id },
    "ServerConnection/group": { c, _, _, _ in await c.group as Any },
    "ServerConnection/username": { c, _, _, _ in await c.username as Any },
    "ServerConnection/users": { c, _, _, _ in await c.users },
    "ServerConnection/isConnected": { c, _, _, _ in await c.isConnected },
    "ServerConnection/version": { c, _, _, _ in await c.version as Any },
    "ServerConnection/upStreams": { c, _, _, _ in await c.upStreams },
    "ServerConnection/downStreams": { c, _, _, _ in await c.downStreams },
    "ServerConnection/rtcConfiguration": { c, _, _, _ in await c.rtcConfiguration as Any },
    "ServerConnection/permissions": { c, _, _, _ in await c.permissions },
    "ServerConnection/userData": { c, _, _, _ in await c.userData },
    "ServerConnection/transferredFiles": { c, _, _, _ in await c.transferredFiles },
    "ServerConnection/events": { c, _, _, _ in c.events },
    "ServerEvent/connected(version:)": { _, _, _, _ in event(.connected(version: "")) },
    "ServerEvent/failed(_:)": { _, _, _, _ in event(ServerEvent.failed(.init(.closed, ""))) },
    "ServerEvent/closed(code:reason:)": { _, _, _, _ in event(.closed(code: 0, reason: "")) },
    "ServerConnection/Configuration/onPeerConnection": { _, _, _, _ in
        ServerConnection.Configuration().onPeerConnection as Any
    },
    "ServerEvent/user(_:_:)": { _, _, _, user in event(.user(.add, user)) },
    "ServerEvent/joined(_:)": { _, _, _, _ in { (change: GroupChange) in event(.joined(change)) } },
    "ServerEvent/downStream(_:)": { _, s, _, _ in event(.downStream(s)) },
    "ServerEvent/chat(_:)": { _, _, _, _ in { (chat: ChatMessage) in event(.chat(chat)) } },
    "ServerEvent/userMessage(_:)": { _, _, _, _ in { (message: ReceivedUserMessage) in event(.userMessage(message)) } },
    "ServerEvent/fileTransfer(_:)": { _, _, f, _ in event(.fileTransfer(f)) },
    "ServerConnection/connect(to:)-(String)": { c, _, _, _ in try await c.connect(to: "") },
    "ServerConnection/close()": { c, _, _, _ in await c.close() },
    "ServerConnection/join(group:username:credentials:data:)": { c, _, _, _ in
        try await c.join(group: "", username: nil, credentials: .none, data: [:])
    },
    "ServerConnection/leave(group:)": { c, _, _, _ in try await c.leave(group: "") },
    "ServerConnection/request(_:)": { c, _, _, _ in try await c.request([:]) },
    "ServerConnection/findByLocalID(_:)": { c, _, _, _ in await c.findByLocalID("") as Any },
    "ServerConnection/newUpStream(label:tracks:replacing:)": { c, _, _, _ in
        try await c.newUpStream(label: "", tracks: [], replacing: nil)
    },
    "ServerConnection/chat(_:kind:to:)": { c, _, _, _ in try await c.chat("", kind: .me, to: nil) },
    "ServerConnection/userAction(_:on:value:)": { c, _, _, _ in try await c.userAction(.op, on: "", value: nil) },
    "ServerConnection/userMessage(_:to:value:noEcho:)": { c, _, _, _ in
        try await c.userMessage(.info, to: nil, value: nil, noEcho: true)
    },
    "ServerConnection/groupAction(_:value:)": { c, _, _, _ in try await c.groupAction(.lock, value: nil) },
    "ServerConnection/sendFile(_:to:name:mimeType:)": { c, _, _, _ in
        try await c.sendFile("", to: "", name: nil, mimeType: "")
    },
    "ServerConnection/transferredFile(user:id:)": { c, _, _, _ in await c.transferredFile(user: "", id: "") as Any },
    "User/username": { _, _, _, user in user.username },
    "User/permissions": { _, _, _, user in user.permissions },
    "User/data": { _, _, _, user in user.data },
    "User/streams": { _, _, _, user in user.streams },
    "Stream/connection": { _, s, _, _ in s.connection },
    "Stream/id": { _, s, _, _ in s.id },
    "Stream/localID": { _, s, _, _ in s.localID },
    "Stream/isUp": { _, s, _, _ in s.isUp },
    "Stream/source": { _, s, _, _ in s.source as Any },
    "Stream/username": { _, s, _, _ in s.username as Any },
    "Stream/tracks": { _, s, _, _ in await s.tracks },
    "Stream/label": { _, s, _, _ in s.label },
    "Stream/userData": { _, s, _, _ in await s.userData },
    "Stream/events": { _, s, _, _ in s.events },
    "StreamEvent/closed(isReplaced:)": { _, _, _, _ in event(.closed(isReplaced: true)) },
    "StreamEvent/failed(_:)": { _, _, _, _ in event(StreamEvent.failed(.init(.closed, ""))) },
    "StreamEvent/negotiated": { _, _, _, _ in event(.negotiated) },
    "StreamEvent/track(_:)": { _, _, _, _ in { (track: StreamTrack) in event(.track(track)) } },
    "StreamEvent/status(_:)": { _, _, _, _ in event(.status(.new)) },
    "StreamEvent/statistics(_:)": { _, _, _, _ in event(.statistics(StreamStatistics())) },
    "StreamEvent/aborted": { _, _, _, _ in event(.aborted) },
    "Stream/published": { _, s, _, _ in s.published },
    "Stream/close()": { _, s, _, _ in await s.close() },
    "Stream/abort()": { _, s, _, _ in await s.abort() },
    "Stream/restartICE()": { _, s, _, _ in await s.restartICE() },
    "Stream/request(_:)": { _, s, _, _ in try await s.request(nil) },
    "Stream/setStatsInterval(_:)": { _, s, _, _ in await s.setStatsInterval(nil) },
    "Stream/statistics()": { _, s, _, _ in await s.statistics() },
    "TransferredFile/connection": { _, _, f, _ in f.connection as Any },
    "TransferredFile/userID": { _, _, f, _ in f.userID },
    "TransferredFile/id": { _, _, f, _ in f.id },
    "TransferredFile/version": { _, _, f, _ in f.version },
    "TransferredFile/isUp": { _, _, f, _ in f.isUp },
    "TransferredFile/state": { _, _, f, _ in await f.state },
    "TransferredFile/username": { _, _, f, _ in f.username as Any },
    "TransferredFile/name": { _, _, f, _ in f.name },
    "TransferredFile/mimeType": { _, _, f, _ in f.mimeType },
    "TransferredFile/size": { _, _, f, _ in f.size },
    "TransferredFile/transferred": { _, _, f, _ in await f.transferred },
    "FileTransferEvent/stored(path:)": { _, _, _, _ in FileTransferEvent.stored(path: "") },
    "TransferredFile/events": { _, _, f, _ in f.events },
    "TransferredFile/receive(into:)": { _, _, f, _ in try await f.receive(into: "") },
    "TransferredFile/cancel(_:)": { _, _, f, _ in await f.cancel(nil) },
    "TransferredFile/fullID": { _, _, f, _ in f.fullID },
]

@Suite("The table from JavaScript to Swift", .row("C-19"))
struct JavaScriptTableTests {
    private func document() throws -> String {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../Sources/GaleneClient/GaleneClient.docc/JavaScript.md")
        return try String(contentsOf: file, encoding: .utf8)
    }

    private func table() throws -> [(name: String, symbol: String)] { Self.rows(try document()) }

    private static func rows(_ text: some StringProtocol) -> [(name: String, symbol: String)] {
        text.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 2, cells[0].hasPrefix("`"), cells[1].hasPrefix("``") else { return nil }
            return (cells[0], cells[1].trimmingCharacters(in: ["`"]))
        }
    }

    @Test func `each row names a symbol that there is, and each symbol a row`() throws {
        let rows = try table()
        #expect(rows.count > 70)
        let known = Set(symbols.keys).union(olderSymbols.keys)
        for (name, symbol) in rows { #expect(known.contains(symbol), "\(name) → \(symbol)") }
        let named = Set(rows.map(\.symbol)).union(["ServerConnection/events", "Stream/events"])
        #expect(known.subtracting(named).isEmpty)
    }

    /// The properties, methods and callbacks of specification 11, by class.
    private static let documented = [
        "ServerConnection": [
            "id", "group", "username", "users", "socket", "version", "up", "down", "rtcConfiguration", "permissions",
            "userdata", "transferredFiles", "lastServerMessage", "pingHandler", "onconnected", "onerror", "onclose",
            "onpeerconnection", "onuser", "onjoined", "ondownstream", "onchat", "onusermessage", "onfiletransfer",
            "connect", "close", "error", "send", "join", "leave", "request", "findByLocalId", "getRTCConfiguration",
            "newUpStream", "chat", "userAction", "userMessage", "groupAction", "sendFile", "getTransferredFile",
        ],
        "Stream": [
            "sc", "id", "localId", "up", "source", "username", "pc", "stream", "label", "replace",
            "localDescriptionSent", "localIceCandidates", "remoteIceCandidates", "stats", "statsHandler", "userdata",
            "onclose", "onerror", "onnegotiationcompleted", "ondowntrack", "onstatus", "onstats", "setStream", "close",
            "abort", "negotiate", "restartIce", "request", "setStatsInterval", "updateStats", "gotLocalIce",
            "flushLocalIceCandidates", "flushRemoteIceCandidates",
        ],
        "TransferredFile": [
            "sc", "userid", "id", "version", "up", "state", "username", "name", "mimetype", "size", "file", "data",
            "datalen", "pc", "dc", "candidates", "onevent", "receive", "cancel", "fail", "fullid",
        ],
    ]

    @Test(arguments: documented.keys.sorted()) func `no documented name is without a row`(type: String) throws {
        let sections = try document().components(separatedBy: "\n### ")
        let own = try #require(sections.first { $0.hasPrefix("\(type)\n") })
        let inside = try #require(sections.first { $0.hasPrefix("Kept inside\n") })
        var names = Set(
            Self.rows(own).flatMap { $0.name.split(separator: ",") }.map { name in
                String(name.trimmingCharacters(in: [" ", "`"]).prefix { $0.isLetter })
            })
        for line in inside.split(separator: "\n") where line.hasPrefix("| `") {
            for name in line.dropFirst(2).prefix(while: { $0 != "|" }).split(separator: ",") {
                let parts = name.trimmingCharacters(in: [" ", "`"]).split(separator: ".")
                if parts.first == Substring(type) { names.insert(String(parts[1].prefix { $0.isLetter })) }
            }
        }
        #expect(Set(Self.documented[type] ?? []).subtracting(names).isEmpty)
    }
}
