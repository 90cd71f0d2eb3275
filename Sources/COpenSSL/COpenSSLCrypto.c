#include "COpenSSLCrypto.h"

#include <openssl/params.h>

int mesh_hmac_init_sha256(EVP_MAC_CTX *context) {
    char digest[] = "SHA256";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    // HMAC pads its key with zeros (RFC 2104), so one zero byte is the empty key; a null key would mean "as before".
    static const unsigned char empty_key[1] = {0};
    return EVP_MAC_init(context, empty_key, sizeof empty_key, parameters);
}

EVP_PKEY *mesh_x25519_key(const unsigned char *private_key, const unsigned char *public_key) {
    // Parameters are never written to when a key is made of them, whatever their type says.
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, (void *)private_key, 32),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)public_key, 32),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "X25519", NULL);
    if (context == NULL || EVP_PKEY_fromdata_init(context) != 1
        || EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, parameters) != 1) {
        key = NULL;
    }
    EVP_PKEY_CTX_free(context);
    return key;
}
