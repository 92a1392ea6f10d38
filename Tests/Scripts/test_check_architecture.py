# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT
"""Plants violations in a small tree and expects Scripts/check-architecture to find each, and nothing else."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "Scripts/check-architecture"

TABLE = """# Map
```arrows
0 RTCBase        ->
0 RTCCrypto      -> RTCBase COpenSSL
1 STUN           -> RTCBase RTCCrypto   # a comment
2 GaleneProtocol ->
3 GaleneServer   -> RTCBase STUN GaleneProtocol NIO Hummingbird Logging
```
"""

CLEAN = {
    "RTCBase/A.swift": "// Date() in a comment, and clock_gettime\nlet text = \"Task { Date() }\"\n"
                       "func f(now: Instant) { g.poll(now) ; let x = Int.random(in: 0..<3, using: &random) }\n",
    "RTCCrypto/C.swift": "import COpenSSL\nimport RTCBase\nRAND_bytes(p, 4)\n",
    "STUN/S.swift": "public import RTCBase\n@preconcurrency internal import RTCCrypto\n",
    "GaleneProtocol/M.swift": "import Foundation\nlet expires: Date? = nil\nlet d = Date(timeIntervalSince1970: 3)\n",
    "GaleneServer/Main.swift": "import Foundation\nimport NIOCore\nimport HummingbirdTLS\nTask { await Date() }\n",
}
DECLARED = {
    "RTCBase": [], "RTCCrypto": ["RTCBase", "COpenSSL"], "COpenSSL": [], "STUN": ["RTCBase", "RTCCrypto"],
    "GaleneProtocol": [], "GaleneServer": ["RTCBase", "NIOCore", "HummingbirdTLS"],
}


def check(files=(), declared=None, table=TABLE):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "docs").mkdir()
        (root / "docs/architecture.md").write_text(table)
        (root / "manifest.json").write_text(json.dumps({**DECLARED, **(declared or {})}))
        for name, text in {**CLEAN, **dict(files)}.items():
            path = root / "Sources" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        result = subprocess.run(
            [sys.executable, str(SCRIPT), "--root", folder, "--manifest", str(root / "manifest.json")],
            capture_output=True, text=True, check=False)
        return result.returncode, [line for line in result.stdout.splitlines() if not line.startswith("check-arch")]


class CheckArchitecture(unittest.TestCase):
    def assert_found(self, name, text, words):
        code, problems = check({name: text})
        problems = [problem for problem in problems if problem.startswith("Sources/")]
        self.assertNotEqual(code, 0, text)
        self.assertEqual(len(problems), 1, problems)
        self.assertIn(words, problems[0])
        self.assertIn(f"Sources/{name}:", problems[0])

    def test_a_clean_tree_passes(self):
        self.assertEqual(check(), (0, []))

    def test_every_forbidden_import_is_found_in_every_spelling(self):
        for line in ["import STUN", "public import STUN", "@testable import STUN", "@_spi(X) package import STUN",
                     "import struct STUN.Message", "    import STUN"]:
            self.assert_found("RTCBase/B.swift", line, "no such arrow")
        self.assert_found("STUN/B.swift", "import NIOCore", "no such arrow")
        self.assert_found("STUN/B.swift", "import Foundation", "Foundation is for layer 3")
        self.assert_found("RTCBase/B.swift", "import FoundationEssentials", "Foundation is for layer 3")
        self.assert_found("GaleneProtocol/B.swift", "import Dispatch", "Foundation is for layer 3")
        self.assert_found("STUN/B.swift", "import COpenSSL", "only DTLS, RTCCrypto may")
        self.assert_found("GaleneServer/B.swift", "import CLibAV", "only MediaIO may")

    def test_every_breach_of_the_clock_rule_is_found(self):
        for line, words in {
            "let t = clock_gettime(CLOCK_MONOTONIC, &x)": "reads a clock",
            "gettimeofday(&x, nil)": "reads a clock",
            "let d = Date()": "reads a clock",
            "let c: ContinuousClock = c": "reads a clock",
            "let s = SuspendingClock.now": "reads a clock",
            "let n = DispatchTime.now()": "reads a clock",
            "var g = SystemRandomNumberGenerator()": "entropy of its own",
            "let x = Int.random(in: 0..<3)": "entropy of its own",
            "let x = a.shuffled()": "entropy of its own",
            "getrandom(&x, 4, 0)": "entropy of its own",
            "Task { f() }": "task",
            "Task.detached(operation: f)": "task",
            "try Task.checkCancellation()": "task",
            "let m = Mutex(0)": "locks",
            "let l = NSLock()": "locks",
            "actor Cache {}": "waits",
            "f(await g)": "waits",
            "nonisolated(unsafe) var counter = 0": "global state",
            "let s = socket(AF_INET, 0, 0)": "input or output",
            "print(x)": "prints",
        }.items():
            self.assert_found("STUN/B.swift", line, words)
        self.assert_found("GaleneProtocol/B.swift", "let now = Date()", "reads a clock")
        self.assert_found("GaleneProtocol/B.swift", "let now = Date.now", "reads a clock")

    def test_openssl_random_numbers_are_for_crypto_alone(self):
        self.assert_found("STUN/B.swift", "RAND_bytes(p, 4)", "entropy comes from RTCCrypto")
        self.assert_found("GaleneServer/B.swift", "RAND_bytes(p, 4)", "entropy comes from RTCCrypto")

    def test_the_manifest_is_held_to_the_table_too(self):
        code, problems = check(declared={"RTCBase": ["STUN"]})
        self.assertNotEqual(code, 0)
        self.assertEqual(problems, ["Package.swift: RTCBase depends on STUN: no such arrow in docs/architecture.md"])

    def test_an_undeclared_import_is_found(self):
        code, problems = check({"GaleneServer/B.swift": "import STUN"})
        self.assertNotEqual(code, 0)
        self.assertEqual(problems, ["Package.swift: GaleneServer imports STUN without declaring it"])

    def test_a_condition_on_the_system_is_found_below_layer_3(self):
        for line in ["#if os(Linux)", "    #elseif canImport(Darwin)", "#if DEBUG && targetEnvironment(simulator)",
                     "internal import Glibc"]:
            self.assert_found("STUN/B.swift", line, "depends on the system")
        self.assertEqual(check({"GaleneServer/B.swift": "#if canImport(Glibc)\nimport Glibc\n#endif"}), (0, []))

    def test_the_client_needs_openssl_alone_of_the_system(self):
        table = TABLE.replace("Logging\n", "Logging\n3 GaleneClient -> RTCCrypto STUN CThing\n")
        client = {"GaleneClient/C.swift": "import RTCCrypto"}
        declared = {"GaleneClient": ["RTCCrypto"]}
        self.assertEqual(check(client, declared, table), (0, []))
        # By another of ours, too.
        for more in [{"GaleneClient": ["RTCCrypto", "CThing"]}, {"STUN": ["RTCBase", "RTCCrypto", "CThing"],
                                                                  "GaleneClient": ["RTCCrypto", "STUN"]}]:
            code, problems = check(client, {**declared, **more, "CThing": []}, table)
            self.assertNotEqual(code, 0)
            self.assertIn("Package.swift: GaleneClient needs CThing: it must build with COpenSSL alone", problems)

    def test_a_target_without_a_line_is_found(self):
        code, problems = check({"Extra/E.swift": "let x = 1"})
        self.assertNotEqual(code, 0)
        self.assertIn("Sources/Extra: not in the table", problems[0])

    def test_the_table_itself_may_not_point_upwards(self):
        code, _ = check(table=TABLE.replace("0 RTCBase        ->", "0 RTCBase -> STUN"))
        self.assertNotEqual(code, 0)


if __name__ == "__main__":
    unittest.main()
