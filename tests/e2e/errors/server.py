#!/usr/bin/env python3
"""A server that fails in every way a request can: it answers HTTP and plain lines on one port, by the word in the first line.

teapot: status 418; slow: no answer; cut: the connection ends in the middle of the answer; else an answer."""
import argparse
import socketserver
import time


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        first = self.rfile.readline().decode()
        http = "HTTP/" in first
        while http and self.rfile.readline().strip():
            pass
        if "slow" in first:
            time.sleep(60)
        elif "cut" in first:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart" if http else b"part")
        elif "teapot" in first:
            self.wfile.write(b"HTTP/1.1 418 I'm a teapot\r\nContent-Length: 15\r\n\r\nshort and stout")
        else:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine" if http else b"fine\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--port", type=int, required=True)
    with Server(("127.0.0.1", arguments.parse_args().port), Handler) as server:
        server.serve_forever()
