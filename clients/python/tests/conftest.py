"""A server of this checkout, and connections to it."""

import os
import pathlib
import re
import subprocess
import threading

import adbc_driver_flightsql.dbapi as flight_sql
import pytest
from adbc_driver_flightsql import DatabaseOptions

ROOT = pathlib.Path(__file__).parents[3]
# The first start builds Quiver.
START_SECONDS = 600


class Server:
    def __init__(self, data: pathlib.Path):
        self.data = data
        command = os.environ.get("QUIVER_COMMAND", str(ROOT / "quiver")).split()
        self.process = subprocess.Popen(
            [
                *command,
                *["server", "--data", str(data), "--copy-root", str(data.parent)],
                *["--port", "0", "--flight-port", "0"],
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.uri = self._await_uri()

    def _await_uri(self) -> str:
        timer = threading.Timer(START_SECONDS, self.process.kill)
        timer.start()
        try:
            for line in self.process.stdout:
                found = re.search(r"grpc://localhost:\d+", line)
                if found:
                    return found.group()
        finally:
            timer.cancel()
        raise RuntimeError(f"the server ended with {self.process.wait()} before it listened")

    def connect(self, **options):
        # One session for all calls of a connection, so that SET holds.
        cookies = {DatabaseOptions.WITH_COOKIE_MIDDLEWARE.value: "true"}
        return flight_sql.connect(self.uri, db_kwargs=cookies, **options)

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(timeout=60)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("quiver") / "data")
    yield server
    server.stop()


@pytest.fixture
def copy_root(server):
    """Where the server reads and writes files."""
    return server.data.parent


@pytest.fixture
def connection(server):
    with server.connect(autocommit=True) as connection:
        yield connection


@pytest.fixture
def cursor(connection):
    with connection.cursor() as cursor:
        yield cursor
