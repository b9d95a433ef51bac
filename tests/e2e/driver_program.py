"""The programs of tests/drivers, each around a real driver, and what every driver has to show on three embedded servers.

`PROGRAM operations URI` does one thing after the other and prints what came of it, one JSON document.
`PROGRAM writes URI WRITERS` writes until its standard input ends. It prints a JSON document a line: `{"primary": "host:port"}` (null for none) when
the driver's own monitoring reports another, `{"acknowledged": N}` from time to time, and at the end `{"writes": {...}}`: the ids that were
`acknowledged` and those that `failed` and why, and what is in the database: the ids of `events`, and the `logs` with a counter `n` that every
write raised when it added its id."""
import collections
import itertools
import json
import os
import subprocess
import threading
import unittest

import support
from replica_set import MONGOD, ReplicaSet

WRITERS = 8
DUPLICATE_KEY = 11000


def need(found, reason):
    """A driver that is not there: its tests are skipped, unless the environment says that all have to run (scripts/test)."""
    if not found:
        raise AssertionError(reason) if os.environ.get("FAILC_EVERY_DRIVER") else unittest.SkipTest(reason)


class Program:
    def __init__(self, test, command):
        self.test = test
        self.lines = []
        self.more = threading.Condition()
        self.process = test.begin_client(command)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in itertools.chain(self.process.stdout, ['{"ended": true}']):
            with self.more:
                self.lines.append(json.loads(line))
                self.more.notify_all()

    def values(self, name):
        return [line[name] for line in self.lines if name in line]

    def wait_for(self, what, condition, seconds=30):
        with self.more:
            done = self.more.wait_for(lambda: condition() or self.values("ended"), seconds)
            self.test.assertTrue(done and condition(), f"{what}: not within {seconds} s\n{str(self.lines[-5:])[:3000]}\n{self.errors()}")

    def wait_for_acknowledged(self, count):
        self.wait_for(f"{count} writes", lambda: (self.values("acknowledged") or [0])[-1] >= count, 60)

    def wait_for_primary(self, port):
        address = f"127.0.0.1:{port}"
        self.wait_for(f"the driver sees {address} as primary", lambda: (self.values("primary") or [None])[-1] == address)

    def errors(self):
        return (self.test.base / "client.log").read_text()[-3000:]

    def finish(self):
        """What it wrote, and what it found."""
        self.process.stdin.close()
        self.wait_for("the end", lambda: self.values("writes"), 60)
        self.test.assertEqual(self.process.wait(20), 0, self.errors())
        return self.values("writes")[0]


def shortcomings(writes):
    """Sentences on what must not be: acknowledged writes that are lost, and writes that were done twice."""
    found = collections.Counter(writes["events"])
    out = []
    for log in writes["logs"]:
        found.update(log["ids"])
        if log["n"] != len(log["ids"]):
            out.append(f"{log['_id']} was raised {log['n']} times for {len(log['ids'])} writes")
    acknowledged, failed = set(writes["acknowledged"]), {one["id"] for one in writes["failed"]}
    out += [f"{one} was acknowledged and is lost" for one in acknowledged if found[one] == 0]
    out += [f"{one} was done {count} times" for one, count in found.items() if count > 1]
    out += [f"{one} was never written" for one in found if one not in acknowledged and one not in failed]
    # A retry that finds its own first attempt and is not recognized.
    out += [f"{one['id']}: {one['message']}" for one in writes["failed"] if one["code"] == DUPLICATE_KEY]
    return out


class TestCase(support.TestCase):
    """`self.command`: the program, as a list."""

    def setUp(self):
        super().setUp()
        if not MONGOD.exists():
            self.skipTest("failc-mongod is not built")
        self.clients = []
        self.set = ReplicaSet(self)
        # Two of three: the driver has to find the other.
        seeds = ",".join(f"127.0.0.1:{port}" for port in self.set.ports[:2])
        self.uri = f"mongodb://{seeds}/?replicaSet=rs&w=majority&retryWrites=true&serverSelectionTimeoutMS=20000"

    def begin_client(self, command):
        with open(self.base / "client.log", "w") as log:
            process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, cwd=self.base)
        self.clients.append(process)
        return process

    def tearDown(self):
        self.set.end()
        for process in self.clients:
            process.kill()
            process.wait(10)
            for pipe in (process.stdin, process.stdout):
                pipe.close()
        super().tearDown()

    # What it has to see beside what all see.
    sees_too = {}
    # A driver tries a write again, so none fails, but for the bugs of some (tests/drivers/README.md). From a change of the primary, "kill", "step
    # down" or "shut down", to whether a write that was in flight may fail so.
    may_fail = {}

    def check_writes(self, writes, *changes):
        self.assertEqual(shortcomings(writes), [])
        allowed = [self.may_fail[change] for change in changes if change in self.may_fail]
        self.assertEqual([failure for failure in writes["failed"] if not any(may(failure) for may in allowed)], [])
        self.assertLessEqual(len(writes["failed"]), len(allowed) * WRITERS)

    def test_operations(self):
        done = subprocess.run([*map(str, self.command), "operations", self.uri], capture_output=True, text=True, timeout=60, cwd=self.base)
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])
        seen = json.loads(done.stdout)
        self.assertEqual(sorted(seen.pop("hosts")), sorted(f"127.0.0.1:{port}" for port in self.set.ports))
        primaries = seen.pop("primaries")
        self.assertNotEqual(primaries[0], primaries[-1], "the driver saw no other primary after replSetStepDown")
        self.assertEqual(primaries[-1], f"127.0.0.1:{self.set.primary()}")
        self.assertEqual(seen, {
            "inserted": 250, "found": [250, sum(range(250))], "getMores": 6, "cursorsKilled": 1, "hinted": [7, 8],
            "updated": [125, 125], "upserted": "new", "replaced": 1, "deleted": 25, "modified": {"_id": 1, "x": 101}, "removed": {"_id": 1, "x": 101},
            "bulk": [2, 1, 1], "groups": [{"_id": 0, "n": 113}, {"_id": 1, "n": 112}], "let": 1, "count": 225, "estimated": 226, "distinct": [0, 1],
            "indexes": ["_id_", "x_1"], "duplicate": DUPLICATE_KEY, "timeLimit": "ok", "unacknowledged": 1,
            "session": {"own": 1, "secondary": 1}, "compressed": "ok", "unknownCommand": 59, "afterStepDown": 1, **self.sees_too,
        })

    def test_failover_under_writes(self):
        program = Program(self, [*self.command, "writes", self.uri, WRITERS])
        for number, change in enumerate([self.set.kill_primary, self.set.step_down, self.set.shut_down_primary]):
            program.wait_for_acknowledged(500 * (number + 1))
            program.wait_for_primary(change())
        program.wait_for_acknowledged(program.values("acknowledged")[-1] + 500)
        self.check_writes(program.finish(), "kill", "step down", "shut down")

    def test_nothing_is_lost(self):
        program = Program(self, [*self.command, "writes", self.uri, WRITERS])
        for kill in range(5):
            program.wait_for_acknowledged(1500 * (kill + 1))
            program.wait_for_primary(self.set.kill_primary())
        program.wait_for_acknowledged(10000)
        writes = program.finish()
        self.check_writes(writes, *["kill"] * 5)
        self.assertGreaterEqual(len(writes["acknowledged"]), 10000)
