"""A stranger's reader of the files gives the rows that SQL gives, and tells damage."""

import duckdb
import polars
import pyarrow
import pyarrow.ipc
import pytest
from conftest import Server
from quiver_files import Damaged, Directory

TYPES = {
    "b": "BOOLEAN",
    "s": "SMALLINT",
    "r": "REAL",
    "n": "DOUBLE",
    "m": "DECIMAL(38, 2)",
    "t": "VARCHAR",
    "x": "VARBINARY",
    "d": "DATE",
    "w": "TIMESTAMP",
    "z": "TIMESTAMP WITH TIME ZONE",
    "j": "JSON",
    "a": "INTEGER ARRAY",
    "v": "VECTOR(3)",
    "i": "VECTOR(2, INT8)",
}
VALUES = {
    "b": "TRUE",
    "s": "-32768",
    "r": "CAST('NaN' AS REAL)",
    "n": "-1.5E-300",
    "m": "123456789012345678901234567890123456.78",
    "t": "'naïve 日本語'",
    "x": "CAST('\\x00ff' AS VARBINARY)",
    "d": "DATE '0001-01-02'",
    "w": "TIMESTAMP '1969-12-31 23:59:59.000001'",
    "z": "CAST('2026-07-28 01:02:03+02:00' AS TIMESTAMP WITH TIME ZONE)",
    "j": """'{"a": [1, null]}'""",
    "a": "CAST('{1,NULL,3}' AS INTEGER ARRAY)",
    "v": "'[1,-0.5,1e-30]'",
    "i": "'[-128,127]'",
}


def make_everything(cursor, rows: range):
    for row in rows:
        values = ", ".join(VALUES[name] if row != 1 else "NULL" for name in TYPES)
        cursor.execute(f"INSERT INTO everything VALUES ({row}, {values})")


def said_of(cursor, *names) -> dict:
    said = {}
    for name in names:
        cursor.execute(f"SELECT * FROM {name}")
        said[name] = cursor.fetch_arrow_table().to_pylist()
    return said


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    """A database that was flushed and closed, and what SQL said of its tables."""
    server = Server(tmp_path_factory.mktemp("stranger") / "data")
    try:
        with server.connect(autocommit=True) as connection, connection.cursor() as cursor:
            columns = ", ".join(f"{name} {kind}" for name, kind in TYPES.items())
            cursor.execute(f"CREATE TABLE everything (id INTEGER PRIMARY KEY, {columns})")
            make_everything(cursor, range(3))
            cursor.execute("CREATE TABLE many (id INTEGER PRIMARY KEY, v VECTOR(2))")
            rows = ", ".join(f"({i}, '[{i},{-i}]')" for i in range(6000))
            cursor.execute(f"INSERT INTO many VALUES {rows}")
            cursor.execute("CREATE VIEW of_many AS SELECT id FROM many")
            cursor.execute("CREATE INDEX near ON many USING hnsw (v vector_l2_ops) WHERE id > 3")
            cursor.execute("CREATE TABLE none (id INTEGER)")
            cursor.execute("FLUSH")
            cursor.execute("DELETE FROM many WHERE id % 7 = 0 OR id > 5900")
            cursor.execute("UPDATE many SET v = NULL WHERE id = 5000")
            cursor.execute("ALTER TABLE many ADD COLUMN later TEXT DEFAULT 'it''s'")
            cursor.execute("INSERT INTO many VALUES (9999, NULL, 'new')")
            cursor.execute("FLUSH")
            said = said_of(cursor, "everything", "many", "none")
    finally:
        assert server.stop() is not None
    return server.data, said


@pytest.fixture
def directory(closed):
    directory = Directory(closed[0])
    yield directory
    directory.close()


@pytest.mark.parametrize("name", ["everything", "many", "none"])
def test_the_files_give_the_rows_that_sql_gives(closed, directory, name):
    rows = sorted(directory.rows("public", name), key=lambda row: row["id"])
    said = sorted(closed[1][name], key=lambda row: row["id"])
    assert_equal(rows, said)
    assert len(rows) == {"everything": 3, "none": 0}.get(name, len(said))


def assert_equal(rows: list, said: list):
    # NaN is not equal to itself, its text is.
    assert list(map(repr, rows)) == list(map(repr, said))


def test_commits_that_only_the_log_has_are_rows_too(tmp_path):
    server = Server(tmp_path / "data")
    try:
        with server.connect(autocommit=True) as connection, connection.cursor() as cursor:
            columns = ", ".join(f"{name} {kind}" for name, kind in TYPES.items())
            cursor.execute(f"CREATE TABLE everything (id INTEGER PRIMARY KEY, {columns})")
            make_everything(cursor, range(2))
            cursor.execute("CREATE TABLE gone (id INTEGER)")
            cursor.execute("FLUSH")
            make_everything(cursor, range(2, 6))
            cursor.execute("DELETE FROM everything WHERE id IN (0, 3)")
            cursor.execute("UPDATE everything SET s = 7 WHERE id IN (1, 4)")
            cursor.execute("ALTER TABLE everything ADD COLUMN later INTEGER DEFAULT 42")
            cursor.execute("ALTER TABLE everything ALTER COLUMN s TYPE BIGINT")
            cursor.execute("ALTER TABLE everything RENAME COLUMN t TO renamed")
            cursor.execute("CREATE SEQUENCE counted")
            cursor.execute("SELECT nextval('counted')")
            cursor.execute("CREATE VIEW of_all AS SELECT id FROM everything")
            cursor.execute("CREATE TABLE late (id INTEGER, c TEXT CHECK (c <> ''))")
            cursor.execute("INSERT INTO late VALUES (1, 'a'), (2, NULL)")
            cursor.execute("DROP TABLE gone")
            said = said_of(cursor, "everything", "late")
    finally:
        assert server.stop() is not None
    directory = Directory(server.data)
    try:
        assert directory.replayed > 10
        for name, rows in said.items():
            found = sorted(directory.rows("public", name), key=lambda row: row["id"])
            assert_equal(found, sorted(rows, key=lambda row: row["id"]))
        assert len(directory.tables) == 2
    finally:
        directory.close()


def test_deletes_and_later_columns_are_there_to_be_met(closed, directory):
    segments = directory.table("public", "many")["segments"]
    assert sum(len(segment["deleted"]) for segment in segments) > 0
    later = {row["later"] for row in directory.rows("public", "many")}
    assert later == {"it's", "new"}


def test_any_flipped_byte_of_a_segment_is_told(closed, directory):
    segments = directory.table("public", "everything")["segments"]
    path = closed[0] / "segments" / str(segments[0]["id"]) / "data.arrow"
    content = path.read_bytes()
    for at in range(0, len(content), 97):
        path.write_bytes(content[:at] + bytes([content[at] ^ 16]) + content[at + 1 :])
        try:
            with pytest.raises(Exception) as told:
                directory.rows("public", "everything")
            # What leads to the checksums may lead astray before they are compared.
            assert told.type is Damaged or at >= len(content) - 4096
        finally:
            path.write_bytes(content)


def test_polars_and_duckdb_open_a_segment(closed, directory):
    segments = directory.table("public", "many")["segments"]
    files = closed[0] / "segments" / str(segments[0]["id"])
    with pyarrow.memory_map(str(files / "data.arrow")) as source:
        rows = pyarrow.ipc.open_file(source).read_all()
        ids = duckdb.sql("SELECT count(*), min(id), max(id) FROM rows").fetchall()
    frame = polars.read_ipc(files / "data.arrow")
    assert ids == [(segments[0]["rows"], frame["id"].min(), frame["id"].max())]
    with pyarrow.memory_map(str(next(files.glob("[0-9]*.arrow")))) as source:
        vectors = pyarrow.ipc.open_file(source).read_all()
        assert duckdb.sql("SELECT sum(v[1] + v[2]) FROM vectors").fetchall() == [(0.0,)]
