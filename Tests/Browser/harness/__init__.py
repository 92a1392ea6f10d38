# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT

"""What the browser tests share: a server, a network, browsers and a peer that is no browser."""
