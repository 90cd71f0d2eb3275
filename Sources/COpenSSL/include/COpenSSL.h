#pragma once

// OpenSSL 3 for Swift: its own headers, and its function-like macros as `mesh_…` functions, because Swift imports
// neither such macros nor variadic functions. Nothing is decided here.
#include "COpenSSLCrypto.h"
#include "COpenSSLTLS.h"
