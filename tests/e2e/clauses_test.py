#!/usr/bin/env python3
"""skip, requires and expect fails: exits, reports and lists, on ordinary processes."""
import json
import unittest
import xml.etree.ElementTree

import support

HEAD = """use std.process

component told {
  run ["sleep", "300"]
  version ["sh", "-c", "echo told 3.4.1"] matches r"told (\\S+)"
}

param size: int = 1

cluster app { process[size] with { command: ["sleep", "300"] } }
cluster new { told[1] }

"""
PASS = 'scenario "runs" { expect app[0] is running }\n'
SKIP = 'scenario "skipped" skip "it is not written yet" { expect app[0] is running }\n'
PARAMETER = 'scenario "many" requires size >= 3 { expect app[2] is running }\n'
VERSION = 'scenario "newer" requires new.version >= 4.0 { expect new[0] is running }\n'
HOLDS = 'scenario "old enough" requires new.version >= 3.4 { expect new[0] is running }\n'
FAILS = 'scenario "it fails" expect fails {\n  expect app[0] is stopped\n}\n'
UNEXPECTED = 'scenario "it does not" expect fails { expect app[0] is running }\n'


class Clauses(support.TestCase):
    def test_skips_are_named_and_are_no_passes(self):
        self.write("a.fail", HEAD + PASS + SKIP + PARAMETER + VERSION + HOLDS)
        done = self.expect(self.failc("run", "a.fail", "--report", "json=r.json", "--report", "junit=r.xml"), 0, "2 passed, 3 skipped",
                           "skipped: it is not written yet", "skipped: it requires `size >= 3`, and size is 1",
                           "skipped: it requires `new.version >= 4.0`, and new.version is 3.4.1")
        self.assertNotIn("FAIL", done.stdout)
        report = json.loads((self.base / "r.json").read_text())
        self.assertEqual([s["verdict"] for s in report["scenarios"]], ["pass", "skipped", "skipped", "skipped", "pass"])
        self.assertEqual(report["scenarios"][1]["skipped"], "it is not written yet")
        self.assertEqual(report["run"]["skipped"], 3)
        root = xml.etree.ElementTree.parse(self.base / "r.xml").getroot()
        self.assertEqual((root.get("tests"), root.get("failures"), root.get("errors"), root.get("skipped")), ("5", "0", "0", "3"))
        self.assertEqual([s.get("message") for s in root.iter("skipped")][0], "it is not written yet")

    def test_everything_skipped_shows_nothing(self):
        self.write("a.fail", HEAD + SKIP + VERSION)
        self.expect(self.failc("run", "a.fail"), 3, "0 passed, 2 skipped", "every scenario was skipped, so nothing was shown")
        self.expect(self.failc("run", "a.fail", "--only", "skipped"), 3)

    def test_a_version_that_is_none_is_the_environments(self):
        self.write("a.fail", HEAD.replace("told 3.4.1", "told you") + VERSION)
        self.expect(self.failc("run", "a.fail"), 3, "ENVIRONMENT", "it requires `new.version >= 4.0`, and that is undefined")

    def test_expect_fails(self):
        self.write("a.fail", HEAD + FAILS)
        self.expect(self.failc("run", "a.fail", "--report", "json=r.json", "--report", "junit=r.xml"), 0, "1 passed", "failed as expected: the condition does not hold",
                    "a.fail:14:3", "expect app[0] is stopped")
        report = json.loads((self.base / "r.json").read_text())
        self.assertIsNone(report["scenarios"][0]["failure"])
        self.assertEqual(report["scenarios"][0]["expected_failure"]["at"]["line"], 14)
        self.assertEqual(report["failures"], [])
        root = xml.etree.ElementTree.parse(self.base / "r.xml").getroot()
        self.assertEqual((root.get("failures"), root.get("errors")), ("0", "0"))
        self.assertIn("failed as expected: a.fail:14:3", root.find(".//system-out").text)

    def test_expect_fails_that_does_not(self):
        self.write("a.fail", HEAD + UNEXPECTED)
        self.expect(self.failc("run", "a.fail"), 1, "FAIL", "it was expected to fail, and everything that it claims held", "1 failed")

    def test_list_plan_and_dry_run_say_it_before(self):
        self.write("a.fail", HEAD + SKIP + PARAMETER + VERSION + FAILS)
        self.expect(self.failc("list", "a.fail"), 0, "skipped: it is not written yet", "skipped: it requires `size >= 3`, and size is 1", "requires new.version >= 4.0", "expected to fail")
        rows = json.loads(self.failc("list", "a.fail", "--format", "json").stdout)
        self.assertEqual([(r["skip"] is None, r["requires"], r["expect_fails"]) for r in rows],
                         [(False, [], False), (False, [], False), (True, ["new.version >= 4.0"], False), (True, [], True)])
        self.expect(self.failc("plan", "a.fail"), 0, 'scenario "skipped": skipped: it is not written yet', "requires new.version >= 4.0, else it is skipped", "and expected to fail")
        done = self.expect(self.failc("run", "a.fail", "--dry-run"), 0, "nothing was touched", "skipped: it is not written yet")
        self.assertEqual(done.stdout.count("touches:"), 2)
        self.expect(self.failc("list", "a.fail", "--param", "size=3"), 0, "[agent]")


if __name__ == "__main__":
    unittest.main()
