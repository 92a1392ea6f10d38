// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation

/// Standard input, output and error, which whoever starts a program may have closed (`>&-`).
enum StandardDescriptors {
    /// Opens the null device for each that is closed. Otherwise the first file or socket that is opened would get its number,
    /// and what is printed would go there. To be called before anything else is opened.
    static func open() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
            // The lowest number that is free, which is this one.
            _ = Foundation.open("/dev/null", O_RDWR)
        }
    }
}
