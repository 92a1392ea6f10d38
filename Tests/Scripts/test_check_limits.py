# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

import pathlib
import subprocess
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "Scripts/check-limits"

SOURCE = """
public struct Limits: Sendable {
    public var connections = 16_384
    public var message = 1 << 20
    public var silence = Duration.seconds(45)
    public var burst = 1 << 4 + 3
}
"""

TABLE = """# Limits

## Sessions: `Sources/Server`

| Limit | Value | Reason |
| --- | --- | --- |
| `connections`, `message` | 16,384, 1 MiB | why |
| `silence` | 45 s | why |
| `burst` | 19 | why |
"""


class CheckLimitsTests(unittest.TestCase):
    def run_script(self, table: str, source: str = SOURCE) -> subprocess.CompletedProcess[str]:
        with tempfile.TemporaryDirectory() as directory:
            root = pathlib.Path(directory)
            (root / "docs").mkdir()
            (root / "docs/limits.md").write_text(table)
            (root / "Sources/Server").mkdir(parents=True)
            (root / "Sources/Server/Limits.swift").write_text(source)
            return subprocess.run([SCRIPT, "--root", root], capture_output=True, text=True)

    def assert_problem(self, ended: subprocess.CompletedProcess[str], *words: str) -> None:
        self.assertEqual(ended.returncode, 1)
        for word in words:
            self.assertIn(word, ended.stderr)

    def test_is_content_with_a_table_that_is_true(self):
        ended = self.run_script(TABLE)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))

    def test_finds_a_value_that_differs(self):
        self.assert_problem(self.run_script(TABLE.replace("1 MiB", "2 MiB")), "message", "2 MiB", "1048576")
        self.assert_problem(self.run_script(TABLE.replace("45 s", "45 ms")), "silence", "45 ms")
        self.assert_problem(self.run_script(TABLE.replace("| 19 |", "| 35 |")), "burst")

    def test_finds_a_name_that_is_gone(self):
        self.assert_problem(self.run_script(TABLE.replace("`silence`", "`patience`")), "there is no patience")

    def test_finds_a_limit_without_a_line(self):
        self.assert_problem(self.run_script(TABLE.replace("| `burst` | 19 | why |\n", "")), "burst has no line")


if __name__ == "__main__":
    unittest.main()
