"""Events, the barrier, what the driver sees of its servers, and where its sockets go."""
import time

from kit import check, contains, same
from program import Failed, NotOffered, short
from servers import Played, free_port, member

COMMANDS = ["commandStartedEvent", "commandSucceededEvent", "commandFailedEvent"]


@check("events come before the answer of their operation")
def before(kit):
    kit.needs_events(*COMMANDS)
    names = kit.client(observeEvents=COMMANDS)
    program = kit.program
    for number in range(20):
        id = program.send({"op": "operation", "object": names.collection, "name": "insertOne", "arguments": {"document": {"_id": number}}})
        program.answer(id)
        answered = program.place(id)
        told = [line["event"] for line in program.lines[:answered] if line.get("entity") == names.client and line["data"].get("commandName") == "insert"]
        same(len(told), 2 * (number + 1), "events before the answer")
        same(told[-2:], ["commandStartedEvent", "commandSucceededEvent"], "the last two")


@check("command events say what was sent and what came back")
def commands(kit):
    kit.needs_events(*COMMANDS)
    names = kit.client(observeEvents=COMMANDS)
    kit.do(names.collection, "insertOne", document={"_id": 1})
    kit.refused(names.database, "runCommand", command={"noSuchCommand": 1})
    program = kit.program

    def told():
        return [line["data"] for line in program.events(names.client, *COMMANDS) if line["data"].get("commandName") in ("insert", "noSuchCommand")]

    program.wait(lambda _: len(told()) > 3, "fourth event")
    started, succeeded, _, failed = told()[:4]
    contains(started, {"databaseName": "failc_conformance"}, "the start")
    contains(started.get("command", {}), {"insert": names.stored, "documents": [{"_id": 1}]}, "the command")
    contains(succeeded.get("reply", {}), {"n": 1}, "the reply")
    same(succeeded.get("requestId"), started.get("requestId"), "`requestId` of the end")
    if not isinstance(succeeded.get("durationMS"), (int, float)):
        raise Failed(f"`durationMS` is {short(succeeded.get('durationMS'))}")
    if not failed.get("failure", {}).get("message"):
        raise Failed(f"`failure` has no message: {short(failed)}")


@check("events of a client are counted without a gap")
def counted(kit):
    names, other = (kit.client(observeEvents=kit.said["events"]) for _ in range(2))
    for one in (names, other, names):
        kit.do(one.client, "ping")
    kit.program.ok("close", entity=other.client)
    kit.program.ok("sync")
    for one in (names, other):
        told = [line.get("seq") for line in kit.program.events(one.client)]
        if not told or told != list(range(1, len(told) + 1)):
            raise Failed(f"{one.client}: {short(told)}")


@check("only what is observed is told")
def observed(kit):
    kit.needs_events(*COMMANDS)
    names, silent = kit.client(observeEvents=["commandFailedEvent"]), kit.client()
    kit.do(silent.client, "ping")
    kit.do(names.client, "ping")
    kit.refused(names.database, "runCommand", command={"noSuchCommand": 1})
    program = kit.program
    program.wait(lambda _: program.events(names.client), "event")
    program.ok("sync")
    time.sleep(0.2)
    same([line["event"] for line in program.events(names.client)], ["commandFailedEvent"], "the events")
    same(program.events(silent.client), [], "events of a client that is not observed")


@check("sync comes after the events so far")
def sync(kit):
    program = kit.program
    kit.needs_events("commandStartedEvent")
    for _ in range(3):
        names = kit.client(observeEvents=kit.said["events"])
        kit.do(names.client, "ping")
        # An operation that has begun is reported, and no answer brings its event along.
        kit.block(500)
        found = kit.begin_find(names)
        time.sleep(0.15)
        id = program.send({"op": "sync"})
        said = program.answer(id).get("ok") or {}
        if not isinstance(said.get("events"), dict) or names.client not in said["events"]:
            raise Failed(f"`events` lacks {names.client}: {short(said)}")
        told = [line for line in program.lines[:program.place(id)] if line.get("entity") == names.client and "seq" in line]
        same(told[-1]["seq"] if told else 0, said["events"][names.client], "the last event before the answer")
        if program.place(found) is None and not [line for line in told if line["data"].get("commandName") == "find"]:
            raise Failed("the operation in flight was not told before it")
        program.answer(found)
        program.ok("close", entity=names.client)


@check("what was told is told again when it is asked for")
def again(kit):
    if "events" not in kit.said.get("requests", []):
        raise NotOffered("the request `events`")
    kit.needs_events(*COMMANDS)
    names, program = kit.client(observeEvents=COMMANDS), kit.program
    kit.do(names.client, "ping")
    first = program.ok("events", entity=names.client)
    kit.refused(names.database, "runCommand", command={"noSuchCommand": 1})
    more = program.ok("events", entity=names.client, after=first["seq"])
    told = [(one.get("event"), one.get("seq"), one.get("data")) for one in first["events"] + more["events"]]
    program.wait(lambda _: len(program.events(names.client)) >= len(told), "line of each event")
    lines = [(line["event"], line["seq"], line["data"]) for line in program.events(names.client)]
    same(told, lines, "both answers together")
    same(more["seq"], lines[-1][1], "`seq`")
    at = [one.get("atUS") for one in first["events"] + more["events"]]
    if not all(isinstance(one, int) for one in at) or at != sorted(at) or not at[-1] - 60e6 < at[0] <= time.monotonic_ns() // 1000:
        raise Failed(f"`atUS` is no time of the host's monotonic clock: {short(at)}")
    failed = program.ok("events", entity=names.client, names=["commandFailedEvent"], after=first["seq"])["events"]
    same([one["event"] for one in failed], ["commandFailedEvent"], "those of one name")
    same(program.error("events", entity=names.client, names=["noSuchEvent"]).get("unsupported"), True, "`unsupported` of an event that there is not")


@check("the last events come before the answer of close")
def closing(kit):
    kit.needs_events("topologyClosedEvent")
    names = kit.client(observeEvents=kit.said["events"])
    kit.do(names.client, "ping")
    program = kit.program
    id = program.send({"op": "close", "entity": names.client})
    program.answer(id)
    answered = program.place(id)
    time.sleep(0.3)
    program.ok("sync")
    if not [line for line in program.lines[:answered] if line.get("event") == "topologyClosedEvent" and line["entity"] == names.client]:
        raise Failed("there was no topologyClosedEvent before it")
    after = [line["event"] for line in program.lines[answered:] if line.get("entity") == names.client]
    same(after, [], "events after it")


@check("discovery is told from its opening on")
def discovery(kit):
    kit.needs_events("topologyOpeningEvent", "topologyDescriptionChangedEvent")
    names = kit.client(observeEvents=["topologyOpeningEvent", "topologyDescriptionChangedEvent"])
    kit.do(names.client, "ping")
    program = kit.program

    def found(_):
        return [line for line in program.events(names.client) if line["data"].get("newDescription", {}).get("type") == "ReplicaSetWithPrimary"]

    last = program.wait(found, "description with a primary")[-1]["data"]["newDescription"]
    same([(server.get("address"), server.get("type")) for server in last.get("servers", [])], [(kit.mongod.address, "RSPrimary")], "its servers")
    same(last.get("setName"), "rs", "`setName`")
    told = program.events(names.client)
    same(told[0]["event"], "topologyOpeningEvent", "the first event")
    first = told[1]["data"]
    same((first["previousDescription"].get("type"), first["previousDescription"].get("servers")), ("Unknown", []), "what was before the first description")
    same([server["type"] for server in first["newDescription"]["servers"]], ["Unknown"], "servers of the first description")


@check("changes of servers are told")
def server_events(kit):
    wanted = ["serverOpeningEvent", "serverDescriptionChangedEvent", "serverClosedEvent"]
    kit.needs_events(*wanted)
    names = kit.client(observeEvents=wanted)
    kit.do(names.client, "ping")
    kit.program.ok("close", entity=names.client)
    told = kit.program.events(names.client)
    same({line["data"].get("address") for line in told}, {kit.mongod.address}, "addresses")
    same(told[0]["event"], "serverOpeningEvent", "the first event")
    changes = [(line["data"]["previousDescription"]["type"], line["data"]["newDescription"]["type"]) for line in told if line["event"] == "serverDescriptionChangedEvent"]
    if ("Unknown", "RSPrimary") not in changes:
        raise Failed(f"from Unknown to RSPrimary is not among {short(changes)}")


@check("heartbeats are told")
def heartbeats(kit):
    wanted = ["serverHeartbeatStartedEvent", "serverHeartbeatSucceededEvent", "serverHeartbeatFailedEvent"]
    kit.needs_events(*wanted)
    names = kit.client(observeEvents=wanted, options={"heartbeatFrequencyMS": 500})
    program = kit.program
    program.wait(lambda _: len(program.events(names.client, "serverHeartbeatSucceededEvent")) > 1, "second heartbeat")
    first = program.events(names.client)[0]
    same((first["event"], first["data"].get("awaited"), first["data"].get("address")), ("serverHeartbeatStartedEvent", False, kit.mongod.address), "the first event")
    reply = program.events(names.client, "serverHeartbeatSucceededEvent")[0]["data"].get("reply", {})
    same(reply.get("setName"), "rs", "`reply.setName`")


@check("pools and connections are told")
def pools(kit):
    wanted = ["poolCreatedEvent", "connectionCreatedEvent", "connectionReadyEvent", "connectionCheckOutStartedEvent", "connectionCheckedOutEvent", "connectionCheckedInEvent"]
    kit.needs_events(*wanted, "poolClosedEvent", "connectionClosedEvent")
    names = kit.client(observeEvents=[*wanted, "poolClosedEvent", "connectionClosedEvent"])
    program = kit.program
    kit.do(names.client, "ping")
    kit.do(names.client, "ping")
    told = [line["event"] for line in program.events(names.client)]
    for event in wanted:
        if event not in told:
            raise Failed(f"no {event} among {short(told)}")
    same({line["data"].get("address") for line in program.events(names.client)}, {kit.mongod.address}, "addresses")
    program.ok("close", entity=names.client)
    reason = program.wait(lambda _: program.events(names.client, "connectionClosedEvent"), "connectionClosedEvent")[-1]["data"].get("reason")
    if reason not in ("stale", "idle", "error", "poolClosed"):
        raise Failed(f"`reason` is {short(reason)}")


# ---- what the driver sees

def seen(kit, names, wanted, seconds=None):
    """`topology`, asked until it says so; `wanted` is (type, {address: type})."""
    end = time.monotonic() + (seconds or kit.patience)
    while True:
        said = kit.program.ok("topology", entity=names.client)
        got = (said.get("type"), {server.get("address"): server.get("type") for server in said.get("servers", [])})
        if got == wanted:
            return said
        if time.monotonic() > end:
            raise Failed(f"the topology is {short(got)}, not {short(wanted)}")
        time.sleep(0.05)


FAST = {"heartbeatFrequencyMS": 500, "serverSelectionTimeoutMS": 10000, "connectTimeoutMS": 2000}


@check("topology is what the driver sees now")
def topology(kit):
    server = Played({})
    server.hello = member(server.address, [server.address], server.address)
    names = kit.client(uri=f"mongodb://{server.address}/?replicaSet=rs", options=FAST)
    try:
        said = seen(kit, names, ("ReplicaSetWithPrimary", {server.address: "RSPrimary"}))
        same((said.get("setName"), said["servers"][0].get("setName")), ("rs", "rs"), "`setName`")
        if kit.said["capabilities"].get("poolGeneration"):
            same(said["servers"][0].get("pool"), {"generation": 0}, "`pool`")
    finally:
        server.end()
    seen(kit, names, ("ReplicaSetNoPrimary", {server.address: "Unknown"}))


@check("discovery goes on though there is no server")
def patient(kit):
    port = free_port()
    address = f"127.0.0.1:{port}"
    names = kit.client(uri=f"mongodb://{address}/?replicaSet=rs", options={**FAST, "serverSelectionTimeoutMS": 300})
    kit.refused(names.client, "ping")
    time.sleep(0.5)
    server = Played(member(address, [address], address), port)
    end = time.monotonic() + kit.patience
    try:
        while "ok" not in kit.program.ask("operation", object=names.client, name="ping"):
            if time.monotonic() > end:
                raise Failed(f"the server that came later was not found within {kit.patience} s")
    finally:
        server.end()


@check("sockets go where the address map says")
def address_map(kit):
    scope = kit.capability("addressMap")
    hosts = ["a:27017", "b:27018"]
    a, b, lonely = Played(member(hosts[0], hosts, hosts[0])), Played(member(hosts[1], hosts, hosts[0])), Played(member(hosts[0], hosts[:1], hosts[0]))
    try:
        # It finds the second by the first alone.
        names = kit.client(uri="mongodb://a:27017/?replicaSet=rs", options=FAST, addressMap=dict(zip(hosts, [a.address, b.address])),
                           observeEvents=[event for event in ["topologyDescriptionChangedEvent"] if event in kit.said["events"]])
        kit.do(names.client, "ping")
        if "ping" not in a.asked:
            raise Failed(f"the primary was asked {short(a.asked)}, and no ping")
        program, wanted = kit.program, [("a:27017", "RSPrimary"), ("b:27018", "RSSecondary")]

        def both(_):
            last = (program.events(names.client) or [{"data": {}}])[-1]["data"].get("newDescription", {"servers": []})
            return sorted((server["address"], server["type"]) for server in last["servers"]) == wanted

        if program.events(names.client):
            program.wait(both, "description of both, by the names in the map,")
        else:
            seen(kit, names, ("ReplicaSetWithPrimary", dict(wanted)))
        other = {"entity": "other", "type": "client", "uri": "mongodb://a:27017/?replicaSet=rs", "options": FAST, "addressMap": {"a:27017": lonely.address}}
        if scope == "program":
            return same(program.error("create", **other).get("field"), "addressMap.a:27017", "`field` of a map that contradicts")
        program.ok("create", **other)
        kit.clients.append((program, "other"))
        kit.do("other", "ping")
        same("ping" in lonely.asked, True, "the second client asks the server of its own map")
    finally:
        for server in (a, b, lonely):
            server.end()
