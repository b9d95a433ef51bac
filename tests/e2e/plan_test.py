#!/usr/bin/env python3
"""failc plan and failc list: what is told before anything is done."""
import json
import unittest

import support

SUITE = """use std.process

param nap: duration = 1s

cluster app { process[2] with { command: ["sleep", "60"] } }

scenario "naps" tags [nightly] timeout 1m {
  sleep nap
  expect app[0] is running
}

scenario "stops" tags [quick, node] {
  stop app[1]
  await app[1] is stopped within 3s
}
"""


class Plan(support.TestCase):
    def setUp(self):
        super().setUp()
        self.write("suite.fail", SUITE)

    def test_json(self):
        plan = json.loads(self.expect(self.failc("plan", "suite.fail", "--format", "json"), 0).stdout)
        self.assertEqual([s["id"] for s in plan["scenarios"]], ["suite.fail::naps", "suite.fail::stops"])
        for scenario in plan["scenarios"]:
            parts = sum(scenario[f"{part}_ns"] for part in ("up", "body", "cleanup", "down"))
            self.assertEqual(scenario["worst_case_ns"], parts)
            self.assertEqual(scenario["backends"], ["agent"])
            self.assertEqual([n["name"] for n in scenario["nodes"]], ["app.process[0]", "app.process[1]"])
        self.assertEqual(plan["privileges"], [])
        self.assertEqual(plan["scenarios"][0]["timeout_ns"], 60_000_000_000)
        self.assertIn("components", plan["plan"])
        self.assertFalse((self.base / ".failc").exists())

    def test_params_change_the_bounds(self):
        def worst(*more):
            return json.loads(self.expect(self.failc("plan", "suite.fail", "--format", "json", *more), 0).stdout)["scenarios"][0]["worst_case_ns"]
        self.assertEqual(worst("--param", "nap=11s") - worst(), 10_000_000_000)
        self.expect(self.failc("plan", "suite.fail", "--param", "nap=2m"), 2, "1m")
        self.expect(self.failc("plan", "suite.fail", "--param", "nop=2s"), 2, "`nap`")

    def test_text(self):
        self.expect(self.failc("plan", "suite.fail"), 0, 'scenario "naps"', "worst case: ", "privileges: none", "journal: .failc/runs/", "backends: agent", "app.process[1]", "sleep nap")

    def test_one_file(self):
        self.write("two.fail", SUITE)
        self.expect(self.failc("plan", "suite.fail", "two.fail"), 2, "one file")
        self.expect(self.failc("plan", "."), 2, "2 files")

    def test_dry_run_touches_nothing(self):
        self.expect(self.failc("run", "suite.fail", "--dry-run", "--only", "stops"), 0, 'scenario "stops"', "await app[1] is stopped within 3s", "nothing was touched")
        self.assertEqual(sorted(p.name for p in self.base.iterdir()), ["suite.fail"])

    def test_backend_that_is_not_there(self):
        self.expect(self.failc("plan", "suite.fail", "--backend", "docker"), 2, "docker")
        self.expect(self.failc("plan", "suite.fail", "--backend", "agnet"), 2, "did you mean", "agent")


class List(support.TestCase):
    def setUp(self):
        super().setUp()
        self.write("suite.fail", SUITE)

    def test_text_and_json(self):
        self.expect(self.failc("list", "suite.fail"), 0, "suite.fail::naps", "[agent]", "tags: quick, node")
        rows = json.loads(self.expect(self.failc("list", ".", "--format", "json"), 0).stdout)
        self.assertEqual([r["title"] for r in rows], ["naps", "stops"])
        self.assertEqual(rows[1]["tags"], ["quick", "node"])
        self.assertEqual(rows[0]["backends"], ["agent"])
        self.assertEqual(rows[0]["line"], 7)
        self.assertGreater(rows[0]["worst_case_ns"], 1_000_000_000)

    def test_selection(self):
        def titles(*more):
            return [r["title"] for r in json.loads(self.failc("list", "suite.fail", "--format", "json", *more).stdout)]
        self.assertEqual(titles("--only", "n*"), ["naps"])
        self.assertEqual(titles("--tag", "node"), ["stops"])
        self.assertEqual(titles("--only", "naps", "--only", "stops"), ["naps", "stops"])
        self.expect(self.failc("list", "suite.fail", "--only", "naps", "--tag", "node"), 2, "no scenario is selected")


if __name__ == "__main__":
    unittest.main()
