"""Loads the .npy file that each line of standard input names into an unindexed table by a binary COPY
on the server, and answers with the milliseconds of it, its commit included: a peer of BenchmarkCopy.
The file in PostgreSQL's binary form is made before, and lies beside the .npy file. Needs the packages
psycopg and numpy, and a running PostgreSQL with pgvector whose user may read the files.

usage: pgvector_copy.py CONNECTION
"""

import os
import sys
import time

import numpy
import psycopg


def write_binary(vectors, target):
    """PostgreSQL's binary COPY: a header, then for each row its fields' number, length and bytes."""
    rows, dimension = vectors.shape
    length = 4 + 4 * dimension
    row = numpy.dtype(
        [("fields", ">i2"), ("length", ">i4"), ("dim", ">i2"), ("unused", ">i2"), ("x", ">f4", dimension)]
    )
    with open(target, "wb") as file:
        file.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
        for start in range(0, rows, 10_000):
            part = vectors[start : start + 10_000]
            packed = numpy.zeros(len(part), row)
            packed["fields"], packed["length"], packed["dim"], packed["x"] = 1, length, dimension, part
            file.write(packed.tobytes())
        file.write(b"\xff\xff")


def main():
    with psycopg.connect(sys.argv[1], autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        version = connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
        server = connection.info.server_version
        print("pgvector", version.fetchone()[0], "PostgreSQL", server // 10_000, server % 100, flush=True)
        for line in sys.stdin:
            source = line.strip()
            binary = source + ".pgcopy"
            vectors = numpy.load(source, mmap_mode="r")
            if not os.path.exists(binary):
                write_binary(vectors, binary)
            connection.execute("DROP TABLE IF EXISTS quiver_bench")
            connection.execute(f"CREATE TABLE quiver_bench (emb vector({vectors.shape[1]}))")
            start = time.perf_counter()
            connection.execute(f"COPY quiver_bench FROM '{binary}' (FORMAT binary)")
            millis = (time.perf_counter() - start) * 1e3
            count = connection.execute("SELECT count(*) FROM quiver_bench").fetchone()[0]
            if count != len(vectors):
                raise SystemExit(f"{count} rows of {len(vectors)}")
            connection.execute("DROP TABLE quiver_bench")
            print(f"{millis:.3f}", flush=True)


main()
