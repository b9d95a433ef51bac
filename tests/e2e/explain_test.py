#!/usr/bin/env python3
"""`failc explain`, and the hint that leads to it."""
import os
import pty
import re
import subprocess
import unittest

import support

WRONG = """use std.process

cluster app { process[1] with { command: ["sleep", "60"] } }

scenario "it asserts nothing" {
  kill app[0]
}
"""


class Explain(support.TestCase):
    def test_a_code_in_any_case_and_as_it_is_printed(self):
        page = self.expect(self.failc("explain", "F0601"), 0, "# F0601: ", "## Wrong", "## Right").stdout
        for word in ("f0601", "error[F0601]", "[f0601]"):
            self.assertEqual(self.expect(self.failc("explain", word), 0).stdout, page)
        both = self.expect(self.failc("explain", "F0601", "F0602"), 0, "# F0602: ").stdout
        self.assertTrue(both.startswith(page))

    def test_without_a_code_it_lists_all(self):
        listed = self.expect(self.failc("explain"), 0).stdout.splitlines()
        rows = re.findall(r"^FAILC_DIAGNOSTIC\((F\d{4}), (error|warning)", (support.ROOT / "grammar/diag/catalogue.def").read_text(), re.M)
        self.assertEqual([tuple(line.split()[:2]) for line in listed], rows)
        for line in listed:
            self.assertGreater(len(line.split()), 3, line)

    def test_unknown_codes(self):
        self.expect(self.failc("explain", "F06O1"), 2, "`F06O1`", "did you mean `F0601`?")
        self.expect(self.failc("explain", "nonsense"), 2, "`nonsense`", "`failc explain` lists all")
        self.expect(self.failc("explain", "--fix"), 2, "`--fix`")

    def test_a_terminal_is_told_of_it_once_and_a_pipe_is_not(self):
        self.write("wrong.fail", WRONG)
        self.assertNotIn("failc explain", self.expect(self.failc("check", "wrong.fail"), 2).stderr)
        reader, writer = pty.openpty()
        process = subprocess.Popen([support.FAILC, "check", "wrong.fail", "wrong.fail"], cwd=self.base, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=writer)
        os.close(writer)
        shown = b""
        try:
            while piece := os.read(reader, 4096):
                shown += piece
        except OSError:  # how Linux tells that the other side has closed
            pass
        os.close(reader)
        self.assertEqual(process.wait(30), 2)
        self.assertEqual(shown.count(b"`failc explain F0601`"), 1, shown)


if __name__ == "__main__":
    unittest.main()
