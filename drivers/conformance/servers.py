"""The servers of the kit: one that is real, failc-mongod, and such as the kit plays itself on loopback."""
import pathlib
import shutil
import socket
import subprocess
import tempfile
import threading
import time

import wire

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Missing(Exception):
    """What the kit needs is not there."""


def find_mongod(given=None):
    candidates = [given] if given else [shutil.which("failc-mongod"), ROOT / "build/release/failc-mongod", ROOT / "build/dev/failc-mongod"]
    for candidate in candidates:
        if candidate and pathlib.Path(candidate).is_file():
            return str(pathlib.Path(candidate).resolve())
    raise Missing(f"there is no {given}" if given else "failc-mongod is neither on PATH nor in build/release: build it, or say --mongod PATH")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Mongod:
    """A replica set of one member."""

    def __init__(self, program):
        self.folder = tempfile.TemporaryDirectory(prefix="failc-conformance-")
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.uri = f"mongodb://{self.address}/?replicaSet=rs"
        self.log = open(pathlib.Path(self.folder.name) / "log", "w+")
        command = [program, "--port", str(self.port), "--dbpath", self.folder.name, "--replSet", "rs"]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT, cwd=self.folder.name)
        try:
            self.wait(lambda: self.ask({"ping": 1})["ok"])
            self.ask({"replSetInitiate": {"_id": "rs", "members": [{"_id": 0, "host": self.address}]}})
            self.wait(lambda: self.ask({"hello": 1}).get("isWritablePrimary"))
        except BaseException:
            self.end()
            raise

    def wait(self, condition):
        end = time.monotonic() + 20
        while self.process.poll() is None and time.monotonic() < end:
            try:
                if condition():
                    return
            except OSError:
                pass
            time.sleep(0.02)
        self.log.seek(0)
        raise Missing(f"failc-mongod does not start: {self.log.read()[-500:]}")

    def ask(self, command, database="admin"):
        connection = wire.Connection(("127.0.0.1", self.port))
        try:
            return connection.ask(command, database)
        finally:
            connection.close()

    def fail(self, commands, times=1, **data):
        """The next commands of these names fail as `data` says."""
        return self.ask({"configureFailPoint": "failCommand", "mode": {"times": times} if times else "off", "data": {"failCommands": commands, **data}})

    def end(self):
        self.process.kill()
        self.process.wait(10)
        self.log.close()
        self.folder.cleanup()


class Played:
    """Answers `hello` as it is told, and all else with ok; `asked` are the names of the commands that came. Each connection on a thread."""

    def __init__(self, hello, port=0):
        self.hello, self.asked = hello, []
        self.listener = socket.create_server(("127.0.0.1", port))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.connections = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self.serve, args=[connection], daemon=True).start()

    def serve(self, connection):
        try:
            while True:
                number, _, command, code = wire.receive(connection)
                name = next(iter(command))
                self.asked.append(name)
                greeting = name.lower() in ("hello", "ismaster")
                wire.send(connection, {**(self.hello if greeting else {}), "ok": 1}, number, code)
        except (OSError, EOFError, ValueError):
            connection.close()

    def end(self):
        """Nothing listens any more, and what was open is closed."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self.connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def member(me, hosts, primary, **more):
    """What a member of the set `rs` says of itself."""
    is_primary = me == primary
    return {"isWritablePrimary": is_primary, "ismaster": is_primary, "secondary": not is_primary, "helloOk": True, "setName": "rs", "setVersion": 1, "hosts": hosts, "me": me,
            **({"primary": primary} if primary else {}), "maxBsonObjectSize": 16777216, "maxMessageSizeBytes": 48000000, "maxWriteBatchSize": 100000,
            "logicalSessionTimeoutMinutes": 30, "minWireVersion": 0, "maxWireVersion": 21, **more}
