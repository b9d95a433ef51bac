#!/usr/bin/env python3
"""A stand-in for a server, for tests of the automation agent only: it keeps no data. It listens, answers hello, isMaster, ping,
replSetInitiate, replSetReconfig, replSetGetConfig, and elects trivially: the member with the lowest port that answers, where a majority
does. `--setParameter stubX=…` makes it behave badly; see `PARAMETERS`."""
import argparse
import json
import os
import pathlib
import signal
import socket
import socketserver
import struct
import sys
import threading
import time

PARAMETERS = {
    "stubExit": "ends at once with this code",
    "stubLegacy": "knows isMaster, but not hello",
    "stubPlain": "has no topologyVersion, and so no awaited hello",
    "stubIgnoreTerm": "does not end when asked to",
    "stubMute": "listens, but never answers",
    "stubSlow": "seconds before it listens",
}


# ---- BSON, as much as is needed
def encode(document):
    out = b""
    for key, value in document.items():
        name = key.encode() + b"\0"
        if isinstance(value, bool):
            out += b"\x08" + name + bytes([value])
        elif isinstance(value, Long):
            out += b"\x12" + name + struct.pack("<q", value)
        elif isinstance(value, int):
            out += b"\x10" + name + struct.pack("<i", value) if -2**31 <= value < 2**31 else b"\x12" + name + struct.pack("<q", value)
        elif isinstance(value, float):
            out += b"\x01" + name + struct.pack("<d", value)
        elif isinstance(value, str):
            out += b"\x02" + name + struct.pack("<i", len(value.encode()) + 1) + value.encode() + b"\0"
        elif isinstance(value, bytes):
            out += b"\x07" + name + value
        elif isinstance(value, dict):
            out += b"\x03" + name + encode(value)
        elif isinstance(value, list):
            out += b"\x04" + name + encode({str(i): item for i, item in enumerate(value)})
        elif value is None:
            out += b"\x0a" + name
        else:
            raise TypeError(key)
    return struct.pack("<i", len(out) + 5) + out + b"\0"


class Long(int):
    pass


def decode(data, at=0, as_list=False):
    length, = struct.unpack_from("<i", data, at)
    end, at, out = at + length, at + 4, {}
    while data[at]:
        kind, stop = data[at], data.index(b"\0", at + 1)
        key, at = data[at + 1:stop].decode(), stop + 1
        if kind == 0x01:
            out[key], at = struct.unpack_from("<d", data, at)[0], at + 8
        elif kind == 0x02:
            size, = struct.unpack_from("<i", data, at)
            out[key], at = data[at + 4:at + 3 + size].decode(), at + 4 + size
        elif kind in (0x03, 0x04):
            size, = struct.unpack_from("<i", data, at)
            out[key], at = decode(data, at, kind == 0x04), at + size
        elif kind == 0x07:
            out[key], at = data[at:at + 12], at + 12
        elif kind == 0x08:
            out[key], at = bool(data[at]), at + 1
        elif kind == 0x0a:
            out[key] = None
        elif kind == 0x10:
            out[key], at = struct.unpack_from("<i", data, at)[0], at + 4
        elif kind == 0x05:
            size, = struct.unpack_from("<i", data, at)
            out[key], at = data[at + 5:at + 5 + size], at + 5 + size
        elif kind in (0x09, 0x11, 0x12):  # dates and timestamps as the numbers that they are
            out[key], at = Long(struct.unpack_from("<q", data, at)[0]), at + 8
        else:
            raise ValueError(f"kind {kind}")
    assert at == end - 1
    return list(out.values()) if as_list else out


def receive(stream):
    header = stream.recv(16, socket.MSG_WAITALL)
    if len(header) < 16:
        return None
    length, request, _, opcode = struct.unpack("<iiii", header)
    body = stream.recv(length - 16, socket.MSG_WAITALL)
    if opcode != 2013 or body[4] != 0:
        return None
    return request, decode(body, 5)


def send(stream, request, document, to=0):
    body = struct.pack("<iB", 0, 0) + encode(document)
    stream.sendall(struct.pack("<iiii", len(body) + 16, request, to, 2013) + body)


def command(address, document, timeout=0.5):
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=timeout) as stream:
        stream.settimeout(timeout)
        send(stream, 1, {**document, "$db": "admin"})
        answer = receive(stream)
        if answer is None:
            raise OSError("no answer")
        return answer[1]


class Failure(Exception):
    def __init__(self, code, name, text):
        super().__init__(text)
        self.code, self.name = code, name


class Node:
    def __init__(self, options, parameters):
        self.options, self.parameters = options, parameters
        self.file = pathlib.Path(options.dbpath) / "stub.json"
        self.changed = threading.Condition()
        self.config = json.loads(self.file.read_text()) if self.file.exists() else None
        self.role, self.counter, self.process = "startup", 0, os.urandom(12)
        threading.Thread(target=self.elect, daemon=True).start()

    def me(self, members):
        return next((m for m in members if m["host"].endswith(f":{self.options.port}")), None)

    def take(self, config, version_at_least=0):
        with self.changed:
            if self.config and self.config["version"] > config["version"]:
                return
            self.config = config
            self.file.write_text(json.dumps(config))
            self.counter += 1
            self.changed.notify_all()

    def become(self, role):
        with self.changed:
            if self.role != role:
                self.role = role
                self.counter += 1
                self.changed.notify_all()

    def elect(self):
        while True:
            time.sleep(0.02)
            config = self.config
            mine = config and self.me(config["members"])
            if not mine:
                continue
            if mine.get("arbiterOnly"):
                self.become("arbiter")
                continue
            votes, total, best = mine.get("votes", 1), sum(m.get("votes", 1) for m in config["members"]), None
            for member in config["members"]:
                electable = not member.get("arbiterOnly") and member.get("priority", 1) > 0
                answers = member is mine
                if not answers:
                    try:
                        command(member["host"], {"ping": 1}, 0.3)
                        answers, votes = True, votes + member.get("votes", 1)
                    except (OSError, AssertionError):
                        pass
                port = int(member["host"].rsplit(":", 1)[1])
                if answers and electable and (best is None or port < best):
                    best = port
            self.become("primary" if best == self.options.port and votes * 2 > total else "secondary")

    def hello(self, asked):
        plain = "stubPlain" in self.parameters
        seen = asked.get("topologyVersion")
        with self.changed:
            if seen and not plain:
                if not isinstance(seen["counter"], Long):
                    raise Failure(14, "TypeMismatch", "topologyVersion.counter is the wrong type")
                self.changed.wait_for(lambda: seen["processId"] != self.process or self.counter > seen["counter"], asked["maxAwaitTimeMS"] / 1000)
            out = {"isWritablePrimary": self.role == "primary", "ismaster": self.role == "primary", "secondary": self.role == "secondary",
                   "maxWireVersion": 21, "minWireVersion": 0}
            if self.role == "arbiter":
                out["arbiterOnly"] = True
            if self.options.replSet and self.config:
                out["setName"] = self.config["_id"]
                out["hosts"] = [m["host"] for m in self.config["members"] if not m.get("hidden")]
            elif self.options.replSet:
                out["isreplicaset"] = True
            if not plain:
                out["topologyVersion"] = {"processId": self.process, "counter": Long(self.counter)}
            return out

    def spread(self, config):
        for member in config["members"]:
            if not member["host"].endswith(f":{self.options.port}"):
                command(member["host"], {"_stubConfig": json.dumps(config)})
        self.take(config)

    def initiate(self, config):
        if self.config:
            raise Failure(23, "AlreadyInitialized", "already initialized")
        if config["_id"] != self.options.replSet:
            raise Failure(93, "InvalidReplicaSetConfig", "another set's name")
        for member in config["members"]:
            try:
                command(member["host"], {"ping": 1})
            except OSError as problem:
                raise Failure(74, "NodeNotFound", f"{member['host']}: {problem}")
        self.spread(config)

    def reconfigure(self, config):
        if self.role != "primary":
            raise Failure(10107, "NotWritablePrimary", "not primary")
        voters = [{m["host"] for m in c["members"] if m.get("votes", 1)} for c in (self.config, config)]
        if len(voters[0] ^ voters[1]) > 1:
            raise Failure(103, "NewReplicaSetConfigurationIncompatible", "more than one voting member differs")
        if config["version"] <= self.config["version"]:
            raise Failure(103, "NewReplicaSetConfigurationIncompatible", "the version is old")
        self.spread(config)

    def answer(self, asked):
        name = next(iter(asked))
        if name in ("hello", "isMaster", "ismaster") and not (name == "hello" and "stubLegacy" in self.parameters):
            return self.hello(asked)
        if name == "ping":
            return {}
        if name == "_stubConfig":
            return self.take(json.loads(asked[name])) or {}
        if name == "replSetInitiate":
            return self.initiate(asked[name]) or {}
        if name == "replSetReconfig":
            return self.reconfigure(asked[name]) or {}
        if name == "replSetGetConfig" and self.config:
            return {"config": self.config}
        raise Failure(59, "CommandNotFound", f"no such command: '{name}'")


def main():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--port", type=int, default=27017)
    parser.add_argument("--bind_ip", default="127.0.0.1")
    parser.add_argument("--dbpath", default=".")
    parser.add_argument("--logpath")
    parser.add_argument("--logappend", action="store_true")
    parser.add_argument("--replSet", default="")
    parser.add_argument("--setParameter", action="append", default=[])
    options = parser.parse_args()
    parameters = dict(p.split("=", 1) for p in options.setParameter)
    if "stubExit" in parameters:
        print("it was told to end", flush=True)
        sys.exit(int(parameters["stubExit"]))
    signal.signal(signal.SIGTERM, signal.SIG_IGN if "stubIgnoreTerm" in parameters else lambda *_: os._exit(0))
    time.sleep(float(parameters.get("stubSlow", 0)))
    node = Node(options, parameters)

    class Connection(socketserver.BaseRequestHandler):
        def handle(self):
            self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                try:
                    message = receive(self.request)
                    if message is None:
                        return
                    if "stubMute" in parameters:
                        continue
                    try:
                        reply = {**node.answer(message[1]), "ok": 1.0}
                    except Failure as failure:
                        reply = {"ok": 0.0, "errmsg": str(failure), "code": failure.code, "codeName": failure.name}
                    send(self.request, 2, reply, message[0])
                except OSError:
                    return

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        request_queue_size = 128

    with Server((options.bind_ip.split(",")[0], options.port), Connection) as server:
        if options.logpath:
            with open(options.logpath, "a") as log:
                log.write(f"waiting for connections on {options.port}\n")
        server.serve_forever(poll_interval=60)


if __name__ == "__main__":
    main()
