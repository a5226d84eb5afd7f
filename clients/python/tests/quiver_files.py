"""A reader of a Quiver database that has never seen Quiver: docs/format.md, pyarrow and struct.

Every checksum is compared. Rows are those of the manifest's segments, and what commits in the log have
done to them since.
"""

import fcntl
import pathlib
import re
import struct
import uuid

import pyarrow
import pyarrow.ipc

ROW_ID = -1


def _crc32c_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


_TABLE = _crc32c_table()


def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


class Damaged(Exception):
    pass


def check(what: str, stored: int, data: bytes):
    computed = crc32c(data)
    if stored != computed:
        raise Damaged(f"{what}: checksum {stored:08x} stored, {computed:08x} computed")


class Bytes:
    """Numbers and texts, one after the other."""

    def __init__(self, data: bytes, at: int = 0):
        self.data = data
        self.at = at

    def take(self, layout: str) -> int:
        (value,) = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return value

    def byte(self) -> int:
        return self.take("B")

    def int(self) -> int:
        return self.take("i")

    def long(self) -> int:
        return self.take("q")

    def text(self) -> str:
        return self.bytes(self.int()).decode("utf-8")

    def bytes(self, length: int) -> bytes:
        self.at += length
        return self.data[self.at - length : self.at]

    def buffer(self, length: int) -> pyarrow.Buffer:
        return pyarrow.py_buffer(self.bytes(length))

    def optional(self):
        return self.text() if self.byte() else None

    def list(self, item) -> list:
        return [item() for _ in range(self.int())]


BOOLEAN, VARCHAR, VECTOR, JSON, DECIMAL, VARBINARY, ARRAY = 1, 8, 9, 15, 16, 17, 18


def read_type(data: Bytes):
    code = data.byte()
    if code in (VARCHAR, VARBINARY):
        return code, data.int()
    if code == VECTOR:
        return code, data.int(), data.byte()
    if code == DECIMAL:
        return code, data.byte(), data.byte()
    if code == ARRAY:
        return code, read_type(data)
    return (code,)


ARROW = {
    BOOLEAN: pyarrow.bool_(),
    2: pyarrow.int32(),
    3: pyarrow.int64(),
    4: pyarrow.float32(),
    5: pyarrow.float64(),
    6: pyarrow.date32(),
    7: pyarrow.timestamp("us"),
    VARCHAR: pyarrow.string(),
    10: pyarrow.int8(),
    11: pyarrow.int16(),
    12: pyarrow.time64("us"),
    13: pyarrow.timestamp("us", "UTC"),
    14: pyarrow.binary(16),
    JSON: pyarrow.string(),
    VARBINARY: pyarrow.binary(),
}
ELEMENTS = [pyarrow.float32(), pyarrow.float16(), pyarrow.uint16(), pyarrow.int8()]


def read_values(data: Bytes, kind, rows: int) -> pyarrow.Array:
    """The values of a column."""
    validity = data.buffer((rows + 7) // 8) if data.byte() else None
    if kind[0] in (VARCHAR, VARBINARY, JSON, ARRAY):
        offsets = b"\0\0\0\0" + data.bytes(4 * rows)
        end = struct.unpack_from("<i", offsets, 4 * rows)[0]
        buffers = [validity, pyarrow.py_buffer(offsets)]
        if kind[0] == ARRAY:
            elements = read_values(data, kind[1], end)
            wanted = pyarrow.list_(elements.type)
            return pyarrow.Array.from_buffers(wanted, rows, buffers, children=[elements])
        return pyarrow.Array.from_buffers(ARROW[kind[0]], rows, buffers + [data.buffer(end)])
    if kind[0] == VECTOR and kind[2] < len(ELEMENTS):
        element = ELEMENTS[kind[2]]
        packed = data.buffer(rows * kind[1] * element.bit_width // 8)
        elements = pyarrow.Array.from_buffers(element, rows * kind[1], [None, packed])
        wanted = pyarrow.list_(element, kind[1])
        return pyarrow.Array.from_buffers(wanted, rows, [validity], children=[elements])
    if kind[0] == VECTOR:
        wanted = pyarrow.binary((kind[1] + 7) // 8)
    elif kind[0] == DECIMAL:
        wanted = pyarrow.decimal128(kind[1], kind[2])
    else:
        wanted = ARROW[kind[0]]
    packed = data.buffer((rows * wanted.bit_width + 7) // 8)
    return pyarrow.Array.from_buffers(wanted, rows, [validity, packed])


class Directory:
    """A database that nobody writes to."""

    def __init__(self, path: pathlib.Path):
        self.path = path
        self._lock = open(path / "LOCK", "rb")
        fcntl.lockf(self._lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        self._read_format()
        heads = self._read_heads()
        self.tables = {}
        self.position = 0, 0
        if "manifest" in heads:
            self._read_manifest(path / "meta" / heads["manifest"].decode("ascii"))
        self.replayed = 0
        for sequence, payload in self.log_records():
            if sequence > self.position[1]:
                self._apply(Bytes(payload))
                self.replayed += 1

    def close(self):
        self._lock.close()

    def _read_format(self):
        line = (self.path / "FORMAT").read_bytes()
        found = re.fullmatch(rb"(quiver (\d+)\.\d+) ([0-9a-f]{8})\n", line)
        assert found, line
        check("FORMAT", int(found[3], 16), found[1])
        assert int(found[2]) == 5

    def _read_heads(self) -> dict:
        data = (self.path / "meta" / "heads").read_bytes()
        assert data[:8] == b"QUIVMETA" and struct.unpack_from("<H", data, 8) == (1,)
        check("heads", struct.unpack_from("<I", data, len(data) - 4)[0], data[:-4])
        heads = {}
        at = 24
        for _ in range(struct.unpack_from("<i", data, 12)[0]):
            name, value = struct.unpack_from("<ii", data, at + 8)
            at += 16
            heads[data[at : at + name].decode("utf-8")] = data[at + name : at + name + value]
            at += name + value
        return heads

    def _read_manifest(self, path: pathlib.Path):
        content = path.read_bytes()
        check(path.name, struct.unpack_from("<I", content, len(content) - 4)[0], content[:-4])
        assert content[:8] == b"QUIVMANI" and struct.unpack_from("<H", content, 8) == (4,)
        data = Bytes(content, 12)
        data.long()  # number
        self.commit = data.long()
        self.position = data.long(), data.long()
        data.long()  # catalog version
        data.long()  # next id
        self.schemas = data.list(data.text)
        data.list(lambda: self._skip_view(data))
        data.list(lambda: self._skip_index(data))
        data.list(lambda: self._skip_sequence(data))
        data.list(lambda: self._read_table(data))
        assert data.at == len(content) - 4

    @staticmethod
    def _skip_view(data: Bytes):
        data.long(), data.text(), data.text()
        data.list(lambda: (data.text(), read_type(data), data.byte(), data.text()))
        data.text()
        data.list(data.text)
        data.list(data.long)
        data.optional()

    @staticmethod
    def _skip_index(data: Bytes):
        data.long(), data.long(), data.text(), data.byte()
        data.list(lambda: (data.int(), data.byte(), data.byte()))
        data.byte()
        data.list(data.int)
        data.optional()
        data.list(lambda: (data.text(), data.text()))
        data.optional()

    @staticmethod
    def _skip_sequence(data: Bytes):
        data.long(), data.text(), data.text()
        [data.long() for _ in range(4)]
        data.byte(), data.long()
        data.long(), data.byte(), data.int()

    @staticmethod
    def _skip_constraint(data: Bytes):
        kind = data.byte()
        data.text()
        columns = data.list(data.int)
        if kind == 4:
            data.text()
        if kind == 5:
            data.long()
            [data.int() for _ in columns]
            data.byte(), data.byte()

    def _read_table(self, data: Bytes):
        """A table of the manifest, with where its rows are."""
        table = self._read_definition(data)
        table["next"] = data.long()
        data.long()  # next identity
        table["segments"] = data.list(lambda: self._read_segment_entry(data))

    def _read_definition(self, data: Bytes) -> dict:
        """A table, whose rows stay where it was there before."""
        number = data.long()
        schema, name = data.text(), data.text()
        columns = {}
        for _ in range(data.int()):
            column = data.int()
            columns[column] = {"name": data.text()}
            kind = columns[column]["type"] = read_type(data)
            data.byte(), data.optional(), data.byte(), data.optional()
            initial = read_values(data, kind, 1)[0].as_py() if data.byte() else None
            columns[column]["initial"] = initial
        data.list(lambda: self._skip_constraint(data))
        data.int(), data.int(), data.optional()
        new = {"next": 0, "segments": [], "rows": {}, "deleted": set()}
        table = self.tables.setdefault(number, new)
        table.update(schema=schema, name=name, columns=columns)
        return table

    @staticmethod
    def _read_segment_entry(data: Bytes) -> dict:
        high, low = data.take("Q"), data.take("Q")
        entry = {"id": uuid.UUID(int=high << 64 | low), "first": data.long(), "rows": data.int()}
        data.long()  # bytes
        entry["deleted"] = Directory._read_deleted(data)
        return entry

    @staticmethod
    def _read_deleted(data: Bytes) -> set:
        deleted = set()
        for page in range(data.int()):
            if data.byte():
                for word in range(64):
                    bits = data.take("Q")
                    deleted |= {4096 * page + 64 * word + i for i in range(64) if bits >> i & 1}
        return deleted

    def _apply(self, data: Bytes):
        """A commit that no manifest has."""
        assert data.byte() == 3
        data.long()  # commit version
        data.list(lambda: self._change(data))
        for _ in range(data.int()):
            table = self.tables[data.long()]
            table["deleted"].update(data.list(data.long))
        data.list(lambda: self._add_segment(data))
        data.list(lambda: self._add_rows(data))
        data.list(lambda: (data.long(), data.long()))  # identities
        assert data.at == len(data.data)

    def _change(self, data: Bytes):
        kind = data.byte()
        if kind in (1, 2):
            data.text()  # a schema comes or goes
        elif kind in (3, 4):
            self._read_definition(data)
        elif kind == 5:
            del self.tables[data.long()]
        elif kind == 6:
            self._skip_view(data)
        elif kind == 8:
            self._skip_index(data)
        elif kind == 10:
            self._skip_sequence(data)
        else:
            data.long()  # a view, an index or a sequence goes, or a sequence moves on
            if kind == 12:
                [(data.long(), data.byte(), data.int()) for _ in range(2)]

    def _add_segment(self, data: Bytes):
        table = self.tables[data.long()]
        high, low = data.take("Q"), data.take("Q")
        entry = {"id": uuid.UUID(int=high << 64 | low), "first": table["next"], "rows": data.int()}
        data.long()  # bytes
        entry["deleted"] = self._read_deleted(data)
        table["next"] += entry["rows"]
        table["segments"].append(entry)

    def _add_rows(self, data: Bytes):
        table = self.tables[data.long()]
        count = data.int()
        values = {
            column: read_values(data, definition["type"], count).to_pylist()
            for column, definition in table["columns"].items()
        }
        for row in range(count):
            table["rows"][table["next"]] = {column: value[row] for column, value in values.items()}
            table["next"] += 1

    def table(self, schema: str, name: str) -> dict:
        (found,) = [t for t in self.tables.values() if (t["schema"], t["name"]) == (schema, name)]
        return found

    def log_records(self) -> list:
        """Sequence number and payload of the records that the log holds, each checked."""
        found = []
        for path in sorted((self.path / "log").glob("**/*.log")):
            data = path.read_bytes()
            assert data[:8] == b"QUIVRLOG"
            check(path.name, struct.unpack_from("<I", data, 44)[0], data[:44])
            at = 48
            while at + 24 <= len(data):
                length, sequence, _, stored = struct.unpack_from("<iqqI", data, at)
                if length <= 0 or at + 24 + length > len(data):
                    break
                payload = data[at + 24 : at + 24 + length]
                check(f"{path.name} at {at}", stored, data[32:40] + data[at : at + 20] + payload)
                found.append((sequence, payload))
                at += 24 + length
        return found

    def rows(self, schema: str, name: str) -> list:
        """The live rows of a table, each a dictionary by the columns' names."""
        table = self.table(schema, name)
        rows = []
        for segment in table["segments"]:
            columns, ids = self._read_segment(segment)
            assert ids == sorted(set(ids))
            for row, number in enumerate(ids):
                if row not in segment["deleted"] and number not in table["deleted"]:
                    stored = {column: values[row] for column, values in columns.items()}
                    rows.append(self._named(table, stored))
        for number, stored in table["rows"].items():
            if number not in table["deleted"]:
                rows.append(self._named(table, stored))
        return rows

    @staticmethod
    def _named(table: dict, stored: dict) -> dict:
        """A row as the table is now: a column that came later has the value it had then."""
        return {
            definition["name"]: stored.get(column, definition["initial"])
            for column, definition in table["columns"].items()
        }

    def _read_segment(self, segment: dict):
        directory = self.path / "segments" / str(segment["id"])
        data = read_arrow(directory / "data.arrow", segment)
        vectors = [v for v in data.schema.metadata[b"quiver.vectors"].decode().split(",") if v]
        found = {}
        for file in [data] + [read_arrow(directory / f"{v}.arrow", segment) for v in vectors]:
            for i, field in enumerate(file.schema):
                found[int(field.metadata[b"quiver.column"])] = file.column(i).to_pylist()
        ids = found.pop(ROW_ID, range(segment["first"], segment["first"] + segment["rows"]))
        return found, list(ids)


def _field(data: bytes, table: int, number: int):
    """Where a field of a flatbuffers table is, or None."""
    vtable = table - struct.unpack_from("<i", data, table)[0]
    if 4 + 2 * number >= struct.unpack_from("<H", data, vtable)[0]:
        return None
    offset = struct.unpack_from("<H", data, vtable + 4 + 2 * number)[0]
    return table + offset if offset else None


def _follow(data: bytes, at: int) -> int:
    return at + struct.unpack_from("<I", data, at)[0]


def _string(data: bytes, at: int) -> str:
    at = _follow(data, at)
    return data[at + 4 : at + 4 + struct.unpack_from("<I", data, at)[0]].decode()


def read_arrow(path: pathlib.Path, segment: dict) -> pyarrow.Table:
    """A file of a segment, after all its checksums have been compared."""
    content = path.read_bytes()
    footer_length = struct.unpack_from("<i", content, len(content) - 10)[0]
    start = len(content) - 10 - footer_length
    footer = content[start:]
    root = _follow(footer, 0)
    pairs = _follow(footer, _field(footer, root, 4))
    metadata = {}
    for i in range(struct.unpack_from("<I", footer, pairs)[0]):
        pair = _follow(footer, pairs + 4 + 4 * i)
        metadata[_string(footer, _field(footer, pair, 0))] = _string(
            footer, _field(footer, pair, 1)
        )
    stored = metadata["quiver.crc32c.footer"]
    at = [
        found.start()
        for found in re.finditer(stored.encode(), footer)
        if crc32c(footer[: found.start()] + b"0" * 8 + footer[found.end() :]) == int(stored, 16)
    ]
    if len(at) != 1:
        raise Damaged(f"{path}: the footer's checksum is not {stored}")
    block = _follow(footer, _field(footer, root, 3)) + 4
    offset, head = struct.unpack_from("<qi", footer, block)
    body = offset + head
    blocks = [0] + _buffers(content, offset, body) + [start]
    checksums = metadata["quiver.crc32c"].split(",")
    assert len(checksums) == len(blocks) - 1
    for i, checksum in enumerate(checksums):
        check(f"{path} at {blocks[i]}", int(checksum, 16), content[blocks[i] : blocks[i + 1]])
    table = pyarrow.ipc.open_file(pyarrow.py_buffer(content)).read_all()
    assert table.schema.metadata[b"quiver.format"].startswith(b"3.")
    assert table.schema.metadata[b"quiver.segment"].decode() == str(segment["id"])
    assert table.num_columns == 0 or table.num_rows == segment["rows"]
    return table


def _buffers(content: bytes, message: int, body: int) -> list:
    """Where the buffers of a record batch begin in the file."""
    prefix = message + (8 if content[message : message + 4] == b"\xff" * 4 else 4)
    root = _follow(content, prefix)
    batch = _follow(content, _field(content, root, 2))
    buffers = _follow(content, _field(content, batch, 2))
    count = struct.unpack_from("<I", content, buffers)[0]
    return [
        body + struct.unpack_from("<q", content, buffers + 4 + 16 * i)[0] for i in range(count)
    ] or [body]
