#!/usr/bin/env python3
"""Opens the rows of a store on disk, written independently of the Swift code from the documentation of MeshStore.

    mesh_store.py DATABASE STORE_KEY IDENTITY      both in hex

Prints one JSON line per row: table, id, content (hex), secret (hex or null). A row that does not open is printed with
"content": null. Exits with 1 when there was one.
"""
import hashlib
import hmac
import json
import sqlite3
import struct
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

LABEL = b"mesh/1/store"
FORMAT = 1
TABLES = {"meta": 1, "message": 2, "chain": 3, "own_chain": 4, "prekey": 5, "letter": 6, "member_since": 7}
COLUMNS = {"message": 2, "place": 3, "chain": 4, "own_chain": 5, "prekey": 6, "letter": 7, "member_since": 8}
NONCE = bytes(12)


def code(key, value):
    return hmac.new(key, value, hashlib.sha256).digest()


def derive(key, salt, info):
    """HKDF-SHA256 (RFC 5869), 32 bytes."""
    return code(code(salt or bytes(32), key), info + b"\x01")


def lookup(key, identity, column, value):
    """The keyed hash that rows are found by."""
    return code(derive(key, b"", LABEL + b"/lookup" + identity), bytes([COLUMNS[column]]) + value)[:16]


def name(table, identity, number):
    owner = bytes(32) if table == "meta" else identity
    return LABEL + bytes([TABLES[table]]) + owner + struct.pack("<qI", number, FORMAT)


def open_row(key, identity, table, row):
    """(content, secret) of (id, tag, place, sealed, salt, key); raises InvalidTag."""
    number, tag, place, sealed, salt, wrapped = row
    info = name(table, identity, number)
    authenticated = info + b"".join(struct.pack("<Q", len(part or b"")) + (part or b"") for part in (tag, place, wrapped))
    padded = ChaCha20Poly1305(derive(key, salt, info + b"\x00")).decrypt(NONCE, sealed, authenticated)
    (count,) = struct.unpack_from("<I", padded)
    content = padded[4 : 4 + count]
    assert len(content) == count and not any(padded[4 + count :]), "padding"
    if wrapped is None:
        return content, None
    return content, ChaCha20Poly1305(derive(key, salt, info + b"\x01")).decrypt(NONCE, wrapped, b"")


def main(path, key, identity):
    key, identity = bytes.fromhex(key), bytes.fromhex(identity)
    failed = False
    database = sqlite3.connect(path)
    for table in TABLES:
        for row in database.execute(f"SELECT id, tag, place, sealed, salt, key FROM {table} ORDER BY id"):
            try:
                content, secret = open_row(key, identity, table, row)
            except (InvalidTag, AssertionError):
                content, secret, failed = None, None, True
            shown = {"table": table, "id": row[0], "content": content and content.hex(), "secret": secret and secret.hex()}
            print(json.dumps(shown))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
