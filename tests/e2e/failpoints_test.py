#!/usr/bin/env python3
"""Failpoints of a real process, armed, counted and disarmed in gofail's form."""
import json
import unittest

import support

FOLDER = support.ROOT / "tests/e2e/failpoints"


class Failpoints(support.TestCase):
    def run_scenario(self, body, armed="armed: {}"):
        self.write("test.fail", f'''use "{FOLDER}/server.fail"
cluster s {{ server[2] with {{ script: "{FOLDER}/server.py", {armed} }} }}
scenario "one" {{
{body}
}}
''')
        done = self.failc("run", "test.fail", "--report", "json=report.json")
        report = json.loads((self.base / "report.json").read_text()) if (self.base / "report.json").exists() else {}
        return done, report

    def test_times_n_hits_n_times(self):
        done, _ = self.run_scenario('''
  failpoint "work" on s[0] times 2 hits 2 with { terms: "return(boom)" } {
    try_work on s[0] expect outcome == "failed" and error.code == 500 and error.message == "boom"
    try_work on s[0] expect outcome == "failed"
    try_work on s[0]
    try_work on s[1]
  }
  try_work on s[0]
  expect work(s[0]) == "done"''')
        self.expect(done, 0)

    def test_skip_n_begins_behind_them(self):
        done, _ = self.run_scenario('''
  failpoint "work" on s[0] skip 3 hits 5 {
    repeat 3 times { try_work on s[0] }
    repeat 2 times { try_work on s[0] expect outcome == "failed" }
  }
  expect work(s[0]) == "done"''')
        self.expect(done, 0)

    def test_a_name_with_a_slash(self):
        done, _ = self.run_scenario('''
  failpoint "disk/full" on s hits any with { terms: "sleep(10)" } {
    expect listed(s[1]) matches r"disk/full=sleep"
  }''')
        self.expect(done, 0)

    def test_one_that_nobody_hits_fails_the_scenario(self):
        done, _ = self.run_scenario('  failpoint "work" on s[0] { try_work on s[1] }\n  expect s is running')
        self.expect(done, 1, "a failpoint that is never hit shows nothing")

    def test_one_that_is_hit_too_often(self):
        done, _ = self.run_scenario('  failpoint "work" on s[0] hits 1 {\n    repeat 2 times { try_work on s[0] expect outcome == "failed" }\n  }')
        self.expect(done, 1, "its hits were counted otherwise")

    def test_an_unknown_name_is_an_error(self):
        done, _ = self.run_scenario('  failpoint "wrok" on s[0] hits any { expect s is running }')
        self.expect(done, 1, "failpoint does not exist")

    def test_terms_that_it_does_not_know_are_an_error(self):
        done, _ = self.run_scenario('  failpoint "work" on s[0] hits any with { terms: "explode" } { expect s is running }')
        self.expect(done, 1, "could not parse terms")

    def test_its_process_takes_it_along(self):
        done, report = self.run_scenario('''
  failpoint "work" on s[0] hits any {
    try_work on s[0] expect outcome == "failed"
    kill s[0]
    start s[0]
    try_work on s[0]
  }
  expect work(s[0]) == "done"''')
        self.expect(done, 0)
        fault = report["faults"][0]
        self.assertEqual((fault["what"], fault["end"]), ('failpoint "work" on s.server[0]', "reverted"))
        self.assertIn("the process is gone", fault["evidence"])

    def test_armed_by_the_environment(self):
        for armed in ('armed: { "work": "1*return(early)", "disk/full": "off" }', 'fail_rs: { "work": "1*return(early)" }'):
            with self.subTest(armed):
                done, _ = self.run_scenario('  try_work on s[0] expect error.message == "early"\n  try_work on s[0]\n  expect work(s[0]) == "done"', armed)
                self.expect(done, 0)

    def test_lists_of_the_environment_that_are_none(self):
        done, _ = self.run_scenario("  expect work(s[0]) == \"done\"", 'armed: ["work"]')
        self.expect(done, 2, "test.fail:2:")


if __name__ == "__main__":
    unittest.main()
