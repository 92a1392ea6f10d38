# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""One end of file transfers: a page with `/protocol.js` in a group, which notes what becomes of each file."""

from dataclasses import dataclass
from typing import Any

from .library import LibraryPage
from .server import Server
from .waiting import until

# Nothing, as little as there is, exactly one message of a data channel, one byte more than a megabyte, more
# than anybody should keep in memory.
SIZES = (0, 1, 16_384, 1_048_577, 200_000_000)

JOIN = """
    const { url, group, name } = argument;
    const sc = new ServerConnection();
    window.sc = sc;
    window.files = [];
    // What the next transfers are to meet with: {at: state, act: 'cancel', 'leave', 'close' or 'die' (the page goes),
    // receive: whether to accept}.
    window.policy = {};
    sc.onfiletransfer = (transfer) => {
        const file = { transfer, events: [], sha256: null };
        window.files.push(file);
        const { at, act, receive = true } = window.policy;
        const meet = (state) => {
            if (at !== state || (state === 'connected' && transfer.datalen === 0)) return;
            if (act === 'cancel') transfer.cancel('enough');
            if (act === 'leave') sc.leave(group);
            if (act === 'close') sc.close();
            if (act === 'die') location.replace('about:blank');
        };
        transfer.onevent = (state, data) => {
            const reason = data instanceof Blob || data === undefined ? null : lib.plain(data);
            if (file.events.at(-1)?.[0] !== state) file.events.push([state, reason]);
            if (data instanceof Blob) lib.sha256(data).then((sha256) => { file.sha256 = sha256; });
            if (transfer.state === state) meet(state);
        };
        if (!transfer.up) {
            // After the callback, as when a person presses a button.
            setTimeout(() => {
                meet('inviting');
                if (receive && transfer.state === 'inviting') void transfer.receive();
            });
        }
    };
    sc.onconnected = () => void sc.join(group, name, '');
    sc.onclose = (code) => { window.closed = code; };
    await new Promise((resolve) => {
        sc.onjoined = (kind) => kind === 'join' && resolve();
        sc.connect(url);
    });
    return sc.id;
"""


@dataclass
class End:
    page: LibraryPage
    id: str
    # Whether the page is to go before the test has ended.
    dies: bool = False

    @classmethod
    def join(cls, page: LibraryPage, server: Server, group: str, name: str) -> "End":
        return cls(page, page.run(JOIN, {"url": server.websocket_url, "group": group, "name": name}))

    def close(self) -> None:
        """Leaves, and leaves the page to the next one."""
        self.page.run("""
            window.sc.close();
            await lib.until('the end', () => window.closed !== undefined);
            delete window.closed;""")

    def policy(self, **policy: Any) -> None:
        self.dies = policy.get("act") == "die"
        self.page.run("window.policy = argument;", policy)

    def sees(self, other: "End") -> bool:
        return self.page.run("return Object.keys(window.sc.users).includes(argument)", other.id)

    def send(self, other: "End", size: int) -> str:
        """Offers a file; gives the SHA-256 of its content."""
        return self.page.run("""
            const bytes = lib.bytes(argument.size);
            window.sc.sendFile(
                argument.id, new File([bytes], `${argument.size} bytes.bin`, { type: 'application/octet-stream' }),
            );
            return lib.sha256(bytes);""", {"id": other.id, "size": size})

    def send_unseen(self, other: "End", size: int) -> None:
        """Offers a file from a page that may be gone before it has answered."""
        self.page.run("""
            const file = new File([lib.bytes(argument.size)], `${argument.size} bytes.bin`);
            setTimeout(() => window.sc.sendFile(argument.id, file));""", {"id": other.id, "size": size})

    def last(self) -> dict[str, Any] | None:
        return self.page.run("""
            const file = window.files.at(-1);
            if (!file) return null;
            const { up, name, mimetype, size, datalen, state, username } = file.transfer;
            return { up, name, mimetype, size, datalen, state, username, events: file.events, sha256: file.sha256,
                left: Object.keys(window.sc.transferredFiles).length };""")

    def states(self) -> list[str]:
        last = self.last()
        return [state for state, _ in last["events"]] if last else []

    def describe(self) -> str:
        """What became of each file, for a test that fails."""
        files = self.page.run("""return window.files.map(({ transfer, events, sha256 }) => {
            const { up, size, datalen, pc, dc } = transfer;
            return [
                up ? 'up' : 'down', `${datalen} of ${size}`, events.join(' '), sha256, pc?.connectionState,
                dc?.readyState,
            ];
        });""")
        return f"{self.page.name}: {files}"

    def wait_closed(self, timeout: float = 60) -> dict[str, Any]:
        return until(
            f"the end of the file in {self.page.name}",
            lambda: (last if (last := self.last()) and last["state"] == "closed" else None), timeout)
