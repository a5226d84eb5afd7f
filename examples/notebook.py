# %% [markdown]
# # Vectors and rows in one table
#
# Start a server with `./quiver server`, then run these cells (VS Code and Jupytext read the `# %%`
# marks; `python examples/notebook.py` runs them all). Needs `pip install adbc-driver-flightsql
# pyarrow pandas numpy`.

# %%
import os

import adbc_driver_flightsql.dbapi as flight_sql
import numpy as np
import pandas as pd
import pyarrow as pa

connection = flight_sql.connect(
    os.environ.get("QUIVER_URI", "grpc://localhost:7071"), autocommit=True
)
cursor = connection.cursor()

# %% [markdown]
# ## Some data
#
# A thousand products: a name, a price, and an embedding. Yours would come out of a model; these are
# points around ten centres, one for each kind of product.

# %%
random = np.random.default_rng(42)
kinds = ["boots", "coats", "desks", "forks", "hats", "lamps", "maps", "mugs", "pens", "rugs"]
centres = random.normal(size=(len(kinds), 64)).astype("float32")
kind = random.integers(len(kinds), size=1_000)
embeddings = centres[kind] + random.normal(scale=0.4, size=(1_000, 64)).astype("float32")
products = pa.table(
    {
        "id": pa.array(np.arange(1_000, dtype="int32")),
        "name": pa.array([f"{kinds[k]} no. {i}" for i, k in enumerate(kind)]),
        "price": pa.array(random.integers(5, 200, size=1_000).astype("int32")),
        "embedding": pa.FixedSizeListArray.from_arrays(embeddings.ravel(), 64),
    }
)

# %% [markdown]
# ## Into the database
#
# `adbc_ingest` makes the table out of the Arrow schema, a fixed-size list becomes a `VECTOR(64)`, and
# the rows travel in bulk.

# %%
cursor.adbc_ingest("products", products, mode="replace")

# %% [markdown]
# ## What is like this one?
#
# A vector is bound like any other value. The filter is SQL, and five rows come back whenever five
# qualify.

# %%
query = pa.FixedSizeListArray.from_arrays(centres[kinds.index("mugs")], 64)
cursor.execute(
    """
    SELECT name, price, embedding <=> ? AS distance
    FROM products
    WHERE price < 50
    ORDER BY distance
    LIMIT 5
    """,
    pa.record_batch([query], ["query"]),
)
nearest = cursor.fetch_df()
print(nearest)

# %% [markdown]
# ## Aggregate over the hits
#
# The search is a table like any other: group it, join it.

# %%
cursor.execute(
    """
    SELECT count(*) AS hits, min(price) AS cheapest, avg(price) AS mean_price
    FROM (SELECT price FROM products ORDER BY embedding <=> ? LIMIT 50) AS nearest
    """,
    pa.record_batch([query], ["query"]),
)
print(cursor.fetch_df())

# %% [markdown]
# ## All of it in pandas

# %%
frame: pd.DataFrame = pd.read_sql("SELECT id, name, price FROM products ORDER BY id", connection)
print(frame.describe())

# %%
cursor.close()
connection.close()
