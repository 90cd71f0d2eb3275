#include "CQREncode.h"

#include <qrencode.h>
#include <string.h>

int mesh_qr_encode(const char *text, uint8_t *modules, size_t capacity) {
    QRinput *input = QRinput_new2(0, QR_ECLEVEL_L);
    if (!input) return 0;
    int width = 0;
    QRcode *code = NULL;
    const int length = (int)strlen(text);
    if (QRinput_append(input, QR_MODE_AN, length, (const unsigned char *)text) == 0) code = QRcode_encodeInput(input);
    if (code && (size_t)code->width * code->width <= capacity) {
        width = code->width;
        // The lowest bit is the colour; the others tell what the module is for.
        for (int i = 0; i < width * width; i++) modules[i] = code->data[i] & 1;
    }
    QRcode_free(code);
    QRinput_free(input);
    return width;
}
