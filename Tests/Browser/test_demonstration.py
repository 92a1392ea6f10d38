# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""The bot of `make run`: whoever is alone in the demonstration group sees a living meeting."""


import pytest

from harness import staging
from harness.browser import WITH_PANEL
from harness.swift_program import SwiftProgram
from harness.waiting import until


@pytest.mark.row("G-16")
def test_a_newcomer_alone_sees_a_living_meeting(server, open_browser, tmp_path):
    page = server.page(server.new_group())
    with SwiftProgram("demonstration-bot", page, log=tmp_path / "bot.log") as bot:
        alice = open_browser("chromium", **WITH_PANEL)
        alice.join(page, "Alice", devices="Nothing")
        alice.wait_for_text("Good day, Alice. I am a program")
        stream = staging.wait_for_stream(alice, "Bot", "video")
        staging.wait_for_size(alice, stream, (640, 480))
        alice.write("help")
        alice.wait_for_text("“file” (I offer you one)")
        alice.write("file")
        alice.wait_for_text("from-the-bot.txt")
        # As often as somebody asks there is one that waits to be taken; and the bot answers on.
        alice.write("file")
        alice.wait_for_text("I have offered you one already")
        alice.write("hello")
        alice.wait_for_text("Hello, Alice.")
        # Among others it speaks when it is spoken to.
        carol = open_browser("chromium", **WITH_PANEL)
        carol.join(page, "Carol", devices="Nothing")
        carol.wait_for_text("Good day, Carol.")
        assert "Good day, Carol." not in alice.text()
        carol.write("time flies")
        carol.write("bot, are you there")
        alice.wait_for_text("You said “bot, are you there”.")
        assert "You said “time flies”" not in alice.text() and "where I am" not in alice.text()
        # Whoever offers it something is not left waiting.
        with SwiftProgram("galene", "send-file", page, "Bot", __file__, log=tmp_path / "send.log") as sender:
            assert sender.process.wait(20) == 1, sender.lines
            assert any("thank you, but I keep no files" in line for line in sender.lines), sender.lines
        assert bot.interrupt() == 0, bot.lines
        until("the bot has gone", lambda: not staging.stream_of(alice, "Bot", "video"))
