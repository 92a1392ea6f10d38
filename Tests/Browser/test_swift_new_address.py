# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""The Swift library on a host whose address is taken away and replaced, as when a laptop changes its network.

The host is a namespace. Its socket to the server is lost with the address, and so is the path of its media.
"""

import subprocess

import pytest
from emulated_network import ADDRESSES, entered

from harness.far_side import SERVER
from harness.media_member import MediaMember, make_clip, make_tone

pytestmark = pytest.mark.alone

# Seconds of silence in which people do not yet ask whether one is still there.
SILENCE = 3.0
WATCHED_FRAMES = 100
NEW_ADDRESSES = ("10.99.0.77", "fd99::77")
LENGTHS = (24, 64)


def replace_addresses(namespace: str) -> None:
    for old, new, length in zip(ADDRESSES["b"], NEW_ADDRESSES, LENGTHS, strict=True):
        for action, address, extra in (("del", old, []), ("add", new, ["nodad"] if ":" in new else [])):
            subprocess.run(
                ["ip", "-n", namespace, "address", action, f"{address}/{length}", "dev", "tun0", *extra],
                check=True, capture_output=True, text=True)


@pytest.mark.row("C-15", "C-20", "C-21")
def test_another_address_costs_less_than_three_seconds(far_side, start_server, tmp_path, record_property):
    server = start_server(host=SERVER)
    page = server.page(server.new_group())
    clip, tone = make_clip(tmp_path / "clip.ivf"), make_tone(tmp_path / "tone.ogg")
    with entered(far_side.namespace):
        alice = MediaMember(page, "Alice", log=tmp_path / "alice.log", reconnect=True)
    with alice, MediaMember(page, "Bob", log=tmp_path / "bob.log") as bob:
        for member in (alice, bob):
            member.say("request audio video")
            member.say(f"publish camera {clip} {tone}")
        before = {member: member.wait_received(WATCHED_FRAMES, "vp8", "opus") for member in (alice, bob)}
        replace_addresses(far_side.namespace)

        # What Alice receives is the same stream again. Bob gets another one in place of hers.
        alice.wait("reconnected")
        count = {codec: track["frames"] for codec, track in before[alice].items()}
        received = alice.wait_received(max(count.values()) + WATCHED_FRAMES, "vp8", "opus")
        assert {track["stream"] for track in received.values()} == {track["stream"] for track in before[alice].values()}
        old = before[bob]["vp8"]["stream"]
        bob.wait_for("Alice's stream again", lambda _: len(bob.all("stream", username="Alice")) == 2, 30)
        new = bob.all("stream", username="Alice")[-1]["stream"]
        assert new != old
        bob.wait_received(WATCHED_FRAMES, "vp8", "opus", stream=new)
        silences = {f"Alice {codec}": track["longestGap"] for codec, track in received.items()}
        lost, found = bob.tracks(old), bob.tracks(new)
        for codec in ("vp8", "opus"):
            # From the last frame of the one to the first of the other.
            silences[f"Bob {codec}"] = lost[codec]["longestGap"] - found[codec]["seconds"]
        record_property("silences", silences)
        assert len(silences) == 4 and all(0 < silence < SILENCE for silence in silences.values()), silences
        # The server has not noticed yet that the first Alice is gone; to the second one she is nobody.
        assert {report["username"] for report in alice.all("stream")} == {"Bob"}
        assert not bob.all("reconnecting"), "the far side's address is none of Bob's business"
    assert server.is_running, f"The server has ended:\n{server.read_log()}"
