"""Superset's REST API as one of its users."""

import json
import os

import requests

URL = os.environ.get("TIDEMARK_SUPERSET_URL", "")


class Client:
    """A session of a user."""

    def __init__(self, user: str) -> None:
        """Log in. Raises requests.HTTPError when that is refused."""
        self.session = requests.Session()
        self.user = user
        self._log_in()

    def _log_in(self) -> None:
        password = os.environ[f"TIDEMARK_SUPERSET_{self.user.upper()}_PASSWORD"]
        login = {"username": self.user, "password": password, "provider": "db", "refresh": False}
        self.session.headers.pop("Authorization", None)
        token = self.call("POST", "security/login", json=login).json()
        self.session.headers["Authorization"] = f"Bearer {token['access_token']}"
        self.session.headers["X-CSRFToken"] = self.get("security/csrf_token/")["result"]
        self.session.headers["Referer"] = URL

    def call(self, method: str, path: str, check: bool = True, **options) -> requests.Response:
        """Call the API; raises requests.HTTPError for an answer that is an error, unless told not to check."""
        answer = self.session.request(method, f"{URL}/api/v1/{path}", timeout=120, **options)
        if answer.status_code == 401 and "expired" in answer.text:  # tests may outlast its 15 minutes
            self._log_in()
            return self.call(method, path, check, **options)
        if check and answer.status_code >= 400:
            raise requests.HTTPError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer

    def get(self, path: str, **options) -> dict:
        """GET and give what is answered."""
        return self.call("GET", path, **options).json()

    def every(self, kind: str) -> list[dict]:
        """Give all there is of charts, dashboards, datasets, databases or saved queries that this user may see."""
        return self.get(f"{kind}/", params={"q": json.dumps({"page_size": 500})})["result"]

    def data(self, context: dict) -> list[dict]:
        """Ask for a chart's data by its query context, past the cache; the first query's rows."""
        return self.call("POST", "chart/data", json={**context, "force": True}).json()["result"][0]["data"]
