# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""What MediaIO's TestPattern looks and sounds like."""

# Eight bars in the upper half, 75 % and BT.601: white, yellow, cyan, green, magenta, red, blue, black.
BARS = [(191, 191, 191), (191, 191, 0), (0, 191, 191), (0, 191, 0), (191, 0, 191), (191, 0, 0), (0, 0, 191), (0, 0, 0)]
# In Hz; each second a beep of another for a tenth of it.
TONE = 440
