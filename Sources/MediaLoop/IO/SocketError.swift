// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import Glibc

/// Why a socket, or the thread that serves it, could not be made. The description is one line for whoever starts it.
public enum SocketError: Error, Sendable, Hashable, CustomStringConvertible {
    case addressInUse(port: UInt16)
    /// Ports below 1024 need a privilege.
    case permissionDenied(port: UInt16)
    /// The process, or the machine, has no file descriptor left.
    case tooManyDescriptors
    /// Neither IPv6 nor IPv4 exists here.
    case noInternetProtocol
    /// Anything else that the system refused, with its error number.
    case system(call: String, code: Int32)

    public var description: String {
        switch self {
        case .addressInUse(let port): "UDP port \(port) is in use by another program"
        case .permissionDenied(let port): "no permission to bind UDP port \(port)"
        case .tooManyDescriptors: "too few file descriptors: raise the limit (ulimit -n)"
        case .noInternetProtocol: "this system has neither IPv6 nor IPv4"
        case .system(let call, let code): "\(call) failed: \(String(cString: strerror(code)))"
        }
    }

    static func last(_ call: String, port: UInt16 = 0) -> SocketError {
        switch errno {
        case EADDRINUSE: .addressInUse(port: port)
        case EACCES, EPERM: .permissionDenied(port: port)
        case EMFILE, ENFILE: .tooManyDescriptors
        case let code: .system(call: call, code: code)
        }
    }
}
