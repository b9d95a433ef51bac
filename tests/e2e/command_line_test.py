#!/usr/bin/env python3
"""Words and options, right and wrong: what failc says, and its exit codes."""
import os
import re
import shlex
import subprocess
import unittest

import support

GOOD = """use std.process

cluster app { process[1] with { command: ["sleep", "60"] } }

scenario "it runs" tags [quick, basic] {
  expect app[0] is running
}
"""


class CommandLine(support.TestCase):
    def test_version(self):
        done = self.expect(self.failc("--version"), 0)
        self.assertRegex(done.stdout, r"\Afailc \d+\.\d+\.\d+\n\Z")

    def test_help(self):
        self.expect(self.failc("--help"), 0, "failc run", "failc recover")
        for command in ("check", "fmt", "plan", "run", "list", "recover", "explain", "lint", "start", "scenario", "stop", "agent"):
            done = self.expect(self.failc(command, "--help"), 0, f"failc {command}")
            self.assertEqual(done.stderr, "")

    def test_nothing_is_asked_for(self):
        self.expect(self.failc(), 2, "failc check")

    def test_unknown_command(self):
        self.expect(self.failc("chekc", "x.fail"), 2, "`chekc`", "did you mean `check`?")
        self.expect(self.failc("frobnicate"), 2, "`frobnicate`", "--help")

    def test_unknown_options_are_refused_with_a_suggestion(self):
        self.write("good.fail", GOOD)
        self.expect(self.failc("check", "good.fail", "--fromat", "json"), 2, "`--fromat`", "did you mean `--format`?")
        self.expect(self.failc("run", "good.fail", "--sed", "1"), 2, "`--sed`", "did you mean `--seed`?")
        self.expect(self.failc("run", "good.fail", "-x"), 2, "`-x`")
        self.assertFalse((self.base / ".failc").exists(), "something was run")

    def test_what_is_not_there_yet_is_refused_by_name(self):
        self.write("good.fail", GOOD)
        for command in ("node", "lsp"):
            self.expect(self.failc(command), 2, f"`failc {command}` is not in this version yet")
        for option in ("--cluster",):
            self.expect(self.failc("run", "good.fail", option, "1"), 2, f"`{option}` is not in this version yet")
        self.expect(self.failc("import", "good.fail"), 2, "--to-fail")
        self.assertFalse((self.base / ".failc").exists(), "something was run")

    def test_bad_values(self):
        self.write("good.fail", GOOD)
        for option, value in (("--seed", "x"), ("--time-scale", "0"), ("--timeout", "5"), ("--report", "junit"), ("--report", "pdf=x"), ("--param", "x")):
            self.expect(self.failc("run", "good.fail", option, value), 2, f"`{option} {value}`")
        for lease in ("99ms", "24h1s"):
            self.expect(self.failc("run", "good.fail", "--lease", lease), 2, f"`--lease {lease}`", "from 100ms to 24h")
        self.expect(self.failc("run", "good.fail", "--journal", ""), 2, "--journal")
        self.expect(self.failc("check", "[k]"), 2, "[k]")
        self.expect(self.failc("check", "good.fail", "--format", "jsn"), 2, "did you mean `json`?")
        self.expect(self.failc("run", "good.fail", "--seed"), 2, "--seed")

    def test_standard_output_that_is_full(self):
        self.write("good.fail", GOOD)
        with open("/dev/full", "w") as full:
            done = subprocess.run([support.FAILC, "list", "good.fail"], stdout=full, stderr=subprocess.PIPE, text=True, cwd=self.base, timeout=60)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("standard output", done.stderr)


class Check(support.TestCase):
    def test_a_good_file(self):
        self.write("good.fail", GOOD)
        done = self.expect(self.failc("check", "good.fail"), 0, "1 file checked, no mistakes")
        self.assertEqual(done.stdout, "")

    def test_several_mistakes_are_all_reported_with_their_places(self):
        self.write("bad.fail", GOOD.replace("app[0] is running", "app[0] is runing") + 'scenario "two" {\n  klil app[0]\n  expect app[0] is running\n}\n')
        done = self.expect(self.failc("check", "bad.fail"), 2)
        self.assertRegex(done.stderr, r"bad\.fail:6:\d+: error\[F\d{4}\]: ")
        self.assertRegex(done.stderr, r"bad\.fail:9:\d+: error\[F\d{4}\]: ")
        self.assertIn("2 errors in 1 file", done.stderr)
        self.assertNotIn("\x1b", done.stderr)

    def test_machine_formats_go_to_standard_output(self):
        import json
        self.write("bad.fail", GOOD.replace("is running", "is runing"))
        done = self.expect(self.failc("check", "bad.fail", "--format", "json"), 2)
        self.assertIn("F", json.dumps(json.loads(done.stdout)))
        done = self.expect(self.failc("check", "bad.fail", "--format", "sarif"), 2)
        self.assertEqual(json.loads(done.stdout)["version"], "2.1.0")
        done = self.expect(self.failc("check", "bad.fail", "--format", "github"), 2)
        self.assertRegex(done.stdout, r"::error file=bad\.fail,line=6")

    def test_folders(self):
        self.write("suite/a.fail", GOOD)
        self.write("suite/deep/b.fail", "scenario")
        self.write("suite/build/c.fail", "garbage")
        self.write("suite/.hidden/d.fail", "garbage")
        done = self.expect(self.failc("check", "suite"), 2, "suite/deep/b.fail:1:")
        self.assertNotIn("c.fail", done.stderr)
        self.assertNotIn("d.fail", done.stderr)
        self.assertIn("in 2 files", done.stderr)

    def test_nothing_selected(self):
        (self.base / "empty").mkdir()
        for command in ("check", "fmt", "run", "list"):
            self.expect(self.failc(command, "empty"), 2, "no `.fail` file")
            self.expect(self.failc(command), 2, "no file is named")
            self.expect(self.failc(command, "absent.fail"), 2, "absent.fail")
        self.write("none.fail", "# nothing\n")
        self.expect(self.failc("run", "none.fail"), 2, "no scenario")
        self.expect(self.failc("list", "none.fail"), 2, "no scenario")

    def test_standard_input(self):
        self.expect(self.failc("check", "-", stdin=GOOD), 0)
        self.expect(self.failc("check", "-", stdin="cluster {"), 2, "<stdin>:1:")

    def test_bad_input_is_a_diagnostic_not_a_crash(self):
        cases = {
            "empty.fail": (b"", 0),
            "garbage.fail": (bytes(range(256)) * 50, 2),
            "latin1.fail": ('scenario "caf\xe9" { sleep 1s }'.encode("latin-1"), 2),
            "truncated.fail": (b'scenario "x" {\n  expect \xe2\x82', 2),
            "nul.fail": (b"\0" * 1000, 2),
            "deep.fail": (b'scenario "x" {\n  expect ' + b"(" * 100000 + b"1" + b")" * 100000 + b"\n}\n", 2),
            "blocks.fail": (b'scenario "x" {\n' + b"repeat 2 {\n" * 100000 + b"}\n" * 100000 + b"}\n", 2),
            "nots.fail": (b'scenario "x" {\n  expect ' + b"not " * 100000 + b"true\n}\n", 2),
            "open.fail": (b"{" * 100000, 2),
            "close.fail": (b"}" * 100000, 2),
            "quote.fail": (b'scenario "x', 2),
            "crlf.fail": (GOOD.replace("\n", "\r\n").encode(), 0),
        }
        for name, (text, code) in cases.items():
            with self.subTest(name):
                self.write(name, text)
                done = self.failc("check", name, timeout=20)
                self.assertEqual(done.returncode, code, done.stderr[:2000])
                if code == 2:
                    self.assertRegex(done.stderr, r"\.fail:\d+:\d+: error\[F\d{4}\]")
                    self.assertLess(len(done.stderr), 100_000_000)

    def test_invalid_utf8_names_the_byte(self):
        self.write("latin1.fail", 'scenario "caf\xe9" { sleep 1s }'.encode("latin-1"))
        self.expect(self.failc("check", "latin1.fail"), 2, "F0002", "UTF-8", "latin1.fail:1:14")

    def test_huge_file(self):
        path = self.base / "huge.fail"
        with open(path, "wb") as file:
            file.truncate(300 << 20)  # sparse
        self.expect(self.failc("check", "huge.fail"), 2, "F0001", "huge.fail", "256 MiB")
        self.expect(self.failc("fmt", "huge.fail"), 2, "huge.fail")


class NoPermission(support.TestCase):
    def test_unreadable_file_and_folder(self):
        self.write("secret.fail", GOOD).chmod(0)
        self.write("closed/a.fail", GOOD)
        (self.base / "closed").chmod(0)
        (self.base).chmod(0o755)
        more = {}
        if os.geteuid() == 0:
            more = {"user": 65534, "group": 65534, "extra_groups": []}
        try:
            self.expect(self.failc("check", "secret.fail", **more), 2, "F0001", "secret.fail", "no permission")
            self.expect(self.failc("check", "closed", **more), 2, "closed", "ermission denied")
        except PermissionError:
            self.skipTest("another user cannot run this failc")
        finally:
            (self.base / "closed").chmod(0o755)


class Readme(support.TestCase):
    """What the README shows is true."""

    def test_its_scenario_is_twelve_lines_without_a_mistake(self):
        text = (support.ROOT / "README.md").read_text()
        (scenario,) = re.findall(r"```fail\n(.*?)```", text, re.DOTALL)
        self.assertEqual(len(scenario.splitlines()), 12)
        self.write("readme.fail", scenario)
        self.expect(self.failc("check", "readme.fail"), 0, "no mistakes")

    def test_its_commands_are_understood(self):
        text = (support.ROOT / "README.md").read_text()
        commands = re.findall(r"^build/release/failc (.*?)(?: +#.*)?$", text, re.MULTILINE)
        self.assertGreaterEqual(len(commands), 5)
        for command in commands:
            with self.subTest(command):
                words = shlex.split(command)
                if words[0] == "run":
                    words.append("--dry-run")
                if words[0] == "fmt":
                    words.append("--check")
                if words[0] == "recover":
                    continue  # of the runs in the reader's folder
                self.expect(self.failc(*words, cwd=support.ROOT), 0)


if __name__ == "__main__":
    unittest.main()
