#pragma once
#include <secp256k1.h>
#include <secp256k1_recovery.h>

// Macros that Swift cannot import.
static const unsigned int csecp256k1_context_sign_verify =
    SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY;
static const unsigned int csecp256k1_compressed = SECP256K1_EC_COMPRESSED;
static const unsigned int csecp256k1_uncompressed = SECP256K1_EC_UNCOMPRESSED;
