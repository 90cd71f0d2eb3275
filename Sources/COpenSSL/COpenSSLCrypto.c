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
