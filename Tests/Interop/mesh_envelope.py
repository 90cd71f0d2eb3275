"""Envelopes of mesh/1, written independently of the Swift code: HPKE (RFC 9180, base mode, export only) by hand from
`cryptography`'s X25519, HMAC and ChaCha20-Poly1305, and the construction around it.
"""
import hmac
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import mesh_wire as wire


class Refused(Exception):
    """An envelope that is not canonical, not signed, or not for this key."""


# ---- HKDF (RFC 5869) and HPKE (RFC 9180)

KEM = b"KEM" + struct.pack(">H", 0x0020)                     # DHKEM(X25519, HKDF-SHA256)
SUITE = b"HPKE" + struct.pack(">HHH", 0x0020, 0x0001, 0x0003)  # HKDF-SHA256, ChaCha20Poly1305


def extract(salt, secret): return wire.hmac_sha256(salt or bytes(32), secret)


def expand(key, info, count):
    result, block, number = b"", b"", 1
    while len(result) < count:
        block = wire.hmac_sha256(key, block + info + bytes([number]))
        result, number = result + block, number + 1
    return result[:count]


def labelled_extract(suite, salt, label, secret):
    return extract(salt, b"HPKE-v1" + suite + label + secret)


def labelled_expand(suite, key, label, info, count):
    return expand(key, struct.pack(">H", count) + b"HPKE-v1" + suite + label + info, count)


def public_of(private): return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes(
    Encoding.Raw, PublicFormat.Raw)


def agree(private, public):
    if int.from_bytes(public, "little") & ((1 << 255) - 1) >= (1 << 255) - 19:
        raise Refused("u is not below 2^255 - 19")
    try:
        return X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError as error:
        raise Refused("the shared secret is zero") from error


def exporter(agreed, encapsulated, recipient, info):
    """Key schedule of base mode down to the exporter secret; `agreed` is the Diffie-Hellman value."""
    shared = labelled_expand(KEM, labelled_extract(KEM, b"", b"eae_prk", agreed), b"shared_secret",
                             encapsulated + recipient, 32)
    context = (b"\x00" + labelled_extract(SUITE, b"", b"psk_id_hash", b"")
               + labelled_extract(SUITE, b"", b"info_hash", info))
    return labelled_expand(SUITE, labelled_extract(SUITE, shared, b"secret", b""), b"exp", context, 32)


def setup_sender(prekey, info, ephemeral):
    encapsulated = public_of(ephemeral)
    return encapsulated, exporter(agree(ephemeral, prekey), encapsulated, prekey, info)


def setup_receiver(encapsulated, private, info):
    return exporter(agree(private, encapsulated), encapsulated, public_of(private), info)


def export(secret, context): return labelled_expand(SUITE, secret, b"sec", context, 32)


# ---- the construction

NONCE = bytes(12)
WRAP = b"mesh/1/wrap\x00"
RESEAL = b"mesh/1/reseal\x00"


def encrypt(key, plain, associated=b""): return ChaCha20Poly1305(key).encrypt(NONCE, plain, associated)


def decrypt(key, sealed, associated=b""):
    try:
        return ChaCha20Poly1305(key).decrypt(NONCE, sealed, associated)
    except InvalidTag as error:
        raise Refused("tag") from error


def bucket(length):
    size = 128
    while size < length + 4:
        size *= 2
    if size > 65_536:
        raise Refused("content too long")
    return size


def pad(content): return (wire.u32(len(content)) + content).ljust(bucket(len(content)), b"\x00")


def unpad(padded):
    length = struct.unpack_from("<I", padded)[0]
    content = padded[4:4 + length]
    if length > len(padded) - 4 or pad(content) != padded:
        raise Refused("padding")
    return content


def audience(keys, network): return wire.sha256(wire.label("audience", network) + b"".join(sorted(keys)))


def content_key(message_key, header, network):
    """The content key and the commitment to the message key."""
    info = wire.label("keys", network) + wire.sha256(header)
    material = expand(extract(b"mesh/1/keys", message_key), info, 64)
    return material[:32], material[32:]


def prekey_id(owner, prekey, network): return wire.sha256(wire.label("pkid", network) + owner + prekey)[:8]


def core_hash(core, network): return wire.sha256(wire.label("bind", network) + core)


def wraps_hash(wraps, network): return wire.sha256(wire.label("wraps", network) + wire.items(wraps))


def ciphertext_hash(ciphertext, network): return wire.sha256(wire.label("ciphertext", network) + ciphertext)


def wrap_info(sender, recipient, prekey, network):
    return wire.label("hpke", network) + sender + recipient + prekey


def seal_envelope(identity, header, content, recipients, network, message_key, ephemeral):
    """An Envelope's bytes. `recipients`: pairs of a key and its prekey; `ephemeral(prekey)` gives the private half for
    the encapsulation to it."""
    key, commitment = content_key(message_key, header, network)
    ciphertext = encrypt(key, pad(content), wire.label("content", network) + header + commitment)
    core = header + commitment + ciphertext_hash(ciphertext, network)
    wraps = []
    for recipient, prekey in recipients:
        encapsulated, secret = setup_sender(
            prekey, wrap_info(identity.key, recipient, prekey, network), ephemeral(prekey))
        sealed = encrypt(export(secret, WRAP + core_hash(core, network)), message_key)
        wraps.append(wire.wrap(prekey_id(recipient, prekey, network), encapsulated, sealed))
    wraps.sort()
    message = wire.message(identity, header, commitment, core[-32:], wraps_hash(wraps, network), network)
    return wire.envelope(message, wraps, ciphertext)


class Reader:
    def __init__(self, value): self.value, self.position = value, 0

    def take(self, count):
        part = self.value[self.position:self.position + count]
        if len(part) != count:
            raise Refused("truncated")
        self.position += count
        return part

    def count(self): return struct.unpack("<Q", self.take(8))[0]
    def rest(self): return self.value[self.position:]


def parse_envelope(envelope):
    reader = Reader(envelope)
    length = reader.count()
    message = wire.u64(length) + reader.take(length + 64)
    wraps = [reader.take(88) for _ in range(reader.count())]
    ciphertext = reader.take(reader.count())
    if reader.rest() or any(left[:40] >= right[:40] for left, right in zip(wraps, wraps[1:])):
        raise Refused("not canonical")
    return message, wraps, ciphertext


def checked_core(message, ciphertext, network):
    """Header and commitment of a signed body whose signature and ciphertext hash are good."""
    body = wire.verify(message, "message", network)
    if len(body) not in (131 + 96, 163 + 96):
        raise Refused("length of the body")
    if body[-64:-32] != ciphertext_hash(ciphertext, network):
        raise Refused("foreign ciphertext")
    return body[:-96], body[-96:-64]


def open_content(message, ciphertext, message_key, network):
    header, commitment = checked_core(message, ciphertext, network)
    key, own = content_key(message_key, header, network)
    if not hmac.compare_digest(own, commitment):
        raise Refused("commitment")
    content = unpad(decrypt(key, ciphertext, wire.label("content", network) + header + commitment))
    reader = Reader(content)
    kind, at = struct.unpack("<IQ", reader.take(12))
    payload = reader.take(reader.count())
    if reader.rest():
        raise Refused("content")
    return kind, at, payload


def open_envelope(envelope, recipient, prekey_private, network):
    """(kind, at, payload) for the holder of the prekey's private half."""
    message, wraps, ciphertext = parse_envelope(envelope)
    body = wire.body_of(message)
    header, _ = checked_core(message, ciphertext, network)
    if body[-32:] != wraps_hash(wraps, network):
        raise Refused("foreign wraps")
    prekey = public_of(prekey_private)
    own = prekey_id(recipient, prekey, network)
    for wrap in wraps:
        if wrap[:8] == own:
            info = wrap_info(header[1:33], recipient, prekey, network)
            secret = setup_receiver(wrap[8:40], prekey_private, info)
            message_key = decrypt(export(secret, WRAP + core_hash(body[:-32], network)), wrap[40:])
            return open_content(message, ciphertext, message_key, network)
    raise Refused("no wrap for this prekey")


def reseal(provider, requester, prekey, request_id, message, message_key, network, ephemeral):
    """(encapsulated, sealed key) of a Resealed item."""
    info = wire.label("reseal", network) + provider + requester + prekey
    encapsulated, secret = setup_sender(prekey, info, ephemeral)
    context = RESEAL + request_id + wire.message_id(message, network)
    return encapsulated, encrypt(export(secret, context), message_key)


def open_resealed(provider, requester, prekey_private, request_id, message, ciphertext, encapsulated, sealed, network):
    info = wire.label("reseal", network) + provider + requester + public_of(prekey_private)
    secret = setup_receiver(encapsulated, prekey_private, info)
    message_key = decrypt(export(secret, RESEAL + request_id + wire.message_id(message, network)), sealed)
    return open_content(message, ciphertext, message_key, network)
