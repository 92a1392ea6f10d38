// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

// libvpx 1.12 (Debian 12) or later.
#include <vpx/vp8cx.h>
#include <vpx/vpx_encoder.h>

// A sum of macros, which Swift does not see.
static const int CLIBVPX_ENCODER_ABI_VERSION = VPX_ENCODER_ABI_VERSION;
