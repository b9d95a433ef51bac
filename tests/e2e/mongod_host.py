"""A small client of the wire protocol, and the host of failc-mongod around a model that only echoes (tests/mongod_host)."""
import json
import os
import pathlib
import resource
import socket
import struct
import subprocess

import support

ECHO = os.environ.get("FAILC_MONGOD_ECHO") or str(support.ROOT / "build/release/failc-mongod-echo")
SMALL, TEXT, DOCUMENT, ARRAY = b"\x10", b"\x02", b"\x03", b"\x04"
OBJECT_ID, BINARY = b"\x07", b"\x05"
NUMBERS = {b"\x10": "<i", b"\x12": "<q", b"\x01": "<d", b"\x09": "<q", b"\x08": "<?", b"\x11": "<Q"}


def encode(fields):
    """A BSON document of integers, texts, documents and lists."""
    out = b""
    for name, value in fields.items():
        key = name.encode() + b"\0"
        if isinstance(value, dict):
            out += DOCUMENT + key + encode(value)
        elif isinstance(value, list):
            out += ARRAY + key + encode({str(index): element for index, element in enumerate(value)})
        elif isinstance(value, str):
            data = value.encode() + b"\0"
            out += TEXT + key + struct.pack("<i", len(data)) + data
        else:
            out += SMALL + key + struct.pack("<i", value)
    return struct.pack("<i", len(out) + 5) + out + b"\0"


def decode(data):
    out, at = {}, 4
    while data[at] != 0:
        kind, end = data[at:at + 1], data.index(b"\0", at + 1)
        name, at = data[at + 1:end].decode(), end + 1
        size = struct.unpack_from("<i", data, at)[0] if kind in (TEXT, BINARY, DOCUMENT, ARRAY) else 0
        if kind == TEXT:
            out[name], at = data[at + 4:at + 4 + size - 1].decode(), at + 4 + size
        elif kind == BINARY:
            out[name], at = data[at + 5:at + 5 + size], at + 5 + size
        elif kind == OBJECT_ID:
            out[name], at = data[at:at + 12], at + 12
        elif kind in (DOCUMENT, ARRAY):
            inside = decode(data[at:at + size])
            out[name], at = inside if kind == DOCUMENT else list(inside.values()), at + size
        else:
            out[name], at = struct.unpack_from(NUMBERS[kind], data, at)[0], at + struct.calcsize(NUMBERS[kind])
    return out


def message(fields, request=1, flags=0):
    body = struct.pack("<I", flags) + b"\0" + encode({**fields, "$db": "admin"})
    return struct.pack("<iiii", 16 + len(body), request, 0, 2013) + body


class Client:
    def __init__(self, port, host="127.0.0.1", buffer=None):
        self.socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.settimeout(20)
        try:
            self.socket.connect((host, port))
        except OSError:
            self.socket.close()
            raise
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def exactly(self, size):
        data = b""
        while len(data) < size:
            more = self.socket.recv(size - len(data))
            if not more:
                raise EOFError(f"{len(data)} of {size} bytes")
            data += more
        return data

    def receive(self):
        """(the request it answers, the document)"""
        length, _, answered, opcode = struct.unpack("<iiii", self.exactly(16))
        rest = self.exactly(length - 16)
        return answered, decode(rest[5:] if opcode == 2013 else rest[20:])

    def ask(self, fields, request=1):
        self.send(message(fields, request))
        answered, document = self.receive()
        assert answered == request, (answered, request)
        return document

    def gone(self):
        """Whether the other side ends the connection, and sends nothing before."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True


class TestCase(support.TestCase):
    def setUp(self):
        super().setUp()
        self.dbpath = self.base / "db"
        self.dbpath.mkdir()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.clients = []
        self.ours = []
        self.addCleanup(lambda: [client.close() for client in self.clients])

    def tearDown(self):
        for process in self.ours:
            if process.poll() is None:
                process.kill()
            process.wait(10)
            if process.stdout:
                process.stdout.close()
        super().tearDown()

    def own(self, process):
        """One that is ended with the test at the latest."""
        self.ours.append(process)
        return process

    def run_echo(self, *arguments, timeout=30, **more):
        return subprocess.run([ECHO, *map(str, arguments)], capture_output=True, text=True, timeout=timeout, cwd=self.base, **more)

    def arguments(self, *more):
        return [ECHO, "--port", str(self.port), "--dbpath", str(self.dbpath), *map(str, more)]

    def start(self, *more, limit=None):
        """One that listens, its log in a file of the test's."""
        log = self.base / "echo.log"
        before = log.read_text().count("Waiting for connections") if log.exists() else 0
        out = open(log, "a")
        self.addCleanup(out.close)
        preexec = (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))) if limit else None
        process = self.own(subprocess.Popen(self.arguments(*more), stdout=subprocess.PIPE if limit else out, stderr=subprocess.STDOUT, cwd=self.base,
                                            preexec_fn=preexec))
        if limit:
            return process
        self.assertTrue(support.wait_until(lambda: log.read_text().count("Waiting for connections") > before or process.poll() is not None))
        self.assertIsNone(process.poll(), log.read_text())
        return process

    def connect(self, **more):
        self.clients.append(Client(self.port, **more))
        return self.clients[-1]

    def log(self, path=None):
        return [json.loads(line) for line in (path or self.base / "echo.log").read_text().splitlines()]

    def logged(self, text, path=None):
        return [line for line in self.log(path) if text in line["msg"]]

    def stop(self, process, code=0):
        process.terminate()
        self.assertEqual(process.wait(10), code)
