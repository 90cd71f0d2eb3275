#!/usr/bin/env python3
"""Golden bytes of every message and object: Tests/MeshCoreTests/Golden/{wire,envelope,membership}.txt.

The Swift tests build the same values, so a changed byte of the format is seen. Lines: name, space, hex.

usage: make_golden.py [--check]     --check compares with the files and writes nothing
"""
import pathlib
import sys

import export_membership
import mesh_envelope as sealing
import mesh_wire as wire

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "MeshCoreTests" / "Golden"

ALICE, BOB, CAROL = (wire.Identity(bytes([number]) * 32) for number in (1, 2, 3))
AT = 1_700_000_000_000
LAST = (1 << 53) - 1


def run(start, count=32):
    """Bytes that count up: a swapped field or byte order shows."""
    return bytes((start + index) & 255 for index in range(count))


FOUNDING = wire.signed(ALICE, "genesis", wire.genesis("Gruppe Ü", AT, run(10)), wire.ZERO)
NETWORK = wire.network_id(FOUNDING)


def sign(identity, kind, rest): return wire.signed(identity, kind, rest, NETWORK)


INVITE = wire.operation(wire.INVITE, sign(ALICE, "invite", wire.invite(wire.ZERO, BOB.key, AT + 1)))
REVOKE = wire.operation(wire.REVOKE, sign(ALICE, "revoke", wire.revoke(
    wire.operation_id(INVITE, NETWORK), CAROL.key, AT + 2, [run(70), run(30)],
    [(run(60, 16), LAST), (run(40, 16), 7)])))
RECORD = sign(BOB, "record", wire.record(AT, 5, "nick", "Bob".encode()))
CHANNEL = run(80)
CONTACTS = [wire.contact(BOB.key, "bob.example:9000"), wire.contact(CAROL.key, "[::1]:9001")]
HEADER = wire.header(ALICE.key, run(40, 16), 3, run(90), 12, None, run(100))
DIRECT = wire.header(ALICE.key, run(41, 16), 0, wire.ZERO, LAST, BOB.key, run(101))
MESSAGE = wire.message(ALICE, HEADER, run(110), run(120), run(130), NETWORK)
WRAPS = [wire.wrap(run(140, 8), run(150), run(160, 48)), wire.wrap(run(140, 8), run(15), run(61, 48)),
         wire.wrap(run(14, 8), run(200), run(62, 48))]
ENVELOPE = wire.envelope(MESSAGE, WRAPS, run(0, 144))
RAW = sign(CAROL, "raw", wire.raw(None, AT, 1, b"\x00\xff raw"))


def genesis_lines():
    refounded = wire.genesis("", AT + 9, run(11), NETWORK, [CAROL.key, BOB.key])
    yield "genesis", FOUNDING
    yield "genesis/refounded", wire.signed(ALICE, "genesis", refounded, wire.ZERO)
    yield "id/network", NETWORK
    yield "id/network/open", wire.open_network_id("default")
    yield "operation/invite", INVITE
    yield "operation/revoke", REVOKE
    yield "operation/revoke/bare", wire.operation(
        wire.REVOKE, sign(BOB, "revoke", wire.revoke(wire.ZERO, BOB.key, 0)))
    yield "id/operation/invite", wire.operation_id(INVITE, NETWORK)
    yield "id/operation/revoke", wire.operation_id(REVOKE, NETWORK)


def handshake_lines():
    tag = wire.network_tag(NETWORK, CHANNEL, ALICE.key)
    first = sign(ALICE, "hello", wire.hello(BOB.key, 1, CHANNEL, (1, 1), tag, 0, None, 0))
    yield "hello/tls", wire.frame("hello", first)
    yield "hello/clear", wire.frame("hello", sign(
        BOB, "hello", wire.hello(None, 0, CHANNEL, (1, 0x0203), wire.ZERO, 7, "Bób", 9_000)))
    yield "welcome/member", wire.frame("welcome", sign(
        BOB, "welcome", wire.welcome(first, CHANNEL, 1, NETWORK, 4)))
    yield "welcome/newcomer", wire.frame("welcome", sign(
        BOB, "welcome", wire.welcome(first, CHANNEL, 1, NETWORK, 0, (FOUNDING, [INVITE]), CONTACTS)))
    for reason, name in enumerate(["notInvited", "revoked", "full", "version", "otherNetwork"]):
        proof, others = (REVOKE if reason == 1 else None), (CONTACTS if reason == 2 else [])
        yield f"reject/{name}", wire.frame("reject", sign(
            BOB, "reject", wire.reject(first, CHANNEL, reason, proof, others)))


def link_lines():
    yield "heartbeat", wire.frame("heartbeat", wire.heartbeat(0x0102030405060708, (1 << 64) - 1, 0xA1B2C3D4))
    for reason, name in enumerate(["quit", "shed", "duplicate", "notMember", "protocolViolation"]):
        yield f"leave/{name}", wire.frame("leave", wire.leave(reason))
    for step, name in enumerate(["ask", "agree", "refuse"]):
        yield f"drain/{name}", wire.frame("drain", wire.drain(step))
    yield "dialBack/ask", wire.frame("dialBack", wire.dial_back_ask("192.0.2.1:9000"))
    yield "dialBack/answer", wire.frame("dialBack", wire.dial_back_answer(True))
    yield "dialBack/answer/no", wire.frame("dialBack", wire.dial_back_answer(False))


def gossip_lines():
    detail = ([wire.digest_signer(ALICE.key, 2, run(50)), wire.digest_signer(BOB.key, 0xFFFFFFFF, run(51))],
              [wire.digest_owner(BOB.key, AT, 5, run(52)), wire.digest_owner(CAROL.key, LAST, 0, run(53))])
    yield "digest/root", wire.frame("digest", wire.digest(run(49)))
    yield "digest/detail", wire.frame("digest", wire.digest(run(49), detail))
    yield "delta", wire.frame("delta", wire.delta([RECORD], False))
    yield "delta/complete", wire.frame("delta", wire.delta([], True))
    yield "operationIDs", wire.frame("operationIDs", wire.operation_ids(ALICE.key, [run(70), run(30)]))
    yield "operations", wire.frame("operations", wire.operations([INVITE, REVOKE]))
    yield "id/record", wire.record_id(RECORD, NETWORK)
    yield "value/address", wire.address_value(["bob.example:9000", "[::1]:9001"])
    yield "value/address/none", wire.address_value([])
    links = [(CAROL.key, False), (ALICE.key, True)]
    for inbound, name in enumerate(["unknown", "yes", "no"]):
        yield f"value/links/{name}", wire.links_value(inbound, 3, links[:inbound])
    yield "value/prekeys", wire.prekeys_value(
        [(2, run(171), AT, AT + 7 * 86_400_000), (1, run(172), AT, AT + 86_400_000)])
    yield "value/acks", wire.acks_value(
        [(ALICE.key, run(43, 16), 1), (ALICE.key, run(40, 16), LAST), (BOB.key, run(42, 16), 0)])


def broadcast_lines():
    yield "gossip/chat", wire.frame("gossip", wire.gossip(False, 0x0102, wire.item_chat(ENVELOPE)))
    yield "gossip/raw", wire.frame("gossip", wire.gossip(True, 0, wire.item_raw(RAW)))
    yield "ihave", wire.frame("ihave", wire.ihave(
        True, [wire.ihave_entry(run(190), ALICE.key, 3), wire.ihave_entry(run(180), BOB.key, 0xFFFF)]))
    yield "graft", wire.frame("graft", wire.graft(ALICE.key))
    yield "graft/id", wire.frame("graft", wire.graft(ALICE.key, run(190)))
    yield "prune", wire.frame("prune", wire.prune(BOB.key))
    yield "notFound", wire.frame("notFound", wire.not_found(run(190)))
    yield "id/raw", wire.raw_id(RAW, NETWORK)
    yield "id/message", wire.message_id(MESSAGE, NETWORK)
    yield "header/group", HEADER
    yield "header/direct", DIRECT
    yield "message/direct", wire.message(ALICE, DIRECT, run(110), run(120), run(130), NETWORK)
    yield "content/text", wire.content(0, AT, "Grüße".encode())
    yield "content/application", wire.content(1, AT, bytes(3))


def repair_lines():
    ranges = [wire.chain_range(ALICE.key, run(40, 16), 0, 5), wire.chain_range(BOB.key, run(42, 16), 7, LAST)]
    ask = sign(BOB, "sync", wire.sync_request(ALICE.key, run(210), run(172), wire.RANGES, ranges))
    by_id = sign(BOB, "sync", wire.sync_request(ALICE.key, run(210), None, wire.IDS, [run(190), run(180)]))
    direct = sign(BOB, "sync", wire.sync_request(ALICE.key, run(210), None, wire.DIRECT, ranges[:1]))
    answer = sign(ALICE, "reply", wire.sync_response(wire.sync_id(ask, NETWORK), [
        wire.sync_sealed(ENVELOPE), wire.sync_resealed(MESSAGE, run(0, 144), run(220), run(63, 48)),
        wire.sync_missing(run(180))], True))
    got = sign(BOB, "ack", wire.ack(ALICE.key, run(41, 16), 9))
    yield "vector/root", wire.frame("vector", wire.vector(run(54)))
    yield "vector/chains", wire.frame("vector", wire.vector(run(54), [
        wire.vector_entry(BOB.key, run(42, 16), LAST), wire.vector_entry(ALICE.key, run(43, 16), 2),
        wire.vector_entry(ALICE.key, run(40, 16), 6)]))
    to_bob = sign(CAROL, "raw", wire.raw(BOB.key, AT, 2, b""))
    yield "routed/raw", wire.frame("routed", wire.routed(BOB.key, 64, wire.ROUTED_RAW, to_bob))
    for name, value in (("ranges", ask), ("ids", by_id), ("direct", direct)):
        yield f"routed/request/{name}", wire.frame("routed", wire.routed(ALICE.key, 63, wire.ROUTED_REQUEST, value))
    yield "routed/response", wire.frame("routed", wire.routed(BOB.key, 0, wire.ROUTED_RESPONSE, answer))
    yield "routed/ack", wire.frame("routed", wire.routed(ALICE.key, 64, wire.ROUTED_ACK, got))
    yield "id/sync", wire.sync_id(ask, NETWORK)


# ---- envelopes

PREKEY_PRIVATE = run(1)
PREKEY = sealing.public_of(PREKEY_PRIVATE)
MESSAGE_KEY = run(7)


def ephemeral(prekey): return wire.sha256(b"ephemeral" + prekey)


def sealed(kind, payload, recipients, to, seq):
    """From Alice; every recipient has the same prekey, which only a test may do."""
    header = wire.header(ALICE.key, run(40, 16), seq, run(90) if seq else wire.ZERO, seq + 1, to,
                         sealing.audience([r.key for r in recipients], NETWORK))
    return sealing.seal_envelope(ALICE, header, wire.content(kind, AT, payload), [(r.key, PREKEY) for r in recipients],
                                 NETWORK, MESSAGE_KEY, ephemeral)


def envelope_lines():
    group = sealed(0, "Hallo, Gruppe".encode(), [BOB, CAROL], None, 0)
    yield "group", group
    yield "direct", sealed(0, b"", [BOB], BOB.key, 1)
    yield "application", sealed(1, run(5, 300), [CAROL, BOB], None, 2)
    message, _, ciphertext = sealing.parse_envelope(group)
    request = run(230)
    encapsulated, key = sealing.reseal(CAROL.key, BOB.key, PREKEY, request, message, MESSAGE_KEY, NETWORK,
                                       ephemeral(PREKEY))
    yield "resealed", wire.sync_resealed(message, ciphertext, encapsulated, key)
    assert sealing.open_envelope(group, BOB.key, PREKEY_PRIVATE, NETWORK)[2] == b"Hallo, Gruppe"
    assert sealing.open_resealed(CAROL.key, BOB.key, PREKEY_PRIVATE, request, message, ciphertext, encapsulated, key,
                                 NETWORK)[2] == b"Hallo, Gruppe"


def lines(*groups):
    made = [f"{name} {value.hex()}" for group in groups for name, value in group()]
    return "\n".join(["# Made by Tests/Interop/make_golden.py, which names the values.", *made]) + "\n"


def files():
    yield "wire.txt", lines(
        genesis_lines, handshake_lines, link_lines, gossip_lines, broadcast_lines, repair_lines)
    yield "envelope.txt", lines(envelope_lines)
    yield "membership.txt", export_membership.export()


def main():
    check, differing = "--check" in sys.argv[1:], 0
    for name, text in files():
        if check:
            same = (GOLDEN / name).read_text() == text
            differing += not same
            print(f"{name}: {'as made' if same else 'differs'}")
        else:
            (GOLDEN / name).write_text(text)
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
