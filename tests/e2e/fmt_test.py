#!/usr/bin/env python3
"""failc fmt as a program: what it writes, where, and what it leaves alone."""
import os
import unittest

import support

MESSY = """# kept
use std.process
cluster app { process[1] with {command:["sleep","60"]} }
scenario "it runs"   {
      expect   app[0]   is running   # why



  log "x"
}
"""


class Fmt(support.TestCase):
    def formatted(self):
        return self.expect(self.failc("fmt", "-", stdin=MESSY), 0).stdout

    def test_standard_input(self):
        text = self.formatted()
        self.assertNotEqual(text, MESSY)
        self.assertIn("  expect app[0] is running", text)
        self.assertIn("# kept", text)
        self.assertIn("# why", text)
        self.assertEqual(self.expect(self.failc("fmt", "-", stdin=text), 0).stdout, text)

    def test_in_place_keeps_the_mode(self):
        path = self.write("a.fail", MESSY)
        path.chmod(0o640)
        self.expect(self.failc("fmt", "a.fail"), 0)
        self.assertEqual(path.read_text(), self.formatted())
        self.assertEqual(path.stat().st_mode & 0o777, 0o640)
        self.assertEqual(os.listdir(self.base), ["a.fail"])

    def test_what_is_formatted_is_not_written_again(self):
        path = self.write("a.fail", self.formatted())
        before = path.stat().st_ino
        self.expect(self.failc("fmt", "a.fail"), 0)
        self.assertEqual(path.stat().st_ino, before)

    def test_through_a_symbolic_link(self):
        real = self.write("real/a.fail", MESSY)
        (self.base / "link.fail").symlink_to("real/a.fail")
        self.expect(self.failc("fmt", "link.fail"), 0)
        self.assertTrue((self.base / "link.fail").is_symlink())
        self.assertEqual(real.read_text(), self.formatted())

    def test_check_lists_and_writes_nothing(self):
        path = self.write("messy.fail", MESSY)
        self.write("tidy.fail", self.formatted())
        done = self.expect(self.failc("fmt", "--check", "messy.fail", "tidy.fail"), 1)
        self.assertEqual(done.stdout, "messy.fail\n")
        self.assertEqual(path.read_text(), MESSY)
        self.expect(self.failc("fmt", "--check", "tidy.fail"), 0)
        self.expect(self.failc("fmt", "--check", "-", stdin=MESSY), 1)

    def test_diff_shows_and_writes_nothing(self):
        path = self.write("messy.fail", MESSY)
        done = self.expect(self.failc("fmt", "--diff", "messy.fail"), 1)
        self.assertTrue(done.stdout.startswith("--- messy.fail\n+++ messy.fail\n@@ -1,"), done.stdout)
        self.assertIn("\n-      expect   app[0]   is running   # why\n", done.stdout)
        self.assertEqual(path.read_text(), MESSY)
        self.expect(self.failc("fmt", "--diff", "--check", "messy.fail"), 2, "exclude")

    def test_a_file_with_mistakes_is_not_touched(self):
        text = MESSY.replace('log "x"', "log @")
        path = self.write("bad.fail", text)
        good = self.write("good.fail", MESSY)
        done = self.expect(self.failc("fmt", "bad.fail", "good.fail"), 2)
        self.assertRegex(done.stderr, r"bad\.fail:9:7: error\[F\d{4}\]")
        self.assertEqual(path.read_text(), text)
        self.assertEqual(good.read_text(), self.formatted(), "the others are formatted all the same")
        done = self.expect(self.failc("fmt", "-", stdin=text), 2)
        self.assertEqual(done.stdout, "")

    def test_a_folder_that_cannot_be_written(self):
        if os.geteuid() != 0:
            path = self.write("closed/a.fail", MESSY)
            path.parent.chmod(0o555)
            self.addCleanup(path.parent.chmod, 0o755)
            self.expect(self.failc("fmt", "closed/a.fail"), 3, "closed/a.fail")
        else:
            path = self.write("closed/a.fail", MESSY)
            self.base.chmod(0o755)
            try:
                done = self.failc("fmt", "closed/a.fail", user=65534, group=65534, extra_groups=[])
            except PermissionError:
                self.skipTest("another user cannot run this failc")
            self.expect(done, 3, "closed/a.fail", "ermission denied")
        self.assertEqual(path.read_text(), MESSY)

    def test_every_file_of_the_tree_is_formatted(self):
        folders = [support.ROOT / name for name in ("scenarios", "examples", "stdlib") if list((support.ROOT / name).rglob("*.fail"))]
        self.assertTrue(folders)
        self.expect(self.failc("fmt", "--check", *folders), 0)


if __name__ == "__main__":
    unittest.main()
