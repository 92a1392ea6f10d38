// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

// usrsctp as Swift sees it: the oracle that our SCTP is held against, in tests only.
#include <usrsctp.h>
