"""Stands where Redpanda's console stands: it shows nothing, it only answers."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Empty(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # noqa: N802 (the library's name)
        self.send_response(204)
        self.end_headers()


ThreadingHTTPServer(("", 8080), Empty).serve_forever()
