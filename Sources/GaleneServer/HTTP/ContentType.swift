// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The media type of a file by the end of its name.
enum ContentType {
    static func of(_ name: some StringProtocol) -> String {
        guard let dot = name.lastIndex(of: ".") else { return unknown }
        return byExtension[name[name.index(after: dot)...].lowercased()] ?? unknown
    }

    // With `nosniff` a browser believes this and runs no file of an unknown type.
    private static let unknown = "application/octet-stream"

    private static let byExtension = [
        "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "mjs": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8",
        "json": "application/json", "map": "application/json", "webmanifest": "application/manifest+json",
        "svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif",
        "webp": "image/webp", "ico": "image/x-icon", "wasm": "application/wasm", "txt": "text/plain; charset=utf-8",
        "md": "text/plain; charset=utf-8", "woff": "font/woff", "woff2": "font/woff2", "ttf": "font/ttf",
        "webm": "video/webm", "mp4": "video/mp4", "mp3": "audio/mpeg", "ogg": "audio/ogg", "wav": "audio/wav",
        "tflite": "application/octet-stream",
    ]
}
