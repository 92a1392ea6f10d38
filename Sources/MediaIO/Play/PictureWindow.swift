// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CSDL2
import Foundation
import Synchronization

/// A window that shows pictures. All windows of a process belong to one thread.
public final class PictureWindow {
    /// Whether it was closed, or Escape or q was pressed in it. It then shows nothing any more, and is gone when this
    /// object is.
    public private(set) var isClosed = false

    private let window: OpaquePointer
    private let renderer: OpaquePointer
    private var texture: OpaquePointer?
    /// Of the texture, in pixels.
    private var size = (width: 0, height: 0)

    /// Windows that were closed and do not know it yet: whichever looks finds what happened to all.
    private static let closed = Mutex<Set<UInt32>>([])

    /// Opens it, on the screen that `DISPLAY` or `WAYLAND_DISPLAY` names.
    ///
    /// - Parameters:
    ///   - title: what it is called. Text from others should be made printable first.
    ///   - width: of the window at first, in pixels; whoever sees it may change that. Pictures fill it, with black where their
    ///     shape differs.
    ///   - height: likewise.
    /// - Throws: ``MediaError/Kind/notFound`` where there is no screen.
    public init(title: String, width: Int, height: Int) throws(MediaError) {
        guard (1...8_192).contains(width), (1...8_192).contains(height) else {
            throw MediaError(.unsupported, "there are no windows of \(width) by \(height) pixels")
        }
        // SDL would find some way to show what nobody sees.
        let screens = ["DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"]
        guard screens.contains(where: { ProcessInfo.processInfo.environment[$0]?.isEmpty == false }) else {
            throw MediaError(.notFound, "there is no screen for a window: neither DISPLAY nor WAYLAND_DISPLAY is set")
        }
        // It would take Ctrl-C for the closing of its window.
        SDL_SetHint("SDL_NO_SIGNAL_HANDLERS", "1")
        SDL_SetHint("SDL_RENDER_SCALE_QUALITY", "linear")
        guard SDL_InitSubSystem(SDL_INIT_VIDEO) == 0 else { throw Self.failure }
        // What pictures have here, whatever their size.
        SDL_SetYUVConversionMode(SDL_YUV_CONVERSION_BT601)
        // Both are where the window manager wants it.
        let anywhere = Int32(bitPattern: 0x1FFF_0000)
        guard
            let window = SDL_CreateWindow(
                title, anywhere, anywhere, Int32(width), Int32(height), SDL_WINDOW_RESIZABLE.rawValue)
        else {
            let failure = Self.failure
            SDL_QuitSubSystem(SDL_INIT_VIDEO)
            throw failure
        }
        guard let renderer = Self.renderer(of: window) else {
            let failure = Self.failure
            SDL_DestroyWindow(window)
            SDL_QuitSubSystem(SDL_INIT_VIDEO)
            throw failure
        }
        (self.window, self.renderer) = (window, renderer)
        let number = SDL_GetWindowID(window)
        Self.closed.withLock { _ = $0.remove(number) }
    }

    deinit {
        if let texture { SDL_DestroyTexture(texture) }
        SDL_DestroyRenderer(renderer)
        SDL_DestroyWindow(window)
        // Counted: the last one closes the connection to the screen.
        SDL_QuitSubSystem(SDL_INIT_VIDEO)
    }

    private static var failure: MediaError {
        MediaError(
            .notFound,
            "no window can be opened on the screen that DISPLAY or WAYLAND_DISPLAY names: "
                + String(cString: SDL_GetError()))
    }

    /// What fills the window. Without a graphics processor OpenGL is computed by threads of this process, which takes three
    /// times of what SDL itself needs, and makes pictures late.
    private static func renderer(of window: OpaquePointer) -> OpaquePointer? {
        guard let renderer = SDL_CreateRenderer(window, -1, 0) else { return nil }
        guard isComputed(renderer) else { return renderer }
        SDL_DestroyRenderer(renderer)
        // Else SDL would bring what it has drawn to the window by way of OpenGL again.
        SDL_SetHint("SDL_FRAMEBUFFER_ACCELERATION", "0")
        return SDL_CreateRenderer(window, -1, SDL_RENDERER_SOFTWARE.rawValue)
    }

    /// Whether it is an OpenGL that computes on the processor, by the names that Mesa's have.
    private static func isComputed(_ renderer: OpaquePointer) -> Bool {
        var information = SDL_RendererInfo()
        guard SDL_GetRendererInfo(renderer, &information) == 0, let name = information.name,
            String(cString: name).hasPrefix("opengl"), let found = SDL_GL_GetProcAddress("glGetString")
        else { return false }
        typealias GetString = @convention(c) (UInt32) -> UnsafePointer<CChar>?
        // GL_RENDERER
        guard let text = unsafeBitCast(found, to: GetString.self)(0x1F01) else { return false }
        let renderer = String(cString: text).lowercased()
        return ["llvmpipe", "softpipe", "swrast", "software rasterizer"].contains { renderer.contains($0) }
    }

    /// What the window is called from now on.
    public func rename(_ title: String) { SDL_SetWindowTitle(window, title) }

    /// Shows a picture at once, and attends to what was done to the windows.
    ///
    /// - Returns: whether it is still open.
    @discardableResult public func play(_ picture: VideoPicture) throws(MediaError) -> Bool {
        guard !isClosed else { return false }
        if texture == nil || size != (picture.width, picture.height) { try prepare(picture.width, picture.height) }
        let status = picture.withPlanes { luma, u, v in
            SDL_UpdateYUVTexture(
                texture, nil, luma.base, Int32(luma.stride), u.base, Int32(u.stride), v.base, Int32(v.stride))
        }
        guard status == 0 else {
            throw MediaError(.failed, "the window cannot show a picture: \(String(cString: SDL_GetError()))")
        }
        return refresh()
    }

    /// Shows the last picture again, and attends to what was done to the windows: to be called several times a second
    /// while no picture comes.
    ///
    /// - Returns: whether it is still open.
    @discardableResult public func refresh() -> Bool {
        guard !isClosed else { return false }
        Self.takeEvents()
        let number = SDL_GetWindowID(window)
        if Self.closed.withLock({ $0.remove(number) }) != nil {
            isClosed = true
            SDL_HideWindow(window)
            return false
        }
        SDL_RenderClear(renderer)
        if let texture { SDL_RenderCopy(renderer, texture, nil, nil) }
        SDL_RenderPresent(renderer)
        return true
    }

    private func prepare(_ width: Int, _ height: Int) throws(MediaError) {
        if let texture { SDL_DestroyTexture(texture) }
        texture = SDL_CreateTexture(
            renderer, UInt32(SDL_PIXELFORMAT_IYUV.rawValue), Int32(SDL_TEXTUREACCESS_STREAMING.rawValue), Int32(width),
            Int32(height))
        guard texture != nil else {
            throw MediaError(
                .failed,
                "the window cannot show pictures of \(width) by \(height) pixels: \(String(cString: SDL_GetError()))")
        }
        size = (width, height)
        // Keeps the shape, whatever the window's is.
        SDL_RenderSetLogicalSize(renderer, Int32(width), Int32(height))
    }

    private static func takeEvents() {
        var event = SDL_Event()
        while SDL_PollEvent(&event) != 0 {
            let number: UInt32? =
                switch event.type {
                case SDL_WINDOWEVENT.rawValue where event.window.event == SDL_WINDOWEVENT_CLOSE.rawValue:
                    event.window.windowID
                case SDL_KEYDOWN.rawValue
                where [SDLK_ESCAPE, SDLK_q].contains { Int($0.rawValue) == Int(event.key.keysym.sym) }:
                    event.key.windowID
                default: nil
                }
            if let number { closed.withLock { _ = $0.insert(number) } }
        }
    }
}
