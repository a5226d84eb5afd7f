"""Queries and bound vectors, with ADBC's DB-API, pandas and polars."""

import adbc_driver_manager
import numpy
import pandas
import polars
import pyarrow
import pytest


@pytest.fixture
def docs(cursor):
    cursor.execute("DROP TABLE IF EXISTS docs")
    cursor.execute("CREATE TABLE docs (id INTEGER PRIMARY KEY, lang TEXT, embedding VECTOR(3))")
    cursor.execute(
        "INSERT INTO docs VALUES (1, 'en', '[1,0,0]'), (2, 'en', '[0,1,0]'),"
        " (3, 'de', '[1,1,0]'), (4, NULL, NULL)"
    )
    return cursor


def test_rows_arrive_as_arrow(docs):
    docs.execute("SELECT id, lang, embedding FROM docs ORDER BY id")
    table = docs.fetch_arrow_table()
    assert table.schema.field("embedding").type == pyarrow.list_(
        pyarrow.field("item", pyarrow.float32(), nullable=False), 3
    )
    assert table.column("id").to_pylist() == [1, 2, 3, 4]
    assert table.column("lang").to_pylist() == ["en", "en", "de", None]
    assert table.column("embedding").to_pylist()[2:] == [[1.0, 1.0, 0.0], None]


def test_rows_arrive_as_pandas(docs):
    docs.execute("SELECT lang, count(*) AS n FROM docs GROUP BY lang ORDER BY lang")
    frame = docs.fetch_df()
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame["n"]) == [1, 2, 1]


def test_pandas_reads_sql(docs, connection):
    frame = pandas.read_sql("SELECT id FROM docs WHERE lang = 'en' ORDER BY id", connection)
    assert list(frame["id"]) == [1, 2]


def test_polars_reads_sql(docs, connection):
    frame = polars.read_database("SELECT id, lang FROM docs ORDER BY id", connection)
    assert frame["id"].to_list() == [1, 2, 3, 4]
    assert frame["lang"].to_list() == ["en", "en", "de", None]


def test_scalar_parameters(docs):
    docs.execute("SELECT id FROM docs WHERE lang = ? AND id > ?", ("en", 1))
    assert docs.fetchall() == [(2,)]


@pytest.mark.parametrize(
    "vector",
    [
        pyarrow.array([[1.0, 0.2, 0.0]], pyarrow.list_(pyarrow.float32(), 3)),
        pyarrow.array([[1.0, 0.2, 0.0]], pyarrow.list_(pyarrow.float64(), 3)),
        pyarrow.FixedSizeListArray.from_arrays(numpy.array([1, 0.2, 0], dtype="float32"), 3),
    ],
    ids=["float32", "float64", "numpy"],
)
def test_a_bound_vector_is_searched_for(docs, vector):
    docs.execute(
        "SELECT id FROM docs ORDER BY embedding <=> ? LIMIT 2",
        pyarrow.record_batch([vector], ["query"]),
    )
    assert docs.fetchall() == [(1,), (3,)]


def test_a_vector_as_text_is_searched_for(docs):
    docs.execute("SELECT id FROM docs ORDER BY embedding <-> ? LIMIT 1", ("[0,1,0]",))
    assert docs.fetchall() == [(2,)]


def test_executemany_inserts_all_rows(docs):
    docs.executemany("INSERT INTO docs VALUES (?, ?, ?)", [(10, "fr", "[0,0,1]"), (11, "fr", None)])
    docs.execute("SELECT count(*) FROM docs WHERE lang = 'fr'")
    assert docs.fetchone() == (2,)


def test_another_dimension_is_an_error_that_says_so(docs):
    with pytest.raises(adbc_driver_manager.Error, match="22000"):
        docs.execute("SELECT id FROM docs ORDER BY embedding <-> '[1,2]' LIMIT 1").fetchall()


def test_a_syntax_error_says_where(cursor):
    with pytest.raises(adbc_driver_manager.Error, match="42601"):
        cursor.execute("SELEC 1")


def test_a_big_result_is_streamed(cursor):
    cursor.execute("DROP TABLE IF EXISTS digits")
    cursor.execute("CREATE TABLE digits (d INTEGER)")
    cursor.execute("INSERT INTO digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)")
    cursor.execute(
        "SELECT a.d + 10 * b.d + 100 * c.d + 1000 * d.d + 10000 * e.d AS n"
        " FROM digits a, digits b, digits c, digits d, digits e"
    )
    batches = list(cursor.fetch_record_batch())
    assert len(batches) > 10
    assert sum(batch.num_rows for batch in batches) == 100_000


def test_a_sessions_setting_holds(cursor):
    cursor.execute("SET quiver.query_memory = 33554432")
    cursor.execute("SHOW quiver.query_memory")
    assert "33554432" in str(cursor.fetchone()[0])
