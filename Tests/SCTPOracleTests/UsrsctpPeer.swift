// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CUsrsctp
import Glibc
import Synchronization

/// One association of usrsctp, the oracle: its "network" is a list of packets.
///
/// The library is one for the whole process, with callbacks that know no object: what they bring is kept by number. It is
/// without threads of its own, and its timers run when ``handleTimers(milliseconds:)`` says so.
final class UsrsctpPeer {
    struct Message: Equatable {
        var stream: UInt16
        var payloadProtocol: UInt32
        var bytes: [UInt8]
        var isOrdered: Bool
    }

    struct Refused: Error { let what: String }

    private struct Mailbox: Sendable {
        var packets: [[UInt8]] = []
        var messages: [(stream: UInt16, payloadProtocol: UInt32, bytes: [UInt8], flags: UInt16)] = []
        /// The pieces of a message whose end has not come yet.
        var partial: [UInt8] = []
        var notifications: [[UInt8]] = []
    }

    /// The system's MSG_EOR, which two of its headers declare in two ways.
    private static let endOfRecord: Int32 = 0x80
    private static let mailboxes = Mutex<[Int: Mailbox]>([:])
    private static let isInitialised: Bool = {
        usrsctp_init_nothreads(0, { address, bytes, length, _, _ in UsrsctpPeer.output(address, bytes, length) }, nil)
        _ = usrsctp_sysctl_set_sctp_ecn_enable(0)
        return true
    }()

    private let number: Int
    private let socket: OpaquePointer

    init(port: UInt16 = 5000) throws {
        guard Self.isInitialised else { throw Refused(what: "initialisation") }
        number = Self.mailboxes.withLock { boxes in
            let number = boxes.count + 1
            boxes[number] = Mailbox()
            return number
        }
        let handle = UnsafeMutableRawPointer(bitPattern: number)
        usrsctp_register_address(handle)
        guard
            let socket = usrsctp_socket(
                AF_CONN, Int32(SOCK_STREAM.rawValue), 132,
                { _, _, data, length, info, flags, context in
                    UsrsctpPeer.input(data, length, info, flags, context)
                }, nil, 0, handle)
        else { throw Refused(what: "a socket") }
        self.socket = socket
        usrsctp_set_non_blocking(socket, 1)
        try set(SCTP_NODELAY, 1 as UInt32)
        try set(
            SCTP_INITMSG,
            sctp_initmsg(
                sinit_num_ostreams: 1024, sinit_max_instreams: 1024, sinit_max_attempts: 0, sinit_max_init_timeo: 0))
        // Resets by us and by the peer.
        try set(SCTP_ENABLE_STREAM_RESET, sctp_assoc_value(assoc_id: sctp_assoc_t(SCTP_ALL_ASSOC), assoc_value: 7))
        for type in [SCTP_STREAM_RESET_EVENT, SCTP_ASSOC_CHANGE] {
            try set(
                SCTP_EVENT,
                sctp_event(se_assoc_id: sctp_assoc_t(SCTP_ALL_ASSOC), se_type: UInt16(type), se_on: 1))
        }
        for option in [SO_SNDBUF, SO_RCVBUF] {
            var size = 4_000_000 as Int32
            usrsctp_setsockopt(socket, SOL_SOCKET, option, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var local = address(port)
        try withSockaddr(&local) { usrsctp_bind(socket, $0, $1) == 0 }
    }

    deinit {
        var linger = linger(l_onoff: 1, l_linger: 0)
        usrsctp_setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        usrsctp_close(socket)
        usrsctp_deregister_address(UnsafeMutableRawPointer(bitPattern: number))
    }

    func connect(port: UInt16 = 5000) throws {
        var remote = address(port)
        try withSockaddr(&remote) { usrsctp_connect(socket, $0, $1) == 0 || errno == EINPROGRESS }
        var parameters = sctp_paddrparams()
        withUnsafeMutableBytes(of: &parameters.spp_address) { storage in
            withUnsafeBytes(of: &remote) { storage.copyMemory(from: $0) }
        }
        parameters.spp_flags = UInt32(SPP_PMTUD_DISABLE)
        parameters.spp_pathmtu = 1150
        try set(SCTP_PEER_ADDR_PARAMS, parameters)
    }

    func receive(_ packet: [UInt8]) {
        packet.withUnsafeBytes {
            usrsctp_conninput(UnsafeMutableRawPointer(bitPattern: number), $0.baseAddress, $0.count, 0)
        }
    }

    static func handleTimers(milliseconds: UInt32) { usrsctp_handle_timers(milliseconds) }

    /// - Returns: whether there was room for it.
    func send(_ message: Message, retransmissions: UInt32? = nil) -> Bool {
        var parameters = sctp_sendv_spa()
        parameters.sendv_flags = UInt32(SCTP_SEND_SNDINFO_VALID)
        parameters.sendv_sndinfo.snd_sid = message.stream
        parameters.sendv_sndinfo.snd_ppid = message.payloadProtocol.bigEndian
        parameters.sendv_sndinfo.snd_flags = UInt16(SCTP_EOR) | (message.isOrdered ? 0 : UInt16(SCTP_UNORDERED))
        if let retransmissions {
            parameters.sendv_flags |= UInt32(SCTP_SEND_PRINFO_VALID)
            parameters.sendv_prinfo = sctp_prinfo(pr_policy: UInt16(SCTP_PR_SCTP_RTX), pr_value: retransmissions)
        }
        let sent = message.bytes.withUnsafeBytes {
            usrsctp_sendv(
                socket, $0.baseAddress, $0.count, nil, 0, &parameters,
                socklen_t(MemoryLayout<sctp_sendv_spa>.size), UInt32(SCTP_SENDV_SPA), 0)
        }
        return sent == message.bytes.count
    }

    /// Resets our outgoing streams with these numbers.
    func reset(_ streams: [UInt16]) throws {
        // The structure ends in an array of any length, which Swift does not see.
        var bytes = [UInt8](repeating: 0, count: MemoryLayout<sctp_reset_streams>.size + 2 * streams.count)
        bytes.withUnsafeMutableBytes { bytes in
            bytes.storeBytes(of: UInt16(SCTP_STREAM_RESET_OUTGOING), toByteOffset: 4, as: UInt16.self)
            bytes.storeBytes(of: UInt16(streams.count), toByteOffset: 6, as: UInt16.self)
            for (index, stream) in streams.enumerated() {
                bytes.storeBytes(of: stream, toByteOffset: 8 + 2 * index, as: UInt16.self)
            }
        }
        let result = bytes.withUnsafeBytes {
            usrsctp_setsockopt(socket, 132, SCTP_RESET_STREAMS, $0.baseAddress, socklen_t($0.count))
        }
        guard result == 0 else { throw Refused(what: "a reset, errno \(errno)") }
    }

    func shutdown() { usrsctp_shutdown(socket, Int32(SHUT_WR)) }

    /// What it has sent since somebody last asked.
    func takePackets() -> [[UInt8]] {
        Self.mailboxes.withLock { boxes in
            let packets = boxes[number]?.packets ?? []
            boxes[number]?.packets = []
            return packets
        }
    }

    var messages: [Message] {
        Self.mailboxes.withLock { boxes in
            (boxes[number]?.messages ?? []).map {
                Message(
                    stream: $0.stream, payloadProtocol: $0.payloadProtocol, bytes: $0.bytes,
                    isOrdered: $0.flags & UInt16(SCTP_UNORDERED) == 0)
            }
        }
    }

    /// The flags and streams of each event of a reset.
    var resets: [(flags: UInt16, streams: [UInt16])] {
        notifications(SCTP_STREAM_RESET_EVENT).map { bytes in
            let numbers = stride(from: 12, to: bytes.count - 1, by: 2).map {
                UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8
            }
            return (UInt16(bytes[2]) | UInt16(bytes[3]) << 8, numbers)
        }
    }

    /// The states of the association that it has reported: 1 is up, 2 lost, 4 the end of a shutdown.
    var states: [UInt16] { notifications(SCTP_ASSOC_CHANGE).map { UInt16($0[8]) | UInt16($0[9]) << 8 } }

    private func notifications(_ type: Int32) -> [[UInt8]] {
        Self.mailboxes.withLock { boxes in
            (boxes[number]?.notifications ?? []).filter { Int32($0[0]) | Int32($0[1]) << 8 == type }
        }
    }

    // MARK: Callbacks

    private static func output(
        _ address: UnsafeMutableRawPointer?, _ bytes: UnsafeMutableRawPointer?, _ length: Int
    ) -> Int32 {
        let packet = Array(UnsafeRawBufferPointer(start: bytes, count: length))
        mailboxes.withLock { $0[Int(bitPattern: address)]?.packets.append(packet) }
        return 0
    }

    private static func input(
        _ data: UnsafeMutableRawPointer?, _ length: Int, _ info: sctp_rcvinfo, _ flags: Int32,
        _ context: UnsafeMutableRawPointer?
    ) -> Int32 {
        guard let data else { return 1 }
        defer { free(data) }
        let bytes = Array(UnsafeRawBufferPointer(start: data, count: length))
        mailboxes.withLock { boxes in
            let number = Int(bitPattern: context)
            if flags & MSG_NOTIFICATION != 0 {
                boxes[number]?.notifications.append(bytes)
                return
            }
            boxes[number]?.partial += bytes
            guard flags & endOfRecord != 0, let whole = boxes[number]?.partial else { return }
            boxes[number]?.partial = []
            boxes[number]?.messages.append((info.rcv_sid, UInt32(bigEndian: info.rcv_ppid), whole, info.rcv_flags))
        }
        return 1
    }

    // MARK: Options and addresses

    private func set<Value: BitwiseCopyable>(_ option: Int32, _ value: Value) throws {
        var value = value
        guard usrsctp_setsockopt(socket, 132, option, &value, socklen_t(MemoryLayout<Value>.size)) == 0 else {
            throw Refused(what: "option \(option), errno \(errno)")
        }
    }

    private func address(_ port: UInt16) -> sockaddr_conn {
        var address = sockaddr_conn()
        address.sconn_family = UInt16(AF_CONN)
        address.sconn_port = port.bigEndian
        address.sconn_addr = UnsafeMutableRawPointer(bitPattern: number)
        return address
    }

    private func withSockaddr(
        _ address: inout sockaddr_conn, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Bool
    ) throws {
        let succeeded = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_conn>.size))
            }
        }
        guard succeeded else { throw Refused(what: "an address, errno \(errno)") }
    }
}
