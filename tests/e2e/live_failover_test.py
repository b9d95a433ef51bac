#!/usr/bin/env python3
"""failc start, scenario and stop: the stages, their misuse, and what is left when they or their agent die."""
import json
import os
import re
import signal
import socket
import sys
import time
import unittest

import live_support
from support import wait_until


def restarted(done):
    return re.findall(r"`(\w+)` restarted", done.stdout)


class Stages(live_support.TestCase):
    def test_the_three_stages(self):
        self.write("agent.log", "of an earlier time")
        self.write("agent-config.json", "of an earlier time")
        done = self.start()
        self.assertIn("3 processes in goal state", done.stdout)
        self.assertEqual(self.goals(), ["3"])
        self.assertNotIn("earlier", (self.base / "agent.log").read_text())
        state = self.state()
        self.assertIn(state["agent"]["pid"], [pid for pid, _ in self.processes()])
        self.assertEqual([p["name"] for p in state["topology"]["processes"]], ["a", "b", "c"])
        self.assertEqual((state["agent_config"], state["agent_log"]), (str(self.base / "agent-config.json"), str(self.base / "agent.log")))
        before = self.servers()
        self.assertEqual(sorted(before), ["a", "b", "c"])

        for round in range(2):
            done = self.expect(self.stage("scenario", "--sleep", "0"), 0)
            self.assertEqual(restarted(done), ["b", "c", "a"], "the primary must be the last")
            after = self.servers()
            self.assertEqual(sorted(after), ["a", "b", "c"])
            self.assertEqual([name for name in after if after[name] == before[name]], [], "not restarted")
            self.assertEqual(self.goals(), ["3"] * (1 + 6 * (round + 1)))
            before = after

        self.stop()
        self.assert_clean()
        self.assertEqual(self.goals(), ["3"] * 14)

    def test_a_log_that_is_emptied(self):
        self.start()
        scenario = self.begin_stage("scenario", "--sleep", "1")
        self.assertTrue(wait_until(lambda: len(self.servers()) == 2))
        os.truncate(self.base / "agent.log", 0)
        self.assertEqual(scenario.wait(20), 0)
        self.stop()

    def test_the_listed_order(self):
        self.start()
        self.assertEqual(restarted(self.expect(self.stage("scenario", "--sleep", "0", "--order", "listed"), 0)), ["a", "b", "c"])
        self.stop()

    def test_the_time_in_between(self):
        self.start(self.cluster("a"))
        for text in ("0.4", "400ms"):
            begin = time.monotonic()
            self.expect(self.stage("scenario", "--sleep", text), 0)
            self.assertGreater(time.monotonic() - begin, 0.4)
        self.stop()

    def test_one_is_down_while_the_others_run(self):
        self.start()
        scenario = self.begin_stage("scenario", "--sleep", "1")
        seen = set()
        while scenario.poll() is None:
            seen.add("".join(sorted(self.servers())))
            time.sleep(0.05)
        self.assertEqual(scenario.returncode, 0)
        self.assertLessEqual({"ac", "ab", "bc", "abc"}, seen)
        self.assertEqual(seen - {"ac", "ab", "bc", "abc"}, set(), "two were down at once")
        self.stop()

    def test_disabled_ones_count_and_stay_so(self):
        cluster = self.cluster()
        cluster["processes"].append({**self.process("spare", self.ports[3], set_name=""), "disabled": True})
        self.start(cluster)
        self.assertEqual(self.goals(), ["4"])
        done = self.expect(self.stage("scenario", "--sleep", "0"), 0, "`spare` is disabled")
        self.assertEqual(restarted(done), ["b", "c", "a"])
        self.assertEqual(sorted(self.servers()), ["a", "b", "c"])
        self.stop()

    def test_no_process_at_all(self):
        self.start({"version": 1, "processes": [], "replicaSets": []})
        self.assertEqual(self.goals(), ["0"])
        self.expect(self.stage("scenario", "--sleep", "0"), 0, "0 restarts")
        self.stop()
        self.assert_clean()

    def test_arbiters_and_hidden_members(self):
        cluster = self.cluster("a", "b", "c", "d")
        cluster["replicaSets"][0]["members"][1:3] = [{"_id": 1, "host": "b", "arbiterOnly": True}, {"_id": 2, "host": "c", "hidden": True, "priority": 0, "tags": {"use": "report"}}]
        self.start(cluster)
        self.assertEqual(restarted(self.expect(self.stage("scenario", "--sleep", "0"), 0)), ["b", "c", "d", "a"])
        self.stop()

    def test_servers_that_cannot_tell_of_changes(self):
        self.start(self.cluster(stubPlain=True, stubLegacy=True))
        self.assertEqual(restarted(self.expect(self.stage("scenario", "--sleep", "0"), 0)), ["b", "c", "a"])
        self.stop()

    def test_other_files(self):
        files = ("--agent-config", "conf/my.json", "--agent-log", "my.log")
        (self.base / "conf").mkdir()
        self.start(None, *files)
        self.assertEqual(self.goals("my.log"), ["3"])
        self.expect(self.stage("scenario", "--sleep", "0"), 2, "--agent-config", "conf/my.json", "give the same")
        self.expect(self.stage("stop", "--agent-config", "conf/my.json"), 2, "--agent-log", "my.log")
        self.assertEqual(len(self.servers()), 3, "a refused stage must change nothing")
        self.expect(self.stage("scenario", "--sleep", "0", *files), 0)
        self.stop("--agent-config", str(self.base / "conf" / "my.json"), "--agent-log", "./my.log")
        self.assert_clean()
        self.assertEqual(list((self.base / "conf").iterdir()), [])

    def test_debug_traces_the_steps_and_the_log(self):
        done = self.start(None, "--debug")
        self.assertRegex(done.stderr, r"\[\d\d:\d\d:\d\d\.\d{3}\] wrote `.*agent-config\.json`, version 1")
        self.assertRegex(done.stderr, r"agent: .* in goal state")
        done = self.expect(self.stage("scenario", "--sleep", "0", "--debug"), 0)
        self.assertIn("wrote config version 2: `b` is to be down", done.stderr)
        self.assertEqual(self.stop().stderr, "")


class Tombstones(live_support.TestCase):
    def expect_tombstone(self, code, *arguments):
        path = self.base / "tomb"
        path.write_text("old")
        self.expect(self.stage(*arguments, "--tombstone-file", "tomb"), code)
        self.assertEqual(path.read_text(), f"{code}\n")

    def test_after_each_stage_whatever_its_end(self):
        self.write_cluster(self.cluster("a"))
        self.expect_tombstone(2, "stop")
        self.expect_tombstone(2, "scenario", "--sleep", "0")
        self.expect_tombstone(2, "start", "absent.json")
        self.expect_tombstone(2, "start")
        self.expect_tombstone(2, "start", "cluster.json", "--frobnicate")
        self.expect_tombstone(0, "start", "cluster.json")
        self.expect_tombstone(2, "scenario", "--sleep", "soon")
        self.expect_tombstone(0, "scenario", "--sleep", "0")
        self.expect_tombstone(0, "stop")
        self.assert_clean()

    def test_written_last(self):
        self.write_cluster(self.cluster("a"))
        start = self.begin_stage("start", "cluster.json", "--tombstone-file=tomb")
        while not (self.base / "tomb").exists() and start.poll() is None:
            time.sleep(0.001)
        self.assertTrue((self.base / "tmp_scenario_state.json").exists(), "the tombstone came before the work was done")
        self.assertEqual(start.wait(20), 0)
        self.stop()

    def test_where_it_goes(self):
        """What is no plain file is written to; what the cluster needs is not."""
        self.write_cluster(self.cluster("a"))
        text = (self.base / "cluster.json").read_text()
        (self.base / "alias.json").symlink_to("cluster.json")
        for name in ("cluster.json", "./alias.json", "agent.log", "tmp_scenario_state.json"):
            self.expect(self.stage("start", "cluster.json", "--tombstone-file", name), 2, "the tombstone would overwrite")
        self.assertEqual((self.base / "cluster.json").read_text(), text)
        self.assert_clean()
        os.mkfifo(self.base / "pipe")
        reading = os.open(self.base / "pipe", os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reading)
        self.expect(self.stage("start", "cluster.json", "--tombstone-file", "pipe"), 0)
        self.assertEqual(os.read(reading, 100), b"0\n")
        self.assertTrue((self.base / "pipe").is_fifo(), "a pipe must not be replaced by a file")
        self.stop()

    def test_one_that_cannot_be_written(self):
        self.write_cluster(self.cluster("a"))
        self.expect(self.stage("start", "cluster.json", "--tombstone-file", "absent/tomb"), 3, "tombstone", "absent")
        self.stop()


class Misuse(live_support.TestCase):
    def test_stages_without_a_start(self):
        for stage in (("scenario", "--sleep", "0"), ("stop",)):
            self.expect(self.stage(*stage), 2, "tmp_scenario_state.json", "failc start")

    def test_words(self):
        self.expect(self.failc("scenario"), 2, "--sleep")
        self.expect(self.failc("scenario", "--sleep", "-1"), 2, "--sleep -1")
        self.expect(self.failc("scenario", "--sleep", "0", "--order", "listd"), 2, "did you mean `listed`?")
        self.expect(self.failc("start", "a", "b"), 2, "one CONFIG")
        self.expect(self.failc("stop", "--timeout", "0"), 2, "--timeout 0")
        self.expect(self.failc("stop", "now"), 2, "`now`")
        self.expect(self.failc("agent"), 2, "-cluster")

    def test_starting_twice(self):
        self.start(self.cluster("a"))
        before = self.servers()
        self.expect(self.stage("start", "cluster.json"), 2, "started here already", "failc stop")
        self.assertEqual(self.servers(), before)
        # From another folder too, if it is the same agent's config.
        (self.base / "other").mkdir()
        self.expect(self.stage("start", "../cluster.json", "--agent-config", "../agent-config.json", cwd=self.base / "other"), 3, "another automation agent")
        self.stop()

    def test_two_stages_at_once(self):
        self.start(self.cluster("a"))
        first = self.begin_stage("scenario", "--sleep", "2")
        self.assertTrue(wait_until(lambda: not self.servers()))
        self.expect(self.stage("stop"), 2, "another stage", str(first.pid))
        self.assertEqual(first.wait(20), 0)
        self.stop()

    def test_the_config_itself_is_not_overwritten(self):
        path = self.write_cluster(self.cluster("a"), "agent-config.json")
        text = path.read_text()
        self.expect(self.stage("start", "agent-config.json"), 2, "would be overwritten")
        self.assertEqual(path.read_text(), text)

    def test_files_that_would_be_lost(self):
        self.write_cluster(self.cluster("a"))
        os.link(self.base / "cluster.json", self.base / "same.json")
        os.mkfifo(self.base / "pipe")
        for option, name, why in (("--agent-config", "same.json", "would be overwritten"), ("--agent-log", "cluster.json", "would be overwritten"), ("--agent-log", "pipe", "no regular file"),
                                  ("--agent-config", ".", "no regular file"), ("--agent-log", "tmp_scenario_state.json", "the state file"), ("--agent-log", "agent-config.json", "one file")):
            self.expect(self.stage("start", "cluster.json", option, name), 2, option, why)
        self.assertTrue((self.base / "pipe").is_fifo())
        self.assert_clean()

    def test_files_that_cannot_be_written_or_removed(self):
        self.start(self.cluster("a"))
        before = self.servers()
        (self.base / "agent-config.json.failc-new").mkdir()  # in the way of the new config
        self.expect(self.stage("scenario", "--sleep", "0"), 3, "agent-config.json` cannot be written", "failc stop")
        self.assertEqual(self.servers(), before)
        lock = self.base / "agent-config.json.lock"
        lock.unlink()
        lock.mkdir()
        self.expect(self.stage("stop"), 4, "LEAKED", "no process is left", "agent-config.json.lock")
        self.assertEqual(self.servers(), {})
        self.expect(self.failc("recover"), 4, "LEAKED", "agent-config.json.lock")
        lock.rmdir()
        self.expect(self.stage("stop"), 0)
        self.assert_clean()

    def test_a_broken_state_file(self):
        self.write_cluster(self.cluster("a"))
        for text in ("{", "[]", '{"agent": 1}', '{"agent": {"pid": 1, "start_time": "x", "boot": ""}}'):
            self.write("tmp_scenario_state.json", text)
            for stage in (("scenario", "--sleep", "0"), ("stop",), ("start", "cluster.json")):
                self.expect(self.stage(*stage), 2, "tmp_scenario_state.json", "not what `failc start` writes")
            self.expect(self.failc("recover"), 4, "LEAKED")

    def test_a_port_in_use(self):
        self.write_cluster(self.cluster())
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", self.ports[1]))
            other.listen()
            self.expect(self.stage("start", "cluster.json"), 3, f"port {self.ports[1]} of `b`", str(os.getpid()))
        self.assert_clean()

    def test_no_such_server(self):
        self.write_cluster(self.cluster("a"))
        begin = time.monotonic()
        self.expect(self.stage("start", "cluster.json", "--mongod", "/absent/server"), 3, "/absent/server", "everything that was started is ended")
        self.assertLess(time.monotonic() - begin, 5, "what cannot come is not waited for")
        self.assert_clean()


class FailedStarts(live_support.TestCase):
    def test_a_server_that_ends_at_once(self):
        cluster = self.cluster()
        cluster["processes"][2]["args2_6"]["setParameter"] = {"stubExit": 48}
        self.write_cluster(cluster)
        self.expect(self.stage("start", "cluster.json"), 3, "`c` failed 5 times in a row", "exit code 48", "it was told to end")
        self.assert_clean()

    def test_a_server_that_never_answers(self):
        self.write_cluster(self.cluster("a", stubMute=True))
        begin = time.monotonic()
        self.expect(self.stage("start", "cluster.json", limit="1500ms"), 3, "within 1.5s")
        self.assertLess(time.monotonic() - begin, 10)
        self.assert_clean()

    def test_a_server_that_does_not_come_back(self):
        self.start()
        self.server.write_text("#!/bin/sh\necho no more; exit 7\n")
        self.expect(self.stage("scenario", "--sleep", "0", limit="3"), 1, "`b`", "exit code 7", "failc stop")
        self.stop()
        self.assert_clean()

    def test_a_server_that_will_not_end(self):
        self.start(self.cluster("a", stubIgnoreTerm=True))
        done = self.expect(self.stage("stop", limit="1"), 0, "within 1s", "ended `a`")
        self.assertIn("the cluster is down", done.stdout)
        self.assert_clean()


class Deaths(live_support.TestCase):
    def kill_agent(self):
        pid = self.state()["agent"]["pid"]
        self.kill(pid)
        return pid

    def test_of_the_agent_and_then_stop(self):
        self.start()
        agent = self.kill_agent()
        self.assertEqual(len(self.servers()), 3, "they must live for this to show anything")
        self.expect(self.stage("scenario", "--sleep", "0"), 3, f"process {agent}", "dead", "failc recover")
        self.expect(self.stage("start", "cluster.json"), 2, "dead", "failc recover")
        self.expect(self.stage("stop"), 0, "dead", "ended `a`", "ended `b`", "ended `c`")
        self.assert_clean()

    def test_of_the_agent_and_then_recover(self):
        self.start()
        self.kill_agent()
        self.expect(self.failc("recover"), 0, "ended `a`", "ended `b`", "ended `c`", "removed")
        self.assert_clean()
        self.start()
        self.stop()

    def test_of_the_agent_during_a_scenario(self):
        self.start()
        scenario = self.begin_stage("scenario", "--sleep", "30", "--tombstone-file", "tomb")
        self.assertTrue(wait_until(lambda: len(self.servers()) == 2))
        self.kill_agent()
        self.assertEqual(scenario.wait(5), 3)
        self.assertEqual((self.base / "tomb").read_text(), "3\n")
        self.expect(self.failc("recover", self.base), 0, "ended `a`", "ended `c`")
        self.assert_clean()

    def test_of_the_start(self):
        self.write_cluster(self.cluster(stubSlow=60))
        start = self.begin_stage("start", "cluster.json")
        self.assertTrue(wait_until(lambda: len(self.servers()) == 3))
        self.expect(self.failc("recover"), 0, f"process {start.pid} is alive; left alone")
        start.kill()
        start.wait()
        self.assertEqual(len(self.servers()), 3)
        self.expect(self.stage("stop"), 2, "failc recover")
        self.expect(self.stage("start", "cluster.json"), 2, "failc recover")
        self.expect(self.failc("recover"), 0, "ended the agent", "ended `a`")
        self.assert_clean()

    def test_of_a_scenario(self):
        self.start()
        scenario = self.begin_stage("scenario", "--sleep", "60")
        self.assertTrue(wait_until(lambda: len(self.servers()) == 2))
        scenario.kill()
        scenario.wait()
        self.expect(self.failc("recover"), 0, "left alone")
        self.assertEqual(len(self.servers()), 2)
        self.expect(self.stage("scenario", "--sleep", "0"), 0)
        self.stop()
        self.assert_clean()

    def test_recover_leaves_a_living_cluster_alone(self):
        self.start(self.cluster("a"))
        self.expect(self.failc("recover"), 0, "alive; left alone")
        self.assertEqual(list(self.servers()), ["a"])
        self.stop()


class Interrupts(live_support.TestCase):
    def interrupt(self, process, number=signal.SIGINT):
        process.send_signal(number)
        out = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130, out)
        self.assertEqual((self.base / "tomb").read_text(), "130\n")
        return "".join(out)

    def test_of_start(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self.write_cluster(self.cluster(stubSlow=60))
            start = self.begin_stage("start", "cluster.json", "--tombstone-file", "tomb")
            self.assertTrue(wait_until(lambda: len(self.servers()) == 3))
            self.assertIn("everything that was started is ended", self.interrupt(start, number))
            self.assert_clean()

    def test_of_scenario(self):
        self.start()
        scenario = self.begin_stage("scenario", "--sleep", "60", "--tombstone-file", "tomb")
        self.assertTrue(wait_until(lambda: len(self.servers()) == 2))
        self.assertIn("`b` runs again", self.interrupt(scenario))
        self.assertEqual(sorted(self.servers()), ["a", "b", "c"])
        self.expect(self.stage("scenario", "--sleep", "0"), 0)
        self.stop()

    def test_of_stop(self):
        self.start(self.cluster("a", "b", stubIgnoreTerm=True))
        stop = self.begin_stage("stop", "--tombstone-file", "tomb")
        self.assertTrue(wait_until(lambda: "`a` is ended" in (self.base / "agent.log").read_text()))
        self.assertIn("ended `a`", self.interrupt(stop))
        self.assert_clean()


FOREIGN = '''#!{python} -SE
import json, subprocess, sys, time
assert sys.argv[1] == "-cluster" and len(sys.argv) == 3
running, said = {{}}, None
try:
    while True:
        try:
            config = json.load(open(sys.argv[2]))
        except ValueError:
            continue
        for process in config["processes"]:
            name, wanted = process["name"], not process.get("disabled")
            if wanted and name not in running:
                running[name] = subprocess.Popen([{server!r}, "--port", str(process["args2_6"]["net"]["port"]), "--dbpath", "data"])
            if not wanted and name in running:
                running[name].terminate()
                running.pop(name).wait()
        # As the original: it says so again and again, and not of which config.
        print(f"[13:34:14.786] All {{len(config['processes'])}} Mongo processes are in goal state, No monitoring agent specified", flush=True)
        time.sleep(0.3)
except KeyboardInterrupt:
    pass
'''


class OtherAgents(live_support.TestCase):
    def setUp(self):
        super().setUp()
        (self.base / "data").mkdir()
        self.agent = self.write("mongodb-mms-automation-agent", FOREIGN.format(python=sys.executable, server=str(self.server)))
        self.agent.chmod(0o755)

    def test_one_whose_goal_line_names_no_version(self):
        cluster = {"version": 1, "processes": [{**self.process("a", self.ports[0], set_name=""), "manualMode": False}], "anotherKey": {}}
        self.write_cluster(cluster)
        self.expect(self.stage("start", "cluster.json"), 2, "`anotherKey`")
        self.expect(self.stage("start", "cluster.json", "--agent", "auto"), 0)
        self.assertIn("No monitoring agent", (self.base / "agent.log").read_text())
        scenario = self.begin_stage("scenario", "--sleep", "1", "--debug")
        out, errors = scenario.communicate(timeout=20)
        self.assertEqual(scenario.returncode, 0, errors)
        self.assertEqual(re.findall(r"`(\w+)` restarted", out), ["a"])
        self.stop()
        self.assert_clean()

    def test_its_death(self):
        self.write_cluster({"version": 1, "processes": [self.process("a", self.ports[0], set_name="")]})
        self.expect(self.stage("start", "cluster.json", "--agent", "./mongodb-mms-automation-agent"), 0)
        self.kill(self.state()["agent"]["pid"])
        self.expect(self.stage("stop"), 0, "dead")
        self.assert_clean()

    def test_it_is_not_used_unasked(self):
        self.write_cluster(self.cluster("a"))
        self.expect(self.stage("start", "cluster.json"), 0, "not used", "--agent auto")
        self.assertIn("failc's stand-in", (self.base / "agent.log").read_text())
        self.stop()


if __name__ == "__main__":
    unittest.main()
