# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""The skeleton of a frontend in one meeting with a browser, and what the examples are linked with."""

import re
import subprocess

import pytest

from harness.server import ROOT
from harness.swift_program import SwiftProgram


@pytest.mark.row("C-04", "C-05", "C-07", "C-11")
def test_a_frontend_in_a_terminal_does_what_a_page_does(server, open_browser, tmp_path):
    group = server.new_group()
    page = open_browser("chromium")
    page.join(server.page(group), "Alice")
    page.write("before you came")
    page.wait_for_text("before you came")
    with SwiftProgram("example-frontend", server.page(group), "Carol", log=tmp_path / "log") as frontend:
        def sees(line):
            frontend.wait_for(line, lambda lines: any(re.fullmatch(line, each) for each in lines))

        sees("You are in, and may .*present.*")
        sees(r"\+ Alice")
        sees("earlier, Alice: before you came")
        sees("Alice shows camera")
        sees(r"  Alice sends camera \(audio, video\)")
        frontend.type("good day")
        page.wait_for_text("good day")
        sees("Carol: good day")
        frontend.type("/me waves")
        sees(r"\* Carol waves")
        frontend.type("/msg Alice between us")
        page.wait_for_text("between us")
        frontend.type("/msg Nobody hello")
        sees("Nobody here has that name")
        frontend.type("/dance")
        sees("There are /quit.*")
        before = len(frontend.lines)
        frontend.type("/who")
        frontend.wait_for("both", lambda lines: any(line.startswith("Alice sends") for line in lines[before:]))
        frontend.type("/quit")
        assert frontend.process.wait(30) == 0
        assert frontend.lines[-1] == "Closed"


def test_a_frontend_says_in_words_why_it_may_not_enter(server, tmp_path):
    group = server.new_group()
    for number, (url, words) in enumerate([
        (server.page(group + "-not-there"), "group"), ("https://", "URL"), ("http://127.0.0.1:1/group/a/", "connect"),
    ]):
        with SwiftProgram("example-frontend", url, "Carol", log=tmp_path / f"{number}") as frontend:
            assert frontend.process.wait(30) == 1
            assert words in frontend.lines[-1]


def test_what_uses_the_client_library_needs_openssl_and_nothing_else_of_the_system():
    dynamic = subprocess.run(
        ["readelf", "-d", str(ROOT / ".build/debug/example-bot")], check=True, capture_output=True, text=True).stdout
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic))
    toolchain = re.compile(r"lib(swift\w*|Foundation\w*|_Foundation\w*|BlocksRuntime|dispatch)\.so")
    system = re.compile(r"(lib(c|m|gcc_s|stdc\+\+|dl|pthread|util|rt)\.so\.\d+|ld-linux.*)")
    rest = {name for name in needed if not toolchain.fullmatch(name) and not system.fullmatch(name)}
    assert rest == {"libssl.so.3", "libcrypto.so.3"}
