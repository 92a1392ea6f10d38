# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""The addresses of the namespace that the tests run in."""

import contextlib
import ipaddress
import os
import subprocess
from collections.abc import Iterator

IPV4 = "192.0.2.2"
IPV4_SECOND = "198.51.100.2"
IPV6 = "2001:db8::2"

INTERFACE = "galene0"
PREFIX_LENGTHS = {IPV4: 24, IPV4_SECOND: 24, IPV6: 64}
GATEWAYS = {IPV4: "192.0.2.1", IPV6: "2001:db8::1"}


class NetworkMissing(Exception):
    pass


def require_namespace() -> None:
    if not os.environ.get("GALENE_TEST_NAMESPACE"):
        raise NetworkMissing("The browser tests need a network namespace of their own: start them with Tests/Browser/run.")
    if not os.path.exists(f"/sys/class/net/{INTERFACE}"):
        raise NetworkMissing(f"The namespace has no interface {INTERFACE}: start the tests with Tests/Browser/run.")


def set_addresses(*addresses: str) -> None:
    """Leaves the interface with exactly these addresses, and a default route for each family among them.

    The routes lead to nobody. They are there because a browser without camera takes the address of the default route.
    """
    ip("address", "flush", "dev", INTERFACE, "scope", "global")
    for address in addresses:
        # Without `nodad` an IPv6 address cannot be used for its first second or two.
        extra = ["nodad"] if ":" in address else []
        ip("address", "add", f"{address}/{PREFIX_LENGTHS[address]}", "dev", INTERFACE, *extra)
    for address, gateway in GATEWAYS.items():
        if address in addresses:
            family = "-6" if ":" in address else "-4"
            ip(family, "route", "replace", "default", "via", gateway, "dev", INTERFACE)


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


@contextlib.contextmanager
def also_here(address: str) -> Iterator[None]:
    """Lets this machine be `address`, whoever that is outside."""
    if ipaddress.ip_address(address).is_loopback:
        yield
        return
    ip("address", "add", f"{address}/{128 if ':' in address else 32}", "dev", "lo")
    try:
        yield
    finally:
        ip("address", "del", f"{address}/{128 if ':' in address else 32}", "dev", "lo")
