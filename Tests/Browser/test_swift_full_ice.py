# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""The Swift library with a server that speaks full ICE and offers the down streams itself, as a Galène server does."""

import pytest
from av import VideoFrame

from harness.full_ice_server import AFTER, BEFORE, WITHIN, FullICEServer, is_controlling
from harness.galene_peer import poll
from harness.media_member import MediaMember, decoded_frames, make_clip, make_tone
from harness.sources import PatternTrack, ToneTrack

CANDIDATES = pytest.mark.parametrize("candidates", [AFTER, BEFORE, WITHIN])


@pytest.fixture
def start(peers, tmp_path):
    """Starts such a server with a member on the Swift library in it."""
    ends = []

    def start_(**settings):
        server = peers.run(FullICEServer.started(**settings))
        ends.append(lambda: peers.run(server.stop()))
        member = MediaMember(server.page, "Bob", log=tmp_path / "log", record=tmp_path)
        ends.append(lambda: member.__exit__(None, None, None))
        return server, member

    yield start_
    for end in reversed(ends):
        end()


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    return make_clip(folder / "clip.ivf"), make_tone(folder / "tone.ogg")


def colour(picture: VideoFrame, x: int, y: int) -> tuple[int, ...]:
    """Red, green and blue of a place in a picture."""
    plane = picture.reformat(format="rgb24").planes[0]
    start = y * plane.line_size + 3 * x
    return tuple(bytes(plane)[start:start + 3])


@pytest.mark.row("C-06", "C-17", "C-24", "E-02")
@CANDIDATES
def test_a_stream_that_a_controlling_server_offers_arrives_whole(start, peers, candidates):
    server, member = start(candidates=candidates)
    stream = peers.run(server.offer(ToneTrack(), PatternTrack()))
    member.wait("status", stream=stream.id, status="connected")
    member.wait_received(60, "vp8", "opus")
    # Whoever is offered `actpass` is the client of DTLS (RFC 8842 section 5.3).
    answer = server.said("answer", id=stream.id)[0]["sdp"]
    assert "a=setup:active" in answer and "a=recvonly" in answer and "a=ice-lite" not in answer
    assert is_controlling(stream)
    for codec, track in member.leave().items():
        assert track["lostPackets"] == 0, track
        assert decoded_frames(track["file"]) == track["frames"] >= 60, codec


@pytest.mark.row("C-15", "C-18", "C-24", "E-02")
@CANDIDATES
def test_a_stream_arrives_at_a_server_with_full_ice(start, peers, clips, candidates):
    server, member = start(candidates=candidates)
    pictures, sounds = [], []
    server.on_frame = lambda kind, frame: (pictures if kind == "video" else sounds).append(frame)
    member.say(f"publish camera {clips[0]} {clips[1]}")
    up = member.wait("up")["stream"]
    member.wait("upStatus", stream=up, status="connected")
    peers.run(poll("pictures and sound", lambda: len(pictures) >= 50 and len(sounds) >= 100, 30))
    # We have made the offer: we control (RFC 8445 section 6.1.1).
    assert not is_controlling(server.up[up])
    (red, _, low), (other, _, blue) = colour(pictures[-1], 80, 120), colour(pictures[-1], 240, 120)
    assert red > 200 and low < 60 and blue > 200 and other < 60
    assert member.leave() == {}
    peers.run(server.wait_said("close", id=up))


@pytest.mark.row("C-06", "C-17", "C-24")
def test_tracks_come_and_go_with_further_offers_of_the_server(start, peers):
    server, member = start()
    stream = peers.run(server.offer(ToneTrack()))
    member.wait_received(50, "opus")
    peers.run(server.add(stream, PatternTrack()))
    received = member.wait_received(40, "vp8", "opus")
    # It goes on where it was: the same stream, over the same transport.
    assert [report["stream"] for report in member.all("stream")] == [stream.id]
    assert [report["status"] for report in member.all("status")] == ["checking", "connected"]
    assert received["opus"]["longestGap"] < 1, received

    # A section of which nothing comes any more.
    sound = stream.pc.getTransceivers()[0]
    sound.direction = "inactive"
    peers.run(server.negotiate(stream))
    member.wait("trackRemoved", track=received["opus"]["track"])
    pictures = member.tracks()["vp8"]["frames"]
    member.wait_received(pictures + 20, "vp8")


@pytest.mark.row("C-17", "C-18", "C-20")
def test_a_stream_of_such_a_server_takes_the_place_of_another_and_ends(start, peers):
    server, member = start()
    first = peers.run(server.offer(ToneTrack(), PatternTrack()))
    member.wait_received(20, "vp8", "opus")
    second = peers.run(server.offer(ToneTrack(), PatternTrack(), replace=first.id))
    assert member.wait("closed", stream=first.id)["replaces"] is True
    member.wait("status", stream=second.id, status="connected")
    member.wait_received(20, "vp8", "opus", stream=second.id)
    peers.run(server.close(second.id))
    assert member.wait("closed", stream=second.id)["replaces"] is False
    assert not member.all("failed")


@pytest.mark.row("C-15", "C-20")
def test_a_stream_of_ours_takes_the_place_of_another_at_such_a_server(start, peers, clips):
    server, member = start()
    member.say(f"publish camera {clips[0]} {clips[1]}")
    first = member.wait("up")["stream"]
    peers.run(poll("pictures", lambda: server.up.get(first) and server.up[first].frames > 10, 20))
    member.say(f"replace camera {clips[0]} {clips[1]}")
    offer = peers.run(server.wait_said("offer", replace=first))
    peers.run(poll("pictures", lambda: offer["id"] in server.up and server.up[offer["id"]].frames > 10, 20))
    # The replacement is all that is said of it.
    assert not server.said("close", id=first)
    member.say("close")
    peers.run(server.wait_said("close", id=offer["id"]))
