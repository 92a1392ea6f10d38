// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

// Password hashes of the system: libxcrypt on Linux.
#include <crypt.h>
