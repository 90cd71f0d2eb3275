#pragma once

// What MeshCrypto uses: keys, signatures, digests, AEAD, key derivation, big numbers, certificates, secret memory.
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

/// Readies a new HMAC context for SHA-256 with the empty key. The digest is chosen by an `OSSL_PARAM`, which holds
/// a mutable pointer to its text and so is awkward to build in Swift. Returns 1 for success.
int mesh_hmac_init_sha256(EVP_MAC_CTX *context);

/// An X25519 key of both its halves, 32 bytes each, taken as they are. To be freed by the caller; null if that fails.
EVP_PKEY *mesh_x25519_key(const unsigned char *private_key, const unsigned char *public_key);
