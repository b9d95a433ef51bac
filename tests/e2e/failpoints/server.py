#!/usr/bin/env python3
"""A small server with failpoints that are armed as gofail's are: over HTTP at $GOFAIL_HTTP, and by $GOFAIL_FAILPOINTS when it starts,
or by $FAILPOINTS, as fail-rs' are.

Its failpoints are `work` and `disk/full`. GET /work on --port meets `work` once: 200 and `done`, or 500 and what the failpoint returns."""
import argparse
import http.server
import os
import re
import threading

TERM = re.compile(r'((?:\d+\*|\d+(?:\.\d+)?%)*)(off|return|sleep|panic|print)(?:\(([^)]*)\))?')


class Failpoint:
    """A chain of terms, each with how often it still applies; the first that does counts as a hit."""

    def __init__(self):
        self.terms, self.text, self.hits = None, "", 0

    def arm(self, text):
        terms = []
        for part in text.split("->"):
            found = TERM.fullmatch(part)
            if not found or "%" in found[1]:
                raise ValueError("failpoint: could not parse terms")
            terms.append([int(found[1].rstrip("*")) if found[1] else None, found[2], found[3] or ""])
        self.terms, self.text, self.hits = terms, text, 0

    def meet(self):
        """What it returns, or None."""
        for term in self.terms or []:
            if term[0] == 0:
                continue
            if term[0] is not None:
                term[0] -= 1
            self.hits += 1
            return term[2] if term[1] == "return" else None
        return None


FAILPOINTS = {"work": Failpoint(), "disk/full": Failpoint()}
LOCK = threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, status, text=""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


class Control(Handler):
    """As gofail's runtime/http.go answers: 204 to PUT and DELETE, 400 where they fail; the hits at NAME/count, 404 where there is no NAME."""

    def do_PUT(self):
        text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        with LOCK:
            try:
                FAILPOINTS[self.path[1:]].arm(text)
            except KeyError:
                return self.answer(400, "fail to set failpoint: failpoint: failpoint does not exist\n")
            except ValueError as error:
                return self.answer(400, f"fail to set failpoint: {error}\n")
        self.answer(204)

    def do_DELETE(self):
        with LOCK:
            failpoint = FAILPOINTS.get(self.path[1:])
            if not failpoint or failpoint.terms is None:
                what = "is disabled" if failpoint else "does not exist"
                return self.answer(400, f"failed to delete failpoint failpoint: failpoint {what}\n")
            failpoint.terms = None
        self.answer(204)

    def do_GET(self):
        with LOCK:
            name = self.path[1:].removesuffix("/count")
            failpoint = FAILPOINTS.get(name)
            if self.path == "/":
                return self.answer(200, "".join(f"{key}={value.text}\n" for key, value in sorted(FAILPOINTS.items())))
            if not failpoint:
                return self.answer(404, "failed to GET: failpoint: failpoint does not exist\n")
            if failpoint.terms is None:
                return self.answer(500, "failed to GET: failpoint: failpoint is disabled\n")
            self.answer(200, str(failpoint.hits) if self.path.endswith("/count") else failpoint.text + "\n")


class Work(Handler):
    def do_GET(self):
        with LOCK:
            returned = FAILPOINTS["work"].meet()
        self.answer(200, "done") if returned is None else self.answer(500, returned)


def serve(address, handler):
    host, port = address.rsplit(":", 1)
    server = http.server.ThreadingHTTPServer((host, int(port)), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--listen", required=True)
    listen = arguments.parse_args().listen
    # fail-rs passes over empty parts and spaces, and separates as gofail does.
    listed = os.environ.get("GOFAIL_FAILPOINTS", "") + ";" + os.environ.get("FAILPOINTS", "")
    for armed in filter(None, map(str.strip, listed.split(";"))):
        armed_name, armed_terms = armed.split("=", 1)
        FAILPOINTS[armed_name].arm(armed_terms)
    if os.environ.get("GOFAIL_HTTP"):
        serve(os.environ["GOFAIL_HTTP"], Control)
    serve(listen, Work)
    threading.Event().wait()
