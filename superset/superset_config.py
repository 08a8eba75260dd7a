"""Settings of Superset. Each installation gives its own through the environment; see docs/dashboards.md."""

import os
import re
from pathlib import Path

from superset.config import TALISMAN_CONFIG, THEME_DEFAULT
from tidemark_bi import sqlite
from tidemark_bi.events import RareEvents

HOME = Path(os.environ["SUPERSET_HOME"])
SECRET_KEY = os.environ["SUPERSET_SECRET_KEY"]
SQLALCHEMY_DATABASE_URI = os.environ["SUPERSET_METADATA_URI"]
if SQLALCHEMY_DATABASE_URI.startswith("sqlite:"):
    # Two viewers who save a filter at one moment wait for one another instead of being told "database is locked".
    SQLALCHEMY_ENGINE_OPTIONS = {"connect_args": {"timeout": 30}}
    sqlite.tune()

# Auto-refresh may take a cached answer (the standard "force" asks ClickHouse for each viewer), which is kept for less
# than the time between two refreshes. The files are shared by all worker processes of this machine; 0 is no cache.
DASHBOARD_AUTO_REFRESH_MODE = "fetch"
CACHE_SECONDS = int(os.environ.get("SUPERSET_CACHE_SECONDS", "5"))
DATA_CACHE_CONFIG = {
    "CACHE_TYPE": "FileSystemCache" if CACHE_SECONDS else "NullCache",
    "CACHE_DIR": str(HOME / "cache"),
    "CACHE_DEFAULT_TIMEOUT": CACHE_SECONDS,
    "CACHE_THRESHOLD": 2000,
}
SUPERSET_WEBSERVER_TIMEOUT = SQLLAB_TIMEOUT = 90  # a little more than ClickHouse gives a query
SUPERSET_DASHBOARD_PERIODICAL_REFRESH_LIMIT = 5
SUPERSET_DASHBOARD_PERIODICAL_REFRESH_WARNING_MESSAGE = None
EVENT_LOGGER = RareEvents()

# Nothing is sent anywhere: no usage pixel, no map tiles, no fonts of others.
TALISMAN_CONFIG["content_security_policy"]["img-src"] = ["'self'", "blob:", "data:"]
TALISMAN_CONFIG["content_security_policy"]["connect-src"] = ["'self'"]
TALISMAN_CONFIG["content_security_policy"]["style-src"] = ["'self'", "'unsafe-inline'"]
TALISMAN_CONFIG["content_security_policy"]["font-src"] = ["'self'"]

FEATURE_FLAGS = {
    "ALERT_REPORTS": os.environ.get("SUPERSET_ALERT_REPORTS") == "1",
    "EMBEDDED_SUPERSET": os.environ.get("SUPERSET_EMBEDDED") == "1",
}
GUEST_TOKEN_JWT_SECRET = os.environ.get("SUPERSET_GUEST_SECRET", SECRET_KEY)
GUEST_ROLE_NAME = "Guest"

APP_NAME = "Tidemark"
THEME_DEFAULT["token"] |= {"brandAppName": "Tidemark", "colorPrimary": "#0f6e84", "colorLink": "#0f6e84"}
EXTRA_CATEGORICAL_COLOR_SCHEMES = [
    {
        "id": "tidemark",
        "description": "Told apart by those who see few colours, too",
        "label": "Tidemark",
        "isDefault": True,
        "colors": [
            "#0f6e84",
            "#e58a2b",
            "#6b9e3f",
            "#b8475a",
            "#7a6bb0",
            "#2fa5b5",
            "#a67c52",
            "#8a97a0",
            "#d4b13f",
            "#4a6fa5",
        ],
    }
]


def FLASK_APP_MUTATOR(app):  # noqa: N802 (Superset's name)
    """Mend what Superset 6.1 does wrong here; a test sees each."""
    _keep_labels_apart()
    _keep_limits()
    app.before_request(_keep_colors)


def _keep_labels_apart() -> None:
    """Keep the label of a bucketed time column apart from the column.

    Superset labels `toStartOfHour(hour)` as `hour`, and ClickHouse then takes the label for the column in WHERE: a time
    range was applied to the bucket, and a bucket that begins before the range was lost whole.
    """
    from superset.db_engine_specs.clickhouse import ClickHouseBaseEngineSpec

    ClickHouseBaseEngineSpec._mutate_label = staticmethod(lambda label: f"{label}__")


def _keep_limits() -> None:
    """Let SQL Lab keep a query's own LIMIT.

    It notes the LIMIT in one session and runs the query in another (flask-sqlalchemy 3 has one per application context)
    which does not see what was not committed: "which twenty cities" showed as many as the row limit lets through.
    """
    from superset.commands.sql_lab.execute import ExecuteSqlCommand

    from superset import db

    note = ExecuteSqlCommand._set_query_limit_if_required

    def note_for_all(command, sql: str) -> None:
        note(command, sql)
        db.session.commit()

    ExecuteSqlCommand._set_query_limit_if_required = note_for_all


def _keep_colors() -> dict | None:
    """Let a look at a dashboard change nothing.

    The page stores the colours that it gave to the labels of the moment: an error with each look for who may not edit,
    and a dashboard that is written anew for who may. The bundle's colours stand in the dashboard and need none of it.
    """
    from flask import request

    if request.method == "PUT" and re.fullmatch(r"/api/v1/dashboard/\d+/colors", request.path):
        return {"result": {}}
    return None
