# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

import pathlib
import shutil
import subprocess
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "Scripts/check-web"


class CheckWebTests(unittest.TestCase):
    def test_says_how_to_get_a_compiler_that_is_missing(self):
        with tempfile.TemporaryDirectory() as directory:
            # A path with what the script itself needs, and no more.
            for name in ("dirname", "sh"):
                pathlib.Path(directory, name).symlink_to(shutil.which(name))
            ended = subprocess.run([SCRIPT], env={"PATH": directory}, capture_output=True, text=True)
        self.assertEqual(ended.returncode, 1)
        self.assertIn("there is no tsc", ended.stderr)
        self.assertIn("install-dependencies test", ended.stderr)


if __name__ == "__main__":
    unittest.main()
