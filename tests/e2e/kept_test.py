#!/usr/bin/env python3
"""failc run --skip-cleanup, which keeps nodes, and --skip-setup, which takes them over."""
import json
import signal
import time
import unittest

import support
from jobs_test import HEAD, scenario
from support import records, wait_until


class Kept(support.TestCase):
    def setUp(self):
        super().setUp()
        self.write("a.fail", HEAD + scenario("one", '  cleanup { exec on app[0] ["touch", "cleaned"] }') + scenario("two", "  expect app[0] is stopped"))

    def tearDown(self):
        if (self.base / "j").exists():
            self.failc("recover", "--kept", "j")
        super().tearDown()

    def nodes(self):
        return [command for _, command in self.processes() if command.startswith("sleep 300")]

    def test_nodes_outlive_failc_until_they_are_ended(self):
        done = self.expect(self.failc("run", "a.fail", "--journal", "j", "--skip-cleanup", "--lease", "300ms", "--report", "json=out.json"), 1, "KEPT: app.process[0] (pid ", "failc recover --kept j/")
        self.assertEqual(done.stdout.count("KEPT"), 2, "of the failed one too")
        self.assertEqual(list(self.base.rglob("cleaned")), [])
        time.sleep(1)
        self.assertEqual(len(self.nodes()), 2, "no lease ends them")
        self.expect(self.failc("recover", "j"), 0, "kept on purpose; left alone")
        self.assertEqual(len(self.nodes()), 2)
        first = json.loads((self.base / "out.json").read_text())["scenarios"][0]
        self.assertEqual(len(first["kept"]), 1)
        self.expect(self.failc("run", "a.fail", "--journal", first["journal"]), 3, "kept its nodes")
        self.expect(self.failc("recover", "--kept", first["journal"]), 0, "ended")
        self.assertEqual(len(self.nodes()), 1)
        self.expect(self.failc("recover", "--kept", "j"), 0)
        self.assertTrue(wait_until(lambda: not self.processes(), 5), self.processes())
        self.expect(self.failc("recover", "j"), 0, "nothing was left")

    def test_an_interrupt_undoes_all_the_same(self):
        self.write("a.fail", HEAD + scenario("long", "  sleep 60s"))
        running = self.begin("run", "a.fail", "--journal", "j", "--skip-cleanup")
        self.assertTrue(wait_until(self.nodes))
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
        self.assertEqual(running.returncode, 130, out + err)
        self.assertNotIn("KEPT", out)
        self.assertTrue(wait_until(lambda: not self.processes(), 5), self.processes())

    def test_a_file_with_a_setup_has_one_for_each(self):
        self.write("b.fail", HEAD + 'cluster own { process[2] with { command: ["sleep", "301"] } }\nsetup {\n  log "set up"\n  expect app[0] is running\n}\ncleanup { log "cleaned up" }\n' +
                   scenario("one", "  kill own[1]") + scenario("two", "  expect own[0] is running"))
        done = self.expect(self.failc("run", "b.fail", "--journal", "j", "--skip-cleanup", "--report", "json=out.json"), 0, "2 passed")
        self.assertEqual(done.stdout.count("set up"), 2)
        self.assertNotIn("cleaned up", done.stdout)
        kept = [s["kept"] for s in json.loads((self.base / "out.json").read_text())["scenarios"]]
        self.assertEqual([[k.split(" in ")[0].split("(pid")[0].strip() for k in of] for of in kept],
                         [["own.process[0]", "own.process[1] (stopped)", "app.process[0]"], ["own.process[0]", "own.process[1]", "app.process[0]"]])
        self.expect(self.failc("report", "j", "--report", "json=later.json"), 0)
        self.assertEqual([s["kept"] for s in json.loads((self.base / "later.json").read_text())["scenarios"]], kept)
        self.expect(self.failc("recover", "--kept", "j"), 0)
        self.assertTrue(wait_until(lambda: not self.processes(), 5), self.processes())


class TakenOver(support.TestCase):
    def tearDown(self):
        self.failc("recover", "--kept")
        super().tearDown()

    def nodes(self):
        return {pid for pid, command in self.processes() if command.startswith("sleep 300")}

    FILE = """use std.process

cluster app { process[2] with { command: ["sleep", "300"] } }

setup {
  log "set up"
  expect app[0] is running
}
cleanup { log "cleaned up" }
"""

    def test_nodes_are_taken_over_and_kept_again(self):
        self.write("a.fail", self.FILE + scenario("one", '  exec on app[0] ["touch", "data"]'))
        self.expect(self.failc("run", "a.fail", "--skip-setup"), 2, "kept the nodes of `a.fail::one`", "--skip-cleanup")
        self.assertEqual(self.processes(), [])
        self.expect(self.failc("run", "a.fail", "--skip-cleanup"), 0, "set up")
        before = self.nodes()
        self.assertEqual(len(before), 2)
        # The scenario is written on, and another one uses the same nodes.
        self.write("a.fail", self.FILE + scenario("one", '  exec on app[0] ["test", "-e", "data"]\n  kill app[1]') + scenario("two", "  pause app[0]\n  expect app[0] is paused\n  resume app[0]"))
        done = self.expect(self.failc("run", "a.fail", "--skip-setup", "--jobs", "2"), 0, "2 passed", "KEPT: app.process[0]")
        self.assertNotIn("set up", done.stdout)
        self.assertNotIn("cleaned up", done.stdout)
        self.assertEqual(len(self.nodes() & before), 1, "one was killed, and started again for the second scenario")
        self.assertEqual(len(self.nodes()), 2)
        kept = done.stdout.split("failc recover --kept ")[1].split("`")[0]
        self.expect(self.failc("recover"), 0, "kept on purpose")
        self.assertEqual(len(self.nodes()), 2)
        self.expect(self.failc("recover", "--kept", kept), 0, "ended")
        self.assertTrue(wait_until(lambda: not self.processes(), 5), self.processes())
        self.expect(self.failc("run", "a.fail", "--skip-setup"), 2, "kept the nodes of")

    def test_ports_and_paused_nodes(self):
        self.write("a.fail", """
component kvd {
  port api
  run ["sh", "-c", "echo " + string(node.ports.api) + " > port; exec sleep 300"]
}
cluster app { kvd[1] }
""" + scenario("one", "  pause app[0]\n  expect app[0] is paused").replace("is running", "is paused"))
        self.expect(self.failc("run", "a.fail", "--skip-cleanup"), 0, "KEPT")
        before = self.nodes()
        text = (self.base / "a.fail").read_text()
        self.write("a.fail", text + scenario("two", '  exec on app[0] ["sh", "-c", "test $(cat port) = " + string(app[0].ports.api)]'))
        self.expect(self.failc("run", "a.fail", "--skip-setup", "--only", "two"), 0, "1 passed")
        self.assertEqual(self.nodes(), before)
        self.write("a.fail", text.replace("port api", "port api\n  port more"))
        self.expect(self.failc("run", "a.fail", "--skip-setup", "--only", "one"), 3, "without its port `more`")
        self.assertEqual(self.nodes(), before, "they are kept all the same")

    def test_an_interrupt_ends_them(self):
        self.write("a.fail", self.FILE + scenario("one", ""))
        self.expect(self.failc("run", "a.fail", "--skip-cleanup"), 0)
        self.write("a.fail", self.FILE + scenario("one", "  log \"here\"\n  sleep 60s"))
        running = self.begin("run", "a.fail", "--skip-setup", "--journal", "k")
        self.assertTrue(wait_until(lambda: (self.base / "k").exists() and any(r["kind"] == "log" for f in (self.base / "k").glob("1-a") if (f / "journal.jsonl").exists() for r in records(f))))
        self.expect(self.failc("recover", "--kept"), 0, "is alive; left alone")
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
        self.assertEqual(running.returncode, 130, out + err)
        self.assertTrue(wait_until(lambda: not self.processes(), 5), self.processes())
        self.expect(self.failc("recover"), 0, "nothing was left")

    def test_a_death_leaves_them_kept(self):
        self.write("a.fail", self.FILE + scenario("one", ""))
        self.expect(self.failc("run", "a.fail", "--skip-cleanup", "--lease", "300ms"), 0)
        before = self.nodes()
        self.write("a.fail", self.FILE + scenario("one", "  log \"here\"\n  sleep 60s"))
        running = self.begin("run", "a.fail", "--skip-setup", "--journal", "k", "--lease", "300ms")
        self.assertTrue(wait_until(lambda: (self.base / "k").exists() and any(r["kind"] == "log" for f in (self.base / "k").glob("1-a") if (f / "journal.jsonl").exists() for r in records(f))))
        running.kill()
        running.communicate()
        self.expect(self.failc("recover", "k"), 0)
        time.sleep(1)
        self.assertEqual(self.nodes(), before)
        self.write("a.fail", self.FILE + scenario("one", ""))
        self.expect(self.failc("run", "a.fail", "--skip-setup"), 0, "1 passed")
        self.assertEqual(self.nodes(), before)


if __name__ == "__main__":
    unittest.main()
