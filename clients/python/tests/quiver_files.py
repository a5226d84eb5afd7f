"""A reader of a Quiver database that has never seen Quiver: docs/format.md, pyarrow and struct.

Every checksum is compared. It reads what a flush has written: where the log holds a commit after
that, it says so instead of giving rows of the past.
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
        length = self.int()
        self.at += length
        return self.data[self.at - length : self.at].decode("utf-8")

    def optional(self):
        return self.text() if self.byte() else None

    def list(self, item) -> list:
        return [item() for _ in range(self.int())]


# Code, bytes of a value; None where values vary in length.
FIXED_BYTES = {2: 4, 3: 8, 4: 4, 5: 8, 6: 4, 7: 8, 10: 1, 11: 2, 12: 8, 13: 8, 14: 16, 16: 16}
BOOLEAN, VARCHAR, VECTOR, JSON, DECIMAL, VARBINARY, ARRAY = 1, 8, 9, 15, 16, 17, 18
ELEMENT_BITS = [32, 16, 16, 8, 1]


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


def read_column(data: Bytes, kind, rows: int):
    """Moves on behind a column's values, and gives their bytes."""
    if data.byte():
        data.at += (rows + 7) // 8
    if kind[0] in (VARCHAR, VARBINARY, JSON):
        ends = [data.int() for _ in range(rows)]
        values = data.data[data.at : data.at + (ends[-1] if ends else 0)]
        data.at += len(values)
        return values
    if kind[0] == ARRAY:
        ends = [data.int() for _ in range(rows)]
        return read_column(data, kind[1], ends[-1] if ends else 0)
    if kind[0] == BOOLEAN:
        size = (rows + 7) // 8
    elif kind[0] == VECTOR:
        size = rows * ((kind[1] * ELEMENT_BITS[kind[2]] + 7) // 8)
    else:
        size = rows * FIXED_BYTES[kind[0]]
    data.at += size
    return data.data[data.at - size : data.at]


class Directory:
    """A database that nobody writes to."""

    def __init__(self, path: pathlib.Path):
        self.path = path
        self._lock = open(path / "LOCK", "rb")
        fcntl.lockf(self._lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        self._read_format()
        heads = self._read_heads()
        self.tables = {}
        if "manifest" in heads:
            self._read_manifest(path / "meta" / heads["manifest"].decode("ascii"))

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
        data.long()
        schema, name = data.text(), data.text()
        columns = {}
        for _ in range(data.int()):
            column = data.int()
            columns[column] = {"name": data.text()}
            kind = read_type(data)
            data.byte(), data.optional(), data.byte(), data.optional()
            if data.byte():
                columns[column]["initial"] = read_column(data, kind, 1)
        data.list(lambda: self._skip_constraint(data))
        data.int(), data.int(), data.optional()
        data.long()  # next row id
        data.long()  # next identity
        segments = data.list(lambda: self._read_segment_entry(data))
        self.tables[schema, name] = columns, segments

    @staticmethod
    def _read_segment_entry(data: Bytes) -> dict:
        high, low = data.take("Q"), data.take("Q")
        entry = {"id": uuid.UUID(int=high << 64 | low), "first": data.long(), "rows": data.int()}
        data.long()  # bytes
        deleted = set()
        for page in range(data.int()):
            if data.byte():
                for word in range(64):
                    bits = data.take("Q")
                    deleted |= {4096 * page + 64 * word + i for i in range(64) if bits >> i & 1}
        entry["deleted"] = deleted
        return entry

    def log_positions(self) -> list:
        """The sequence numbers of the records that the log holds, each checked."""
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
                found.append(sequence)
                at += 24 + length
        return found

    def rows(self, schema: str, name: str) -> list:
        """The live rows of a table, each a dictionary by the columns' names."""
        behind = [sequence for sequence in self.log_positions() if sequence > self.position[1]]
        if behind:
            raise NotImplementedError(f"{len(behind)} commits are in the log alone; FLUSH first")
        columns, segments = self.tables[schema, name]
        rows = []
        for segment in segments:
            values, ids = self._read_segment(segment, columns)
            assert ids == sorted(set(ids))
            for row in range(segment["rows"]):
                if row not in segment["deleted"]:
                    rows.append({column: value[row] for column, value in values.items()})
        return rows

    def _read_segment(self, segment: dict, columns: dict):
        directory = self.path / "segments" / str(segment["id"])
        data = read_arrow(directory / "data.arrow", segment)
        vectors = [v for v in data.schema.metadata[b"quiver.vectors"].decode().split(",") if v]
        found = {}
        for table in [data] + [read_arrow(directory / f"{v}.arrow", segment) for v in vectors]:
            for i, field in enumerate(table.schema):
                found[int(field.metadata[b"quiver.column"])] = table.column(i).to_pylist()
        ids = found.get(ROW_ID, range(segment["first"], segment["first"] + segment["rows"]))
        values = {}
        for column, definition in columns.items():
            # A column that was added later: only texts have a value of their own here.
            initial = definition.get("initial")
            otherwise = None if initial is None else initial.decode("utf-8")
            values[definition["name"]] = found.get(column, [otherwise] * segment["rows"])
        return values, list(ids)


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
