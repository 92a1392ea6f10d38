# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""The small commands of galene in a meeting with a browser."""

import fcntl
import json
import os
import pty
import subprocess
import termios

import pytest

from harness.browser import WITH_PANEL
from harness.galene_command import GALENE, GaleneCommand
from harness.server import ALICE_MODERATES
from harness.waiting import until


def run(*arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(GALENE), *arguments], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, **settings)


@pytest.mark.row("C-04", "C-06", "C-07", "C-16", "G-10")
def test_a_browser_and_a_terminal_hear_each_other(server, open_browser, tmp_path):
    group = server.new_group()
    page = server.page(group)
    alice = open_browser("chromium", **WITH_PANEL)
    with (
        GaleneCommand("listen", page, "-u", "ear", "--json", "--streams", directory=tmp_path / "json") as listener,
        GaleneCommand("listen", page, "-u", "eye", directory=tmp_path / "text") as reader,
    ):
        listener.wait_for_event("user-joined", username="eye")
        alice.join(page, "Alice")
        came = listener.wait_for_event("user-joined", username="Alice")
        stream = listener.wait_for_event("stream", username="Alice", label="camera")
        assert stream["from"] == came["id"]
        # It is told again when a track has come to it.
        until("both tracks", lambda: any(
            each.get("id") == stream["id"] and sorted(each.get("tracks", [])) == ["audio", "video"] for each in listener.objects))
        alice.write("good day")
        said = listener.wait_for_event("chat", value="good day")
        assert said["from"] == came["id"] and not said["history"] and not said["private"]
        reader.wait_for_line("  Alice: good day")
        answer = run("say", page, "--username", "bob", "good", "evening")
        assert answer.returncode == 0, answer.stderr
        alice.wait_for_text("good evening")
        whisper = run("say", page, "--username", "bob", "--to", "Alice", "between us")
        assert whisper.returncode == 0, whisper.stderr
        alice.wait_for_text("between us")
        alice.open("about:blank")
        listener.wait_for_event("stream-closed", id=stream["id"])
        listener.wait_for_event("user-left", username="Alice")
        assert not any(each.get("value") == "between us" for each in listener.objects)
        # Ctrl-C is how it ends, and nobody stays behind.
        assert reader.interrupt() == 0 and reader.errors == ""
        listener.wait_for_event("user-left", username="eye")
        assert listener.interrupt() == 0 and listener.errors == ""
    status = run("status", page, "--json")
    assert status.returncode == 0 and json.loads(status.stdout)["name"] == group


def on_terminal(arguments: list[str], typed: bytes) -> tuple[int, str, bool]:
    """Runs a command on a terminal of its own, and types when it asks.

    Gives its exit status, what is to be seen, and whether what is typed is shown afterwards.
    """
    own, its = pty.openpty()

    def control() -> None:
        fcntl.ioctl(its, termios.TIOCSCTTY, 0)

    with subprocess.Popen(
        arguments, stdin=its, stdout=its, stderr=its, start_new_session=True, preexec_fn=control,
    ) as process:
        seen = b""
        while b": " not in seen:
            seen += os.read(own, 1024)
        os.write(own, typed)
        status = process.wait(timeout=60)
    shows = bool(termios.tcgetattr(its)[3] & termios.ECHO)
    os.close(its)
    while True:
        try:
            seen += os.read(own, 1024)
        # Nobody is on the other side any more, and everything has been read.
        except OSError:
            break
    os.close(own)
    return status, seen.decode(), shows


@pytest.mark.row("C-11", "G-14")
def test_a_password_comes_by_file_environment_or_prompt_and_never_as_an_argument(server, tmp_path):
    group = server.new_group({"users": ALICE_MODERATES["users"]})
    page = server.page(group)
    secret = tmp_path / "password"
    secret.write_text("correct horse\n")
    refused = run("say", page, "--username", "Alice", "hello")
    assert refused.returncode == 2 and "GALENE_PASSWORD" in refused.stderr
    assert run("say", page, "-u", "Alice", "--password-file", str(secret), "hello").returncode == 0
    assert run("say", page, "-u", "Alice", "hello", env={"GALENE_PASSWORD": "correct horse"}).returncode == 0
    assert run("say", page, "-u", "Alice", "--password", "correct horse", "hello").returncode == 64
    # On a terminal nothing of it is to be seen; nor may Ctrl-C at the prompt leave the terminal without echo.
    arguments = [str(GALENE), "say", page, "-u", "Alice", "--ask-password", "hello"]
    assert on_terminal(arguments, b"correct horsf\x7fe\r") == (0, "Password: \r\n", True)
    assert on_terminal(arguments, b"corr\x03") == (130, "Password: \r\n", True)


def test_a_reader_that_has_seen_enough_is_a_quiet_end(server, tmp_path):
    page = server.page(server.new_group())
    script = f"'{GALENE}' listen '{page}' --for 20 | head -n 1; echo ${{PIPESTATUS[0]}}"
    with GaleneCommand("listen", page, "-u", "ear", "--json", directory=tmp_path) as listener:
        listener.wait_for_event("user-joined", username="ear")
        piped = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60)
        first, status = piped.stdout.splitlines()
        assert "you are in" in first and status == "0" and piped.stderr == ""
        until("it has left", lambda: any(each["event"] == "user-left" for each in listener.objects))
