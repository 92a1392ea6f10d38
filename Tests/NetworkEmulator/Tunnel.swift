// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CTunnel
import Glibc

/// One TUN device: IP packets in and out, never waiting.
struct Tunnel: ~Copyable {
    let descriptor: CInt

    /// - Parameter name: the namespace, as `ip netns` names it.
    init(namespace name: String, device: String) throws(ConditionChange.Mistake) {
        let result = tunnel_open(name, device)
        guard result >= 0 else {
            throw ConditionChange.Mistake(
                description: "cannot open \(device) in namespace \(name): \(String(cString: strerror(-result)))"
                    + (result == -EPERM || result == -EACCES ? " (root is needed)" : ""))
        }
        descriptor = result
    }

    deinit { close(descriptor) }

    /// The next packet, or `nil` when none waits.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> [UInt8]? {
        let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        return count > 0 ? [UInt8](buffer[..<count]) : nil
    }

    /// Hands a packet to the kernel; `false` when it took none (device down, or no memory).
    func write(_ packet: [UInt8]) -> Bool {
        packet.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) } == packet.count
    }
}
