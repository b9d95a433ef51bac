#!/usr/bin/env python3
"""std.net: conditions on, and operations of, what failc does not run."""
import http.server
import socket
import threading
import unittest

import support


class Handler(http.server.BaseHTTPRequestHandler):
    """503 at first, 200 from the third GET on; what is posted comes back."""

    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self):
        self.server.gets += 1
        self.answer(200 if self.server.gets > 2 else 503, b'{"up": true}')

    def do_POST(self):
        self.answer(400 if self.path == "/bad" else 200, self.rfile.read(int(self.headers["Content-Length"])))

    def log_message(self, *_):
        pass


class Net(support.TestCase):
    def setUp(self):
        super().setUp()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.gets = 0
        self.address = "127.0.0.1:%d" % self.server.server_port
        thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def run_body(self, body):
        self.write("net.fail", f'use std.net\nscenario "net" {{\n{body}\n}}\n')
        return self.failc("run", "net.fail")

    def test_conditions(self):
        done = self.run_body(f'''
  eventually within 10s: http_get("http://{self.address}/").status == 200
  expect json(http_get("http://{self.address}/").text).up == true
  expect tcp_open("{self.address}")
  expect tcp_answer("{self.address}", "GET / HTTP/1.0\\r\\n\\r\\n") matches r"^HTTP/1.0 200"''')
        self.expect(done, 0, "1 passed")
        self.assertGreaterEqual(self.server.gets, 5)

    def test_operations(self):
        done = self.run_body(f'''
  http_post "http://{self.address}/", {{ a: 1 }} as answer
  expect answer == {{ a: 1 }}
  http_post "http://{self.address}/bad", "x" expect outcome == "failed" and error.code == 400
  tcp_connect "{self.address}"''')
        self.expect(done, 0, "1 passed")

    def test_nobody_is_there(self):
        with socket.socket() as bound:  # not listening
            bound.bind(("127.0.0.1", 0))
            address = "127.0.0.1:%d" % bound.getsockname()[1]
            self.expect(self.run_body(f'  tcp_connect "{address}" expect error.kind == "unreachable"'), 0, "1 passed")
            done = self.run_body(f'  eventually within 300ms: tcp_open("{address}")')
            self.expect(done, 1, "INCONCLUSIVE", "what `tcp_open` asks did not answer", "Connection refused")


if __name__ == "__main__":
    unittest.main()
