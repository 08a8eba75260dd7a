"""What Superset was provisioned from last, so that a restart does not do it all again."""

import json
import os
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import sqlalchemy

from tidemark_bi import bundle

CODE = (
    Path(__file__).parent,
    Path(__file__).parents[1] / "superset_config.py",
    Path(__file__).parents[2] / "clickhouse" / "queries",
)


def now(contents: dict[str, str]) -> dict[str, str]:
    """Describe the bundle, and everything else that provisioning is made from."""
    files = sorted(
        f for path in CODE for f in (path.rglob("*") if path.is_dir() else [path]) if f.suffix in (".py", ".sql")
    )
    code = sha256(b"".join(f.read_bytes() for f in files)).hexdigest()
    return {"superset": version("apache-superset"), "bundle": bundle.digest(contents), "code": code}


def last() -> dict[str, str]:
    """Give what stands from the last time; empty when there was none."""
    return json.loads(_path().read_text()) if _path().exists() else {}


def keep(state: dict[str, str]) -> None:
    """Remember the state; called when all of it is done."""
    _path().write_text(json.dumps(state))


def there(contents: dict[str, str]) -> bool:
    """Say whether Superset's database has the bundle's dashboards: it may have been emptied since."""
    engine = sqlalchemy.create_engine(os.environ["SUPERSET_METADATA_URI"])
    try:
        with engine.connect() as connection:
            found = {
                bytes(row[0]) if isinstance(row[0], (bytes, memoryview)) else row[0].bytes
                for row in connection.execute(sqlalchemy.text("SELECT uuid FROM dashboards"))
            }
    except sqlalchemy.exc.SQLAlchemyError:
        return False
    return {uuid.bytes for uuid in bundle.uuids(contents, "dashboards")} <= found


def _path() -> Path:
    return Path(os.environ["SUPERSET_HOME"], "imported")
