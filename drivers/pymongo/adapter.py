#!/usr/bin/python3 -B
"""PyMongo as a driver under test of failc: drivers/PROTOCOL.md. Lines in, lines out; each request on a thread, for PyMongo blocks."""
import collections
import concurrent.futures
import itertools
import json
import os
import sys
import threading
import time

import bson.json_util
import pymongo
from pymongo import common

from clients import EVENTS, open_client, seen_topology
from errors import Bad, describe, expired
from operations import OPERATIONS, RELAXED, Arguments, concerns, session_options, session_state

LINE_LIMIT = 16 << 20
THREADS = 1000  # made as they are needed
CLOSING = 0.3  # s for the clients to close in when the input has ended
KEPT = 10000  # events of a client, for `events`

output = threading.Lock()


def encoded(line):
    return bson.json_util.dumps(line, json_options=RELAXED).encode() + b"\n"


def write(line):
    """`line`, encoded or not. With `output` locked."""
    try:
        sys.stdout.buffer.write(line if isinstance(line, bytes) else encoded(line))
        sys.stdout.buffer.flush()
    except OSError:
        os._exit(0)  # nobody reads any more


# ---- entities

class Entity:
    def __init__(self, type, client, handle):
        self.type, self.client, self.handle = type, client, handle
        self.seq = 0  # of a client: events that were written
        self.told = collections.deque(maxlen=KEPT)  # the last of them


class Entities:
    def __init__(self):
        self.lock = threading.Lock()
        self.all = {}  # None: it is being made

    def of(self, field, name, type=None):
        if not isinstance(name, str):
            raise Bad(field, "is missing" if name is None else "is a string")
        found = self.all.get(name)
        if found is None:
            raise Bad(field, f"names no entity: {name}")
        if type and found.type != type:
            raise Bad(field, f"is a {type}, and {name} is a {found.type}")
        return found

    def add(self, field, name, make):
        """The entity has the name from now on, and is found by it once it is made."""
        with self.lock:
            if name in self.all:
                raise Bad(field, f"is the name of an entity already: {name}")
            self.all[name] = None
        try:
            made = make()
        except BaseException:
            del self.all[name]
            raise
        self.all[name] = made
        return made

    def remove(self, name):
        """The entity, without which those that were made of it are gone too."""
        with self.lock:
            entity = self.of("entity", name)
            client = entity.client if entity.type == "client" else None
            for other in [other for other, one in self.all.items() if other == name or (client and one and one.client is client)]:
                del self.all[other]
        return entity

    def clients(self):
        with self.lock:
            return {name: one for name, one in self.all.items() if one and one.type == "client"}


entities = Entities()


def members(request, names):
    for name in request:
        if name not in ("id", "op", "deadlineMS", *names.split()):
            raise Bad(name, f"is no member of `{request['op']}`", True)


def string(request, name):
    value = request.get(name)
    if not isinstance(value, str) or not value:
        raise Bad(name, "is missing" if value is None else "is a string that is not empty")
    return value


def record(request, name, otherwise=None):
    value = request.get(name, otherwise)
    if value is not None and not isinstance(value, dict):
        raise Bad(name, "is a document")
    return value


def make_client(request):
    members(request, "entity type uri options observeEvents addressMap")
    observed = request.get("observeEvents", [])
    if not isinstance(observed, list):
        raise Bad("observeEvents", "is a list of names")
    entity = Entity("client", None, None)

    def tell(event, data):
        with output:
            entity.seq += 1
            entity.told.append({"event": event, "seq": entity.seq, "atUS": time.monotonic_ns() // 1000, "data": data})
            write({"event": event, "entity": request["entity"], "seq": entity.seq, "data": data})

    entity.client = entity.handle = open_client(string(request, "uri"), record(request, "options", {}), observed, tell, record(request, "addressMap"))
    return entity


def make_database(request):
    members(request, "entity type client name options")
    client = entities.of("client", request.get("client"), "client").client
    return Entity("database", client, client.get_database(string(request, "name"), **concerns(record(request, "options", {}))))


def make_collection(request):
    members(request, "entity type database name options")
    database = entities.of("database", request.get("database"), "database")
    return Entity("collection", database.client, database.handle.get_collection(string(request, "name"), **concerns(record(request, "options", {}))))


def make_session(request):
    members(request, "entity type client options")
    client = entities.of("client", request.get("client"), "client").client
    return Entity("session", client, client.start_session(**session_options(record(request, "options", {}))))


MAKERS = {"client": make_client, "database": make_database, "collection": make_collection, "session": make_session}


def create(request):
    name, type = string(request, "entity"), string(request, "type")
    if type not in MAKERS:
        raise Bad("type", f"is no type of entity that can be made: {type}", True)
    made = entities.add("entity", name, lambda: MAKERS[type](request))
    return {"lsid": made.handle.session_id} if type == "session" else None


def close(request):
    members(request, "entity")
    entity = entities.remove(string(request, "entity"))
    if entity.type == "session":
        entity.handle.end_session()
    elif entity.type in ("client", "cursor"):
        entity.handle.close()


# ---- operations

class Callback:
    """One question of `withTransaction`, and what has failed since it was asked, by request."""

    def __init__(self):
        self.answer, self.answered, self.thrown = {}, threading.Event(), {}


callbacks, callback_numbers = {}, itertools.count(1)


def with_transaction(session, arguments, id):
    options = concerns(arguments.left, "arguments", ["maxCommitTimeMS"])

    def ask(_):
        callback = Callback()
        with output:
            number = next(callback_numbers)
            callbacks[number] = callback
            write({"callback": number, "of": id})
        callback.answered.wait()
        error = callback.answer.get("error")
        if error is not None:
            raise callback.thrown.get(error) or Bad("error", "is the id of no request that failed meanwhile")

    session.with_transaction(ask, **options)


def answered_callback(line):
    callback = callbacks.pop(line["callback"], None)
    if callback is None:
        return refuse(Bad("callback", "is the number of none that is open"), "`callback` is the number of none that is open")
    callback.answer = line
    callback.answered.set()


def operation(request):
    members(request, "object name arguments save")
    entity = entities.of("object", request.get("object"))
    name = string(request, "name")
    if name not in OPERATIONS[entity.type]:
        raise Bad("name", f"is no operation of a {entity.type}: {name}", True)
    arguments = Arguments(request.get("arguments", {}), entities)
    act = OPERATIONS[entity.type][name]
    if name == "createFindCursor":
        entities.add("save", string(request, "save"), lambda: Entity("cursor", entity.client, act(entity.handle, arguments)))
        return None
    if "save" in request:
        raise Bad("save", f"is not for `{name}`", True)
    if name == "withTransaction":
        return with_transaction(entity.handle, arguments, request["id"])
    return act(entity.handle, arguments)


# ---- operations without entities

RUNS = ["command", "runCommand", *(name for name in OPERATIONS["collection"] if name != "createFindCursor")]
DIRECT = {"directConnection": True, "connectTimeoutMS": 1000, "serverSelectionTimeoutMS": 1000, "retryWrites": False, "retryReads": False}
by_value, by_value_lock = {}, threading.Lock()


def opened(key, uri, options):
    with by_value_lock:
        if key not in by_value:
            by_value[key] = open_client(uri, options)
        return by_value[key]


def client_of(request):
    """(key, client)"""
    if ("client" in request) == ("direct" in request):
        raise Bad("client", "or `direct` says whom to ask, and one of them")
    if "direct" in request:
        address = string(request, "direct")
        return address, opened(address, f"mongodb://{address}/", DIRECT)
    given = record(request, "client")
    for name in given:
        if name not in ("name", "uri", "options"):
            raise Bad(f"client.{name}", "is no member of a client", True)
    if not isinstance(given.get("uri"), str):
        raise Bad("client.uri", "is missing" if "uri" not in given else "is a string")
    key = json.dumps(given)
    return key, opened(key, given["uri"], record(given, "options", {}))


def run(request):
    name = "runCommand" if request.get("name") == "command" else string(request, "name")
    if name not in RUNS:
        raise Bad("name", f"is no operation of `run`: {name}", True)
    type = "database" if name == "runCommand" else "collection"
    database = string(request, "database")
    collection = string(request, "collection") if type == "collection" else None
    key, client = client_of(request)
    handle = client[database][collection] if collection else client[database]
    try:
        return OPERATIONS[type][name](handle, Arguments(request.get("arguments", {}), entities))
    except pymongo.errors.ConnectionFailure:
        if "direct" in request:  # a new one has no memory of the failure, and tries at once
            with by_value_lock:
                by_value.pop(key, None)
            client.close()
        raise


# ---- requests

def hello(request):
    return {
        "protocol": 2, "adapter": "failc-driver-pymongo", "driver": "pymongo", "version": pymongo.version, "requests": list(REQUESTS), "operations": RUNS,
        "objects": {type: list(operations) for type, operations in OPERATIONS.items()}, "events": list(EVENTS),
        "capabilities": {"addressMap": "client", "cancel": "drops", "callbacks": True, "poolGeneration": True, "unsaid": ["servers.hosts"]},
        "limits": {"minWireVersion": common.MIN_SUPPORTED_WIRE_VERSION, "maxWireVersion": common.MAX_SUPPORTED_WIRE_VERSION},
    }


def topology(request):
    members(request, "entity")
    return seen_topology(entities.of("entity", request.get("entity"), "client").client)


def state(request):
    members(request, "entity")
    return session_state(entities.of("entity", request.get("entity"), "session").handle)


def sync(request):
    """PyMongo reports within the call that writes the line, so that there is nothing to wait for."""
    members(request, "")
    with output:
        return {"events": {name: entity.seq for name, entity in entities.clients().items()}}


def events(request):
    members(request, "entity names after")
    entity = entities.of("entity", request.get("entity"), "client")
    names, after = request.get("names", list(EVENTS)), request.get("after", 0)
    if not isinstance(names, list):
        raise Bad("names", "is a list of names")
    for at, name in enumerate(names):
        if name not in EVENTS:
            raise Bad(f"names.{at}", f"is no event of this driver: {name}", True)
    if not isinstance(after, int) or isinstance(after, bool) or after < 0:
        raise Bad("after", "is a whole number from 0 on")
    with output:
        first = entity.seq - len(entity.told)
        if after < first:
            raise Bad("after", f"is before what is kept, which begins after {first}")
        return {"seq": entity.seq, "events": [one for one in entity.told if one["seq"] > after and one["event"] in names]}


REQUESTS = {"hello": hello, "create": create, "close": close, "operation": operation, "run": run, "topology": topology, "events": events, "state": state, "sync": sync}

open_requests = {}  # by id, the timer of the deadline


def forget(id):
    timer = open_requests.pop(id, None)
    if timer:
        timer.cancel()


def answer(id, body):
    line = encoded({"id": id, **body})
    with output:
        if id in open_requests:  # else it was cancelled, or is too late
            forget(id)
            write(line)


def serve(request):
    id, op = request["id"], request.get("op")
    try:
        if not isinstance(op, str) or op not in REQUESTS:
            raise Bad("op", "is missing" if op is None else f"is no request: {op}", op is not None)
        answer(id, {"ok": REQUESTS[op](request)})
    except Exception as error:
        for callback in list(callbacks.values()):
            callback.thrown[id] = error
        try:
            answer(id, {"error": describe(error)})
        except Exception as unspeakable:  # what a server said is no JSON, say
            answer(id, {"error": describe(ValueError(f"{error} ({unspeakable})"))})


workers = concurrent.futures.ThreadPoolExecutor(THREADS)


def start(request):
    id, limit = request["id"], request.get("deadlineMS")
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 1):
        open_requests[id] = None
        return answer(id, {"error": describe(Bad("deadlineMS", "is a whole number above 0"))})
    open_requests[id] = timer = threading.Timer(min(limit / 1000, threading.TIMEOUT_MAX), answer, [id, {"error": expired(limit)}]) if limit is not None else None
    if timer:
        timer.daemon = True
        timer.start()
    workers.submit(serve, request)


def refuse(bad, why):
    with output:
        write({"id": None, "error": {**describe(bad), "message": f"line {lines.number}: {why}"}})


def read_line(line):
    if line is None:
        return refuse(Bad("line", "is too long"), "longer than 16 MiB")
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        return refuse(Bad("line", "is not JSON"), f"not JSON: {error}")
    if not isinstance(request, dict):
        return refuse(Bad("line", "is no object"), "not a JSON object")
    if "cancel" in request:
        with output:
            return forget(request["cancel"]) if isinstance(request["cancel"], int) else None
    if "callback" in request:
        return answered_callback(request)
    id = request.get("id")
    if not isinstance(id, int) or isinstance(id, bool) or id < 0:
        return refuse(Bad("id", "is wrong"), "`id` is missing" if id is None else "`id` is a whole number from 0 on")
    if id in open_requests:
        return refuse(Bad("id", "is taken"), f"`id` is that of a request that is not answered yet: {id}")
    start(request)


def lines():
    """Each line of the input, None for one that is too long."""
    read = sys.stdin.buffer.readline
    while line := read(LINE_LIMIT + 1):
        lines.number += 1
        too_long = len(line) > LINE_LIMIT and not line.endswith(b"\n")
        while too_long and line and not line.endswith(b"\n"):
            line = read(1 << 20)
        if too_long or line.strip():
            yield None if too_long else line


lines.number = 0


def main():
    for line in lines():
        read_line(line)
    clients = [entity.client for entity in entities.clients().values()] + list(by_value.values())
    closing = threading.Thread(target=lambda: [client.close() for client in clients], daemon=True)
    closing.start()
    closing.join(CLOSING)
    os._exit(0)  # whatever still waits for a server is left where it is


main()
