# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Both SRTP protection profiles, with real browsers and with aiortc.

No browser has a setting for profiles, and the server takes both. Which one a stream gets is the DTLS server's choice:

- Down, that is the galene server, which prefers AEAD_AES_128_GCM.
- Up, it is the browser: Firefox prefers GCM, Chromium the older SRTP_AES128_CM_HMAC_SHA1_80.

To see the older one elsewhere as well, Firefox is started with a library that narrows what it knows
(harness/srtp_cm_only.c), and aiortc is told what to offer.
"""

import pytest

from harness.galene_peer import CM, GCM
from harness.sources import PatternTrack, ToneTrack
from harness.waiting import until
from harness.watching import assert_sees_and_hears, own_size

pytestmark = pytest.mark.alone

GCM_IN_STATISTICS = ("AEAD_AES_128_GCM", "SRTP_AEAD_AES_128_GCM")
CM_IN_STATISTICS = ("AES_CM_128_HMAC_SHA1_80", "SRTP_AES128_CM_HMAC_SHA1_80")


def ciphers(browser) -> list[str]:
    return until(f"SRTP profile of {browser.name}", lambda: browser.measure("received")["ciphers"])


@pytest.mark.row("M-39")
@pytest.mark.parametrize(("publisher", "up", "viewer", "down"), [
    ("firefox", GCM_IN_STATISTICS, "chromium", GCM_IN_STATISTICS),
    ("firefox-cm", CM_IN_STATISTICS, "chromium", GCM_IN_STATISTICS),
    ("chromium", CM_IN_STATISTICS + GCM_IN_STATISTICS, "firefox-cm", CM_IN_STATISTICS),
], ids=["gcm-gcm", "cm-gcm", "any-cm"])
def test_browsers_with_each_profile_meet(server, open_browser, publisher, up, viewer, down):
    page = server.page(server.new_group())
    alice, bob = open_browser(publisher), open_browser(viewer)
    bob.join(page, "Bob", devices="Nothing")
    alice.join(page, "Alice")
    assert_sees_and_hears(bob, "Alice", own_size(alice, "Alice"))
    assert set(ciphers(alice)) <= set(up)
    assert set(ciphers(bob)) <= set(down)


@pytest.mark.row("M-39")
@pytest.mark.parametrize(("sends", "receives"), [(GCM, CM), (CM, GCM), (CM, CM)], ids=["gcm-cm", "cm-gcm", "cm-cm"])
def test_aiortc_with_one_profile_meets_aiortc_with_the_other(server, peers, sends, receives):
    group = server.new_group()
    viewer = peers.joined(server.websocket_url, group, "viewer", profiles=[receives])
    publisher = peers.joined(server.websocket_url, group, "publisher", profiles=[sends])
    peers.run(viewer.request())
    up = peers.run(publisher.publish(PatternTrack(), ToneTrack()))
    down = peers.run(viewer.wait_received("publisher", frames=30, energy=0.1))
    assert up.srtp_profile == sends.openssl_profile.decode()
    assert down.srtp_profile == receives.openssl_profile.decode()
