#!/usr/bin/env python3
"""Actors, barriers and a file's own faults, with real processes."""
import json
import time
import unittest

import support

CLUSTER = 'use std.process\ncluster app { process[2] with { command: ["sh", "-c", "echo up; exec sleep 600"] } }\n'

BALLAST = '''
step fill n: node scoped {
  do {
    exec on n ["sh", "-c", "echo full > ballast"]
    exec on n ["cat", "ballast"] as found
  }
  undo within 5s { exec on n ["rm", "ballast"] }
  evidence found matches r"full"
}
'''


class Bodies(support.TestCase):
    def run_scenario(self, body):
        self.write("test.fail", CLUSTER + BALLAST + f'scenario "one" {{\n{body}\n}}\n')
        return self.failc("run", "test.fail", "--report", "json=report.json")

    def test_actors_run_at_once_and_meet(self):
        began = time.monotonic()
        done = self.run_scenario('''  parallel {
    barrier stopped of 2
    actor pauser { pause app[0]
      await stopped within 10s
      sleep 1s }
    actor killer { kill app[1]
      sleep 1s
      await stopped within 10s
      log "both are down" }
    actor idle { sleep 2s }
  }
  expect app[0] is running and app[1] is stopped''')
        self.expect(done, 0, "both are down")
        self.assertLess(time.monotonic() - began, 20)

    def test_the_plan_counts_the_longest(self):
        self.write("test.fail", CLUSTER + 'scenario "one" timeout 40s {\n  parallel {\n    actor a { sleep 15s }\n    actor b { sleep 20s }\n  }\n  expect app is running\n}\n')
        self.expect(self.failc("check", "test.fail"), 0)

    def test_a_failing_actor_ends_the_others(self):
        began = time.monotonic()
        done = self.run_scenario('''  parallel {
    actor one { cleanup { log "one is cleaned up" }
      sleep 60s }
    actor two { expect app[0] is stopped }
  }''')
        self.expect(done, 1, "expect app[0] is stopped", "one is cleaned up")
        self.assertLess(time.monotonic() - began, 40)

    def test_a_fault_of_the_file_is_listed_and_undone(self):
        done = self.run_scenario('''  fill app[0] {
    exec on app[0] ["cat", "ballast"] expect result matches r"full"
  }
  exec on app[0] ["test", "!", "-e", "ballast"]
  expect app is running''')
        self.expect(done, 0)
        fault = json.loads((self.base / "report.json").read_text())["faults"][0]
        self.assertEqual((fault["what"], fault["end"]), ("fill app[0]", "reverted"))
        self.assertIn("it was undone; before, ", fault["evidence"])

    def test_it_is_undone_after_an_interrupt(self):
        self.write("test.fail", CLUSTER + BALLAST + 'scenario "one" {\n  fill app[0]\n  log "filled"\n  sleep 60s\n  expect app is running\n}\n')
        process = self.begin("run", "test.fail", "--report", "json=report.json")
        self.assertTrue(support.wait_until(lambda: list(self.base.rglob("ballast")), 30))
        process.send_signal(2)
        printed = "".join(process.communicate(timeout=60))
        self.assertEqual(list(self.base.rglob("ballast")), [], printed)
        faults = json.loads((self.base / "report.json").read_text())["faults"]
        self.assertEqual([(fault["what"], fault["end"]) for fault in faults], [("fill app[0]", "reverted")])

    def test_one_that_cannot_be_undone_is_left_behind(self):
        done = self.run_scenario('  fill app[0] {\n    exec on app[0] ["rm", "ballast"]\n    expect app is running\n  }')
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("`fill app[0]` may still be in force", done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
