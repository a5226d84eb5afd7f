"""A segment's files are Arrow files: pyarrow and polars open them as they are."""

import polars
import pyarrow
import pyarrow.ipc


def test_pyarrow_and_polars_read_a_segment(server, cursor):
    cursor.execute("DROP TABLE IF EXISTS stored")
    cursor.execute("CREATE TABLE stored (id INTEGER PRIMARY KEY, name TEXT, v VECTOR(3))")
    cursor.execute("INSERT INTO stored VALUES (1, '한국어', '[1,2,3]'), (2, NULL, '[4,5,6]')")
    cursor.execute("FLUSH TABLE stored")

    tables = {}
    for path in server.data.glob("segments/*/*.arrow"):
        with pyarrow.memory_map(str(path)) as source:
            table = pyarrow.ipc.open_file(source).read_all()
            if "name" in table.column_names and table.column("name").to_pylist() == ["한국어", None]:
                tables["scalars"] = path
                assert table.column("id").to_pylist() == [1, 2]
            elif table.column_names == ["v"] and table.column("v")[0].as_py() == [1.0, 2.0, 3.0]:
                tables["vectors"] = path
    assert set(tables) == {"scalars", "vectors"}
    assert polars.read_ipc(tables["scalars"])["id"].to_list() == [1, 2]
    assert polars.read_ipc(tables["vectors"])["v"].to_list() == [[1, 2, 3], [4, 5, 6]]
