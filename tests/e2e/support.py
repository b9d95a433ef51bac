"""What the end-to-end tests share: a folder of their own, failc as a process, and a look at what is left."""
import json
import os
import pathlib
import random
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FAILC = os.environ.get("FAILC") or str(ROOT / "build/release/failc")


class TestCase(unittest.TestCase):
    """Each test has a folder, `self.base`, which is also failc's working folder. At its end no process of failc's may be left in it."""

    def setUp(self):
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="failc-e2e-")).resolve()
        self.addCleanup(shutil.rmtree, self.base, ignore_errors=True)

    def tearDown(self):
        left = self.processes()
        for pid, _ in left:
            os.kill(pid, 9)
        self.assertEqual(left, [], "processes are left")

    def processes(self):
        """(pid, command line) of every process that works in the test's folder, or names it."""
        found = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit() or int(entry) == os.getpid():
                continue
            try:
                state = pathlib.Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()[0]
                folder = os.readlink(f"/proc/{entry}/cwd")
                command = pathlib.Path(f"/proc/{entry}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if state != "Z" and (folder.startswith(str(self.base)) or str(self.base) in command):
                found.append((int(entry), command))
        return found

    def write(self, name, text):
        path = self.base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            path.write_bytes(text)
        else:
            path.write_text(text)
        return path

    def failc(self, *arguments, stdin="", timeout=60, environment=None, **more):
        more.setdefault("cwd", self.base)
        return subprocess.run([FAILC, *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=timeout,
                              env={**os.environ, **(environment or {})}, **more)

    def begin(self, *arguments, **more):
        """A failc that goes on; ended at the test's end at the latest."""
        more.setdefault("stdout", subprocess.PIPE)
        more.setdefault("stderr", subprocess.PIPE)
        more.setdefault("cwd", self.base)
        process = subprocess.Popen([FAILC, *map(str, arguments)], text=True, **more)

        def end():
            if process.poll() is None:
                process.terminate()
                process.wait(30)
            for pipe in (process.stdout, process.stderr):
                if pipe:
                    pipe.close()

        self.addCleanup(end)
        return process

    def expect(self, done, code, *texts):
        """The exit code, and texts that must stand in what was printed."""
        printed = done.stdout + done.stderr
        self.assertEqual(done.returncode, code, printed)
        for text in texts:
            self.assertIn(text, printed)
        return done


def records(folder):
    lines = (pathlib.Path(folder) / "journal.jsonl").read_text().split("\n")
    return [json.loads(line) for line in lines[:-1]]


def wait_until(condition, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return condition()


def ports_to_fix(count):
    """Free ports that no connection is given by chance."""
    free = []
    for port in random.sample(range(20000, 32000), 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                free.append(port)
            except OSError:
                continue
        if len(free) == count:
            return free
    raise AssertionError("no port is free")


def port_is_closed(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
