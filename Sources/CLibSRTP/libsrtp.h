// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

// libsrtp2 as Swift sees it: the oracle that our SRTP is held against, in tests only.
#include <srtp2/srtp.h>
