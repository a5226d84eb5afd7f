"""Answers each line of SQL on standard input with the milliseconds that DuckDB takes, as a peer of
BenchmarkGroupBy. Needs the package duckdb.

usage: duckdb_queries.py ROWS THREADS
"""

import sys
import time

import duckdb

rows, threads = int(sys.argv[1]), int(sys.argv[2])
connection = duckdb.connect()
connection.execute(f"SET threads = {threads}")
connection.execute(
    "CREATE TABLE s AS SELECT i::BIGINT AS id, (hash(i) % 1000)::INTEGER AS k,"
    " (hash(i + 1) % 100)::INTEGER AS cat, ((hash(i + 2) % 1000000) / 100.0)::DOUBLE AS v,"
    f" 'w' || (hash(i + 3) % 50000) AS w FROM range({rows}) AS r(i)"
)
print("duckdb", duckdb.__version__, flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    connection.execute(line).fetchall()
    print(f"{(time.perf_counter() - start) * 1e3:.3f}", flush=True)
