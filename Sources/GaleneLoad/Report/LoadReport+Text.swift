// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

extension LoadReport: CustomStringConvertible {
    /// A table of two columns.
    public var description: String {
        var rows: [(String, String)] = []
        let sizes = "\(Self.number(rate)) packets/s of \(packetSize) bytes in bursts of \(burst)"
        rows.append(("streams", "\(upStreams) up × \(sizes), \(downStreams) down, \(clients) clients"))
        let early = isInterrupted ? ", stopped early" : ""
        let untaken = unsent > 0 ? ", \(unsent) more not taken" : ""
        let again = repeated > 0 ? ", \(repeated) again" : ""
        rows.append(("sent", "\(sent) in \(Self.number(seconds, 1)) s\(early)\(untaken)\(again)"))
        rows.append(("received", "\(received) of \(expected)"))
        rows.append(
            ("lost", "\(lost) (\(Self.number(lossPercentage, 3)) %), \(missing) gaps, \(duplicates) duplicates"))
        rows.append(
            (
                "before repair",
                "\(lostBeforeRepair) (\(Self.number(lossBeforeRepairPercentage, 3)) %), "
                    + "\(requested) asked for, \(repaired) came again"
            ))
        if discarded > 0 { rows.append(("thrown away", "\(discarded) packets, repairs included")) }
        rows.append(("frames", "\(frames) whole, \(freezes.text)"))
        if let latencyMedian, let latency95, let latency99 {
            let numbers = [latencyMedian, latency95, latency99].map { Self.number($0) }
            rows.append(("latency", "median \(numbers[0]) us, 95 % \(numbers[1]) us, 99 % \(numbers[2]) us"))
        }
        rows.append(("authentic", "\(verified - forged) of \(verified) packets of a sample"))
        for (title, times) in [("join", join), ("first packet", firstPacket), ("first media", firstMedia)] {
            if let times { rows.append((title, times.text)) }
        }
        if let simulcast {
            rows.append(
                (
                    "simulcast",
                    "\(simulcast.high) packets to \(simulcast.highReceivers) who asked for high, "
                        + "\(simulcast.low) to \(simulcast.lowReceivers) who asked for low"
                ))
        }
        if let churn {
            let late = churn.skipped > 0 ? ", \(churn.skipped) not back in time to leave" : ""
            rows.append(("churn", "\(churn.left) left, \(churn.returned) came again\(late)"))
            if let join = churn.join { rows.append(("join again", join.text)) }
            if let media = churn.firstMedia { rows.append(("media again", media.text)) }
        }
        rows.append(
            (
                "generator",
                "\(Self.number(generatorPerPacket, 2)) us a received packet, \(Self.number(100 * generatorLoad)) % of a core"
            ))
        if let server { rows += Self.rows(server) }
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { title, text in
            title + String(repeating: " ", count: width - title.count + 2) + text
        }.joined(separator: "\n")
    }

    private static func rows(_ server: Server) -> [(String, String)] {
        let mebibyte = 1_048_576.0
        let memory = [server.idleBytes, server.joinedBytes, server.streamingBytes]
            .map { number(Double($0) / mebibyte, 1) }
        let user = number(server.userPerPacket, 2)
        let system = number(server.systemPerPacket, 2)
        return [
            (
                "server",
                "\(number(server.totalPerPacket, 2)) us a forwarded packet (user \(user), system \(system)), "
                    + "\(number(100 * server.load)) % of a core"
            ),
            ("server memory", "\(memory[0]) MiB idle, \(memory[1]) with all joined, \(memory[2]) with all streams"),
            (
                "",
                "\(number(server.kibibytesPerClient)) KiB a client, "
                    + "\(number(server.kibibytesPerDownStream)) KiB a down stream"
            ),
        ]
    }

    /// With so many digits behind the point.
    fileprivate static func number(_ value: Double, _ digits: Int = 0) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "–" }
        guard digits > 0 else { return String(Int(value.rounded())) }
        var scale = 1
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int((abs(value) * Double(scale)).rounded())
        let fraction = String(scaled % scale)
        let sign = value < 0 && scaled > 0 ? "-" : ""
        return "\(sign)\(scaled / scale).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
    }
}

extension LoadReport.Times {
    fileprivate var text: String {
        let numbers = [median, percentile95, maximum].map { LoadReport.number($0, 1) }
        return "median \(numbers[0]) ms, 95 % \(numbers[1]) ms, max \(numbers[2]) ms"
    }
}

extension LoadReport.Freezes {
    fileprivate var text: String {
        guard count > 0 else { return "no freezes" }
        return "\(count) \(count == 1 ? "freeze" : "freezes") of \(LoadReport.number(total / 1000, 1)) s in all, "
            + "the longest \(LoadReport.number(longest)) ms"
    }
}
