#!/usr/bin/env python3
"""kill -9 of failc at any record of its journal leaves nothing that `failc recover` (or the lease) does not end.

Every case first shows that processes of the run are alive after the kill, and that they still are when nobody recovers.
"""
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

LABEL = "real"

FAILC = os.environ.get("FAILC") or str(pathlib.Path(__file__).resolve().parents[2] / "build/release/failc")

# A node that daemonises: its main process ends at once, what it leaves behind has a session and a parent of its own.
SCENARIO = """
use std.process

cluster app { process[2] with { command: ["sh", "-c", "echo up; setsid sleep 3600 & exec sleep 3600"] } }
cluster daemon { process[1] with { command: ["sh", "-c", "setsid sh -c 'sleep 3600 & sleep 3600' & exit 0"] } }

scenario "every kind of record" {
  expect daemon[0] is running
  pause app[0] {
    expect app[0] is paused
    exec on app[1] ["sh", "-c", "sleep 0.05"]
  }
  kill app[0]
  await app[0] is stopped within 5s
  restart app[1]
  log "nearly there"
  sleep 50ms because "a wait to be killed in"
  cleanup { kill app[1] }
  expect app[1] is running
}
"""


def processes_of(run):
    """(pid, state, command line) of every process that carries the run's mark in its environment."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            environment = pathlib.Path(f"/proc/{entry}/environ").read_bytes().split(b"\0")
            if f"FAILC_RUN={run}".encode() not in environment:
                continue
            state = pathlib.Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()[0]
            command = pathlib.Path(f"/proc/{entry}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if state != "Z":
            found.append((int(entry), state, command))
    return found


def records(folder):
    lines = (folder / "journal.jsonl").read_text().split("\n")
    return [json.loads(line) for line in lines[:-1]]  # the last piece is empty, or a torn write


def agent_of(folder):
    run = next(r for r in records(folder) if r["kind"] == "run")
    return run.get("agent")


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return condition()


class Recovery(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="failc-recovery-")
        cls.base = pathlib.Path(cls.folder.name)
        cls.scenario = cls.base / "all.fail"
        cls.scenario.write_text(SCENARIO)
        whole = cls.base / "whole"
        done = cls.run_failc("run", cls.scenario, "--journal", whole, "--seed", "1")
        assert done.returncode == 0, done.stdout + done.stderr
        cls.whole = records(whole)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @staticmethod
    def run_failc(*arguments, environment=None, timeout=60):
        return subprocess.run([FAILC, *map(str, arguments)], capture_output=True, text=True, timeout=timeout,
                              env={**os.environ, **(environment or {})})

    def crash(self, name, moment, lease="60s"):
        folder = self.base / name
        done = self.run_failc("run", self.scenario, "--journal", folder, "--seed", "1", "--lease", lease,
                              environment={"FAILC_CRASH": moment})
        self.assertEqual(done.returncode, -signal.SIGKILL, f"{moment}: {done.stdout}{done.stderr}")
        return folder

    def run_mark(self, folder):
        return next((r["run"] for r in records(folder) if r["kind"] == "run"), None)

    @staticmethod
    def pids(mark):
        return {pid for pid, _, _ in processes_of(mark)}

    def settled(self, mark):
        """The run's processes once the shells among them have forked what they fork."""
        left = None
        while left != (left := self.pids(mark)):
            time.sleep(0.05)
        return left

    def assert_nothing_left(self, folder, mark, agent):
        self.assertEqual(processes_of(mark), [], "processes of the run are left")
        if agent:
            self.assertTrue(wait_until(lambda: not alive(agent["pid"]), 5), "the agent is left")

    def test_every_kind_of_record(self):
        seen_alive = 0
        moments = {}
        for record in self.whole:  # the first and the last of each kind
            kind = record["kind"] + ":" + str(record.get("do", record.get("end", "")))
            moments.setdefault(kind, [record["n"], record["n"]])[1] = record["n"]
        self.assertGreaterEqual(len(moments), 10, moments)
        last = self.whole[-1]["n"]
        for kind, numbers in sorted(moments.items()):
            for number in sorted(set(numbers)):
                for side in ("before", "after"):
                    if number == 1 and side == "before":
                        continue  # nothing is in the folder yet: the next test
                    with self.subTest(kind=kind, number=number, side=side):
                        folder = self.crash(f"crash-{number}-{side}", f"{side}:{number}")
                        mark, agent = self.run_mark(folder), agent_of(folder)
                        left = self.settled(mark)
                        seen_alive += bool(left)
                        time.sleep(0.1)
                        self.assertEqual(self.pids(mark), left, "they died by themselves: the test shows nothing")
                        recovered = self.run_failc("recover", folder)
                        self.assertEqual(recovered.returncode, 0, recovered.stdout + recovered.stderr)
                        self.assert_nothing_left(folder, mark, agent)
                        if not (number == last and side == "after"):
                            self.assertIn("recovered", [r["kind"] for r in records(folder)])
                        again = self.run_failc("recover", folder)
                        self.assertEqual(again.returncode, 0, again.stdout + again.stderr)
        self.assertGreater(seen_alive, len(moments), "most kills must leave something to recover")

    def test_before_the_first_record(self):
        folder = self.crash("crash-first", "before:1")
        recovered = self.run_failc("recover", folder)
        self.assertEqual(recovered.returncode, 0, recovered.stdout + recovered.stderr)
        self.assertTrue(wait_until(lambda: not self.agents_in(folder), 5), "an agent is left")

    @staticmethod
    def agents_in(folder):
        found = []
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                try:
                    command = pathlib.Path(f"/proc/{entry}/cmdline").read_bytes()
                except OSError:
                    continue
                if b"failc-agent" in command and str(folder).encode() in command:
                    found.append(int(entry))
        return found

    def middle(self):
        return next(r["n"] for r in self.whole if r["kind"] == "step" and r["text"].startswith("sleep"))

    def test_agent_killed_too(self):
        folder = self.crash("crash-both", f"after:{self.middle()}")
        mark, agent = self.run_mark(folder), agent_of(folder)
        os.kill(agent["pid"], signal.SIGKILL)
        self.assertTrue(wait_until(lambda: not alive(agent["pid"])))
        self.assertGreaterEqual(len(processes_of(mark)), 3, "the nodes must be alive for this to show anything")
        recovered = self.run_failc("recover", folder)
        self.assertEqual(recovered.returncode, 0, recovered.stdout + recovered.stderr)
        self.assert_nothing_left(folder, mark, None)

    def test_lease_alone(self):
        folder = self.crash("crash-lease", f"after:{self.middle()}", lease="2s")
        mark, agent = self.run_mark(folder), agent_of(folder)
        self.assertGreaterEqual(len(processes_of(mark)), 3)
        self.assertTrue(wait_until(lambda: not processes_of(mark), 8), "the lease ended nothing")
        self.assert_nothing_left(folder, mark, agent)
        recovered = self.run_failc("recover", folder)
        self.assertEqual(recovered.returncode, 0, recovered.stdout + recovered.stderr)

    def test_a_live_run_is_left_alone(self):
        folder = self.base / "live"
        scenario = self.base / "live.fail"
        scenario.write_text('use std.process\ncluster app { process[1] with { command: ["sleep", "3600"] } }\n'
                            'scenario "long" {\n  sleep 5s because "to be looked at"\n  expect app[0] is running\n}\n')
        running = subprocess.Popen([FAILC, "run", scenario, "--journal", folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self.assertTrue(wait_until(lambda: (folder / "journal.jsonl").exists() and
                                       any(r["kind"] == "step" for r in records(folder))))
            mark = self.run_mark(folder)
            recovered = self.run_failc("recover", folder)
            self.assertIn("alive", recovered.stdout + recovered.stderr)
            self.assertEqual(recovered.returncode, 0)
            self.assertGreaterEqual(len(processes_of(mark)), 1, "recover ended a run that lives")
            self.assertEqual(running.wait(30), 0, "the run must go on to its end")
        finally:
            if running.poll() is None:
                running.terminate()
                running.wait(30)
        self.assertEqual(processes_of(mark), [])


if __name__ == "__main__":
    unittest.main()
