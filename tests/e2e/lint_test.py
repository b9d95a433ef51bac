#!/usr/bin/env python3
"""`failc lint`: warnings, their exit codes, and the fixes that are applied."""
import json
import unittest

import support

TIDY = """use std.process

cluster app { process[1] with { command: ["sleep", "60"] } }

scenario "it runs" {
  expect app[0] is running
}
"""
UNTIDY = TIDY.replace("use std.process\n", "use std.process\nuse std.etcd\n").replace("  expect", "  sleep 10ms\n  expect")
MISTYPED = TIDY.replace("app[0] is running", "app[0] is runing")
HOPELESS = TIDY.replace("  expect", "  kill app[0]\n  expect")


class Lint(support.TestCase):
    def test_a_tidy_file(self):
        self.write("a.fail", TIDY)
        self.expect(self.failc("lint", "a.fail"), 0, "nothing to say")

    def test_warnings_alone_are_exit_1_and_no_matter_of_check(self):
        self.write("a.fail", UNTIDY)
        self.expect(self.failc("lint", "a.fail"), 1, "warning[F1001]", "`use std.etcd`", "warning[F1003]", "0 errors, 2 warnings")
        self.expect(self.failc("check", "a.fail"), 0, "no mistakes")
        self.expect(self.failc("plan", "a.fail"), 0)

    def test_errors_are_exit_2(self):
        self.write("a.fail", HOPELESS)
        for command in ("lint", "check", "plan", "run"):
            self.expect(self.failc(command, "a.fail"), 2, "error[F1104]", "`app.process[0]` is stopped here", "since here")

    def test_formats(self):
        self.write("a.fail", UNTIDY)
        found = json.loads(self.expect(self.failc("lint", "a.fail", "--format", "json"), 1).stdout)
        self.assertIn("F1003", json.dumps(found))
        self.assertIn("F1003", json.dumps(json.loads(self.failc("lint", "a.fail", "--format", "sarif").stdout)))
        self.expect(self.failc("lint", "a.fail", "--format", "github"), 1, "::warning ")

    def test_diff_writes_nothing(self):
        path = self.write("a.fail", UNTIDY)
        done = self.expect(self.failc("lint", "a.fail", "--diff"), 1, "-use std.etcd")
        self.assertNotIn("+use", done.stdout)
        self.assertEqual(path.read_text(), UNTIDY)
        path.write_text(TIDY)
        self.assertEqual(self.expect(self.failc("lint", "a.fail", "--diff"), 0).stdout, "")

    def test_fix_applies_what_diagnostics_carry_and_says_what_is_left(self):
        path = self.write("a.fail", UNTIDY)
        other = self.write("b.fail", MISTYPED)
        done = self.expect(self.failc("lint", "--fix", "a.fail", "b.fail"), 1, "warning[F1003]", "0 errors, 1 warning")
        self.assertNotIn("F1001", done.stderr)
        self.assertEqual(path.read_text(), UNTIDY.replace("use std.etcd\n", ""))
        self.assertEqual(other.read_text(), TIDY)
        self.assertEqual(sorted(each.name for each in self.base.iterdir()), ["a.fail", "b.fail"])
        self.expect(self.failc("lint", "--fix", "b.fail"), 0)

    def test_bad_words(self):
        self.write("a.fail", TIDY)
        self.expect(self.failc("lint", "a.fail", "--fix", "--diff"), 2, "exclude each other")
        self.expect(self.failc("lint", "absent.fail"), 2, "absent.fail")
        self.expect(self.failc("lint", "a.fail", "--fxi"), 2, "did you mean `--fix`?")


if __name__ == "__main__":
    unittest.main()
