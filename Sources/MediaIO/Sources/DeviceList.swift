// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLibAV
import Foundation

/// What devices there are.
public enum DeviceList {
    /// A device that can be named.
    public struct Entry: Hashable, Sendable {
        /// What opens it: a path, or a name.
        public var path: String
        /// What its maker calls it, if that is known. Text from outside.
        public var description: String

        /// Both, for people.
        var words: String { description.isEmpty ? path : "\(path) (\(description))" }
    }

    /// Files of Video4Linux, in the order of their numbers.
    public static func cameras() -> [Entry] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/dev")) ?? []
        let numbers = names.compactMap { $0.hasPrefix("video") ? Int($0.dropFirst(5)) : nil }.sorted()
        return numbers.map { number in
            let name = try? String(contentsOfFile: "/sys/class/video4linux/video\(number)/name", encoding: .utf8)
            return Entry(
                path: "/dev/video\(number)", description: name?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "")
        }
    }

    /// Sources of PulseAudio; none where no server answers. It may take as long as the server does.
    public static func microphones() -> [Entry] {
        _ = (LibAV.quiet, DeviceSource.registered)
        guard let format = av_find_input_format("pulse") else { return [] }
        var list: UnsafeMutablePointer<AVDeviceInfoList>?
        guard avdevice_list_input_sources(format, nil, nil, &list) >= 0, let list else { return [] }
        defer {
            var list: UnsafeMutablePointer<AVDeviceInfoList>? = list
            avdevice_free_list_devices(&list)
        }
        return (0..<Int(list.pointee.nb_devices)).compactMap { index in
            guard let device = list.pointee.devices[index], let name = device.pointee.device_name else { return nil }
            return Entry(
                path: String(cString: name),
                description: device.pointee.device_description.map { String(cString: $0) } ?? "")
        }
    }

    static func words(_ entries: [String]) -> String {
        entries.isEmpty ? "there is none" : "there is " + entries.joined(separator: ", ")
    }
}
