#!/usr/bin/env python3
"""Real drivers against three embedded servers that were started by hand, each in a folder of its own, while their primary is killed."""
import json
import pathlib
import subprocess
import tempfile
import unittest

from live_support import free_ports
from recovery_test import FAILC, wait_until

LABEL = "real"

MONGOD = pathlib.Path(FAILC).with_name("failc-mongod")
# Debian's PyMongo belongs to Debian's Python.
PYTHON = "/usr/bin/python3"

PYMONGO = r"""
import json, os, signal, sys, time
import pymongo
from pymongo.errors import AutoReconnect

ports, pids = json.loads(sys.argv[1]), json.loads(sys.argv[2])
addresses = [f"127.0.0.1:{port}" for port in ports]
one = pymongo.MongoClient(addresses[0], directConnection=True, serverSelectionTimeoutMS=5000)
one.admin.command("replSetInitiate", {"_id": "rs", "members": [{"_id": i, "host": a} for i, a in enumerate(addresses)]})
client = pymongo.MongoClient(addresses, replicaSet="rs", w="majority", retryWrites=True, serverSelectionTimeoutMS=15000, heartbeatFrequencyMS=500)
collection = client.app.events
acknowledged, kills = [], 0
with client.start_session() as session:
    collection.insert_one({"_id": "first"}, session=session)
    assert collection.find_one({"_id": "first"}, session=session) == {"_id": "first"}
collection.create_index("x", unique=True)
before = client.primary
for i in range(2000):
    if i == 600:
        os.kill(pids[ports.index(client.primary[1])], signal.SIGKILL)
        kills += 1
    if i == 1400:
        try:
            client.admin.command("replSetStepDown", 5, secondaryCatchUpPeriodSecs=5)
        except AutoReconnect:
            pass
    collection.insert_one({"_id": i, "x": i})
    acknowledged.append(i)
assert collection.update_one({"_id": 5}, {"$inc": {"n": 1}}).modified_count == 1
assert collection.delete_one({"_id": "first"}).deleted_count == 1
found = sorted(d["_id"] for d in client.app.events.find({}, {"_id": 1}))
print(json.dumps({"kills": kills, "lost": sorted(set(acknowledged) - set(found)), "twice": len(found) - len(set(found)), "count": len(found), "moved": client.primary != before}))
"""


def has_pymongo():
    return subprocess.run([PYTHON, "-c", "import pymongo"], capture_output=True).returncode == 0


@unittest.skipUnless(MONGOD.exists(), "failc-mongod is not built")
class Clients(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="failc-clients-")
        self.addCleanup(folder.cleanup)
        self.servers = []
        self.ports = free_ports(3)
        for i, port in enumerate(self.ports):
            home = pathlib.Path(folder.name) / f"n{i}"
            (home / "data").mkdir(parents=True)
            log = open(home / "log", "w")
            self.addCleanup(log.close)
            server = subprocess.Popen([MONGOD, "--port", str(port), "--dbpath", home / "data", "--replSet", "rs"], stdout=log, stderr=log)
            self.addCleanup(self.end, server)
            self.servers.append(server)
            self.assertTrue(wait_until(lambda: "Waiting for connections" in (home / "log").read_text()), (home / "log").read_text())

    def end(self, server):
        server.kill()
        server.wait()

    @unittest.skipUnless(has_pymongo(), "PyMongo is not installed for /usr/bin/python3")
    def test_pymongo(self):
        done = subprocess.run([PYTHON, "-c", PYMONGO, json.dumps(self.ports), json.dumps([s.pid for s in self.servers])], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])
        seen = json.loads(done.stdout)
        self.assertEqual((seen["kills"], seen["lost"], seen["twice"], seen["count"]), (1, [], 0, 2000))
        self.assertTrue(seen["moved"])


if __name__ == "__main__":
    unittest.main()
