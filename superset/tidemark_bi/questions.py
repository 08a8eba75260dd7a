"""The analysis queries of clickhouse/queries as saved queries of SQL Lab."""

from pathlib import Path
from uuid import UUID, uuid5

from superset.extensions import db
from superset.models.sql_lab import SavedQuery

FOLDER = Path(__file__).parents[2] / "clickhouse" / "queries"
NAMESPACE = UUID("6f7cb8bb-1a58-4f0c-9d2c-0f4e3c8c5a11")


def save(users: list, database) -> None:
    """Save every query for each user: SQL Lab shows nobody the queries of somebody else."""
    for path in sorted(FOLDER.glob("*.sql")):
        question, reading, sql = parse(path.read_text())
        for user in users:
            _save_one(
                uuid5(NAMESPACE, f"{user.username}/{path.stem}"),
                user,
                database,
                label=question,
                description=reading,
                sql=sql,
            )
    db.session.commit()


def _save_one(uuid: UUID, user, database, **fields: str) -> None:
    query = db.session.query(SavedQuery).filter_by(uuid=uuid).one_or_none() or SavedQuery(uuid=uuid)
    query.user_id = query.created_by_fk = query.changed_by_fk = user.id
    query.db_id, query.schema, query.catalog = database.id, "sales", database.get_default_catalog()
    for name, value in fields.items():
        setattr(query, name, value)
    db.session.add(query)


def parse(text: str) -> tuple[str, str, str]:
    """Give question, how to read the answer, and SQL with both as comments. Raises ValueError when one is missing."""
    question, reading, sql = text.split("\n", 2)
    if not question.startswith("-- question: ") or not reading.startswith("-- read: ") or not sql.strip():
        raise ValueError("want a line '-- question: ...', a line '-- read: ...' and a SELECT")
    return question.removeprefix("-- question: "), reading.removeprefix("-- read: "), text.strip()
