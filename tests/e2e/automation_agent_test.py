#!/usr/bin/env python3
"""failc agent by itself: what it reads, starts, restarts, and leaves behind."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time
import unittest

import live_support
import support
from stub_mongod import command
from support import wait_until


class TestCase(live_support.TestCase):
    """An agent whose output is in `out`; it and its servers are ended with the test."""

    def agent(self, *options, config="config.json", program=support.FAILC, words=("agent", "-cluster"), out="out"):
        with open(self.base / out, "a") as log:
            process = subprocess.Popen([str(program), *words, config, *options], cwd=self.base, env={**os.environ, **self.environment}, stdout=log, stderr=log)
        self.addCleanup(self.end_all)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def end_all(self):
        for pid in self.servers().values():
            os.kill(pid, signal.SIGKILL)

    def tearDown(self):
        self.doCleanups()  # the folder goes too, but not before they are looked for
        super().tearDown()

    def text(self, out="out"):
        return (self.base / out).read_text()

    def reach(self, count, seconds=15, out="out"):
        self.assertTrue(wait_until(lambda: len(self.goals(out)) >= count, seconds), self.text(out))

    def write_config(self, cluster):
        return self.write_cluster(cluster, "config.json")


class Agent(TestCase):
    def test_brings_up_a_set_and_follows_its_config(self):
        cluster = self.cluster()
        self.write_config(cluster)
        agent = self.agent()
        self.reach(1)
        self.assertIn("named by `$FAILC_MONGOD`", self.text())
        self.assertEqual(sorted(self.servers()), ["a", "b", "c"])
        # In place, without a rename, as an editor may do it.
        cluster["processes"][1]["disabled"] = True
        (self.base / "config.json").write_text(json.dumps(cluster))
        self.reach(2)
        self.assertEqual(sorted(self.servers()), ["a", "c"])
        before = self.servers()
        (self.base / "config.json").write_text(json.dumps(cluster))
        cluster["processes"][0]["lastRestart"] = "2024-01-01T00:00:00Z"
        del cluster["processes"][1]["disabled"]
        self.write_config(cluster)
        self.reach(3)
        after = self.servers()
        self.assertNotEqual(after["a"], before["a"], "lastRestart changed")
        self.assertEqual(after["c"], before["c"])
        time.sleep(0.3)
        self.assertEqual(len(self.goals("out")), 3, "the goal line is said once for each config")
        agent.send_signal(signal.SIGINT)
        self.assertEqual(agent.wait(5), 0)
        self.assertEqual(self.servers(), after, "they are left running")
        self.assertIn("3 processes are left running", self.text())
        self.assertFalse((self.base / "config.json.lock").exists())

    def test_starts_anew_what_dies(self):
        self.write_config(self.cluster("a"))
        self.agent()
        self.reach(1)
        for number in range(3):
            pid = self.servers()["a"]
            os.kill(pid, signal.SIGKILL)
            self.assertTrue(wait_until(lambda: self.servers().get("a", pid) != pid, 5), self.text())
        self.assertIn("ended by itself: signal SIGKILL", self.text())

    def test_kills_what_does_not_end(self):
        self.write_config(self.cluster("a", stubIgnoreTerm=True))
        agent = self.agent("--stop-processes-on-exit")
        self.reach(1)
        agent.terminate()
        self.assertTrue(wait_until(lambda: "`a` is ended" in self.text()))
        agent.terminate()  # a second one is in a hurry
        self.assertEqual(agent.wait(5), 0)
        self.assertEqual(self.servers(), {})
        self.assertIn("it is killed", self.text())

    def test_ends_the_processes_if_told_so(self):
        self.write_config(self.cluster())
        agent = self.agent("--stop-processes-on-exit")
        self.reach(1)
        agent.terminate()
        self.assertEqual(agent.wait(10), 0)
        self.assertEqual(self.processes(), [])

    def test_takes_over_what_an_earlier_one_left(self):
        cluster = self.cluster("a", "b")
        self.write_config(cluster)
        first = self.agent()
        self.reach(1)
        before = self.servers()
        self.kill(first.pid)
        first.wait()
        cluster["processes"][1]["args2_6"]["setParameter"] = {"other": 1}
        self.write_config(cluster)
        self.agent(out="second")
        self.reach(1, out="second")
        after = self.servers()
        self.assertEqual(after["a"], before["a"])
        self.assertNotEqual(after["b"], before["b"], "it ran otherwise than the config wants it")
        os.kill(after["a"], signal.SIGKILL)
        self.assertTrue(wait_until(lambda: self.servers().get("a", after["a"]) != after["a"], 5), self.text("second"))

    def test_only_one_for_a_config(self):
        self.write_config(self.cluster("a"))
        first = self.agent()
        self.reach(1)
        second = self.agent(out="second")
        self.assertEqual(second.wait(5), 3)
        self.assertIn("Is there another automation agent running?", self.text("second"))
        self.assertIn(f"process {first.pid}", self.text("second"))
        self.kill(first.pid)
        self.agent(out="third")
        self.reach(1, out="third")

    def test_a_bad_config_changes_nothing(self):
        cluster = self.cluster("a")
        self.write_config(cluster)
        self.agent()
        self.reach(1)
        before = self.servers()
        for text, said in (("{", r"config.json:1:\d+: error"), ('{"processes": [], "replcaSets": []}', "config.json:1:19: error: `replcaSets`")):
            (self.base / "config.json").write_text(text)
            self.assertTrue(wait_until(lambda: re.search("Error reading cluster config: .*" + said, self.text())), self.text())
        (self.base / "config.json").unlink()
        self.assertTrue(wait_until(lambda: "does not exist; the last good one stays in force" in self.text()), self.text())
        self.assertEqual(self.servers(), before)
        cluster["version"] = 2
        self.write_config(cluster)
        self.reach(2)
        self.assertEqual(self.servers(), before)

    def test_a_bad_config_at_the_start(self):
        for text in (None, "", "[]", "{", '{"processes": 1}'):
            if text is not None:
                (self.base / "config.json").write_text(text)
            done = self.expect(self.failc("agent", "-cluster", "config.json"), 2, "Error reading cluster config", "config.json")
            self.assertEqual(self.failc("agent", "--cluster=config.json").stdout.split("] ")[2:], done.stdout.split("] ")[2:])
        self.assertFalse((self.base / "config.json.lock").exists())

    def test_under_the_originals_name(self):
        self.write_config(self.cluster("a"))
        link = self.base / "mongodb-mms-automation-agent"
        link.symlink_to(support.FAILC)
        self.agent(program=link, words=("-cluster",))
        self.reach(1)


class Members(TestCase):
    def hosts(self, port):
        return command(f"127.0.0.1:{port}", {"replSetGetConfig": 1})["config"]

    def test_come_and_go(self):
        cluster = self.cluster("a", "b", "c", "d")
        more = cluster["processes"][2:]
        members = cluster["replicaSets"][0]["members"]
        small = {**cluster, "processes": cluster["processes"][:2], "replicaSets": [{"_id": "rs", "members": members[:2]}]}
        self.write_config(small)
        self.agent()
        self.reach(1)
        members[3]["priority"] = 0.5
        self.write_config({**cluster, "version": 2})
        self.reach(2)
        config = self.hosts(self.ports[0])
        self.assertEqual([m["_id"] for m in config["members"]], [0, 1, 2, 3])
        self.assertEqual(config["members"][3]["priority"], 0.5)
        self.assertEqual(config["version"], 3, "one voting member at a time")
        self.write_config({**small, "version": 3})
        self.reach(3)
        self.assertEqual(sorted(self.servers()), ["a", "b"])
        self.assertEqual(len(self.hosts(self.ports[0])["members"]), 2)
        self.assertEqual(len(more), 2)

    def test_of_a_set_that_is_there_already(self):
        self.write_config(self.cluster())
        agent = self.agent("--stop-processes-on-exit")
        self.reach(1)
        agent.terminate()
        agent.wait(10)
        self.agent(out="second")
        self.reach(1, out="second")
        self.assertEqual(self.hosts(self.ports[0])["version"], 1)


class Configs(TestCase):
    """Mistakes, and the places that are told."""

    def expect_problem(self, change, place, *texts):
        cluster = self.cluster()
        change(cluster)
        path = self.write_cluster(cluster)
        done = self.expect(self.failc("start", "cluster.json"), 2, *texts)
        line, column = re.search(r"cluster\.json:(\d+):(\d+): error: ", done.stderr).groups()
        shown = path.read_text().splitlines()[int(line) - 1][int(column) - 1:]
        self.assertTrue(shown.startswith(place), f"{line}:{column} {shown!r}")
        self.assertFalse((self.base / "tmp_scenario_state.json.starting").exists())

    def test_places(self):
        process = lambda c, i=0: c["processes"][i]
        arguments = lambda c, i=0: c["processes"][i]["args2_6"]
        member = lambda c, i=0: c["replicaSets"][0]["members"][i]
        self.expect_problem(lambda c: c.update(replicasets=[]), '"replicasets"', "did you mean `replicaSets`?")
        self.expect_problem(lambda c: process(c).update(disbled=True), '"disbled"', "did you mean `disabled`?")
        self.expect_problem(lambda c: process(c, 1).update(name="a"), '"a"', "the name `a` is taken by the process on line")
        self.expect_problem(lambda c: arguments(c, 2).update(net={"port": self.ports[0]}), str(self.ports[0]), "is taken")
        self.expect_problem(lambda c: arguments(c).update(net={}), "{", "`args2_6.net.port` is missing")
        self.expect_problem(lambda c: arguments(c).update(net={"port": "x"}), '"x"', "a whole number, not a text")
        self.expect_problem(lambda c: arguments(c).update(net={"prot": 1}), '"prot"', "did you mean `port`?")
        self.expect_problem(lambda c: arguments(c).update(strage={}), '"strage"', "did you mean `storage`?")
        self.expect_problem(lambda c: process(c).pop("args2_6"), "{", "`args2_6` is missing")
        self.expect_problem(lambda c: process(c).update(processType="mongos"), '"mongos"', "not in this version yet")
        self.expect_problem(lambda c: member(c).update(host="d"), '"d"', "no process is called `d`")
        self.expect_problem(lambda c: member(c).update(_id=1), "1", "taken")
        self.expect_problem(lambda c: member(c).update(host="b"), '"b"', "is a member of `rs` already")
        self.expect_problem(lambda c: member(c).update(priority=-1), "-1", "from 0 to 1000")
        self.expect_problem(lambda c: member(c).update(arbiterOnyl=True), '"arbiterOnyl"', "did you mean `arbiterOnly`?")
        self.expect_problem(lambda c: c["replicaSets"].clear(), '"rs"', "there is no replica set `rs`")
        self.expect_problem(lambda c: c.update(sharding=[{}]), "[", "not in this version yet")
        self.expect_problem(lambda c: c.pop("processes"), "{", "`processes` is missing")

    def test_bad_json(self):
        self.write("cluster.json", '{\n  "processes": [,]\n}')
        self.expect(self.failc("start", "cluster.json"), 2, "cluster.json:2:17: error: this is no JSON")
        self.write("cluster.json", '{"a": 1, "a": 2}')
        self.expect(self.failc("start", "cluster.json"), 2, "cluster.json:1:10: error: `a` stands twice")
        self.write("cluster.json", "[" * 100000)
        self.expect(self.failc("start", "cluster.json"), 2, "64 levels")
        self.write("cluster.json", b'{"\xff\xfe": 1}')
        self.expect(self.failc("start", "cluster.json"), 2, "no JSON")
        self.expect(self.failc("start", "."), 2)


if __name__ == "__main__":
    unittest.main()
