// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation

/// What Linux has below PulseAudio and PipeWire, as libavdevice reaches it.
enum ALSA {
    /// Its library writes a page of complaints on standard error where there is nothing for it, in the middle of what a
    /// program shows there. What matters comes as ``MediaError``. By name, because nothing else of the library is needed here.
    static let quiet: Void = {
        // Its last parameter is followed by others, which nobody reads.
        typealias Handler =
            @convention(c) (
                _ file: UnsafePointer<CChar>?, _ line: CInt, _ function: UnsafePointer<CChar>?, _ error: CInt,
                _ format: UnsafePointer<CChar>?
            ) -> Void
        typealias Setter = @convention(c) (Handler) -> CInt
        // What is loaded already; nothing where the system has no such library.
        guard let program = dlopen(nil, RTLD_LAZY), let symbol = dlsym(program, "snd_lib_error_set_handler") else {
            return
        }
        _ = unsafeBitCast(symbol, to: Setter.self)({ _, _, _, _, _ in })
    }()
}
