"""The databases that the dashboards are about."""

import os

import psycopg2
import pymongo


class Postgres:
    """The shop's PostgreSQL; every statement is a transaction."""

    def __init__(self) -> None:
        """Connect."""
        self.connection = psycopg2.connect(os.environ["TIDEMARK_POSTGRES_URL"])
        self.connection.autocommit = True

    def __call__(self, sql: str, *values: object):
        """Run a statement; give the first value of the first row, if it has rows."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchone()[0] if cursor.description else None


def mongo() -> pymongo.database.Database:
    """Give the shop's documents."""
    return pymongo.MongoClient(os.environ["TIDEMARK_MONGO_URL"])["shop"]
