"""Who may do what: the analyst looks, filters, drills and asks in SQL Lab; the admin (Superset's own role) edits."""

from superset.extensions import security_manager

ANALYST, GUEST = "Analyst", "Guest"
SCHEMAS = ("shop", "sales", "ops")

# Permissions with which something that others see is changed, or a file of data is brought in.
CHANGING = {
    "can_write",
    "can_add",
    "can_edit",
    "can_delete",
    "can_put",
    "can_post",
    "can_upload",
    "can_import_",
    "can_csv_upload",
    "can_set_embedded",
    "can_warm_up_cache",
    "can_get_or_create_dataset",
    "can_duplicate",
    "can_tag",
    "can_cache_dashboard_screenshot",
}
# Writing here stores only the looker's own state: the filters that are set, a chart that is being explored, a tab.
OWN_STATE = {
    "DashboardFilterStateRestApi",
    "DashboardPermalinkRestApi",
    "ExploreFormDataRestApi",
    "ExplorePermalinkRestApi",
    "SqlLabPermalinkRestApi",
    "TabStateView",
    "TableSchemaView",
    "SQLLab",
    "SavedQuery",
    "Datasource",
    "CurrentUserRestApi",
}
# What Superset's Gamma and sql_lab lack and looking needs: the lines behind a mark ("Drill to detail").
MORE = {("can_samples", "Datasource")}
GUESTS_SEE = {
    ("can_read", "Chart"),
    ("can_read", "Dashboard"),
    ("can_read", "Dataset"),
    ("can_dashboard", "Superset"),
    ("can_read", "EmbeddedDashboard"),
    ("can_read", "DashboardFilterStateRestApi"),
    ("can_write", "DashboardFilterStateRestApi"),
    ("can_time_range", "Api"),
}


def sync(database) -> None:
    """Give both roles exactly what they may, and the schemas of the database."""
    access = [security_manager.add_permission_view_menu("schema_access", _schema(database, name)) for name in SCHEMAS]
    looking = [p for name in ("Gamma", "sql_lab") for p in security_manager.find_role(name).permissions if _looks(p)]
    looking += _named(MORE)
    security_manager.add_role(ANALYST).permissions = list({p.id: p for p in looking + access}.values())
    security_manager.add_role(GUEST).permissions = _named(GUESTS_SEE)


def _named(names: set[tuple[str, str]]) -> list:
    every = security_manager.find_role("Admin").permissions
    return [p for p in every if (p.permission.name, p.view_menu.name) in names]


def _schema(database, name: str) -> str:
    return security_manager.get_schema_perm(database.database_name, database.get_default_catalog(), name)


def _looks(p) -> bool:
    return p.permission.name not in CHANGING or p.view_menu.name in OWN_STATE
