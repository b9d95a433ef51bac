#!/usr/bin/env python3
"""Hooks, setup and cleanup, matrices and `sometimes`: exits, reports and lists, on ordinary processes."""
import json
import re
import unittest
import xml.etree.ElementTree

import support
from support import records

HEAD = """use std.process

param size: int = 1

cluster app { process[size] with { command: ["sleep", "300"] } }
cluster other { process[1] with { command: ["sleep", "300"] } }

"""
SETUP = """setup {
  log "setup", app[0].pid
}
cleanup {
  log "cleanup", app[0].pid
}
"""
TWO = """scenario "a" {
  log "a", app[0].pid
  expect app[0] is running and other[0] is running
}
scenario "b" {
  log "b", app[0].pid
  expect app[0] is running
}
"""
MATRIX = """matrix m {
  size: 1..3
  how: ["kill", "stop"]
  exclude { size: 1, how: "stop" } because "it is the same"
}
scenario "gone" matrix m requires size > 1 {
  if how == "kill" { kill app[size - 1] } else { stop app[size - 1] }
  expect app[size - 1] is stopped
}
"""


class Around(support.TestCase):
    def test_a_shared_cluster_is_one(self):
        self.write("a.fail", HEAD + SETUP + TWO)
        done = self.expect(self.failc("run", "a.fail", "--journal", "j"), 0, "2 passed")
        said = re.findall(r"(setup|a|b|cleanup) (\d+)$", done.stdout, re.MULTILINE)
        self.assertEqual([word for word, _ in said], ["setup", "a", "b", "cleanup"])
        self.assertEqual(len({pid for _, pid in said}), 1)
        self.assertEqual(records(self.base / "j")[-1]["kind"], "end")
        self.assertEqual([r["id"] for r in records(self.base / "j") if r["kind"] == "verdict"], ["a.fail::(setup)", "a.fail::a", "a.fail::b", "a.fail::(cleanup)"])

    def test_only_one_of_them_has_it_too(self):
        self.write("a.fail", HEAD + SETUP + TWO)
        done = self.expect(self.failc("run", "a.fail", "--only", "b"), 0, "1 passed")
        self.assertEqual(re.findall(r"^ +(setup|a|b|cleanup) \d+$", done.stdout, re.MULTILINE), ["setup", "b", "cleanup"])

    def test_what_was_left_stopped_is_started_again(self):
        self.write("a.fail", HEAD + SETUP + 'scenario "k" { kill app[0]\nexpect app[0] is stopped }\n' + TWO)
        self.expect(self.failc("run", "a.fail"), 0, "3 passed", "app.process[0] was left stopped: it is started again")

    def test_a_setup_that_fails(self):
        self.write("a.fail", HEAD + "setup {\n  expect app[0] is stopped\n}\n" + TWO)
        self.expect(self.failc("run", "a.fail", "--report", "json=r.json", "--report", "junit=r.xml"), 1, "FAIL  a.fail::(setup)",
                    "not run, since the file's setup did not succeed: the condition does not hold", "3 failed")
        report = json.loads((self.base / "r.json").read_text())
        self.assertEqual([s["id"] for s in report["scenarios"]], ["a.fail::(setup)", "a.fail::a", "a.fail::b"])
        self.assertEqual(len(list(xml.etree.ElementTree.parse(self.base / "r.xml").getroot().iter("failure"))), 3)

    def test_a_setup_that_cannot_be(self):
        self.write("a.fail", HEAD.replace('"sleep", "300"', '"no-such-program"') + SETUP + TWO)
        self.expect(self.failc("run", "a.fail"), 3, "ENVIRONMENT  a.fail::(setup)", "0 passed, 3 could not run here")

    def test_a_cleanup_that_fails(self):
        self.write("a.fail", HEAD + "cleanup {\n  expect app[0] is stopped\n}\n" + TWO)
        self.expect(self.failc("run", "a.fail"), 1, "FAIL  a.fail::(cleanup)", "2 passed, 1 failed")

    def test_the_journal_tells_the_same(self):
        self.write("a.fail", HEAD + SETUP + "cleanup {\n  expect app[0] is stopped\n}\n" + TWO + """scenario "later" skip "not yet" { expect app is running }
scenario "fails" expect fails { expect app[0] is stopped }
scenario "some" {
  sometimes "it is stopped": app[0] is stopped
  expect app[0] is running
}
""")
        self.expect(self.failc("run", "a.fail", "--journal", "j", "--report", "json=a.json", "--report", "tap=a.tap", "--report", "junit=a.xml"), 1)
        self.failc("report", "j", "--report", "json=b.json", "--report", "tap=b.tap", "--report", "junit=b.xml")
        for kind in ("json", "tap", "xml"):
            self.assertEqual((self.base / f"a.{kind}").read_text(), (self.base / f"b.{kind}").read_text())

    def test_before_and_after_each(self):
        self.write("a.fail", HEAD + 'before each { log "before" }\nafter each { log "after" }\n' + TWO + 'scenario "c" { expect app is stopped }\n')
        done = self.expect(self.failc("run", "a.fail"), 1, "2 passed, 1 failed")
        self.assertEqual(re.findall(r"^ +(before|after)$", done.stdout, re.MULTILINE), ["before", "after"] * 3)

    def test_plan_and_dry_run_show_them(self):
        self.write("a.fail", HEAD + SETUP + 'before each { log "before" }\n' + TWO)
        for arguments in (["plan", "a.fail"], ["run", "a.fail", "--dry-run"]):
            done = self.expect(self.failc(*arguments), 0, "\nsetup: " if arguments[0] == "plan" else "setup: ", "\ncleanup: ", "before each")
            self.assertLess(done.stdout.index("setup: "), done.stdout.index('scenario "a"'))
        plan = json.loads(self.failc("plan", "a.fail", "--format", "json").stdout)
        self.assertEqual([row["id"] for row in plan["around"]], ["a.fail::(setup)", "a.fail::(cleanup)"])


class Matrix(support.TestCase):
    def test_each_instance_has_its_cluster_and_its_id(self):
        self.write("a.fail", HEAD + MATRIX)
        self.expect(self.failc("run", "a.fail", "--report", "json=r.json"), 0, "4 passed, 1 skipped", "a.fail::gone[size=3,how=stop]", "it requires `size > 1`, and size is 1")
        report = json.loads((self.base / "r.json").read_text())
        self.assertEqual([s["title"] for s in report["scenarios"]], ["gone[size=1,how=kill]", "gone[size=2,how=kill]", "gone[size=2,how=stop]", "gone[size=3,how=kill]", "gone[size=3,how=stop]"])

    def test_selection(self):
        self.write("a.fail", HEAD + MATRIX + TWO)
        rows = json.loads(self.failc("list", "a.fail", "--format", "json", "--only", "gone").stdout)
        self.assertEqual([row["axes"] for row in rows][1], {"size": 2, "how": "kill"})
        self.assertEqual(len(rows), 5)
        self.expect(self.failc("run", "a.fail", "--only", "gone[size=2,how=kill]"), 0, "1 passed in")
        self.expect(self.failc("run", "a.fail", "--only", "*size=2*"), 0, "2 passed in")
        self.expect(self.failc("run", "a.fail", "--only", "a.fail::gone*kill*"), 0, "2 passed, 1 skipped")

    def test_a_failure_names_its_instance(self):
        self.write("a.fail", HEAD + MATRIX.replace("expect app[size - 1] is stopped", 'expect count(log_lines(app[size - 1], r"x")) == 1'))
        done = self.expect(self.failc("run", "a.fail", "--only", "*size=3*"), 1, "0 passed, 2 failed", "app#3.process[2]")
        self.assertIn("--only 'gone[size=3,how=kill]'", done.stdout)

    def test_a_mistake_names_its_instance(self):
        self.write("a.fail", HEAD + MATRIX.replace("requires size > 1 ", "").replace("expect app[size - 1]", "expect app[1]"))
        done = self.expect(self.failc("check", "a.fail"), 2, "where size = 1, how = kill")
        self.assertEqual(done.stderr.count("error["), 1)

    def test_a_port_may_be_fixed(self):
        self.write("a.fail", """param grace: duration = 1s
component listening { param grace: duration; port p = PORT; run ["sleep", "300"]; stop within grace }
cluster app { listening[1] with { grace: grace } }
matrix m { grace: [1s, 2s] }
scenario "s" matrix m { expect app is running and app[0].ports.p == PORT }
""".replace("PORT", str(support.ports_to_fix(1)[0])))
        self.expect(self.failc("run", "a.fail"), 0, "2 passed")


class Sometimes(support.TestCase):
    TEXT = HEAD + """scenario "a" {
  sometimes "it is stopped": app[0] is stopped
  expect app[0] is running
}
scenario "b" {
  @
  sometimes "it is stopped": app[0] is stopped
  expect other[0] is running
}
"""

    def test_once_is_enough(self):
        self.write("a.fail", self.TEXT.replace("@", "kill app[0]"))
        self.expect(self.failc("run", "a.fail", "--report", "json=r.json"), 0, "2 passed", 'sometimes  a.fail:9:3: "it is stopped"  it was true 1 of 2 times')
        self.assertEqual(json.loads((self.base / "r.json").read_text())["properties"][0]["verdict"], "pass")

    def test_never_fails_the_run(self):
        self.write("a.fail", self.TEXT.replace("@", "log 1"))
        done = self.expect(self.failc("run", "a.fail", "--report", "json=r.json", "--report", "junit=r.xml", "--journal", "j"), 1, "2 passed, 1 property never true",
                           'NEVER  a.fail:9:3: "it is stopped"  it was never true; it was asked 2 times')
        self.assertNotIn("FAIL", done.stdout)
        report = json.loads((self.base / "r.json").read_text())
        self.assertEqual((report["properties"][0]["verdict"], report["properties"][0]["asked"], report["run"]["never"]), ("fail", 2, 1))
        root = xml.etree.ElementTree.parse(self.base / "r.xml").getroot()
        self.assertEqual((root.get("tests"), root.get("failures")), ("3", "1"))
        self.assertEqual([case.get("name") for case in root.iter("testcase") if case.find("failure") is not None], ["sometimes: it is stopped"])
        self.assertEqual(records(self.base / "j")[-1]["verdict"], "fail")

    def test_never_reached(self):
        self.write("a.fail", HEAD + 'scenario "a" {\n  expect app[0] is stopped\n  sometimes "it": app[0] is stopped\n}\n')
        self.expect(self.failc("run", "a.fail"), 1, "1 failed", "it was never reached")


if __name__ == "__main__":
    unittest.main()
