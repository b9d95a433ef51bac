"""What the stub is made of: its errors, and a client that finds the primary of a set and asks it."""
import os
import socket
import threading
import time
import urllib.parse

import wire

NONE = {"message": "", "code": None, "codeName": "", "labels": [], "isNetwork": False, "isTimeout": False, "notSent": False, "unsupported": False, "isClient": True}
EVENTS = ["commandStartedEvent", "commandSucceededEvent", "commandFailedEvent", "topologyOpeningEvent", "topologyDescriptionChangedEvent", "topologyClosedEvent"]
OPTIONS = ["replicaSet", "directConnection", "serverSelectionTimeoutMS", "heartbeatFrequencyMS", "connectTimeoutMS", "retryWrites", "retryReads", "w", "appname"]


class Bad(Exception):
    def __init__(self, field, message, unsupported=False):
        super().__init__(f"`{field}` {message}")
        self.field, self.unsupported = field, unsupported


class ServerError(Exception):
    def __init__(self, reply):
        first = (reply.get("writeErrors") or [reply])[0]
        super().__init__(first.get("errmsg", "no message"))
        self.reply, self.first = reply, first


class NoServer(Exception):
    """None could be selected."""


def describe(error):
    out = {**NONE, "message": str(error) or type(error).__name__}
    if isinstance(error, Bad):
        return {**out, "field": error.field, "unsupported": error.unsupported, "notSent": True}
    if isinstance(error, ServerError):
        writes = {str(one["index"]): {"code": one["code"], "message": one["errmsg"]} for one in error.reply.get("writeErrors", [])}
        return {**out, "code": error.first.get("code"), "codeName": error.first.get("codeName", ""), "labels": error.reply.get("errorLabels", []), "isClient": False,
                "errorResponse": error.reply, **({"writeErrors": writes} if writes else {})}
    return {**out, "isNetwork": isinstance(error, (OSError, EOFError, NoServer)), "isTimeout": isinstance(error, socket.timeout), "notSent": isinstance(error, (NoServer, ConnectionRefusedError))}


def member(request, name, type, otherwise=None, path=None):
    value = request.get(name, otherwise)
    if value is None:
        raise Bad(path or name, "is missing")
    if not isinstance(value, type) or value == "":
        raise Bad(path or name, {str: "is a string that is not empty", dict: "is a document", list: "is a list", int: "is a whole number"}[type])
    return value


def oid():
    return {"$oid": os.urandom(12).hex()}


def parsed(uri, options):
    """(addresses, options)"""
    found = urllib.parse.urlsplit(uri)
    if found.scheme != "mongodb" or not found.netloc:
        raise Bad("uri", "is no URI of MongoDB's")
    addresses = [host if ":" in host else host + ":27017" for host in found.netloc.lower().split(",")]
    all = {**dict(urllib.parse.parse_qsl(found.query)), **options}
    for name in all:
        if name.lower() not in [known.lower() for known in OPTIONS]:
            raise Bad(f"options.{name}", "is no option of this driver", True)
    return addresses, all


def split(address):
    host, _, port = address.rpartition(":")
    return host, int(port)


class Client:
    """Asks every server it knows of for a `hello` now and then. Not a model of how drivers should: enough for a set that behaves."""

    def __init__(self, uri, options, addresses, tell, broken=None):
        for name, to in addresses.items():
            if not isinstance(to, str) or not to.rpartition(":")[2].isdigit() or not to.rpartition(":")[0]:
                raise Bad(f"addressMap.{name}", 'is an address, "host:port"')
        names, self.options = parsed(uri, options)
        self.addresses = {name.lower(): to for name, to in addresses.items() if broken != "map-ignored"}
        self.patience = float(self.options.get("serverSelectionTimeoutMS", 30000)) / 1000
        self.single = str(self.options.get("directConnection", "")).lower() == "true"
        self.tell, self.changed, self.over = tell, threading.Condition(), False
        self.servers = {name: {"address": name, "type": "Unknown", "setName": None} for name in names}
        self.requests, self.broken = 0, broken
        self.first = self.described()
        self.tell("topologyOpeningEvent", {})
        self.tell("topologyDescriptionChangedEvent", {"previousDescription": {"type": "Unknown", "setName": None, "servers": []}, "newDescription": self.first})
        threading.Thread(target=self.monitor, daemon=True).start()

    def connect(self, name):
        return wire.Connection(split(self.addresses.get(name, name)))

    # ---- discovery

    def described(self):
        types = [server["type"] for server in self.servers.values()]
        names = [server["setName"] for server in self.servers.values() if server["setName"]]
        kind = "ReplicaSetWithPrimary" if "RSPrimary" in types else "ReplicaSetNoPrimary" if self.options.get("replicaSet") or names else "Unknown"
        return {"type": "Single" if self.single else kind, "setName": next(iter(names), self.options.get("replicaSet")), "servers": [dict(server) for server in self.servers.values()]}

    def topology(self):
        with self.changed:
            return self.described()

    def check(self, name):
        """(what it is, the hosts it tells, where they count)"""
        try:
            connection = self.connect(name)
            try:
                hello = connection.ask({"hello": 1})
            finally:
                connection.close()
        except (OSError, EOFError) as error:
            return {"address": name, "type": "Unknown", "setName": None, "error": str(error)}, None
        kind = "RSPrimary" if hello.get("isWritablePrimary") else "RSSecondary" if hello.get("secondary") else "RSOther"
        server = {"address": name, "type": kind if "setName" in hello else "Standalone", "setName": hello.get("setName")}
        return server, hello.get("hosts") if kind == "RSPrimary" and not self.single else None

    def monitor(self):
        while not self.over:
            for name in list(self.servers):
                server, hosts = self.check(name)
                with self.changed:
                    before = self.described()
                    if name not in self.servers or self.over:
                        continue
                    self.servers[name] = server
                    if hosts:
                        self.servers = {host: self.servers.get(host, {"address": host, "type": "Unknown", "setName": None}) for host in hosts}
                    if self.described() != before:
                        self.tell("topologyDescriptionChangedEvent", {"previousDescription": before, "newDescription": self.described()})
                    self.changed.notify_all()
            time.sleep(0.05)

    def select(self):
        def writable():
            return next((name for name, server in self.servers.items() if server["type"] in ("RSPrimary", "Standalone") or self.single and server["type"] != "Unknown"), None)

        with self.changed:
            if not self.changed.wait_for(lambda: writable() or self.over, self.patience) or self.over:
                self.over |= self.broken == "impatient"
                raise NoServer("the client was closed" if self.over else "there is no primary")
            return writable()

    # ---- commands

    def ask(self, command, database):
        connection = self.connect(self.select())
        name = next(iter(command))
        with self.changed:
            self.requests += 1
            about = {"commandName": name, "requestId": self.requests}
        began = time.monotonic()
        try:
            self.tell("commandStartedEvent", {**about, "databaseName": database, "command": {**command, "$db": database}})
            reply = connection.ask(command, database)
            if not reply.get("ok"):
                raise ServerError(reply)
            self.tell("commandSucceededEvent", {**about, "durationMS": (time.monotonic() - began) * 1000, "reply": reply})
        except (OSError, EOFError, ServerError) as error:
            self.tell("commandFailedEvent", {**about, "durationMS": (time.monotonic() - began) * 1000, "failure": describe(error)})
            raise
        finally:
            connection.close()
        if reply.get("writeErrors"):  # the command was done, the write was not
            raise ServerError(reply)
        return reply

    def close(self):
        with self.changed:
            self.over = True
            self.changed.notify_all()
        self.tell("topologyClosedEvent", {})
