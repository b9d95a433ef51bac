"""What the tests of live clusters share: a config of stub servers, and looks at what runs."""
import json
import os
import pathlib
import re
import signal
import socket
import sys

import support
from support import wait_until

GOAL = re.compile(r"\[\d\d:\d\d:\d\d\.\d{3}\] All (\d+) Mongo processes are in goal state, ")
STUB = pathlib.Path(__file__).with_name("stub_mongod.py")


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind(("127.0.0.1", 0))
        return sorted(one.getsockname()[1] for one in sockets)
    finally:
        for one in sockets:
            one.close()


def state_of(pid):
    """The letter of /proc/PID/stat, or nothing."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return ""


class TestCase(support.TestCase):
    def setUp(self):
        super().setUp()
        # Not by `env python3`: what stands behind that name may take long to start.
        self.server = self.write("server/stub", f'#!/bin/sh\nexec "{sys.executable}" -S -E -B "{STUB}" "$@"\n')
        self.server.chmod(0o755)
        self.ports = free_ports(4)

    def process(self, name, port, set_name="rs", **parameters):
        arguments = {"systemLog": {"destination": "file", "path": f"data/{name}/server.log"}, "storage": {"dbPath": f"data/{name}"}, "net": {"port": port}}
        if set_name:
            arguments["replication"] = {"replSetName": set_name}
        if parameters:
            arguments["setParameter"] = parameters
        return {"name": name, "processType": "mongod", "version": "4.4.0", "featureCompatibilityVersion": "4.4", "args2_6": arguments}

    def cluster(self, *names, **parameters):
        """A replica set of these; the first has the lowest port, and so is the primary."""
        names = names or ("a", "b", "c")
        return {"version": 1,
                "processes": [self.process(name, port, **parameters) for name, port in zip(names, self.ports)],
                "replicaSets": [{"_id": "rs", "members": [{"_id": i, "host": name} for i, name in enumerate(names)]}],
                "sharding": [], "options": {"downloadBase": "/tmp/none"}, "mongoDbVersions": []}

    def write_cluster(self, cluster, name="cluster.json"):
        text = json.dumps(cluster, indent=2)
        fresh = self.write(name + ".new", text)
        fresh.rename(self.base / name)
        return self.base / name

    @property
    def environment(self):
        return {"FAILC_MONGOD": str(self.server)}

    def stage(self, *arguments, **more):
        more.setdefault("timeout", 60)
        return self.failc(*arguments, "--timeout", more.pop("limit", "20"), environment=self.environment, **more)

    def begin_stage(self, *arguments, **more):
        return self.begin(*arguments, env={**os.environ, **self.environment}, **more)

    def start(self, cluster=None, *arguments):
        self.write_cluster(cluster or self.cluster())
        return self.expect(self.stage("start", "cluster.json", *arguments), 0)

    def stop(self, *arguments):
        done = self.expect(self.stage("stop", *arguments), 0)
        self.assertNotIn("without it", done.stdout + done.stderr)
        return done

    def state(self):
        return json.loads((self.base / "tmp_scenario_state.json").read_text())

    def servers(self):
        """name → pid of the servers that run."""
        found = {}
        for pid, command in self.processes():
            folder = re.search(r"--dbpath data/(\S+)", command)
            if folder and ("stub_mongod" in command or "failc-mongod" in command):
                found[folder.group(1)] = pid
        return found

    def goals(self, log="agent.log"):
        path = self.base / log
        return GOAL.findall(path.read_text()) if path.exists() else []

    def assert_clean(self):
        """No process is left, and no file but the user's own and logs."""
        self.assertTrue(wait_until(lambda: not self.processes()), self.processes())
        left = {p.name for p in self.base.iterdir()}
        self.assertEqual(left & {"tmp_scenario_state.json", "tmp_scenario_state.json.starting", "agent-config.json", "agent-config.json.lock"}, set())

    def kill(self, pid, number=signal.SIGKILL):
        os.kill(pid, number)
        if number == signal.SIGKILL:
            self.assertTrue(wait_until(lambda: state_of(pid) in ("", "Z")))
