#!/usr/bin/env python3
"""A key-value server over HTTP that tells lies: it acknowledges every PUT, but forgets the one named by --forget.

GET /health, PUT /KEY with a JSON body {"value": …}, GET /KEYS (a JSON list of all keys).
"""
import argparse
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--forget", default="", help="the key whose write is acknowledged and dropped")
options = parser.parse_args()
store = {}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/health":
            self.answer(200, {"ok": True})
        elif self.path == "/KEYS":
            self.answer(200, sorted(store))
        else:
            self.answer(404, {"error": "no such path"})

    def do_PUT(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        key = self.path[1:]
        if key != options.forget:
            store[key] = body["value"]
        self.answer(200, {"stored": key})

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", options.port), Handler).serve_forever()
