#!/usr/bin/env python3
"""What the environment refuses: a clear line, exit 3, nothing left running."""
import json
import os
import pathlib
import resource
import shutil
import socket
import subprocess
import time
import unittest

import support
from support import records, wait_until

APP = 'use std.process\ncluster app { process[1] with { command: COMMAND } }\nscenario "s" {\n  BODY\n  expect app[0] is running\n}\n'


def app(command='["sleep", "300"]', body=""):
    return APP.replace("COMMAND", command).replace("BODY", body)


class Environment(support.TestCase):
    def test_a_program_that_is_missing(self):
        self.write("a.fail", app('["no-such-program-anywhere"]'))
        self.expect(self.failc("run", "a.fail", "--report", "junit=r.xml"), 3, "no-such-program-anywhere", "ENVIRONMENT", "app.process[0]")
        self.assertIn("<error ", (self.base / "r.xml").read_text())

    def test_a_program_that_dies_at_start_shows_its_last_lines(self):
        self.write("a.fail", app('["sh", "-c", "echo starting; echo the disk is on fire >&2; exit 7"]'))
        self.expect(self.failc("run", "a.fail"), 3, "ENVIRONMENT", "exited with code 7", "the disk is on fire")

    def test_a_program_that_dies_once_it_runs_fails_the_scenario_with_its_last_lines(self):
        self.write("a.fail", app('["sh", "-c", "echo starting; sleep 0.3; echo the disk is on fire >&2; exit 7"]', "sleep 800ms"))
        self.expect(self.failc("run", "a.fail"), 1, "app.process[0] exited with code 7", "the disk is on fire")

    def test_a_program_that_dies_before_it_is_ready(self):
        self.write("a.fail", 'component doomed {\n  run ["sh", "-c", "echo bad luck; sleep 0.1; exit 9"]\n  ready within 10s: count(log_lines(node, r"never")) > 0\n  stop within 1s\n}\n'
                             'cluster app { doomed[1] }\nscenario "s" {\n  expect app[0] is running\n}\n')
        began = time.monotonic()
        self.expect(self.failc("run", "a.fail"), 3, "bad luck", "9")
        self.assertLess(time.monotonic() - began, 5, "it waited for the whole bound")

    def test_a_server_that_is_never_ready(self):
        self.write("a.fail", 'component sluggish {\n  run ["sh", "-c", "echo still thinking; exec sleep 300"]\n  ready within 500ms: count(log_lines(node, r"never")) > 0\n  stop within 1s\n}\n'
                             'cluster app { sluggish[1] }\nscenario "s" {\n  expect app[0] is running\n}\n')
        self.expect(self.failc("run", "a.fail"), 3, "500ms", "still thinking")

    def test_a_port_that_is_taken(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            self.write("a.fail", f'component web {{\n  port http = {port}\n  run ["sleep", "300"]\n  stop within 1s\n}}\ncluster app {{ web[1] }}\nscenario "s" {{\n  expect app[0] is running\n}}\n')
            self.expect(self.failc("run", "a.fail"), 3, str(port), "app.web[0]")

    def test_two_runs_in_one_folder(self):
        self.write("a.fail", app(body='sleep 30s because "it is looked at"'))
        running = self.begin("run", "a.fail", "--journal", "j")
        self.assertTrue(wait_until(lambda: (self.base / "j/journal.jsonl").exists() and any(r["kind"] == "step" for r in records(self.base / "j"))))
        before = (self.base / "j/journal.jsonl").read_text()
        self.expect(self.failc("run", "a.fail", "--journal", "j"), 3, "`j`", str(running.pid))
        self.assertTrue((self.base / "j/journal.jsonl").read_text().startswith(before), "the second run wrote into the first one's journal")
        running.terminate()
        self.assertEqual(running.wait(30), 130)
        self.write("a.fail", app())
        self.expect(self.failc("run", "a.fail", "--journal", "j"), 0)

    def test_a_folder_that_is_not_ours(self):
        self.write("a.fail", app())
        self.write("home/letter.txt", "dear")
        self.expect(self.failc("run", "a.fail", "--journal", "home"), 3, "home")
        self.assertEqual((self.base / "home/letter.txt").read_text(), "dear")
        self.write("own/nodes/list.txt", "dear")
        self.expect(self.failc("run", "a.fail", "--journal", "own"), 3, "own", "nodes")
        self.assertEqual((self.base / "own/nodes/list.txt").read_text(), "dear")

    def test_a_folder_that_cannot_be_made(self):
        self.write("a.fail", app())
        self.write("file", "")
        self.expect(self.failc("run", "a.fail", "--journal", "file/j"), 3, "file")
        self.expect(self.failc("run", "a.fail", "--journal", "/proc/failc"), 3, "/proc/failc")

    def test_the_agent_is_not_installed(self):
        alone = self.base / "bin/failc"
        alone.parent.mkdir()
        shutil.copy2(support.FAILC, alone)
        self.write("a.fail", app())
        done = subprocess.run([alone, "run", "a.fail"], capture_output=True, text=True, cwd=self.base, timeout=60)
        self.expect(done, 3, "failc-agent")

    def test_an_agent_that_dies_is_the_environments_no_and_leaves_nothing(self):
        self.write("a.fail", app(body='sleep 30s because "its agent is killed"'))
        running = self.begin("run", "a.fail", "--journal", "j")
        self.assertTrue(wait_until(lambda: (self.base / "j/journal.jsonl").exists() and any(r["kind"] == "step" for r in records(self.base / "j"))))
        os.kill(json.loads((self.base / "j/agent.lock").read_text())["pid"], 9)
        printed = "".join(running.communicate(timeout=30))
        self.assertEqual(running.returncode, 3, printed)
        self.assertNotIn("LEAKED", printed)
        self.assertEqual([r["kind"] for r in records(self.base / "j")][-2:], ["recovered", "end"])
        self.assertEqual(self.processes(), [])
        self.expect(self.failc("recover", "j"), 0, "nothing was left")

    def test_standard_descriptors_that_are_closed(self):
        self.write("a.fail", app(body='log "where does this go"'))
        closed = subprocess.run(["sh", "-c", '"$0" run a.fail --journal j <&- >&- 2>&-', support.FAILC], cwd=self.base, timeout=60)
        self.assertEqual(closed.returncode, 3, "what cannot be printed is a failure")
        self.assertEqual(records(self.base / "j")[-1]["verdict"], "pass")  # every line parses
        for file in self.base.glob("j/*.*"):
            if file.is_file():
                self.assertNotIn("failc 0", file.read_text(), file)
        self.assertEqual((self.base / "j/lock").read_text().strip().isdigit(), True)

    def test_a_limit_on_file_sizes(self):
        self.write("a.fail", app(body='repeat 1000 { log "a line that fills the journal" }'))

        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
        self.expect(self.failc("run", "a.fail", "--journal", "j", preexec_fn=limit), 3, "journal.jsonl", "File too large")
        self.assertTrue(wait_until(lambda: not self.processes(), 5), self.processes())

    def test_no_room_for_the_first_record_leaves_no_dead_run(self):
        self.write("a.fail", app())

        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (400, 400))
        self.expect(self.failc("run", "a.fail", "--journal", "j", preexec_fn=limit), 3, "journal.jsonl", "File too large")
        self.assertTrue(wait_until(lambda: not self.processes(), 5), self.processes())
        self.expect(self.failc("run", "a.fail", "--journal", "j"), 0)


@unittest.skipUnless(os.geteuid() == 0, "a small disk can only be mounted by root")
class FullDisk(support.TestCase):
    def test_a_full_disk(self):
        disk = self.base / "disk"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "failc-test", disk], capture_output=True, text=True)
        if mounted.returncode != 0:
            self.skipTest("mounting is not allowed here: " + mounted.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=True)
        self.write("a.fail", app(body='repeat 3000 { log "a line that fills the journal" }'))
        self.expect(self.failc("run", "a.fail", "--journal", disk / "j"), 3, "No space left on device")
        self.assertTrue(wait_until(lambda: not self.processes(), 5), self.processes())


class Recover(support.TestCase):
    def test_nothing_to_recover(self):
        self.expect(self.failc("recover"), 0, "nothing to recover")
        (self.base / "empty").mkdir()
        self.expect(self.failc("recover", "empty"), 0, "nothing to recover")

    def test_what_is_no_run(self):
        self.expect(self.failc("recover", "absent"), 2, "absent")
        self.write("home/letter.txt", "dear")
        self.expect(self.failc("recover", "home"), 2, "home")

    def test_files_of_others_are_not_written_to(self):
        mine = {"a/journal.jsonl": '{"entry": 1}\n{"entry": 2}', "b/ledger.jsonl": '{"account": 7}\n', "c/agent.lock": "mine",
                "d/journal.jsonl": '{"n":1,"kind":"holiday"}\nmore'}
        for name, text in mine.items():
            self.write(f"home/{name}", text)
        self.expect(self.failc("recover", "home"), 2, "home")
        for folder in "abcd":
            self.expect(self.failc("recover", f"home/{folder}"), 2, "home")
        # Even in a run's folder a journal that cannot be read stays as it is.
        self.write("run/agent.lock", '{"run":"r","pid":1,"start_time":1,"boot":"another"}\n')
        self.write("run/journal.jsonl", '{"entry": 1}\nmore')
        self.expect(self.failc("recover", "run"), 3, "journal.jsonl")
        self.assertEqual((self.base / "run/journal.jsonl").read_text(), '{"entry": 1}\nmore')
        for name, text in mine.items():
            self.assertEqual((self.base / "home" / name).read_text(), text)
            self.assertEqual(len(list((self.base / "home" / name).parent.iterdir())), 1, name)

    def dead_run(self, *arguments, **more):
        running = self.begin("run", *arguments, "--lease", "60s", **more)
        self.assertTrue(wait_until(lambda: any(any(r["kind"] == "step" for r in records(j.parent)) for j in self.base.rglob("journal.jsonl")
                                               if not any(r["kind"] == "end" for r in records(j.parent)))))
        running.kill()
        running.wait(10)

    def test_runs_below_a_folder_that_was_a_run_too(self):
        self.write("b.fail", app())
        self.expect(self.failc("run", "b.fail", "--journal", "j"), 0)
        self.write("a.fail", app(body='sleep 60s because "it is killed"'))
        self.dead_run("a.fail", "b.fail", "--journal", "j")
        self.assertTrue(self.processes(), "the nodes must be alive for this to show anything")
        self.expect(self.failc("recover", "j"), 0, "j/1-a")
        self.assertTrue(wait_until(lambda: not self.processes(), 5), self.processes())

    def test_a_folder_that_cannot_be_read_stops_nothing(self):
        self.write("a.fail", app(body='sleep 60s because "it is killed"'))
        more = {}
        if os.geteuid() == 0:  # whom no permission stops
            self.base.chmod(0o755)
            os.chown(self.base, 65534, 65534)
            more = {"user": 65534, "group": 65534, "extra_groups": []}
        self.dead_run("a.fail", "--journal", "runs/b", **more)
        self.assertTrue(self.processes(), "the nodes must be alive for this to show anything")
        closed = self.base / "runs/a"
        closed.mkdir()
        closed.chmod(0)
        if os.geteuid() == 0:
            os.chown(closed, 65533, 65533)
        self.addCleanup(closed.chmod, 0o755)
        self.expect(self.failc("recover", "runs", **more), 3, "runs/a", "runs/b")
        self.assertTrue(wait_until(lambda: not self.processes(), 5), self.processes())

    def test_all_runs_of_a_folder(self):
        self.write("a.fail", app(body='sleep 60s because "it is killed"'))
        running = [self.begin("run", "a.fail", "--lease", "60s") for _ in range(2)]
        runs = self.base / ".failc/runs"
        self.assertTrue(wait_until(lambda: runs.exists() and len(list(runs.glob("*/journal.jsonl"))) == 2
                                   and all(any(r["kind"] == "step" for r in records(f)) for f in runs.iterdir())))
        for process in running:
            process.kill()
            process.wait(10)
        self.assertGreaterEqual(len(self.processes()), 2, "the nodes must be alive for this to show anything")
        done = self.expect(self.failc("recover"), 0)
        for run in runs.iterdir():
            self.assertIn(run.name, done.stdout)
            self.assertIn("recovered", [r["kind"] for r in records(run)])
        self.assertTrue(wait_until(lambda: not self.processes(), 5), self.processes())

    def test_a_dead_run_must_be_recovered_before_its_folder_is_used_again(self):
        self.write("a.fail", app(body='sleep 60s because "it is killed"'))
        running = self.begin("run", "a.fail", "--journal", "j", "--lease", "60s")
        self.assertTrue(wait_until(lambda: (self.base / "j/journal.jsonl").exists() and any(r["kind"] == "step" for r in records(self.base / "j"))))
        running.kill()
        running.wait(10)
        self.expect(self.failc("run", "a.fail", "--journal", "j"), 3, "failc recover j")
        self.expect(self.failc("recover", "j"), 0)
        self.write("a.fail", app())
        self.expect(self.failc("run", "a.fail", "--journal", "j"), 0)


if __name__ == "__main__":
    unittest.main()
