#pragma once

// One QR code by libqrencode, whose header has macros, globals and unions that Swift need not see.
#include <stddef.h>
#include <stdint.h>

/// Encodes digits, capital letters and the few signs of QR's alphanumeric mode (ISO/IEC 18004) with the smallest
/// version that holds them. Writes one byte for each module, row by row, 1 for dark.
///
/// Returns how many modules a side has; 0 when there is no memory, `capacity` is too small, or the text has other
/// characters.
int mesh_qr_encode(const char *text, uint8_t *modules, size_t capacity);
