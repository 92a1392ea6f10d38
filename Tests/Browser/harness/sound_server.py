# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Loudspeakers for programs that play sound, which nobody but a test hears."""

import array
import os
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

from .waiting import until

RATE = 48_000


class SoundServer:
    """A PulseAudio with one pair of loudspeakers, `test`; programs find it by PULSE_SERVER."""

    def __init__(self) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="galene-sound-")
        here = Path(self._directory.name)
        socket = here / "socket"
        self.address = f"unix:{socket}"
        home = dict.fromkeys(("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"), str(here))
        self._process = subprocess.Popen([
            "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--realtime=no",
            "--high-priority=no", "-L", f"module-null-sink sink_name=test rate={RATE}",
            "-L", f"module-native-protocol-unix auth-anonymous=1 socket={socket}",
        ], env={**os.environ, **home}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._recorder: subprocess.Popen[bytes] | None = None
        self._heard = here / "heard"

    def __enter__(self) -> "SoundServer":
        until("the sound server", Path(self.address.removeprefix("unix:")).is_socket)
        with self._heard.open("wb") as output:
            self._recorder = subprocess.Popen([
                "parec", "--server", self.address, "--device", "test.monitor", "--format=s16le", f"--rate={RATE}",
                "--channels=1", "--raw"], stdout=output)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None,
    ) -> None:
        for process in (self._recorder, self._process):
            if process:
                process.kill()
                process.wait()
        self._directory.cleanup()

    @property
    def under(self) -> tuple[str, ...]:
        """What a program is started under to play here."""
        return ("env", f"PULSE_SERVER={self.address}")

    def loud_seconds(self) -> float:
        """How much has been played that is neither silence nor noise."""
        heard = self._heard.read_bytes()
        samples = array.array("h", heard[:len(heard) // 2 * 2])
        return sum(abs(sample) > 1000 for sample in samples) / RATE
