"""What somebody can do who has recorded the wire (TLS broken) and holds copies of one member's disk.

Uses nothing of the Swift code: rows are opened by Tests/Interop/mesh_store.py, envelopes by mesh_envelope.py.
"""

import collections
import contextlib
import pathlib
import shutil
import sqlite3
import sys
import tempfile

from mesh_programs import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "Tests" / "Interop"))
import mesh_envelope as envelope
import mesh_store as store
import mesh_wire as wire
from cryptography.exceptions import InvalidTag

Message = collections.namedtuple("Message", "at author to signed ciphertext header")
Resealed = collections.namedtuple("Resealed", "at id provider request prekey message ciphertext encapsulated sealed")


class Parser(envelope.Reader):
    def number(self, size): return int.from_bytes(self.take(size), "little")
    def option(self, size): return self.take(size) if self.take(1) == b"\x01" else None
    def list_of(self, read): return [read() for _ in range(self.count())]
    def data(self): return self.take(self.count())

    def signed(self):
        length = self.count()
        return wire.u64(length) + self.take(length + 64)

    def envelope(self):
        return self.signed(), self.list_of(lambda: self.take(88)), self.data()


class Tapped:
    """All frames that may hold a sealed message or a key of one: u64 time, u32 length, frame."""

    def __init__(self, recorded, network, owner):
        self.network, self.owner = network, owner
        self.messages = {}
        self.envelopes = {}                              # by id: at, bytes, wraps
        self.named = collections.defaultdict(list)       # by a prekey's id: ids of messages
        self.resealed = collections.defaultdict(dict)    # by prekey: by (request, id)
        self.requests = {}                               # by id: signer and prekey
        self.opened = {}                                 # by key: ids; a cache
        reader = Parser(recorded)
        while reader.position < len(recorded):
            at = reader.number(8)
            self.read(at, Parser(reader.take(reader.number(4))))

    def read(self, at, frame):
        kind = frame.number(4)
        if kind == wire.KINDS["gossip"]:
            frame.take(3)
            if frame.number(4) == 0:
                self.take_envelope(at, *frame.envelope())
        elif kind == wire.KINDS["routed"]:
            frame.take(33)
            tag, body = frame.number(4), Parser(wire.body_of(frame.signed()))
            if tag == wire.ROUTED_REQUEST:
                self.take_request(body)
            elif tag == wire.ROUTED_RESPONSE:
                self.take_response(at, body)

    def take_request(self, body):
        signer = body.value[1:33]
        body.take(1 + 32 + 32 + 32)
        id_ = wire.sha256(wire.label("id/sync", self.network) + body.value)
        self.requests[id_] = signer, body.option(32)

    def take_response(self, at, body):
        provider, request = body.take(33)[1:], body.take(32)
        for _ in range(body.count()):
            kind = body.number(4)
            if kind == 0:
                self.take_envelope(at, *body.envelope())
            elif kind == 1:
                message, ciphertext = body.signed(), body.data()
                id_ = self.note(at, message, ciphertext)
                signer, prekey = self.requests[request]
                item = Resealed(at, id_, provider, request, prekey, message, ciphertext, body.take(32), body.take(48))
                if signer == self.owner:
                    self.resealed[prekey][request, id_] = item
            else:
                body.take(32)

    def take_envelope(self, at, message, wraps, ciphertext):
        id_ = self.note(at, message, ciphertext)
        if id_ not in self.envelopes:
            self.envelopes[id_] = at, wire.envelope(message, wraps, ciphertext), wraps
            for wrap in wraps:
                self.named[wrap[:8]].append(id_)

    def note(self, at, message, ciphertext):
        id_ = wire.message_id(message, self.network)
        if id_ not in self.messages:
            header, _ = envelope.checked_core(message, ciphertext, self.network)
            fields = Parser(header)
            author = fields.take(33)[1:]
            fields.take(1 + 16 + 8 + 32 + 8)
            self.messages[id_] = Message(at, author, fields.option(32), message, ciphertext, header)
        return id_

    # What a key is good for

    def sealed_to(self, prekey):
        """(id, time) of every message that was sealed to this prekey of the owner, and of those sealed anew."""
        first = self.named[envelope.prekey_id(self.owner, prekey, self.network)]
        return ([(id_, self.envelopes[id_][0]) for id_ in first]
                + [(item.id, item.at) for item in self.resealed[prekey].values()])

    def opened_by_prekey(self, private):
        if private not in self.opened:
            prekey = envelope.public_of(private)
            named = self.named[envelope.prekey_id(self.owner, prekey, self.network)]
            self.opened[private] = (
                {id_ for id_ in named if self.opens(envelope.open_envelope, self.envelopes[id_][1], self.owner, private)}
                | {item.id for item in self.resealed[prekey].values() if self.opens_resealed(item, private)})
        return self.opened[private]

    def opens_resealed(self, item, private):
        return self.opens(envelope.open_resealed, item.provider, self.owner, private, item.request, item.message,
                          item.ciphertext, item.encapsulated, item.sealed)

    def opens(self, function, *arguments):
        try:
            function(*arguments, self.network)
            return True
        except envelope.Refused:
            return False

    def opened_by_message_key(self, key):
        """The key against every message there is."""
        if key not in self.opened:
            extracted = envelope.extract(b"mesh/1/keys", key)
            self.opened[key] = {
                id_ for id_, message in self.messages.items()
                if envelope.expand(extracted, wire.label("keys", self.network) + wire.sha256(message.header), 64)[32:]
                == message.signed[-64 - 96:-64 - 64]
                and self.opens(envelope.open_content, message.signed, message.ciphertext, key)}
        return self.opened[key]

    def opened_by_force(self, private):
        """The key as a private prekey against every wrap and every key that was sealed anew, whoever it names."""
        found = set()
        for id_, (_, sealed, wraps) in self.envelopes.items():
            header, message = self.messages[id_].header, wire.body_of(self.messages[id_].signed)
            for wrap in wraps:
                info = envelope.wrap_info(header[1:33], self.owner, envelope.public_of(private), self.network)
                secret = envelope.setup_receiver(wrap[8:40], private, info)
                context = envelope.WRAP + envelope.core_hash(message[:-32], self.network)
                try:
                    envelope.decrypt(envelope.export(secret, context), wrap[40:])
                    found.add(id_)
                except envelope.Refused:
                    pass
        for items in self.resealed.values():
            found |= {item.id for item in items.values() if self.opens_resealed(item, private)}
        return found


class Image:
    """A disk as it lay there at midnight: what its rows give, read with the log and without it."""

    def __init__(self, folder, store_key, owner):
        self.files = {file.name: file.read_bytes() for file in sorted(pathlib.Path(folder).iterdir())}
        self.rows = {}          # by (table, salt): the row
        self.prekeys = set()    # private halves
        self.message_keys = {}  # by id: key
        self.unreadable = 0
        for files in (self.files, {name: bytes_ for name, bytes_ in self.files.items() if name.endswith(".sqlite")}):
            for table, row in read_rows(files):
                self.rows[table, row[4]] = row
        for (table, _), row in self.rows.items():
            try:
                content, secret = store.open_row(store_key, owner, table, row)
            except (InvalidTag, AssertionError):
                self.unreadable += 1
                continue
            if table == "prekey":
                self.prekeys.add(secret)
            elif table == "message":
                self.message_keys[content[:32]] = secret

    def holds(self, pattern):
        return [name for name, content in self.files.items() if pattern in content]


def read_rows(files):
    """(table, row) of a database and its log, those that were set aside with them."""
    with tempfile.TemporaryDirectory(prefix="mesh-image-") as folder:
        for name, content in files.items():
            (pathlib.Path(folder) / name).write_bytes(content)
        with contextlib.closing(sqlite3.connect(pathlib.Path(folder) / "history.sqlite")) as database:
            if not list(database.execute("SELECT 1 FROM sqlite_master")):
                return  # All of it is still in the log.
            for table in store.TABLES:
                for row in database.execute(f"SELECT id, tag, place, sealed, salt, key FROM {table}"):
                    yield table, row
            tables = {number: table for table, number in store.TABLES.items()}
            for origin, *row in database.execute("SELECT origin, row, tag, place, sealed, salt, key FROM damaged"):
                if row[4] is not None:
                    yield tables[origin], tuple(row)
