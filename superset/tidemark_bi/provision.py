"""Bring Superset to the state that the bundle describes: python -m tidemark_bi.provision BUNDLE [--force].

One process does what would take five starts of the superset command: its database's schema, permissions, roles, users,
the bundle and the saved queries. Again on a Superset that has all this, it changes nothing and keeps what was edited in
the browser; a changed bundle, or --force, overwrites what has the same UUIDs.
"""

import argparse
import os
import time
from pathlib import Path

from tidemark_bi import bundle, stamp

USERS = {"admin": ("Admin", "SUPERSET_ADMIN_PASSWORD"), "analyst": ("Analyst", "SUPERSET_ANALYST_PASSWORD")}


def main() -> None:
    """Provision, with a line per step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--force", action="store_true", help="import the bundle although it has not changed since")
    options = parser.parse_args()
    Path(os.environ["SUPERSET_HOME"]).mkdir(parents=True, exist_ok=True)
    contents = bundle.load(options.bundle)
    if not options.force and stamp.last() == stamp.now(contents) and stamp.there(contents):
        print("Superset is provisioned; what was edited in the browser stays")
        return
    from superset.app import create_app  # takes seconds

    with create_app().app_context():
        provision(contents, options.force)


def provision(contents: dict[str, str], force: bool) -> None:
    """Do every step. Raises what Superset raises: nothing is half imported, and it may be run again."""
    begin = time.monotonic()

    def done(step: str) -> None:
        print(f"{time.monotonic() - begin:6.1f} s  {step}", flush=True)

    migrate()
    done("database")
    admin = users()
    done("permissions, roles, users")
    done("bundle" if assets(contents, admin, force) else "bundle is as it was: what was edited stays")
    access()
    stamp.keep(stamp.now(contents))
    done("access, saved queries")


def migrate() -> None:
    """Bring the schema of Superset's own database to its version."""
    from flask_migrate import upgrade

    import superset

    upgrade(directory=str(Path(superset.__file__).parent / "migrations"))


def users():
    """Make roles and users; a password that was changed since is kept. Gives the admin."""
    from superset.extensions import appbuilder, db, security_manager

    from tidemark_bi import roles

    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()
    for name in (roles.ANALYST, roles.GUEST):
        security_manager.add_role(name)
    for user, (role, variable) in USERS.items():
        if not security_manager.find_user(user):
            security_manager.add_user(
                user,
                user.title(),
                "",
                f"{user}@localhost",
                security_manager.find_role(role),
                password=os.environ[variable],
            )
    db.session.commit()
    return security_manager.find_user("admin")


def assets(contents: dict[str, str], admin, force: bool) -> bool:
    """Import the bundle unless it is the one that was imported last; say whether it was."""
    from flask import current_app, g
    from superset.commands.importers.v1.assets import ImportAssetsCommand

    if not force and stamp.last().get("bundle") == bundle.digest(contents) and stamp.there(contents):
        return False
    with current_app.test_request_context():
        g.user = admin
        ImportAssetsCommand(contents).run()
    return True


def access() -> None:
    """Give the roles their schemas and the users their saved queries."""
    from superset.extensions import db, security_manager
    from superset.models.core import Database

    from tidemark_bi import questions, roles

    database = db.session.query(Database).filter_by(database_name="ClickHouse").one()
    roles.sync(database)
    db.session.commit()
    questions.save([security_manager.find_user(user) for user in USERS], database)


if __name__ == "__main__":
    main()
