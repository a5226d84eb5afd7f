"""What ADBC asks about tables."""

import pyarrow


def names(objects, schema: str) -> dict[str, list]:
    """The tables of a schema, each with its columns, as get_objects lists them."""
    return {
        table["table_name"]: [column["column_name"] for column in table["table_columns"] or []]
        for catalog in objects
        for db_schema in catalog["catalog_db_schemas"]
        if db_schema["db_schema_name"] == schema
        for table in db_schema["db_schema_tables"] or []
    }


def test_objects_list_tables_and_columns(cursor, connection):
    cursor.execute("DROP TABLE IF EXISTS listed")
    cursor.execute("CREATE TABLE listed (id INTEGER PRIMARY KEY, v VECTOR(4), name TEXT)")
    objects = connection.adbc_get_objects(depth="all").read_all().to_pylist()
    assert names(objects, "public")["listed"] == ["id", "v", "name"]


def test_objects_are_filtered_by_name(cursor, connection):
    cursor.execute("CREATE TABLE IF NOT EXISTS filtered_a (id INTEGER)")
    cursor.execute("CREATE TABLE IF NOT EXISTS filtered_b (id INTEGER)")
    objects = (
        connection.adbc_get_objects(depth="tables", table_name_filter="filtered_%")
        .read_all()
        .to_pylist()
    )
    assert set(names(objects, "public")) == {"filtered_a", "filtered_b"}


def test_a_tables_schema_has_its_vectors(cursor, connection):
    cursor.execute("DROP TABLE IF EXISTS described")
    cursor.execute("CREATE TABLE described (id BIGINT NOT NULL, v VECTOR(4))")
    schema = connection.adbc_get_table_schema("described")
    assert schema.field("id").type == pyarrow.int64()
    assert schema.field("v").type.list_size == 4


def test_the_server_says_what_it_is(connection):
    info = connection.adbc_get_info()
    assert info["vendor_name"] == "Quiver"


def test_table_types_are_listed(connection):
    assert "TABLE" in connection.adbc_get_table_types()
