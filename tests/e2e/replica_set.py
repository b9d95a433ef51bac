"""Three embedded servers as a replica set: processes started by hand, each in a folder of its own."""
import pathlib
import signal
import subprocess

import mongod_host
import support
from live_support import free_ports
from support import wait_until

MONGOD = pathlib.Path(support.FAILC).with_name("failc-mongod")


class ReplicaSet:
    """`test` fails where the servers do not do what they are asked. `end` ends them."""

    def __init__(self, test, *parameters):
        self.test = test
        self.parameters = [word for parameter in parameters for word in ("--setParameter", parameter)]
        self.ports = free_ports(3)
        self.servers = {}
        test.addCleanup(self.end)  # also where what follows fails
        for port in self.ports:
            (self.home(port) / "data").mkdir(parents=True)
            self.start(port)
        members = [{"_id": number, "host": f"127.0.0.1:{port}"} for number, port in enumerate(self.ports)]
        answer = self.ask(self.ports[0], {"replSetInitiate": {"_id": "rs", "members": members}})
        test.assertEqual(answer["ok"], 1, answer)
        self.wait_for_primary()

    def home(self, port):
        return self.test.base / f"mongod-{port}"

    def log(self, port):
        return (self.home(port) / "log").read_text()

    def start(self, port):
        """With the data of its last life."""
        with open(self.home(port) / "log", "w") as log:
            command = [MONGOD, "--port", str(port), "--dbpath", self.home(port) / "data", "--replSet", "rs", *self.parameters]
            server = self.servers[port] = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.home(port))
        self.test.assertTrue(wait_until(lambda: "Waiting for connections" in self.log(port) or server.poll() is not None), self.log(port))
        self.test.assertIsNone(server.poll(), self.log(port))

    def end(self):
        for port in self.servers:
            self.kill(port)

    def kill(self, port, number=signal.SIGKILL):
        self.servers[port].send_signal(number)
        self.servers[port].wait(10)

    def ask(self, port, command):
        client = mongod_host.Client(port)
        try:
            return client.ask(command)
        finally:
            client.close()

    def is_(self, port, state):
        """`state`: a field of hello. False for a server that is not there."""
        try:
            return self.ask(port, {"hello": 1}).get(state, False)
        except (OSError, EOFError):
            return False

    def primary(self, but=None):
        """The port of the one that takes writes; none where that is `but`."""
        found = [port for port in self.ports if port != but and self.is_(port, "isWritablePrimary")]
        return found[0] if len(found) == 1 else None

    def wait_for_primary(self, but=None):
        found = []
        there_is = wait_until(lambda: found.append(self.primary(but)) or found[-1], 20)
        self.test.assertTrue(there_is, "there is no primary" + (f" but {but}" if but else ""))
        return found[-1]

    def wait_for_secondary(self, port):
        self.test.assertTrue(wait_until(lambda: self.is_(port, "secondary") or self.is_(port, "isWritablePrimary"), 20), self.log(port)[-3000:])

    # ---- what happens to it; each gives the port of the new primary

    def kill_primary(self, number=signal.SIGKILL):
        """Once another is elected, the dead one comes back with its data."""
        old = self.wait_for_primary()
        self.kill(old, number)
        new = self.wait_for_primary(but=old)
        self.start(old)
        self.wait_for_secondary(old)
        return new

    def shut_down_primary(self):
        return self.kill_primary(signal.SIGTERM)

    def step_down(self):
        old = self.wait_for_primary()
        answer = self.ask(old, {"replSetStepDown": 10, "secondaryCatchUpPeriodSecs": 5})
        self.test.assertEqual(answer["ok"], 1, answer)
        return self.wait_for_primary(but=old)
