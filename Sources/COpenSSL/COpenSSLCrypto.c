#include "COpenSSLCrypto.h"
