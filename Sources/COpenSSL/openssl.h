// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

// OpenSSL 3 as Swift sees it: declarations only, no code of ours.
// The low-level SHA-1 is deprecated in favour of EVP, whose every way to an HMAC allocates twice a packet. Only this
// header is spared the warnings: SRTP's HMAC-SHA1 needs it (RTCCrypto/Ciphers/HMACSHA1Context.swift says more).
#include <openssl/macros.h>
#pragma push_macro("OSSL_DEPRECATEDIN_3_0")
#undef OSSL_DEPRECATEDIN_3_0
#define OSSL_DEPRECATEDIN_3_0
#include <openssl/sha.h>
#pragma pop_macro("OSSL_DEPRECATEDIN_3_0")
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/srtp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
