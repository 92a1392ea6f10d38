// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import FuzzEntries
import Glibc

/// What libFuzzer calls: one entry of the table, chosen by FUZZ_ENTRY, until it has had FUZZ_SECONDS of CPU time.
private struct Session {
    let entry: FuzzEntry
    let seconds: Double
    var runs = 0

    init() {
        let name = getenv("FUZZ_ENTRY").map { String(cString: $0) } ?? ""
        guard let entry = FuzzEntry.named(name) else {
            let known = FuzzEntry.all.map(\.name).joined(separator: " ")
            print("FUZZ_ENTRY names one of these: \(known)")
            fflush(nil)
            _exit(2)
        }
        self.entry = entry
        seconds = getenv("FUZZ_SECONDS").flatMap { Double(String(cString: $0)) } ?? 60
    }

    mutating func run(_ bytes: UnsafeRawBufferPointer) {
        entry.run(bytes)
        runs += 1
        // Wall time says nothing on a busy machine, so libFuzzer's own limit is not used.
        guard runs % 1024 == 0 else { return }
        var used = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used)
        guard Double(used.tv_sec) + Double(used.tv_nsec) / 1e9 >= seconds else { return }
        print("\(entry.name): \(runs) runs in \(Int(seconds)) CPU-seconds without a trap")
        fflush(nil)
        // `exit` would look like a crash to libFuzzer.
        _exit(0)
    }
}

nonisolated(unsafe) private var session: Session?

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    if session == nil { session = Session() }
    session?.run(UnsafeRawBufferPointer(start: start, count: count))
    return 0
}
