// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import RTCTestKit
import Testing

@testable import MediaIO

extension OracleProcess {
    /// Waits for a line that is wanted.
    func line(_ isWanted: (String) -> Bool) throws -> String {
        var others: [String] = []
        while true {
            while let line = hear() {
                if isWanted(line) { return line }
                others.append(line)
            }
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, 30_000) > 0, entry.revents & Int16(POLLIN) != 0 else {
                throw ProgramError(
                    description: "a program is missing or has failed (Scripts/install-dependencies test): "
                        + others.joined(separator: "\n"))
            }
        }
    }
}

/// A screen that nobody sees.
final class HiddenScreen {
    let display: String
    private let process: OracleProcess

    init(width: Int, height: Int) throws {
        process = try OracleProcess([
            "Xvfb", "-displayfd", "1", "-screen", "0", "\(width)x\(height)x24", "-nolisten", "tcp", "-noreset",
        ])
        display = ":" + (try process.line { Int($0) != nil })
    }
}

/// A sound server whose only loudspeaker, `test`, is heard by nobody but its monitor.
final class HiddenLoudspeaker {
    let server: String
    private let process: OracleProcess
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        server = "unix:" + folder.path("socket")
        process = try OracleProcess([
            "env", "HOME=\(folder.url.path)", "XDG_RUNTIME_DIR=\(folder.url.path)",
            "XDG_CONFIG_HOME=\(folder.url.path)",
            "pulseaudio", "-n", "-vv", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--realtime=no",
            "--high-priority=no", "--log-target=stderr", "-L", "module-null-sink sink_name=test rate=48000",
            "-L", "module-native-protocol-unix auth-anonymous=1 socket=\(folder.path("socket"))",
        ])
        _ = try process.line { $0.contains("Daemon startup complete") }
    }
}

@Suite(.serialized) struct DeviceTests {
    private func pattern(_ graph: String, patience: Duration = .seconds(20)) throws -> DeviceSource {
        try DeviceSource(
            [DeviceAddress(format: "lavfi", url: graph, options: [:], hasWallClock: false)], device: .camera(),
            patience: patience)
    }

    @Test func `a screen is seen as it is, while it happens`() throws {
        let screen = try HiddenScreen(width: 320, height: 240)
        let source = try DeviceSource(.screen(display: screen.display), framesPerSecond: 50)
        #expect(source.isLive && source.hasPictures && !source.hasSound)
        let size = try #require(source.pictureSize)
        #expect(size == (320, 240))
        var times: [Duration] = []
        for _ in 0..<10 {
            guard case .picture(let picture)? = try source.next() else {
                Issue.record("no picture")
                return
            }
            #expect((picture.width, picture.height) == (320, 240))
            #expect(isNear(picture.means, [16, 128, 128], within: 2))
            times.append(picture.time)
        }
        #expect(times == times.sorted())
        source.stopper.stop()
        #expect(try source.next() == nil)
    }

    @Test func `a window shows pictures on a screen, until it is closed`() throws {
        let screen = try HiddenScreen(width: 640, height: 480)
        // Xlib ends the process when its server goes before its windows.
        try withExtendedLifetime(screen) { try show(on: screen) }
    }

    @Test func `where there is no screen there is no window, and words that say so`() {
        setenv("DISPLAY", ":4711", 1)
        unsetenv("WAYLAND_DISPLAY")
        setenv("SDL_VIDEODRIVER", "x11", 1)
        #expect { try PictureWindow(title: "test", width: 64, height: 48) } throws: {
            ($0 as? MediaError)?.kind == .notFound
        }
        #expect(throws: MediaError.self) { try PictureWindow(title: "test", width: 0, height: 48) }
    }

    private func show(on screen: HiddenScreen) throws {
        setenv("DISPLAY", screen.display, 1)
        unsetenv("WAYLAND_DISPLAY")
        setenv("SDL_VIDEODRIVER", "x11", 1)
        let other = try PictureWindow(title: "other", width: 64, height: 48)
        #expect(other.refresh())
        let window = try PictureWindow(title: "before", width: 640, height: 480)
        window.rename("test")
        let source = try DeviceSource(.screen(display: screen.display), framesPerSecond: 20)
        // Blue with a red square in the middle, of another size than the window.
        let picture = try VideoPicture(width: 320, height: 240, time: .zero) { luma, u, v in
            for (plane, values) in [(luma, (35, 65)), (u, (212, 100)), (v, (114, 212))] {
                for y in 0..<plane.height {
                    for x in 0..<plane.width {
                        let isInside =
                            (plane.width / 4..<plane.width * 3 / 4).contains(x)
                            && (plane.height / 4..<plane.height * 3 / 4).contains(y)
                        plane[x, y] = UInt8(isInside ? values.1 : values.0)
                    }
                }
            }
        }
        var seen: [[Int]] = []
        for _ in 0..<100 {
            #expect(try window.play(picture))
            guard case .picture(let shot)? = try source.next() else { break }
            seen = [shot.means(x: 260..<380, y: 200..<280), shot.means(x: 20..<120, y: 20..<80)]
            if isNear(seen[0], [65, 100, 212], within: 6), isNear(seen[1], [35, 212, 114], within: 6) { break }
        }
        #expect(isNear(seen[0], [65, 100, 212], within: 6) && isNear(seen[1], [35, 212, 114], within: 6), "\(seen)")
        #expect(!window.isClosed)
        #expect(window.refresh())
        try run(["python3", "-c", Self.closing, screen.display, "test"])
        for _ in 0..<1_000 where !window.isClosed {
            // Either finds what happened to both.
            _ = (other.refresh(), window.refresh(), try source.next())
        }
        #expect(window.isClosed)
        #expect(try !window.play(picture))
        #expect(other.refresh() && !other.isClosed)
    }

    /// Asks the window of a name to close, as a window manager does for a click.
    private static let closing = """
        import ctypes, sys
        X = ctypes.CDLL("libX11.so.6")
        W, L, I, P = ctypes.c_ulong, ctypes.c_long, ctypes.c_int, ctypes.c_void_p
        X.XOpenDisplay.restype = P
        for name, kinds in {"XDefaultRootWindow": [P], "XInternAtom": [P, ctypes.c_char_p, I], "XSync": [P, I],
                            "XQueryTree": [P, W, P, P, P, P], "XSendEvent": [P, W, I, L, P],
                            "XFetchName": [P, W, P]}.items():
            getattr(X, name).argtypes = kinds
        X.XDefaultRootWindow.restype = X.XInternAtom.restype = W
        class Message(ctypes.Structure):
            _fields_ = [("type", I), ("serial", W), ("sent", I), ("display", P), ("window", W), ("kind", W), ("format", I),
                        ("data", L * 5), ("rest", L * 24)]
        display = X.XOpenDisplay(sys.argv[1].encode())
        root, parent, children, count = W(), W(), ctypes.POINTER(W)(), ctypes.c_uint()
        X.XQueryTree(display, X.XDefaultRootWindow(display), *map(ctypes.byref, (root, parent, children, count)))
        for window in children[:count.value]:
            name = ctypes.c_char_p()
            if not X.XFetchName(display, window, ctypes.byref(name)) or name.value != sys.argv[2].encode():
                continue
            atom = lambda name: X.XInternAtom(display, name, 0)
            data = (L * 5)(atom(b"WM_DELETE_WINDOW"))
            message = Message(33, 0, 1, display, window, atom(b"WM_PROTOCOLS"), 32, data)
            X.XSendEvent(display, window, 0, 0, ctypes.byref(message))
        X.XSync(display, 0)
        """

    @Test func `what is played is heard`() throws {
        let loudspeaker = try HiddenLoudspeaker()
        let source = try DeviceSource(
            [
                DeviceAddress(
                    format: "pulse", url: "test.monitor",
                    options: [
                        "server": loudspeaker.server, "fragment_size": "3840", "sample_rate": "48000", "channels": "2",
                    ])
            ], device: .microphone(), patience: .seconds(20))
        #expect(source.isLive && source.hasSound && !source.hasPictures)
        // It plays two seconds in about that time, because the device holds it up.
        let server = loudspeaker.server
        let thread = Thread {
            guard let output = try? SoundOutput(title: "test", server: server, device: "test") else { return }
            for start in stride(from: 0, to: 96_000, by: 960) {
                try? output.play(.sine(440, amplitude: 0.5, from: start, count: 960))
            }
        }
        thread.start()
        var (heard, end) = ([Float](), Duration?.none)
        var blocks = 0
        while heard.count < 24_000, blocks < 1_000, case .sound(let block)? = try source.next() {
            blocks += 1
            if let end { #expect(abs((block.time - end) / .milliseconds(1)) < 150, "a gap") }
            end = block.time + block.duration
            let samples = block.channel(0)
            if !heard.isEmpty || amplitude(of: 440, in: samples) > 0.2 { heard += samples }
        }
        #expect(heard.count >= 24_000)
        #expect(amplitude(of: 440, in: heard.dropFirst(2_400).prefix(19_200)) > 0.3)
        source.stopper.stop()
    }

    @Test func `pictures and sound of one device share its clock`() throws {
        let source = try pattern("testsrc2=size=64x48:rate=25[out0];sine=frequency=440:sample_rate=48000[out1]")
        #expect(source.hasPictures && source.hasSound)
        var (pictures, blocks) = ([Duration](), [Duration]())
        while pictures.count < 3 || blocks.count < 3 {
            switch try #require(try source.next()) {
            case .picture(let picture): pictures.append(picture.time)
            case .sound(let block): blocks.append(block.time)
            }
        }
        #expect(pictures == pictures.sorted() && blocks == blocks.sorted())
    }

    @Test func `a device that ends says so, and one that is stopped gives nothing`() throws {
        let source = try pattern("testsrc2=size=64x48:rate=25:duration=0.1")
        #expect(throws: MediaError.self) { while try source.next() != nil {} }
        let endless = try pattern("testsrc2=size=64x48:rate=25")
        let stopper = endless.stopper
        let thread = Thread { stopper.stop() }
        thread.start()
        while try endless.next() != nil {}
        #expect(try endless.next() == nil)
    }

    @Test func `an X server that never answers holds nobody up`() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        // Displays are numbers of ports from 6000 on.
        let display = try #require(
            (100..<400).first { number in
                address.sin_port = UInt16(6_000 + number).bigEndian
                return withUnsafePointer(to: &address) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                    }
                }
            })
        #expect(listen(listener, 1) == 0)
        let candidates = try DeviceSource.Device.screen(display: "127.0.0.1:\(display)").candidates(
            framesPerSecond: 10, size: nil)
        #expect {
            try DeviceSource(candidates, device: .screen(), patience: .milliseconds(300))
        } throws: { ($0 as? MediaError)?.description == "the screen does not answer" }
    }

    @Test func `a device that is not there is said in words`() {
        func words(_ device: DeviceSource.Device) -> String? {
            do throws(MediaError) {
                _ = try DeviceSource(device)
                return nil
            } catch {
                #expect(error.kind == .notFound)
                return error.description
            }
        }
        #expect(words(.screen(display: ":4711"))?.contains("X server “:4711”") == true)
        #expect(words(.screen(display: ""))?.contains("DISPLAY is not set") == true)
        #expect(
            words(.camera(path: "/dev/video4711"))?.contains("there is no camera /dev/video4711; there is ") == true)
        #expect(
            words(.microphone(name: "none such"))?.contains("there is no microphone “none such”; there is ") == true)
    }

    @Test func `of what is not taken in time the oldest is lost`() throws {
        let mailbox = DeviceMailbox()
        for n in 0..<20 { mailbox.put(.picture(try plainPicture(16, time: .seconds(n)))) }
        for n in 0..<400 { mailbox.put(.sound(AudioBlock(time: .seconds(n), samples: [0, 0]))) }
        var (pictures, blocks) = ([Duration](), [Duration]())
        for _ in 0..<SampleQueue.mostPictures + SampleQueue.mostBlocks {
            switch try #require(try mailbox.next(patience: .seconds(1))) {
            case .picture(let picture): pictures.append(picture.time)
            case .sound(let block): blocks.append(block.time)
            }
        }
        #expect(pictures == (12..<20).map { .seconds($0) })
        #expect(blocks == (200..<400).map { .seconds($0) })
        #expect(throws: MediaError.self) { try mailbox.next(patience: .milliseconds(20)) }
    }
}
