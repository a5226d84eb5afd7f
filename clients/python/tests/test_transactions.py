"""Transactions over Flight SQL."""

import pytest


@pytest.fixture
def table(cursor):
    cursor.execute("DROP TABLE IF EXISTS accounts")
    cursor.execute("CREATE TABLE accounts (id INTEGER PRIMARY KEY, amount INTEGER)")
    return cursor


def count(cursor) -> int:
    cursor.execute("SELECT count(*) FROM accounts")
    return cursor.fetchone()[0]


def test_a_commit_is_seen_by_others(table, server):
    with server.connect(autocommit=False) as writer, writer.cursor() as cursor:
        cursor.execute("INSERT INTO accounts VALUES (1, 10)")
        assert count(cursor) == 1
        assert count(table) == 0
        writer.commit()
        assert count(table) == 1


def test_a_rollback_leaves_nothing(table, server):
    with server.connect(autocommit=False) as writer, writer.cursor() as cursor:
        cursor.execute("INSERT INTO accounts VALUES (1, 10)")
        writer.rollback()
        assert count(cursor) == 0
    assert count(table) == 0


def test_closing_without_commit_rolls_back(table, server):
    with server.connect(autocommit=False) as writer, writer.cursor() as cursor:
        cursor.execute("INSERT INTO accounts VALUES (1, 10)")
    assert count(table) == 0
