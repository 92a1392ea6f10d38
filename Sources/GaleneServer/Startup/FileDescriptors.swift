// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The number of files that this process may have open, which bounds the number of clients.
public enum FileDescriptors {
    /// With fewer the server cannot even serve a small meeting: libraries, event loops and workers take about 50, and
    /// each client takes one and a file while it loads the page.
    public static let minimum = 256
    /// Below this a warning is printed; one client takes one descriptor.
    public static let comfortable = 65_535

    /// Raises the soft limit to the hard one and returns it.
    ///
    /// - Throws: when it is below ``minimum``.
    public static func raiseLimit() throws(StartupError) -> Int {
        var limit = rlimit()
        guard getrlimit(openFiles, &limit) == 0 else { return comfortable }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            _ = setrlimit(openFiles, &limit)
            _ = getrlimit(openFiles, &limit)
        }
        let count = Int(clamping: limit.rlim_cur)
        try check(count)
        return count
    }

    static func check(_ count: Int) throws(StartupError) {
        guard count >= minimum else {
            throw StartupError(
                "only \(count) file descriptors are allowed, \(minimum) are needed: raise the limit (ulimit -n)")
        }
    }

    #if canImport(Glibc)
        private static var openFiles: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
    #else
        private static var openFiles: Int32 { RLIMIT_NOFILE }
    #endif
}
