#!/usr/bin/env python3
"""The etcd scenarios on Debian's etcd; a renamed copy of the component; kills of failc at ten moments of a real run."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

from recovery_test import FAILC, alive, agent_of, processes_of, records, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
SUITE = sorted((ROOT / "scenarios/etcd").glob("*.fail"))


def run_failc(*arguments, timeout=300):
    return subprocess.run([FAILC, *map(str, arguments)], capture_output=True, text=True, timeout=timeout)


@unittest.skipUnless(shutil.which("etcd"), "etcd is not installed")
class Etcd(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="failc-etcd-")
        self.addCleanup(folder.cleanup)
        self.base = pathlib.Path(folder.name)

    def check_run(self, file, *more):
        journal = self.base / "run"
        report = self.base / "junit.xml"
        done = run_failc("run", file, "--journal", journal, "--report", f"junit={report}", *more)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        mark = records(journal)[0]["run"]
        self.assertEqual(processes_of(mark), [])
        history = (journal / "history.jsonl").read_text().count("\n")
        self.assertGreater(history, 50, "the load was next to nothing")
        cases = xml.etree.ElementTree.parse(report).getroot().iter("testcase")
        self.assertEqual([c.find("failure") for c in cases], [None])

    def test_leader_killed(self):
        self.check_run(ROOT / "scenarios/etcd/leader_killed.fail")

    def test_follower_paused(self):
        self.check_run(ROOT / "scenarios/etcd/follower_paused.fail")

    def test_rolling_restart(self):
        self.check_run(ROOT / "scenarios/etcd/rolling_restart.fail")

    def test_renamed_copy_outside_the_tree(self):
        """Nothing in failc knows the server's name: a component called otherwise, in another folder, behaves the same."""
        component = (ROOT / "stdlib/etcd.fail").read_text().replace("component etcd", "component quorum")
        (self.base / "quorum.fail").write_text(component)
        scenario = (ROOT / "scenarios/etcd/leader_killed.fail").read_text()
        scenario = scenario.replace("use std.etcd", 'use "quorum.fail"').replace("etcd[3]", "quorum[3]")
        self.assertNotIn("etcd", scenario)
        (self.base / "renamed.fail").write_text(scenario)
        self.check_run(self.base / "renamed.fail")

    @staticmethod
    def landmarks(folder):
        """How many records there are of the kinds that every run has as many of."""
        if not (folder / "journal.jsonl").exists():
            return 0
        return sum(record["kind"] not in ("sample", "wait") for record in records(folder))

    def test_killed_at_ten_moments(self):
        file = ROOT / "scenarios/etcd/leader_killed.fail"
        whole = self.base / "whole"
        self.assertEqual(run_failc("run", file, "--journal", whole).returncode, 0)
        total = self.landmarks(whole)
        temporary = self.base / "tmp"
        temporary.mkdir()
        with_processes = 0
        for i in range(10):
            with self.subTest(moment=i):
                folder = self.base / f"moment-{i}"
                running = subprocess.Popen([FAILC, "run", file, "--journal", folder, "--lease", "60s"], cwd=self.base,
                                           env={**os.environ, "TMPDIR": str(temporary)},
                                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                # By what the journal holds, since no two runs take the same time: the first moments are in the bring-up, the
                # last in the take-down.
                reached = 4 + i * (total - 6) // 10
                self.assertTrue(wait_until(lambda: self.landmarks(folder) >= reached, 60))
                os.kill(running.pid, signal.SIGKILL)
                self.assertEqual(running.wait(10), -signal.SIGKILL, "the run was over before its kill")
                mark, agent = records(folder)[0]["run"], agent_of(folder)
                left = processes_of(mark)
                with_processes += bool(left)
                recovered = run_failc("recover", folder)
                self.assertEqual(recovered.returncode, 0, recovered.stdout + recovered.stderr)
                self.assertEqual(processes_of(mark), [])
                self.assertTrue(wait_until(lambda: not alive(agent["pid"]), 5))
        self.assertGreaterEqual(with_processes, 6, "most kills must find servers running")
        self.assertEqual(list(temporary.iterdir()), [], "something was left outside the journal folder")
        self.assertEqual({p.name for p in self.base.iterdir()}, {"whole", "tmp"} | {f"moment-{i}" for i in range(10)})


class Names(unittest.TestCase):
    def test_no_server_is_known_by_name(self):
        names = re.compile(r"\b(etcd\w*|redis|zookeeper|postgres\w*|memcached|raft)\b", re.IGNORECASE)
        for folder in ("grammar", "interpreter", "tools"):
            for path in sorted((ROOT / folder).rglob("*")):
                if path.is_file() and path.suffix in (".cpp", ".hpp", ".def", ".txt"):
                    self.assertEqual(names.findall(path.read_text()), [], path)


@unittest.skipUnless(shutil.which("python3"), "python3 is not on PATH")
class LyingServer(unittest.TestCase):
    def run_lying(self, *params):
        with tempfile.TemporaryDirectory(prefix="failc-lying-") as folder:
            return run_failc("run", ROOT / "tests/e2e/lying/lying.fail", "--journal", pathlib.Path(folder) / "run", *params)

    def test_an_honest_server_passes(self):
        done = self.run_lying()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_one_dropped_write_fails_and_is_named(self):
        done = self.run_lying("--param", "forget=k57")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn('missing(writes.acknowledged, stored(kv[0])) = ["k57"]\n', done.stdout)


if __name__ == "__main__":
    unittest.main()
