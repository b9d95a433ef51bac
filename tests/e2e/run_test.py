#!/usr/bin/env python3
"""failc run on ordinary processes: verdicts, reports, selection, interruption."""
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import time
import unittest
import xml.etree.ElementTree

import support
from support import records, wait_until

HEAD = """use std.process

cluster app { process[1] with { command: ["sh", "-c", "echo up; exec sleep 300"] } }

"""
PASS = """scenario "it runs" tags [quick] {
  expect app[0] is running
  kill app[0]
  await app[0] is stopped within 5s
}
"""
FAIL = """scenario "it's <wrong> & \\"so\\"" {
  log "before"
  eventually within 300ms: app[0] is paused
}
"""
LONG = """scenario "long" {
  sleep 30s because "it is interrupted"
  expect app[0] is running
}
"""


class Run(support.TestCase):
    def test_a_pass(self):
        self.write("a.fail", HEAD + PASS)
        done = self.expect(self.failc("run", "a.fail"), 0, "1 passed", "a.fail::it runs", "seed ", "journal: .failc/runs/")
        self.assertNotIn("\x1b", done.stdout + done.stderr)
        runs = list((self.base / ".failc/runs").iterdir())
        self.assertEqual(len(runs), 1)
        self.assertRegex(runs[0].name, r"^\d{8}T\d{6}Z-\d+$")
        kinds = [r["kind"] for r in records(runs[0])]
        self.assertEqual((kinds[0], kinds[-1]), ("run", "end"))
        self.assertEqual([r["n"] for r in records(runs[0])], list(range(1, len(kinds) + 1)))

    def test_a_failure_shows_everything(self):
        self.write("a.fail", HEAD + FAIL)
        done = self.expect(self.failc("run", "a.fail", "--seed", "7"), 1, "FAIL", "a.fail:7:3", "  eventually within 300ms: app[0] is paused", "^~~", "1 failed", "seed: 7")
        self.assertRegex(done.stdout, r"line 7: \S+ of 300ms \((9\d|100)%\)")
        self.assertRegex(done.stdout, r"last values:\n +at +\d+")
        self.assertIn("before", done.stdout)

    def test_the_printed_command_runs_it_again(self):
        self.write("a.fail", HEAD + PASS + FAIL)
        done = self.expect(self.failc("run", "a.fail"), 1, "1 passed, 1 failed")
        command = shlex.split(re.search(r"again: (.*)", done.stdout).group(1))
        self.assertEqual(command[0], "failc")
        self.assertIn(re.search(r"seed: (\d+)", done.stdout).group(1), command)
        self.expect(self.failc(*command[1:]), 1, "0 passed, 1 failed")

    def test_seeds_differ_unless_given(self):
        self.write("a.fail", HEAD + PASS)
        seeds = {re.search(r"seed (\d+)", self.failc("run", "a.fail").stdout).group(1) for _ in range(3)}
        self.assertGreater(len(seeds), 1)
        self.assertEqual(records(self.run_into("j", "--seed", "5"))[0]["seed"], 5)

    def run_into(self, name, *more, code=0):
        self.expect(self.failc("run", "a.fail", "--journal", name, *more), code)
        return self.base / name

    def test_selection(self):
        self.write("a.fail", HEAD + PASS + FAIL)
        self.expect(self.failc("run", "a.fail", "--only", "it runs"), 0, "1 passed in")
        self.expect(self.failc("run", "a.fail", "--tag", "quick"), 0, "1 passed in")
        self.expect(self.failc("run", "a.fail", "--only", "it rums"), 2, "did you mean `it runs`?")
        self.expect(self.failc("run", "a.fail", "--tag", "absent"), 2, "no scenario is selected")

    def test_fail_fast(self):
        self.write("a.fail", HEAD + FAIL + PASS)
        self.expect(self.failc("run", "a.fail", "--fail-fast", "--report", "junit=r.xml"), 1, "0 passed, 1 failed, 1 not run")
        root = xml.etree.ElementTree.parse(self.base / "r.xml").getroot()
        self.assertEqual((root.get("tests"), root.get("failures"), root.get("skipped")), ("2", "1", "1"))

    def test_several_files(self):
        self.write("suite/a.fail", HEAD + PASS)
        self.write("suite/b.fail", HEAD + FAIL)
        self.expect(self.failc("run", "suite", "--journal", "j"), 1, "suite/a.fail::it runs", "1 passed, 1 failed")
        self.assertEqual(sorted(p.name for p in (self.base / "j").iterdir()), ["1-a", "2-b", "selection.json"])
        self.expect(self.failc("recover", "j"), 0, "nothing was left")

    def test_junit(self):
        self.write("sub/a.fail", HEAD + PASS + FAIL)
        self.expect(self.failc("run", "sub/a.fail", "--seed", "9", "--report", "junit=out.xml"), 1, "out.xml")
        root = xml.etree.ElementTree.parse(self.base / "out.xml").getroot()
        cases = list(root.iter("testcase"))
        self.assertEqual([(c.get("classname"), c.get("name")) for c in cases], [("sub.a", "it runs"), ("sub.a", 'it\'s <wrong> & "so"')])
        self.assertEqual([c.get("line") for c in cases], ["5", "10"])
        self.assertEqual([c.get("file") for c in cases], ["sub/a.fail"] * 2)
        for case in cases:
            properties = {p.get("name"): p.get("value") for p in case.iter("property")}
            self.assertEqual((properties["seed"], properties["backend"]), ("9", "agent"))
        self.assertIsNone(cases[0].find("failure"))
        self.assertIn("sub/a.fail:12:3", cases[1].find("failure").text)

    def test_json(self):
        self.write("a.fail", HEAD + PASS + FAIL)
        self.expect(self.failc("run", "a.fail", "--report", "json=out.json", "--report", "junit=out.xml"), 1)
        report = json.loads((self.base / "out.json").read_text())
        self.assertEqual([s["verdict"] for s in report["scenarios"]], ["pass", "fail"])
        self.assertEqual(report["failures"][0]["at"]["line"], 12)
        self.assertTrue(any(w["bound_ns"] == 300_000_000 for w in report["waits"]))
        self.assertEqual(report["faults"][0]["end"], "installed")
        self.assertTrue((self.base / "out.xml").exists())

    def test_a_report_on_standard_output_takes_nothing_from_it(self):
        self.write("a.fail", HEAD + PASS)
        with open(self.base / "out.txt", "w") as out:
            done = subprocess.run([support.FAILC, "run", "a.fail", "--report", "junit=/dev/stdout"], stdout=out, stderr=subprocess.PIPE, cwd=self.base, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        text = (self.base / "out.txt").read_text()
        for part in ("seed", "<testsuites", "1 passed", "report: /dev/stdout"):
            self.assertIn(part, text)

    def test_a_report_that_cannot_be_written_is_found_out_before(self):
        self.write("a.fail", HEAD + PASS)
        self.expect(self.failc("run", "a.fail", "--report", "junit=absent/out.xml"), 3, "absent/out.xml")
        self.expect(self.failc("run", "a.fail", "--report", f"json={self.base}"), 3, "directory")
        self.assertFalse((self.base / ".failc").exists(), "it was run all the same")

    def test_time_scale_and_timeout(self):
        self.write("a.fail", HEAD + FAIL)
        began = time.monotonic()
        self.expect(self.failc("run", "a.fail", "--time-scale", "5"), 1)
        self.assertGreater(time.monotonic() - began, 1.4)
        self.write("a.fail", HEAD + LONG)
        began = time.monotonic()
        self.expect(self.failc("run", "a.fail", "--timeout", "1s"), 1, "sleep 30s")
        self.assertLess(time.monotonic() - began, 10)

    def test_a_reader_that_goes_does_not_stop_the_undoing(self):
        self.write("a.fail", HEAD + PASS)
        running = self.begin("run", "a.fail", "--journal", "j")
        running.stdout.close()
        running.stdout = None
        self.assertEqual(running.wait(30), 0)
        self.assertEqual(records(self.base / "j")[-1]["kind"], "end")


class Interruption(support.TestCase):
    def interrupted(self, number):
        self.write("a.fail", HEAD + LONG + PASS)
        running = self.begin("run", "a.fail", "--journal", "j", "--report", "json=out.json")
        self.assertTrue(wait_until(lambda: (self.base / "j/journal.jsonl").exists() and any(r["kind"] == "step" for r in records(self.base / "j"))))
        self.assertTrue(any("sleep 300" in command for _, command in self.processes()))
        began = time.monotonic()
        running.send_signal(number)
        out, err = running.communicate(timeout=30)
        self.assertEqual(running.returncode, 130, out + err)
        self.assertLess(time.monotonic() - began, 5)
        self.assertTrue(wait_until(lambda: not self.processes(), 5), self.processes())
        self.assertEqual(records(self.base / "j")[-1]["kind"], "end")
        self.assertEqual({s["verdict"] for s in json.loads((self.base / "out.json").read_text())["scenarios"]}, {"interrupted"})
        self.assertIn("interrupted", out)

    def test_ctrl_c(self):
        self.interrupted(signal.SIGINT)

    def test_terminated(self):
        self.interrupted(signal.SIGTERM)

    def test_interrupted_before_the_agent_is_there(self):
        for name, number in (("int", signal.SIGINT), ("term", signal.SIGTERM)):
            with self.subTest(name):
                bin = self.base / name
                bin.mkdir()
                shutil.copy2(support.FAILC, bin / "failc")
                agent = pathlib.Path(support.FAILC).resolve().parent / "failc-agent"
                self.write(f"{name}/failc-agent", f'#!/bin/sh\n: > "$1/starting"\nsleep 1\nexec {shlex.quote(str(agent))} "$@"\n').chmod(0o755)
                self.write("s/a.fail", HEAD + PASS)
                self.write("s/b.fail", HEAD + PASS)
                running = subprocess.Popen([bin / "failc", "run", "s", "--journal", f"j-{name}", "--report", f"json={name}.json"], cwd=self.base,
                                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                self.addCleanup(running.kill)
                self.assertTrue(wait_until(lambda: (self.base / f"j-{name}/1-a/starting").exists()))
                running.send_signal(number)
                out, err = running.communicate(timeout=30)
                self.assertEqual(running.returncode, 130, out + err)
                self.assertEqual(records(self.base / f"j-{name}/1-a")[-1]["kind"], "end")
                self.assertFalse((self.base / f"j-{name}/2-b").exists())
                self.assertEqual(json.loads((self.base / f"{name}.json").read_text())["scenarios"][0]["verdict"], "interrupted")
                self.assertEqual(self.processes(), [])

    def test_one_file_interrupted_ends_the_others(self):
        self.write("s/a.fail", HEAD + LONG)
        self.write("s/b.fail", HEAD + LONG)
        running = self.begin("run", "s", "--journal", "j")
        self.assertTrue(wait_until(lambda: (self.base / "j/1-a/journal.jsonl").exists() and any(r["kind"] == "step" for r in records(self.base / "j/1-a"))))
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
        self.assertEqual(running.returncode, 130, out + err)
        self.assertFalse((self.base / "j/2-b").exists())


class Terminal(support.TestCase):
    def test_a_live_line_and_colours(self):
        import pty
        self.write("a.fail", HEAD + 'scenario "long title" {\n  sleep 700ms\n  expect app[0] is running\n}\n')

        def output(**environment):
            leader, follower = pty.openpty()
            process = subprocess.Popen([support.FAILC, "run", "a.fail"], stdout=follower, stderr=follower, stdin=follower, cwd=self.base,
                                       env={**{k: v for k, v in os.environ.items() if k != "NO_COLOR"}, "TERM": "xterm", **environment})
            os.close(follower)
            text = b""
            while True:
                try:
                    piece = os.read(leader, 65536)
                except OSError:
                    break
                if not piece:
                    break
                text += piece
            os.close(leader)
            self.assertEqual(process.wait(30), 0, text)
            return text.decode()

        text = output()
        self.assertRegex(text, r"\r\x1b\[Klong title: sleep 700ms  0\.\ds / 700ms")
        self.assertIn("\x1b[32mpass\x1b[0m", text)
        self.assertNotIn("\x1b[32m", output(NO_COLOR="1"))

    def steps(self):
        journal = self.base / "j/journal.jsonl"
        return [r["text"] for r in records(self.base / "j") if r["kind"] == "step"] if journal.exists() else []

    def test_a_terminal_that_is_stopped_does_not_stop_the_run(self):
        import pty
        import termios
        self.write("a.fail", HEAD + 'scenario "s" {\n  sleep 1s because "now it is stopped"\n  sleep 10ms because "it went on"\n  expect app[0] is running\n}\n')
        leader, follower = pty.openpty()
        self.addCleanup(os.close, leader)
        self.addCleanup(os.close, follower)
        running = self.begin("run", "a.fail", "--journal", "j", stdout=follower)
        self.assertTrue(wait_until(lambda: len(self.steps()) == 1))
        termios.tcflow(follower, termios.TCOOFF)
        went_on = wait_until(lambda: len(self.steps()) == 3, 6)
        termios.tcflow(follower, termios.TCOON)
        self.assertEqual(running.wait(30), 0)
        self.assertTrue(went_on, self.steps())

    def test_a_reader_that_sleeps_does_not_end_the_run(self):
        self.write("a.fail", HEAD + 'scenario "s" {\n  repeat 2000 { log "a line that fills the pipe, and one like it, and one like it" }\n  expect app[0] is running\n}\n')
        running = self.begin("run", "a.fail", "--journal", "j", "--lease", "500ms")
        self.assertTrue(wait_until(lambda: self.steps()))
        time.sleep(2.5)
        self.assertIsNone(running.poll(), "it must wait for its reader for this to show anything")
        out, err = running.communicate(timeout=30)
        self.assertEqual(running.returncode, 0, out[-2000:] + err)


if __name__ == "__main__":
    unittest.main()
