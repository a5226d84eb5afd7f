"""The files that COPY TO writes, read by those who own their formats."""

import csv
import json
import math

import numpy
import pandas
import pyarrow
import pyarrow.parquet
import pytest

ROWS = [
    (1, 'Grüße, "한국어"', 1.5, [1.0, 2.5, -3.0]),
    (2, "", None, [0.0, 0.0, 0.0]),
    (3, None, -2.25, None),
]


@pytest.fixture
def copied(cursor):
    """A table, and a function that copies a query to a file and gives its path."""
    cursor.execute("DROP TABLE IF EXISTS copied")
    cursor.execute(
        "CREATE TABLE copied (id INTEGER PRIMARY KEY, name TEXT, number DOUBLE, v VECTOR(3))"
    )
    cursor.executemany(
        "INSERT INTO copied VALUES (?, ?, ?, ?)",
        [(i, name, number, v if v is None else json.dumps(v)) for i, name, number, v in ROWS],
    )

    def copy(path, query="SELECT * FROM copied ORDER BY id", options=""):
        cursor.execute(f"COPY ({query}) TO '{path}'{options}")
        return path

    return copy


def test_csv_is_read_by_python_and_pandas(copied, copy_root):
    path = copied(copy_root / "rows.csv", options=" WITH (HEADER)")
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["id", "name", "number", "v"]
    assert rows[1] == ["1", 'Grüße, "한국어"', "1.5", "[1,2.5,-3]"]
    frame = pandas.read_csv(path)
    assert list(frame["id"]) == [1, 2, 3]
    assert math.isnan(frame["number"][1])
    assert json.loads(frame["v"][0]) == [1, 2.5, -3]


def test_json_lines_are_read_by_python_and_pandas(copied, copy_root):
    path = copied(copy_root / "rows.jsonl")
    with open(path, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    assert [tuple(row.values()) for row in rows] == ROWS
    frame = pandas.read_json(path, lines=True)
    assert list(frame["id"]) == [1, 2, 3]
    assert frame["v"][0] == [1, 2.5, -3]


def test_npy_is_read_by_numpy(copied, copy_root):
    path = copied(copy_root / "v.npy", "SELECT v FROM copied WHERE v IS NOT NULL ORDER BY id")
    array = numpy.load(path)
    assert array.dtype == numpy.float32
    assert array.tolist() == [v for *_, v in ROWS if v is not None]
    mapped = numpy.load(path, mmap_mode="r")
    assert mapped.shape == (2, 3)


def test_fvecs_are_read_by_numpy(copied, copy_root):
    path = copied(copy_root / "v.fvecs", "SELECT v FROM copied WHERE v IS NOT NULL ORDER BY id")
    raw = numpy.fromfile(path, dtype="<i4").reshape(-1, 4)
    assert raw[:, 0].tolist() == [3, 3]
    assert raw[:, 1:].copy().view("<f4").tolist() == [v for *_, v in ROWS if v is not None]


def check_arrow(table):
    assert table.schema.field("id").type == pyarrow.int32()
    assert table.schema.field("number").type == pyarrow.float64()
    assert [tuple(row.values()) for row in table.to_pylist()] == ROWS
    assert list(table.to_pandas()["id"]) == [1, 2, 3]


def test_arrow_is_read_by_pyarrow(copied, copy_root):
    path = copied(copy_root / "rows.arrow")
    with pyarrow.memory_map(str(path)) as source:
        table = pyarrow.ipc.open_file(source).read_all()
        check_arrow(table)
        assert table.schema.field("v").type.list_size == 3


def test_parquet_is_read_by_pyarrow_and_pandas(copied, copy_root):
    path = copied(copy_root / "rows.parquet")
    check_arrow(pyarrow.parquet.read_table(path))
    frame = pandas.read_parquet(path)
    assert list(frame["name"])[:2] == ['Grüße, "한국어"', ""]
    assert list(frame["v"][0]) == [1, 2.5, -3]


@pytest.mark.parametrize("ending", ["csv", "jsonl", "arrow", "parquet"])
def test_what_is_written_is_read_back(copied, copy_root, cursor, ending):
    path = copied(copy_root / f"again.{ending}")
    cursor.execute("DROP TABLE IF EXISTS again")
    cursor.execute("CREATE TABLE again AS SELECT * FROM copied WHERE id < 0")
    cursor.execute(f"COPY again FROM '{path}'")
    cursor.execute("SELECT id, name, number, v FROM again ORDER BY id")
    assert cursor.fetchall() == ROWS


def test_files_of_pyarrow_are_loaded(copied, copy_root, cursor):
    table = pyarrow.table(
        {
            "id": pyarrow.array([10, 11], pyarrow.int64()),
            "name": pyarrow.array(["a", None], pyarrow.large_string()),
            "number": pyarrow.array([1, None], pyarrow.float32()),
            "v": pyarrow.array([[1, 2, 3], None], pyarrow.list_(pyarrow.float64(), 3)),
        }
    )
    pyarrow.parquet.write_table(table, copy_root / "foreign.parquet")
    cursor.execute(f"COPY copied FROM '{copy_root / 'foreign.parquet'}'")
    cursor.execute("SELECT id, name, number, v FROM copied WHERE id >= 10 ORDER BY id")
    assert cursor.fetchall() == [(10, "a", 1.0, [1.0, 2.0, 3.0]), (11, None, None, None)]
