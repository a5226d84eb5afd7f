"""Ingests vectors by ADBC's Flight SQL driver into a running server, in turn with a plain sequential
write and fsync of as many bytes. Prints the middle of all rounds (least to greatest). Needs the
packages adbc_driver_flightsql, adbc_driver_manager, pyarrow and numpy.

usage: flight_ingest.py URI ROWS DIMENSION ROUNDS DIRECTORY [BATCH_ROWS]
"""

import os
import sys
import time

import adbc_driver_flightsql.dbapi as flight_sql
import numpy
import pyarrow

uri, rows, dimension, rounds, directory = sys.argv[1], *map(int, sys.argv[2:5]), sys.argv[5]
batch_rows = int(sys.argv[6]) if len(sys.argv) > 6 else 1_000
values = numpy.random.default_rng(1).random((rows, dimension), numpy.float32)
vectors = pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(values.reshape(-1)), dimension)
table = pyarrow.table({"id": numpy.arange(rows), "emb": vectors})


def ingest(connection):
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS ingested")
        cursor.execute(f"CREATE TABLE ingested (id BIGINT PRIMARY KEY, emb VECTOR({dimension}))")
        start = time.perf_counter()
        cursor.adbc_ingest("ingested", table.to_reader(batch_rows), mode="append")
        seconds = time.perf_counter() - start
        cursor.execute("SELECT count(*) FROM ingested")
        count = cursor.fetchone()[0]
    if count != rows:
        raise SystemExit(f"{count} rows of {rows}")
    return seconds


def write():
    target = os.path.join(directory, "plain")
    start = time.perf_counter()
    with open(target, "wb", buffering=0) as file:
        data = memoryview(values).cast("B")
        for at in range(0, len(data), 1 << 20):
            file.write(data[at : at + (1 << 20)])
        os.fsync(file.fileno())
    seconds = time.perf_counter() - start
    os.remove(target)
    return seconds


times = {"ingestion": [], "plain write": []}
with flight_sql.connect(uri, autocommit=True) as connection:
    for _ in range(rounds):
        os.sync()
        times["ingestion"].append(ingest(connection))
        os.sync()
        times["plain write"].append(write())
for way, seconds in times.items():
    least, middle, greatest = min(seconds), sorted(seconds)[rounds // 2], max(seconds)
    print(
        f"{way:12} {middle:6.3f} s  {rows / middle:10,.0f} rows/s  {values.nbytes / middle / 1e6:6.0f} MB/s"
        f"  ({least:.3f} to {greatest:.3f} s)"
    )
