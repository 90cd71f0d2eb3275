#pragma once

// What MeshTransport's TLS uses.
#include <openssl/bio.h>
#include <openssl/ssl.h>
