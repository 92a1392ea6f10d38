// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import COpenSSL

/// The BIO between OpenSSL and a session's datagrams: keeps their boundaries, which a memory BIO would lose, and tells
/// the session when OpenSSL starts or stops its retransmission timer.
enum DatagramBIO {
    /// The type number only serves `BIO_find_type`, which nobody calls. OpenSSL would hand out numbers of its own, but
    /// only 127 of them a process.
    private static let type = Int32(BIO_TYPE_SOURCE_SINK | 0x7f)

    static func makeMethod() -> OpaquePointer? {
        guard let method = BIO_meth_new(type, "datagrams") else { return nil }
        BIO_meth_set_create(method) { bio in
            BIO_set_init(bio, 1)
            return 1
        }
        BIO_meth_set_read(method) { bio, buffer, length in
            guard let bio, let buffer else { return -1 }
            BIO_clear_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY)
            let destination = UnsafeMutableRawBufferPointer(start: buffer, count: Int(length))
            guard let count = DatagramBIO.session(bio)?.readRecord(into: destination) else {
                BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
                return -1
            }
            return Int32(count)
        }
        BIO_meth_set_write(method) { bio, buffer, length in
            guard let bio, let buffer else { return -1 }
            BIO_clear_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY)
            DatagramBIO.session(bio)?.writeDatagram(UnsafeRawBufferPointer(start: buffer, count: Int(length)))
            return length
        }
        BIO_meth_set_ctrl(method) { bio, command, _, argument in
            switch command {
            case BIO_CTRL_FLUSH, BIO_CTRL_DUP: return 1
            case BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT:
                guard let bio, let argument else { return 0 }
                DatagramBIO.session(bio)?.timerChanged(argument.assumingMemoryBound(to: timeval.self))
                return 1
            default: return 0
            }
        }
        return method
    }

    private static func session(_ bio: OpaquePointer) -> DTLSSession? {
        BIO_get_data(bio).map { Unmanaged<DTLSSession>.fromOpaque($0).takeUnretainedValue() }
    }
}
