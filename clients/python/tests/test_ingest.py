"""Bulk ingestion: pyarrow, pandas and polars tables into SQL tables."""

import datetime

import adbc_driver_manager
import numpy
import pandas
import polars
import pyarrow
import pytest


@pytest.fixture
def target(cursor):
    cursor.execute("DROP TABLE IF EXISTS target")
    return cursor


def rows(cursor, columns="*"):
    cursor.execute(f"SELECT {columns} FROM target ORDER BY id")
    return cursor.fetchall()


def vectors(count: int, dimension: int):
    values = numpy.arange(count * dimension, dtype="float32")
    return pyarrow.FixedSizeListArray.from_arrays(values, dimension)


def test_a_table_is_made_of_the_arrow_schema(target):
    table = pyarrow.table({"id": pyarrow.array([1, 2], pyarrow.int32()), "v": vectors(2, 3)})
    assert target.adbc_ingest("target", table, mode="create") == 2
    target.execute("SELECT id FROM target ORDER BY v <-> '[3,4,5]' LIMIT 1")
    assert target.fetchone() == (2,)


def test_creating_a_table_that_exists_is_an_error(target):
    table = pyarrow.table({"id": pyarrow.array([1], pyarrow.int32())})
    target.adbc_ingest("target", table, mode="create")
    with pytest.raises(adbc_driver_manager.Error, match="42P07"):
        target.adbc_ingest("target", table, mode="create")


def test_appending_adds_and_casts(target):
    target.execute("CREATE TABLE target (id BIGINT PRIMARY KEY, name TEXT DEFAULT 'none')")
    target.adbc_ingest("target", pyarrow.table({"id": [1, 2], "name": ["a", None]}), mode="append")
    target.adbc_ingest(
        "target", pyarrow.table({"id": pyarrow.array([3], pyarrow.int8())}), mode="append"
    )
    assert rows(target) == [(1, "a"), (2, None), (3, "none")]


def test_appending_to_no_table_is_an_error(target):
    with pytest.raises(adbc_driver_manager.Error, match="42P01"):
        target.adbc_ingest("target", pyarrow.table({"id": [1]}), mode="append")


def test_replacing_forgets_the_old_rows(target):
    target.adbc_ingest("target", pyarrow.table({"id": [1, 2]}), mode="create")
    target.adbc_ingest("target", pyarrow.table({"id": [7], "more": ["x"]}), mode="replace")
    assert rows(target) == [(7, "x")]


def test_a_bad_row_leaves_nothing(target):
    target.execute("CREATE TABLE target (id BIGINT PRIMARY KEY)")
    with pytest.raises(adbc_driver_manager.Error, match="23505"):
        target.adbc_ingest("target", pyarrow.table({"id": [1, 2, 1]}), mode="append")
    assert rows(target) == []


def test_a_failed_replacement_keeps_the_old_table(target):
    target.adbc_ingest("target", pyarrow.table({"id": [1]}), mode="create")
    bad = pyarrow.table(
        {"id": [1], "v": pyarrow.FixedSizeListArray.from_arrays(numpy.array([numpy.nan, 1]), 2)}
    )
    with pytest.raises(adbc_driver_manager.Error):
        target.adbc_ingest("target", bad, mode="replace")
    assert rows(target) == [(1,)]


def test_ingestion_is_a_transaction_of_its_own(target, server):
    """ADBC's driver does not tell the server of a connection's transaction when it ingests."""
    target.execute("CREATE TABLE target (id BIGINT PRIMARY KEY)")
    with server.connect(autocommit=False) as writer, writer.cursor() as cursor:
        cursor.adbc_ingest("target", pyarrow.table({"id": [1, 2]}), mode="append")
        assert rows(target) == [(1,), (2,)]
        writer.rollback()


def test_many_batches_arrive(target):
    batch = pyarrow.record_batch({"id": numpy.arange(50_000), "v": vectors(50_000, 8)})
    table = pyarrow.Table.from_batches([batch, batch, batch])
    assert target.adbc_ingest("target", table, mode="create") == 150_000
    target.execute("SELECT count(*), min(id), max(id) FROM target")
    assert target.fetchone() == (150_000, 0, 49_999)


def test_scalars_keep_their_values(target):
    table = pyarrow.table(
        {
            "id": pyarrow.array([1, 2], pyarrow.int64()),
            "flag": [True, None],
            "real": pyarrow.array([1.5, None], pyarrow.float32()),
            "number": [2.5, None],
            "text": ["Grüße 한국어", None],
            "day": [datetime.date(2024, 2, 29), None],
            "at": pyarrow.array(
                [datetime.datetime(2024, 2, 29, 12, 30, 0, 1), None], pyarrow.timestamp("us")
            ),
            "nanos": pyarrow.array(
                [datetime.datetime(1969, 12, 31, 23, 59, 59), None], pyarrow.timestamp("ns")
            ),
            "large": pyarrow.array(["x", None], pyarrow.large_string()),
            "view": pyarrow.array(["y", None], pyarrow.string_view()),
            "unsigned": pyarrow.array([4_000_000_000, None], pyarrow.uint32()),
        }
    )
    target.adbc_ingest("target", table, mode="create")
    assert rows(target) == [
        (
            1,
            True,
            1.5,
            2.5,
            "Grüße 한국어",
            datetime.date(2024, 2, 29),
            datetime.datetime(2024, 2, 29, 12, 30, 0, 1),
            datetime.datetime(1969, 12, 31, 23, 59, 59),
            "x",
            "y",
            4_000_000_000,
        ),
        (2, *[None] * 10),
    ]


def test_pandas_and_categories_arrive(target):
    frame = pandas.DataFrame({"id": [1, 2, 3], "kind": pandas.Categorical(["a", "b", "a"])})
    target.adbc_ingest("target", pyarrow.Table.from_pandas(frame), mode="create")
    assert rows(target) == [(1, "a"), (2, "b"), (3, "a")]


def test_polars_arrives(target):
    frame = polars.DataFrame({"id": [1, 2], "name": ["x", None]})
    target.adbc_ingest("target", frame.to_arrow(), mode="create")
    assert rows(target) == [(1, "x"), (2, None)]


def test_lists_fill_a_vector_column(target):
    target.execute("CREATE TABLE target (id INTEGER PRIMARY KEY, v VECTOR(2))")
    table = pyarrow.table({"id": [1, 2], "v": [[1.0, 2.0], [3.0, 4.0]]})
    target.adbc_ingest("target", table, mode="append")
    target.execute("SELECT id FROM target ORDER BY v <-> '[3,4]' LIMIT 1")
    assert target.fetchone() == (2,)


def test_another_dimension_names_the_row(target):
    target.execute("CREATE TABLE target (id INTEGER PRIMARY KEY, v VECTOR(2))")
    with pytest.raises(adbc_driver_manager.Error, match="22000"):
        target.adbc_ingest("target", pyarrow.table({"id": [1], "v": vectors(1, 3)}), mode="append")
