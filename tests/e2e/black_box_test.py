#!/usr/bin/env python3
"""Spec files of discovery played to drivers over real sockets: `failc run --driver`."""
import json
import re
import signal
import subprocess
import time
import unittest

import support
from conformance import DRIVERS
from driver_program import need

LABEL = "real"

UPSTREAM = support.ROOT / "../shared/specs/server-discovery-and-monitoring/tests"
NODE = DRIVERS / "node/run"


def hello(address, hosts, **more):
    return [address, {"ok": 1, "helloOk": True, "isWritablePrimary": True, "setName": "rs", "hosts": hosts, "setVersion": 1, "minWireVersion": 0, "maxWireVersion": 21, **more}]


def server(kind, set_name=None, **more):
    return {"type": kind, "setName": set_name, **more}


def outcome(kind, servers, **more):
    return {"topologyType": kind, "setName": "rs", "logicalSessionTimeoutMinutes": None, "servers": servers, **more}


def phase(description, result, responses=(), errors=()):
    return {"description": description, "responses": list(responses), "applicationErrors": list(errors), "outcome": result}


def error(kind, **more):
    return {"address": "a:27017", "when": "afterHandshakeCompletes", "maxWireVersion": 21, "type": kind, **more}


VERSION = {"processId": {"$oid": "000000000000000000000001"}, "counter": {"$numberLong": "1"}}
KNOWN = outcome("ReplicaSetWithPrimary", {"a:27017": server("RSPrimary", "rs", setVersion=1, electionId=None, topologyVersion=VERSION, pool={"generation": 0}),
                                          "b:27017": server("Unknown")}, maxSetVersion=1, maxElectionId=None, compatible=True)
LOST = outcome("ReplicaSetNoPrimary", {"a:27017": server("Unknown", topologyVersion=None, pool={"generation": 1}), "b:27017": server("Unknown")})
PRIMARY = hello("a:27017", ["a:27017", "b:27017"], topologyVersion=VERSION)

# A set is discovered, an operation meets its end, and what was begun before that is news no more.
SET = {"description": "a set", "uri": "mongodb://a,c/?replicaSet=rs", "phases": [
    phase("a is the primary", KNOWN, [PRIMARY]),
    phase("an operation is not answered any more", LOST, errors=[error("network")]),
    phase("a is back", {**KNOWN, "servers": {**KNOWN["servers"], "a:27017": {**KNOWN["servers"]["a:27017"], "pool": {"generation": 1}}}}, [PRIMARY]),
    phase("an operation of before is not answered either", {"topologyType": "ReplicaSetWithPrimary", "servers": {"a:27017": {"type": "RSPrimary"}, "b:27017": {"type": "Unknown"}}}, errors=[error("network", generation=0)]),
    phase("it steps down", outcome("ReplicaSetNoPrimary", {"a:27017": server("Unknown", pool={"generation": 1}), "b:27017": server("Unknown")}),
          errors=[error("command", response={"ok": 0, "errmsg": "not primary", "code": 10107})]),
]}
EVENTS = {"description": "events", "uri": "mongodb://a/?directConnection=true", "phases": [
    phase("opening", {"events": [
        {"topology_opening_event": {"topologyId": "42"}},
        {"topology_description_changed_event": {"topologyId": "42", "previousDescription": {"topologyType": "Unknown", "servers": []}, "newDescription": {"topologyType": "Single", "servers": [
            {"address": "a:27017", "arbiters": [], "hosts": [], "passives": [], "type": "Unknown"}]}}},
        {"server_opening_event": {"topologyId": "42", "address": "a:27017"}}]}),
]}


def leaves(value, path=()):
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list) and value:
        for at, inner in enumerate(value):
            yield from leaves(inner, (*path, at))
    else:
        yield path, value


def other(path, value):
    """Another value, which the format takes in that place."""
    key = path[-1]
    if key in ("type", "topologyType"):
        return {"Unknown": "Sharded" if key == "topologyType" else "RSOther"}.get(value, "Unknown")
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return 41 if value == 40 else 40
    if key == "topologyVersion":
        return VERSION
    if key in ("electionId", "maxElectionId"):
        return {"$oid": "000000000000000000000007"}
    if key == "logicalSessionTimeoutMinutes":
        return 7
    if isinstance(value, list):
        return [{"address": "x:1", "arbiters": [], "hosts": [], "passives": [], "type": "Unknown"}] if key == "servers" else ["x:1"]
    if key == "$oid":
        return value[:-1] + ("7" if value[-1] != "7" else "5")
    if key == "$numberLong":
        return "7"
    return "x" if value is None else value + "x"


def flipped(spec):
    """Each leaf of each outcome, and the file with another in its place. What stands for any value has none."""
    for number, one in enumerate(spec["phases"]):
        for path, value in leaves(one["outcome"]):
            if path[-1] == "topologyId":
                continue
            copy = json.loads(json.dumps(spec))
            at = copy["phases"][number]["outcome"]
            for key in path[:-1]:
                at = at[key]
            at[path[-1]] = other(path, value)
            name = f"phase {number + 1}: {'.'.join(map(str, path))}"
            copy["description"] = name
            yield name, copy


class Played(support.TestCase):
    def need_node(self):
        checked = subprocess.run([support.ROOT / "tests/drivers/node/run", "check"], capture_output=True, text=True)
        need(checked.returncode == 0, checked.stderr.strip())

    def spec(self, name, document):
        return self.write(name, json.dumps(document, indent=1))

    def test_a_driver_agrees(self):
        self.need_node()
        self.spec("set.json", SET)
        self.spec("events.json", EVENTS)
        self.expect(self.failc("run", "set.json", "events.json", "--driver", "node"), 0, "played to node ", "pass  set.json::a set", "pass  events.json::events", "2 passed")

    def test_no_leaf_of_an_outcome_can_be_another(self):
        self.need_node()
        names = set()
        for spec in (SET, EVENTS):
            for number, (name, copy) in enumerate(flipped(spec)):
                self.spec(f"flips/{spec['description']}-{number}.json", copy)
                names.add(f"{spec['description']}: {name}")
        done = self.failc("run", "flips", "--driver", "node", "--jobs", "8", timeout=300)
        self.assertEqual(re.findall(r"^pass .*", done.stdout, re.M), [], "a flip that nobody saw")
        self.expect(done, 1, f"0 passed, {len(names)} failed")

    def test_pymongo_agrees(self):
        need(subprocess.run(["/usr/bin/python3", "-c", "import pymongo"], capture_output=True).returncode == 0, "PyMongo is not installed for /usr/bin/python3")
        self.spec("set.json", SET)
        self.spec("events.json", EVENTS)
        self.expect(self.failc("run", "set.json", "events.json", "--driver", DRIVERS / "pymongo/adapter.py"), 0, "played to pymongo ", "pass  set.json::a set", "1 passed",
                    "not run: 1 file", "events with the hosts of servers, of which this driver says nothing")

    def test_what_cannot_be_told_is_in_the_table(self):
        self.need_node()
        self.spec("told.json", SET)
        self.spec("removed.json", {"description": "removed", "uri": "mongodb://a,b/?replicaSet=rs", "phases": [
            phase("b is no member", outcome("ReplicaSetWithPrimary", {"a:27017": server("RSPrimary", "rs")}), [hello("a:27017", ["a:27017"]), hello("b:27017", ["b:27017"])])]})
        self.write("uri.json", json.dumps({"tests": [{"description": "u", "uri": "mongodb://a", "valid": True, "warning": False, "hosts": None, "auth": None, "options": None}]}))
        done = self.expect(self.failc("run", ".", "--driver", "node", "--report", "json=r.out"), 0, "of 3 spec files, 1 run", "not run: 2 files", "a reply of a server that the client does not ask (any more)", "removed.json")
        self.assertIn("uri.json", done.stdout)
        self.assertEqual(len(json.loads((self.base / "r.out").read_text())["run"]["specs_not_run"]), 2)

    def test_the_specification(self):
        """The share of the public files that Node's driver agrees with, where they are there."""
        self.need_node()
        need(UPSTREAM.is_dir(), f"the specification's files are not at {UPSTREAM}")
        folders = [UPSTREAM / name for name in ("single", "rs", "sharded", "load-balanced", "errors", "monitoring")]
        files = [path for folder in folders for path in folder.glob("*.yml")]
        done = self.failc("run", *files, "--driver", "node", timeout=400)
        passed, failed = map(int, re.search(r"^(\d+) passed, (\d+) failed", done.stdout, re.M).groups())
        print(f"{len(files)} files, {passed + failed} told, {passed} agree")
        self.assertGreaterEqual(passed + failed, 0.8 * len(files))
        self.assertGreaterEqual(passed, 0.9 * (passed + failed))


class CommandLine(support.TestCase):
    def test_who_is_meant(self):
        self.write("set.json", json.dumps(SET))
        self.expect(self.failc("run", "set.json", "--driver", "nod"), 2, "`--driver nod`", "did you mean `node`?", "libmongoc", "pymongo")
        self.expect(self.failc("run", "set.json", "--driver", "./absent"), 2, "`./absent` cannot be started")
        self.expect(self.failc("run", "set.json", "--driver", "node", "--param", "adapters=/nowhere"), 3, "`/nowhere/node/run` cannot be started", "--param adapters=DIR")

    def test_scenarios_are_not_played_to_drivers(self):
        adapter = self.adapter('answer(request, {**HELLO})')
        self.write("own.fail", 'scenario "s" {\n  play sdam with { uri: "mongodb://a" } as c\n}\n')
        self.expect(self.failc("run", "own.fail", "--driver", adapter), 2, "`--driver` plays spec files to a driver, and `own.fail` is none", "driver […] send …")

    def adapter(self, body):
        path = self.write("adapter", f'''#!/usr/bin/env python3
import json, sys, time
HELLO = {{"protocol": 2, "adapter": "x", "driver": "x", "version": "1", "requests": ["create", "close", "operation", "topology", "sync"], "operations": [], "objects": {{}},
         "events": ["serverHeartbeatSucceededEvent", "serverHeartbeatFailedEvent"], "capabilities": {{"addressMap": "client", "poolGeneration": True}}}}
def answer(request, ok):
    print(json.dumps({{"id": request["id"], "ok": ok}}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    op = request["op"]
    {body}
''')
        path.chmod(0o755)
        return path

    def run_with(self, body, *more, code=1):
        self.write("set.json", json.dumps(SET))
        return self.expect(self.failc("run", "set.json", "--driver", self.adapter(body), timeout=120), code, *more)

    def test_adapters_that_break(self):
        self.run_with("print('no JSON', flush=True)", "cannot be used", "no JSON object", code=3)
        self.run_with("sys.exit('out of order')", "cannot be used", "its last words: out of order", code=3)
        self.run_with("answer(request, {**HELLO, 'capabilities': {}})", "offers no `addressMap`", code=3)
        self.run_with("answer(request, {**HELLO, 'events': []})", "offers no `serverHeartbeatSucceededEvent`", code=3)
        self.run_with("answer(request, HELLO) if op == 'hello' else sys.exit('gone')", "has ended", "its last words: gone")
        self.run_with("answer(request, HELLO) if op == 'hello' else print(json.dumps({'id': request['id'], 'error': {'message': 'no such thing'}}), flush=True)", "the driver refuses `create`: no such thing")

    def test_a_driver_that_does_nothing(self):
        self.run_with("answer(request, HELLO if op == 'hello' else {})", "waited 15 s for the driver's monitor to say hello to `a:27017`")
        self.run_with("answer(request, HELLO) if op == 'hello' else time.sleep(60)", "waited 10 s for the driver's answer to `create`")

    def test_an_interrupt_ends_it(self):
        self.write("set.json", json.dumps(SET))
        process = self.begin("run", "set.json", "--driver", self.adapter("answer(request, HELLO if op == 'hello' else {})"))
        time.sleep(1.5)
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        self.assertEqual(process.wait(20), 130)
        self.assertLess(time.monotonic() - began, 5)
        self.assertNotIn("FAIL", process.stdout.read())


if __name__ == "__main__":
    unittest.main()
