# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""Several runs at a time, each in namespaces of its own, share the tests: whoever is free takes the next module.

Most tests wait more than they compute. Those with the tightest limits of time are marked `alone`, and run when nothing else
does (Scripts/browser-tests).
"""

from collections.abc import Iterator
from pathlib import Path

import pytest


class SharedRun:
    """Runs those modules that no other run has taken. `claims` is a directory that all runs know, empty at first."""

    def __init__(self, claims: Path) -> None:
        self._claims = claims

    def _taken(self, items: list[pytest.Item]) -> Iterator[pytest.Item]:
        is_ours: dict[Path, bool] = {}
        for item in items:
            if item.path not in is_ours:
                is_ours[item.path] = self._claim(item.path)
            if is_ours[item.path]:
                yield item

    def _claim(self, path: Path) -> bool:
        """Whether it is ours from now on; else another run has it."""
        try:
            (self._claims / f"{path.parent.name}-{path.stem}").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    @pytest.hookimpl
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if session.testsfailed or session.config.option.collectonly:
            # A module that cannot be imported: the error is told as usual.
            return None
        taken = self._taken(session.items)
        item = next(taken, None)
        while item:
            # The next one is taken before this one is run, because fixtures live until they are not needed by the next.
            following = next(taken, None)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
            item = following
        return True
