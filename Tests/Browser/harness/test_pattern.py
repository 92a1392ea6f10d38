# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""What MediaIO's TestPattern looks and sounds like."""

# Eight bars in the upper half, 75 % and BT.601: white, yellow, cyan, green, magenta, red, blue, black.
BARS = [(191, 191, 191), (191, 191, 0), (0, 191, 191), (0, 191, 0), (191, 0, 191), (191, 0, 0), (0, 0, 191), (0, 0, 0)]
# In Hz; each second a beep of another for a tenth of it.
TONE = 440


def mover_room(width: int, height: int) -> int:
    """So many pixels the moving square goes to the right, by 4 a picture, before it begins anew at the left."""
    side = _side(height)
    return max(2, (width - side - 2 & ~1) - 2 * side)


def mover_row(height: int) -> int:
    """The row through its middle."""
    side = _side(height)
    return (height - side - 2 & ~1) + side // 2


def mover_left(picture: int, width: int, height: int) -> int:
    """Where its left edge is in this picture, of those that are counted from 0."""
    return 4 * picture % mover_room(width, height) & ~1


def _side(height: int) -> int:
    return max(2, height // 8 & ~1)
