# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT
"""Scripts/run and Scripts/install-dependencies, with stand-ins for what they call."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "Scripts"

# Says where the server is, which then says how it was called.
SWIFT = """#!/bin/sh
case "$*" in *--show-bin-path*) echo "$PWD/bin" ;; *) echo "swift $*" ;; esac
"""
SERVER = '#!/bin/sh\necho "server $*"\n'


class Stand(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        (self.root / "Scripts").mkdir()
        (self.root / "path").mkdir()

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def start(self, *arguments, path="", **environment):
        return subprocess.run(
            arguments, cwd="/", capture_output=True, text=True, check=False,
            env={"PATH": f"{self.root}/path{path}", **environment})


class Run(Stand):
    def setUp(self):
        super().setUp()
        shutil.copy(SCRIPTS / "run", self.root / "Scripts/run")
        self.write("Scripts/install-dependencies", '#!/bin/sh\necho "dependencies $*"\n')
        self.write("path/swift", SWIFT)
        self.write("bin/galene-server", SERVER)

    def run_script(self, **environment):
        result = self.start(str(self.root / "Scripts/run"), path=os.pathsep + os.environ["PATH"], **environment)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout.splitlines()

    def test_installs_builds_only_the_server_and_starts_it(self):
        lines = self.run_script()
        self.assertEqual(lines[0], "dependencies server")
        self.assertIn("swift build -c release --product galene-server -Xswiftc -cross-module-optimization", lines)
        self.assertTrue(lines[-1].startswith("server -insecure -http 127.0.0.1:8443 -static Web/public "), lines[-1])
        self.assertTrue(any("http://127.0.0.1:8443/group/demo/" in line for line in lines), lines)

    def test_another_port_is_used_and_told(self):
        lines = self.run_script(GALENE_PORT="9443")
        self.assertIn(" -http 127.0.0.1:9443 ", lines[-1])
        self.assertTrue(any("http://127.0.0.1:9443/group/demo/" in line for line in lines), lines)

    def test_gives_no_option_that_has_no_effect(self):
        self.assertNotIn("-recordings", self.run_script()[-1])

    def test_the_demonstration_group_is_written_once(self):
        self.run_script()
        group = self.root / "run/groups/demo.json"
        self.assertTrue(json.loads(group.read_text())["public"])
        group.write_text("{}")
        self.run_script()
        self.assertEqual(group.read_text(), "{}")


class InstallDependencies(Stand):
    def setUp(self):
        super().setUp()
        shutil.copy(SCRIPTS / "install-dependencies", self.root / "Scripts")
        for name in ("sh", "env"):
            (self.root / "path" / name).symlink_to(shutil.which(name))
        self.write("path/id", "#!/bin/sh\necho 0\n")
        self.write("path/swift", "#!/bin/sh\n")
        self.write("path/dpkg-query", '#!/bin/sh\nfor name; do :; done\n[ "$name" = make ] || echo installed\n')
        self.write("path/apt-cache", "#!/bin/sh\n")
        self.write("path/apt-get", '#!/bin/sh\necho "apt-get $*" >&2\n')

    def install(self):
        return self.start(str(self.root / "Scripts/install-dependencies"), "server")

    def test_installs_what_is_missing_and_nothing_else(self):
        result = self.install()
        self.assertEqual(result.returncode, 0, result.stderr)
        update, install = result.stderr.splitlines()
        self.assertTrue(update.endswith(" update"), update)
        self.assertTrue(install.endswith(" install -y --no-install-recommends make"), install)

    def test_a_system_that_has_everything_is_left_alone(self):
        self.write("path/dpkg-query", "#!/bin/sh\necho installed\n")
        result = self.install()
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))

    def test_without_swift_it_says_what_may_be_wrong(self):
        (self.root / "path/swift").unlink()
        result = self.install()
        self.assertEqual(result.returncode, 1)
        self.assertIn("https://www.swift.org/install/linux/", result.stderr)
        self.assertIn('sudo env "PATH=$PATH"', result.stderr)

    def test_without_root_and_sudo_it_names_what_is_missing(self):
        self.write("path/id", "#!/bin/sh\necho 1000\n")
        result = self.install()
        self.assertEqual(result.returncode, 1)
        self.assertIn("make", result.stderr)
        self.assertNotIn("apt-get ", result.stderr)

    def test_a_toolchain_that_cannot_start_gets_its_libraries(self):
        self.write("path/swift", "#!/bin/sh\nexit 127\n")
        self.write("path/dpkg-query", "#!/bin/sh\nexit 1\n")
        self.assertIn(" libncurses6 ", self.install().stderr)


if __name__ == "__main__":
    unittest.main()
