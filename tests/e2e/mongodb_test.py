#!/usr/bin/env python3
"""The MongoDB scenarios on the embedded server (or on a `mongod`, where PATH has one), and the three stages of a live failover on it."""
import json
import pathlib
import subprocess
import tempfile
import time
import unittest

import live_support
import stub_mongod
from recovery_test import FAILC, processes_of, records
from support import wait_until

LABEL = "real"

ROOT = pathlib.Path(__file__).resolve().parents[2]
BESIDE = pathlib.Path(FAILC).parent


def has_driver():
    return (BESIDE / "failc-driver-mongoc").exists()


@unittest.skipUnless(has_driver(), "failc-driver-mongoc is not built: libmongoc is not there")
class Scenarios(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="failc-mongodb-")
        self.addCleanup(folder.cleanup)
        self.base = pathlib.Path(folder.name)

    def run_file(self, file, *more, code=0):
        self.runs = getattr(self, "runs", 0) + 1
        journal = self.base / f"{pathlib.Path(file).stem}-{self.runs}"
        done = subprocess.run([FAILC, "run", str(file), "--journal", str(journal), *more], capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertEqual(processes_of(records(journal)[0]["run"]), [])
        return done.stdout, journal

    def test_quickstart(self):
        printed, journal = self.run_file(ROOT / "examples/quickstart.fail")
        outcomes = [json.loads(line)["outcome"] for line in (journal / "history.jsonl").read_text().splitlines()]
        self.assertGreater(outcomes.count("ok"), 50)
        self.assertIn("1 passed", printed)

    def test_rolling_restart(self):
        self.run_file(ROOT / "scenarios/mongodb/live_failover.fail")

    def test_members(self):
        printed, journal = self.run_file(ROOT / "scenarios/mongodb/members.fail")
        self.assertIn("3 passed", printed)
        # Roles come from the servers' own stream: nobody asks for them. The first record holds the text of the library, which could.
        self.assertFalse([sample for sample in (journal / "journal.jsonl").read_text().splitlines()[1:] if "replSetGetStatus" in sample])
        seen = [record for record in records(journal) if record["kind"] == "observed"]
        self.assertTrue(any('type: "RSArbiter"' in record["value"] for record in seen))

    def test_the_run_says_which_server_it_is(self):
        file = self.base / "alone.fail"
        file.write_text('use std.mongodb\ncluster db { mongod with { set: "" } }\nscenario "s" {\n  expect hello(db[0]).isWritablePrimary == true\n}\n')
        other = self.base / "my-server"
        other.symlink_to((BESIDE / "failc-mongod").resolve())
        printed, _ = self.run_file(file, "--param", f"mongod={other}")
        self.assertRegex(printed, r"mongod \d+\.\d+\.\d+ \(my-server\)")

    def test_servers_that_are_slow_to_listen(self):
        """What makes the set fails at first, and the server's own word comes before it is tried again."""
        slow = self.base / "slow-mongod"
        slow.write_text(f'#!/bin/sh\nsleep 0.2\nexec "{(BESIDE / "failc-mongod").resolve()}" "$@"\n')
        slow.chmod(0o755)
        for _ in range(2):
            self.run_file(ROOT / "examples/quickstart.fail", "--param", f"mongod={slow}")

    def test_a_cluster_from_an_automation_config(self):
        ports = live_support.free_ports(3)
        members = [{"priority": 2}, {"tags": {"dc": "west"}}, {"arbiterOnly": True}]
        config = {
            "version": 1,
            "processes": [
                {"name": f"m{i}", "hostname": "localhost", "processType": "mongod", "version": "8.0.4",
                 "args2_6": {"net": {"port": port}, "storage": {"dbPath": f"/no-such-folder/m{i}"}, "replication": {"replSetName": "shop"},
                             "systemLog": {"destination": "file", "path": f"/no-such-folder/m{i}/log"}, "setParameter": {"enableTestCommands": 1}}}
                for i, port in enumerate(ports)
            ],
            "replicaSets": [{"_id": "shop", "members": [{"_id": i, "host": f"m{i}", **more} for i, more in enumerate(members)]}],
        }
        (self.base / "replset.json").write_text(json.dumps(config, indent=1))
        file = self.base / "config.fail"
        file.write_text('use std.mongodb\nparam config: path = "replset.json"\ncluster rs on agent from automation_config config nodes <= 7\n'
                        'client c = connect rs with { w: 1 }\nscenario "s" {\n'
                        "  eventually within 10s: primary of rs == rs[0]\n  expect arbiter of rs == rs[2]\n"
                        f'  expect rs[1].seen.tags == {{ dc: "west" }}\n  expect rs[1].host == "127.0.0.1:{ports[1]}"\n  expect rs[0].seen.setName == "shop"\n'
                        "  insert 1 into c.app.e\n  kill rs[0]\n  eventually within 10s: primary of rs == rs[1]\n}\n")
        self.run_file(file)
        (self.base / "replset.json").write_text(json.dumps(config, indent=1).replace('"hostname"', '"hostnme"', 1))
        done = subprocess.run([FAILC, "check", str(file)], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertIn("replset.json:6:", done.stdout + done.stderr)
        self.assertIn("did you mean `hostname`", done.stdout + done.stderr)

    def test_failpoints(self):
        self.run_file(ROOT / "scenarios/mongodb/failpoint.fail")

    def test_a_failpoint_that_is_not_hit_fails(self):
        file = self.base / "unhit.fail"
        file.write_text('use std.mongodb\ncluster rs { mongod[1] }\nscenario "s" {\n'
                        '  failpoint "failCommand" on rs[0] times 1 with { failCommands: ["insert"], errorCode: 2 } {\n'
                        "    expect rs[0] is healthy\n  }\n}\n")
        printed, _ = self.run_file(file, code=1)
        self.assertIn("a failpoint that is never hit shows nothing", printed)

    def test_an_early_acknowledgement_is_caught(self):
        """A server that acknowledges majority writes before the majority has them loses some when its primary dies alone."""
        component = (ROOT / "stdlib/mongodb.fail").read_text()
        needle = '"--setParameter", "enableTestCommands=1",'
        self.assertIn(needle, component)
        component = component.replace(needle, needle + '\n    "--setParameter", "testAckMajorityEarly=1",')
        component = component.replace('find_program(["mongod", "failc-mongod"])', 'find_program(["failc-mongod"])')
        (self.base / "early.fail").write_text(component)
        file = self.base / "loss.fail"
        # The others are stopped, so that nothing reaches them; the primary takes writes until it notices, and dies.
        file.write_text('use "early.fail"\ncluster rs { mongod[3] }\nclient c = connect rs with { w: "majority" }\n'
                        "workload writes = insert counter into c.app.events every 2ms\n"
                        'scenario "s" {\n  let old = primary of rs\n  let others = secondaries of rs\n  during writes {\n'
                        "    eventually within 5s: writes.ok > 50\n    pause others for 300ms\n    kill old\n"
                        "    eventually within 10s: count(primaries of rs) == 1\n  }\n"
                        "  expect missing(writes.acknowledged, read_back(c.app.events)) == []\n}\n")
        file.write_text(file.read_text().replace("pause others for 300ms\n    kill old\n", "pause others\n    sleep 100ms because \"writes pile up\"\n    kill old\n    resume others\n"))
        printed, _ = self.run_file(file, code=1)
        self.assertIn("missing(writes.acknowledged", printed)


@unittest.skipUnless((BESIDE / "failc-mongod").exists(), "failc-mongod is not built")
class Stages(live_support.TestCase):
    @property
    def environment(self):
        return {"FAILC_MONGOD": str(BESIDE / "failc-mongod")}

    def test_three_stages_on_the_embedded_server(self):
        began = time.monotonic()
        self.expect(self.start(), 0)
        before = self.servers()
        self.expect(self.stage("scenario", "--sleep", "0"), 0)
        after = self.servers()
        self.assertEqual(sorted(after), ["a", "b", "c"])
        self.assertEqual([name for name in after if after[name] == before[name]], [], "not restarted")
        self.expect(self.stage("stop", "--tombstone-file", "done"), 0)
        self.assertLess(time.monotonic() - began, 30)
        self.assertTrue((self.base / "done").exists())
        self.assertFalse((self.base / "tmp_scenario_state.json").exists())
        self.assertEqual(self.servers(), {})

    def ask(self, port, command):
        return stub_mongod.command(f"127.0.0.1:{port}", command, timeout=5)

    def change(self, cluster, expected):
        """The agent's config by hand, as somebody else than the stages may; then what a server says of its set."""
        version = self.configured().get("version", 0)
        cluster["version"] = max(version, cluster["version"]) + 1
        self.write_cluster(cluster, "agent-config.json")
        said = f"goal state, no monitoring agent specified, config version {cluster['version']}"
        self.assertTrue(wait_until(lambda: said in (self.base / "agent.log").read_text(), expected), (self.base / "agent.log").read_text())

    def configured(self):
        return json.loads((self.base / "agent-config.json").read_text())

    def test_members_as_the_config_has_them(self):
        cluster = self.cluster("a", "b", "c", "d")
        members = cluster["replicaSets"][0]["members"]
        members[0].update(priority=5, tags={"dc": "east"})
        members[2].update(arbiterOnly=True)
        members[3].update(hidden=True, priority=0, votes=0)
        cluster["replicaSets"][0]["settings"] = {"electionTimeoutMillis": 2000, "heartbeatIntervalMillis": 300}
        # What servers on one host can be told besides; the embedded one takes it.
        for process in cluster["processes"]:
            process["args2_6"]["storage"].update(engine="wiredTiger", directoryPerDB=True, wiredTiger={"engineConfig": {"cacheSizeGB": 0.25}})
            process["args2_6"]["net"].update(bindIpAll=True, maxIncomingConnections=300, compression={"compressors": "zlib"}, tls={"mode": "disabled"})
            process["args2_6"]["systemLog"].update(quiet=True, verbosity=1, logAppend=True, timeStampFormat="iso8601-utc")
            process["args2_6"]["processManagement"] = {"fork": True, "pidFilePath": f"data/{process['name']}/pid"}
        self.start(cluster)
        config = self.ask(self.ports[0], {"replSetGetConfig": 1})["config"]
        self.assertEqual([(m["priority"], m["votes"], m["arbiterOnly"], m["hidden"], m["tags"]) for m in config["members"]],
                         [(5, 1, False, False, {"dc": "east"}), (1, 1, False, False, {}), (0, 1, True, False, {}), (0, 0, False, True, {})])
        self.assertEqual((config["settings"]["electionTimeoutMillis"], config["settings"]["heartbeatIntervalMillis"]), (2000, 300))
        members[0].update(priority=3, tags={"dc": "west"})
        members[3].update(hidden=False, priority=1, votes=1)
        cluster["replicaSets"][0]["settings"]["electionTimeoutMillis"] = 3000
        before = self.servers()
        self.change(cluster, 10)
        config = self.ask(self.ports[0], {"replSetGetConfig": 1})["config"]
        self.assertEqual([(m["priority"], m["votes"], m["hidden"], m["tags"]) for m in (config["members"][0], config["members"][3])], [(3, 1, False, {"dc": "west"}), (1, 1, False, {})])
        self.assertEqual(config["settings"]["electionTimeoutMillis"], 3000)
        self.assertEqual(self.servers(), before, "none has to be started anew for that")
        self.stop()

    def test_the_primary_leaves_for_good(self):
        cluster = self.cluster()
        cluster["replicaSets"][0]["settings"] = {"electionTimeoutMillis": 1000}
        self.start(cluster)
        primary = next(i for i, port in enumerate(self.ports[:3]) if self.ask(port, {"hello": 1})["isWritablePrimary"])
        name = cluster["processes"][primary]["name"]
        del cluster["processes"][primary], cluster["replicaSets"][0]["members"][primary]
        self.change(cluster, 15)
        self.assertIn("stepped down", (self.base / "agent.log").read_text())
        self.assertNotIn(name, self.servers())
        left = next(port for i, port in enumerate(self.ports[:3]) if i != primary)
        self.assertEqual(len(self.ask(left, {"replSetGetConfig": 1})["config"]["members"]), 2)
        # The stages hold the cluster of `start`; what is left is ended all the same.
        self.stop()

    def test_a_set_that_no_server_takes(self):
        cluster = self.cluster("a")
        cluster["replicaSets"][0]["settings"] = {"electionTimeoutMillis": -1}
        self.write_cluster(cluster)
        began = time.monotonic()
        self.expect(self.stage("start", "cluster.json"), 3, "it cannot be as the config has it", "electionTimeoutMillis", "everything that was started is ended")
        self.assertLess(time.monotonic() - began, 10, "what cannot come is not waited for")
        self.assert_clean()


if __name__ == "__main__":
    unittest.main()
