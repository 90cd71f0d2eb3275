"""The wire format of mesh/1, written independently of the Swift code: bytes, labels, signed objects, messages.

Every function returns bytes. Integers are little-endian of fixed width; `data`, `text` and lists have a u64 length;
options a u8 tag; enums a u32 tag. Keys and hashes are 32 bytes without a length.
"""
import hashlib
import hmac
import struct

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ZERO = bytes(32)
FORMAT = 1


# ---- bytes

def u8(value): return struct.pack("<B", value)
def u16(value): return struct.pack("<H", value)
def u32(value): return struct.pack("<I", value)
def u64(value): return struct.pack("<Q", value)
def data(value): return u64(len(value)) + value
def text(value): return data(value.encode())
def some(value): return b"\x00" if value is None else b"\x01" + value
def flag(value): return u8(1 if value else 0)
def items(values): return u64(len(values)) + b"".join(values)


def fixed(value, size):
    assert len(value) == size, f"{len(value)} bytes where {size} belong"
    return value


def key(value): return fixed(value, 32)


# ---- labels, hashes, signatures

def label(name, network=ZERO): return b"mesh/1/" + name.encode() + b"\x00" + network
def sha256(value): return hashlib.sha256(value).digest()
def hmac_sha256(secret, value): return hmac.new(secret, value, hashlib.sha256).digest()


class Identity:
    """An Ed25519 key pair from its 32 secret bytes."""

    def __init__(self, seed):
        self.private = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, value): return self.private.sign(value)


NETWORKLESS = {"genesis", "hello", "reject"}


def body(identity, rest): return u8(FORMAT) + identity.key + rest


def signed(identity, kind, rest, network):
    """`Signed`: the body with its length, and the signature over label and body."""
    content = body(identity, rest)
    return data(content) + identity.sign(label(kind, ZERO if kind in NETWORKLESS else network) + content)


def body_of(signed_bytes):
    length = struct.unpack_from("<Q", signed_bytes)[0]
    assert len(signed_bytes) == 8 + length + 64
    return signed_bytes[8:8 + length]


def verify(signed_bytes, kind, network):
    """The body, or InvalidSignature."""
    content = body_of(signed_bytes)
    if content[0] != FORMAT:
        raise InvalidSignature(f"format {content[0]}")
    signer = Ed25519PublicKey.from_public_bytes(content[1:33])
    signer.verify(signed_bytes[-64:], label(kind, ZERO if kind in NETWORKLESS else network) + content)
    return content


# ---- membership

def genesis(name, at, nonce, previous=None, roster=()):
    return text(name) + u64(at) + key(nonce) + some(previous) + items(sorted(map(key, roster)))


def network_id(genesis_signed): return sha256(label("id/network") + body_of(genesis_signed))
def open_network_id(name): return sha256(label("open") + text(name))
def invite(prev, subject, at): return key(prev) + key(subject) + u64(at)


def chain_position(chain, seq): return fixed(chain, 16) + u64(seq)


def revoke(prev, subject, at, frontier=(), chains=()):
    """chains: pairs of a chain id and a sequence number"""
    positions = [chain_position(*position) for position in sorted(chains)]
    return key(prev) + key(subject) + u64(at) + items(sorted(map(key, frontier))) + items(positions)


INVITE, REVOKE = 0, 1


def operation(tag, signed_bytes): return u32(tag) + signed_bytes


def operation_id(operation_bytes, network):
    return sha256(label("id/operation", network) + operation_bytes[:4] + body_of(operation_bytes[4:]))


# ---- handshake

def hello(to, mode, channel, versions, network, features, nick, port):
    return (some(to) + u8(mode) + key(channel) + u16(versions[0]) + u16(versions[1]) + key(network) + u64(features)
            + some(None if nick is None else text(nick)) + u16(port))


def network_tag(network, channel, signer): return hmac_sha256(network, label("tag") + channel + signer)
def contact(member, endpoint): return key(member) + text(endpoint)


def welcome(hello_signed, channel, version, network, features, admission=None, others=()):
    """admission: the signed genesis and a list of operations"""
    proof = None if admission is None else admission[0] + items(admission[1])
    return (sha256(hello_signed) + key(channel) + u16(version) + key(network) + u64(features) + some(proof)
            + items(others))


def reject(hello_signed, channel, reason, proof=None, others=()):
    return sha256(hello_signed) + key(channel) + u32(reason) + some(proof) + items(others)


# ---- life of a link

def heartbeat(sent, echo, held): return u64(sent) + u64(echo) + u32(held)
def leave(reason): return u32(reason)
def drain(step): return u32(step)
def dial_back_ask(endpoint): return u32(0) + text(endpoint)
def dial_back_answer(reached): return u32(1) + flag(reached)


# ---- Scuttlebutt and operations

def record(life, version, name, value): return u64(life) + u64(version) + text(name) + data(value)
def record_id(signed_bytes, network): return sha256(label("id/record", network) + body_of(signed_bytes))
def digest_signer(signer, count, hash_): return key(signer) + u32(count) + key(hash_)
def digest_owner(owner, life, version, hash_): return key(owner) + u64(life) + u64(version) + key(hash_)


def digest(root, detail=None):
    """detail: lists of digest_signer and digest_owner"""
    return key(root) + some(None if detail is None else items(sorted(detail[0])) + items(sorted(detail[1])))


def delta(records, complete): return items(records) + flag(complete)
def operation_ids(signer, ids): return key(signer) + items(sorted(map(key, ids)))
def operations(values): return items(values)


# values of records

def address_value(endpoints): return items([text(endpoint) for endpoint in endpoints])


def links_value(inbound, wanted, links):
    """inbound: 0 unknown, 1 yes, 2 no; links: pairs of a key and whether it is needed"""
    return u8(inbound) + u8(wanted) + items([key(peer) + flag(needed) for peer, needed in sorted(links)])


def prekeys_value(prekeys):
    """tuples: class (1 fast, 2 slow), public key, not before, not after"""
    return items([u8(rotation) + key(public) + u64(start) + u64(end) for rotation, public, start, end in sorted(prekeys)])


def acks_value(acks):
    """tuples: author, chain, the newest message up to which all of the chain are held"""
    return items([key(author) + fixed(chain, 16) + u64(seq) for author, chain, seq in sorted(acks)])


# ---- Plumtree

def envelope(message, wraps, ciphertext): return message + items(sorted(wraps)) + data(ciphertext)
def wrap(prekey_id, encapsulated, sealed): return fixed(prekey_id, 8) + key(encapsulated) + fixed(sealed, 48)
def item_chat(envelope_bytes): return u32(0) + envelope_bytes
def item_raw(signed_bytes): return u32(1) + signed_bytes
def gossip(reset, hops, item): return flag(reset) + u16(hops) + item
def ihave_entry(id_, author, hops): return key(id_) + key(author) + u16(hops)
def ihave(reset, entries): return flag(reset) + items(entries)
def graft(author, id_=None): return key(author) + some(id_)
def prune(author): return key(author)
def not_found(id_): return key(id_)
def raw(to, life, seq, payload): return some(to) + u64(life) + u64(seq) + data(payload)
def raw_id(signed_bytes, network): return sha256(label("id/raw", network) + body_of(signed_bytes))


# ---- chat

def header(sender, chain, seq, prev, lamport, to, audience):
    """With format and sender, as the key schedule covers it."""
    return (u8(FORMAT) + key(sender) + u8(1) + fixed(chain, 16) + u64(seq) + key(prev) + u64(lamport) + some(to)
            + key(audience))


def message(identity, header_bytes, commitment, ciphertext_hash, wraps_hash, network):
    """The signed body of a chat message."""
    assert header_bytes[1:33] == identity.key
    return signed(identity, "message", header_bytes[33:] + key(commitment) + key(ciphertext_hash) + key(wraps_hash), network)


def message_id(signed_bytes, network): return sha256(label("id/message", network) + body_of(signed_bytes))
def content(kind, at, payload): return u32(kind) + u64(at) + data(payload)


# ---- repair

def vector_entry(author, chain, next_): return key(author) + fixed(chain, 16) + u64(next_)
def vector(root, chains=None): return key(root) + some(None if chains is None else items(sorted(chains)))
def chain_range(author, chain, start, end): return key(author) + fixed(chain, 16) + u64(start) + u64(end)


RANGES, IDS, DIRECT = 0, 1, 2


def sync_request(to, nonce, prekey, want, values):
    return key(to) + key(nonce) + some(prekey) + u32(want) + items(values)


def sync_id(signed_bytes, network): return sha256(label("id/sync", network) + body_of(signed_bytes))
def sync_sealed(envelope_bytes): return u32(0) + envelope_bytes


def sync_resealed(message_signed, ciphertext, encapsulated, sealed):
    return u32(1) + message_signed + data(ciphertext) + key(encapsulated) + fixed(sealed, 48)


def sync_missing(id_): return u32(2) + key(id_)
def sync_response(request, values, more): return key(request) + items(values) + flag(more)
def ack(to, chain, seq): return key(to) + fixed(chain, 16) + u64(seq)


ROUTED_RAW, ROUTED_REQUEST, ROUTED_RESPONSE, ROUTED_ACK = range(4)


def routed(to, hops_left, tag, signed_bytes): return key(to) + u8(hops_left) + u32(tag) + signed_bytes


# ---- frames

KINDS = {name: number for number, name in enumerate(
    "hello welcome reject heartbeat leave drain dialBack digest delta operationIDs operations gossip ihave graft prune "
    "notFound vector routed".split())}


def frame(kind, payload):
    """The content of a frame; on a link a u32 length comes before it."""
    return u32(KINDS[kind]) + payload
