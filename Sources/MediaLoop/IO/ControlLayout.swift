// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import CLinuxNet
internal import Glibc
internal import RTCBase

/// How name and control messages of an outgoing message lie in memory: always the source address, then the segment size,
/// which the control length includes or not. Laid out once; afterwards only the values change.
struct ControlLayout: BitwiseCopyable {
    /// Bytes a message: packet info (40 for IPv6, 32 for IPv4) and segment size (24).
    static var size: Int { 64 }

    let family: DatagramSocket.Family
    let nameLength: socklen_t
    let length: Int
    let lengthWithSegment: Int

    init(family: DatagramSocket.Family) {
        self.family = family
        switch family {
        case .dualStack:
            nameLength = socklen_t(MemoryLayout<sockaddr_in6>.size)
            length = linux_control_space(MemoryLayout<linux_packet_info6>.size)
        case .ipv4:
            nameLength = socklen_t(MemoryLayout<sockaddr_in>.size)
            length = linux_control_space(MemoryLayout<in_pktinfo>.size)
        }
        lengthWithSegment = length + linux_control_space(MemoryLayout<UInt16>.size)
    }

    func initialize(_ control: UnsafeMutableRawPointer) {
        control.initializeMemory(as: UInt8.self, repeating: 0, count: Self.size)
        let info = control.assumingMemoryBound(to: cmsghdr.self)
        switch family {
        case .dualStack:
            info.pointee.cmsg_level = CInt(IPPROTO_IPV6)
            info.pointee.cmsg_type = CInt(LINUX_IPV6_PKTINFO)
            info.pointee.cmsg_len = linux_control_length(MemoryLayout<linux_packet_info6>.size)
        case .ipv4:
            info.pointee.cmsg_level = CInt(IPPROTO_IP)
            info.pointee.cmsg_type = IP_PKTINFO
            info.pointee.cmsg_len = linux_control_length(MemoryLayout<in_pktinfo>.size)
        }
        let segment = (control + length).assumingMemoryBound(to: cmsghdr.self)
        segment.pointee.cmsg_level = CInt(LINUX_SOL_UDP)
        segment.pointee.cmsg_type = CInt(LINUX_UDP_SEGMENT)
        segment.pointee.cmsg_len = linux_control_length(MemoryLayout<UInt16>.size)
    }

    @inline(__always)
    func setSegmentSize(_ size: Int, in control: UnsafeMutableRawPointer) {
        let segment = (control + length).assumingMemoryBound(to: cmsghdr.self)
        linux_control_data(segment).storeBytes(of: UInt16(truncatingIfNeeded: size), as: UInt16.self)
    }

    @inline(__always)
    func setPath(_ path: Path, name: UnsafeMutableRawPointer, in control: UnsafeMutableRawPointer) {
        guard let data = linux_control_data(control.assumingMemoryBound(to: cmsghdr.self)) else { return }
        switch family {
        case .dualStack:
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = path.remote.port.bigEndian
            address.sin6_addr = path.remote.address.in6
            address.sin6_scope_id = path.scope
            name.storeBytes(of: address, as: sockaddr_in6.self)
            // Interface 0: routing chooses it, as for a socket bound to the address.
            data.storeBytes(of: linux_packet_info6(address: path.local.in6, interface: 0), as: linux_packet_info6.self)
        case .ipv4:
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = path.remote.port.bigEndian
            address.sin_addr = path.remote.address.in4
            name.storeBytes(of: address, as: sockaddr_in.self)
            let info = in_pktinfo(ipi_ifindex: 0, ipi_spec_dst: path.local.in4, ipi_addr: in_addr(s_addr: 0))
            data.storeBytes(of: info, as: in_pktinfo.self)
        }
    }
}
