#!/usr/bin/env python3
"""The host of failc-mongod: sockets, files, signals. The model in it only echoes (tests/mongod_host)."""
import fcntl
import os
import pathlib
import signal
import socket
import struct
import subprocess
import time

import mongod_host
import support
from mongod_host import ECHO, encode, message


class Messages(mongod_host.TestCase):
    def test_both_opcodes(self):
        self.start()
        client = self.connect()
        self.assertEqual(client.ask({"ping": 1}), {"ok": 1})
        self.assertEqual(client.ask({"echo": "grüße"}, 77), {"echo": "grüße", "ok": 1})
        body = struct.pack("<i", 0) + b"admin.$cmd\0" + struct.pack("<ii", 0, -1) + encode({"isMaster": 1})
        client.send(struct.pack("<iiii", 16 + len(body), 5, 0, 2004) + body)
        answered, hello = client.receive()
        self.assertEqual((answered, hello["ok"], hello["isWritablePrimary"]), (5, 1.0, True))
        waiting = self.logged("Waiting for connections")
        self.assertEqual([line["attr"]["port"] for line in waiting], [self.port])
        self.assertEqual({key: waiting[0][key] for key in ("s", "c", "id")}, {"s": "I", "c": "NETWORK", "id": 23016})
        self.assertRegex(waiting[0]["t"]["$date"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$")

    def test_many_at_once_and_in_pieces(self):
        self.start()
        client = self.connect()
        whole = b"".join(message({"echo": i}, i + 1) for i in range(1000))
        client.send(whole)
        self.assertEqual([client.receive() for _ in range(1000)], [(i + 1, {"echo": i, "ok": 1}) for i in range(1000)])
        for byte in message({"echo": "slowly"}, 9):
            client.send(bytes([byte]))
        self.assertEqual(client.receive(), (9, {"echo": "slowly", "ok": 1}))
        large = "x" * 20000000
        self.assertEqual(client.ask({"echo": large})["echo"], large)

    def test_a_half_message_holds_nobody_up(self):
        process = self.start()
        half = self.connect()
        half.send(message({"ping": 1})[:-1])
        other = self.connect()
        self.assertEqual(other.ask({"ping": 1}), {"ok": 1})
        self.assertEqual(other.ask({"count": 1})["open"], 2)
        half.close()
        self.assertTrue(support.wait_until(lambda: other.ask({"count": 1})["open"] == 1))
        last = self.connect()
        last.send(message({"ping": 1}, 3) + message({"ping": 1})[:20])
        last.socket.shutdown(socket.SHUT_WR)
        self.assertEqual(last.receive(), (3, {"ok": 1}), "what was whole is answered, though nothing more can come")
        self.assertTrue(last.gone())
        self.stop(process)

    def test_garbage(self):
        self.start()
        good = self.connect()
        cases = [b"\0" * 16, b"\xff" * 64, struct.pack("<iiii", 15, 1, 0, 2013), struct.pack("<iiii", 48000001, 1, 0, 2013), b"\x16\x03\x01\x02\x00\x01\x00\x01" * 8,
                 struct.pack("<iiii", 16, 1, 0, 2013), struct.pack("<iiii", 30, 1, 0, 2012) + b"x" * 14, struct.pack("<iiii", 16, 1, 0, 99)]
        for case in cases:
            with self.subTest(case=case[:16]):
                client = self.connect()
                client.send(case)
                self.assertTrue(client.gone())
                self.assertEqual(good.ask({"ping": 1}), {"ok": 1})
        self.assertEqual(len(self.logged("A client sent what is no message")), 6)
        web = self.connect()
        web.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertIn(b"does not speak HTTP", web.exactly(100) + web.socket.recv(1000))
        ahead = self.connect()
        ahead.send(message({"ping": 1}, 4) + b"\xff" * 16)
        self.assertEqual(ahead.receive(), (4, {"ok": 1}), "what came ahead of the garbage is answered")
        self.assertTrue(ahead.gone())

    def test_a_slow_reader_is_cut_off_and_a_patient_one_is_not(self):
        process = self.start()
        slow = self.connect(buffer=4096)
        for _ in range(9):
            slow.send(message({"big": 8000000}))
        self.assertTrue(support.wait_until(lambda: self.logged("does not read its answers")))
        self.assertEqual(self.connect().ask({"ping": 1}), {"ok": 1})
        patient = self.connect(buffer=4096)
        for i in range(5):
            patient.send(message({"big": 8000000}, i + 1))
        time.sleep(0.2)
        for i in range(5):
            answered, document = patient.receive()
            self.assertEqual((answered, len(document["big"])), (i + 1, 8000000))
        self.assertEqual(len(self.logged("does not read its answers")), 1)
        self.stop(process)

    def test_closing_comes_after_what_was_sent(self):
        self.start()
        client = self.connect()
        client.send(message({"bye": 1, "also": 5000000}, 8) + message({"ping": 1}, 9))
        answered, document = client.receive()
        self.assertEqual((answered, len(document["big"])), (8, 5000000))
        self.assertTrue(client.gone())
        other = self.connect()
        self.assertEqual(other.ask({"count": 1})["open"], 1)

    def test_more_clients_than_there_may_be(self):
        self.start("--maxConns", 2)
        first, second = self.connect(), self.connect()
        self.assertEqual([first.ask({"ping": 1}), second.ask({"ping": 1})], [{"ok": 1}] * 2)
        self.assertTrue(self.connect().gone())
        self.assertEqual(len(self.logged("too many open connections")), 1)
        first.close()
        self.assertTrue(support.wait_until(lambda: second.ask({"count": 1})["open"] == 1))
        self.assertEqual(self.connect().ask({"ping": 1}), {"ok": 1})

    def test_hundreds_of_clients(self):
        self.start("--quiet")
        clients = [self.connect() for _ in range(300)]
        for i, client in enumerate(clients):
            client.send(message({"echo": i}, i + 1))
        self.assertEqual([client.receive() for client in clients], [(i + 1, {"echo": i, "ok": 1}) for i in range(300)])
        self.assertEqual(self.logged("Connection accepted"), [])

    def test_time_passes(self):
        self.start()
        client = self.connect()
        begun = time.monotonic()
        client.send(message({"later": 300}, 1) + message({"later": 50}, 2) + message({"ping": 1}, 3))
        self.assertEqual([client.receive()[0] for _ in range(3)], [3, 2, 1])
        self.assertGreater(time.monotonic() - begun, 0.299)
        self.assertLess(time.monotonic() - begun, 1.5)


class Calls(mongod_host.TestCase):
    def test_others_are_asked(self):
        self.start()
        client = self.connect()
        for host in ("127.0.0.1", "localhost", "LocalHost"):
            self.assertEqual(client.ask({"call": f"{host}:{self.port}"}), {"answer": 1, "ok": 1})
        for i in range(200):
            client.send(message({"call": f"127.0.0.1:{self.port}"}, i + 1))
        self.assertEqual(sorted(client.receive()[0] for _ in range(200)), list(range(1, 201)))
        self.assertLess(client.ask({"count": 1})["open"], 20, "connections are used again, and not all are kept")

    def test_those_that_cannot_be_asked(self):
        self.start()
        client = self.connect()
        with socket.socket() as silent, socket.socket() as closed:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            closed.bind(("127.0.0.1", 0))
            for address, problem in ((f"127.0.0.1:{closed.getsockname()[1]}", "refused"), ("nowhere.invalid:1", "hosts file"), ("nothing", "no HOST:PORT"),
                                     ("127.0.0.1:0", "port"), (f"127.0.0.1:{silent.getsockname()[1]}", "within 100 ms")):
                self.assertIn(problem, client.ask({"call": address, "ms": 100})["problem"])
        self.assertEqual(client.ask({"call": f"127.0.0.1:{self.port}"}), {"answer": 1, "ok": 1})

    def test_one_that_answers_nonsense(self):
        self.start()
        client = self.connect()
        for answer in (b"\0" * 16, struct.pack("<iiii", 20, 1, 1, 2013) + b"abcd", message({"ok": 1})):
            with socket.socket() as server:
                server.bind(("127.0.0.1", 0))
                server.listen()
                client.send(message({"call": f"127.0.0.1:{server.getsockname()[1]}", "ms": 5000}, 3))
                server.settimeout(10)
                asker = server.accept()[0]
                asker.recv(1000)
                asker.sendall(answer)
                self.assertIn("answered", client.receive()[1]["problem"])
                asker.close()

    def test_one_that_was_away(self):
        self.start()
        client = self.connect()
        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
            server.listen()
            server.settimeout(10)
            for _ in range(3):
                client.send(message({"call": f"127.0.0.1:{server.getsockname()[1]}", "ms": 5000}, 3))
                asker = server.accept()[0]
                request = struct.unpack_from("<i", asker.recv(1000), 4)[0]
                body = struct.pack("<I", 0) + b"\0" + encode({"ok": 1})
                asker.sendall(struct.pack("<iiii", 16 + len(body), 1, request, 2013) + body)
                self.assertEqual(client.receive(), (3, {"answer": 1, "ok": 1}))
                asker.close()
                time.sleep(0.05)


class Journal(mongod_host.TestCase):
    def path(self):
        return self.dbpath / "journal.failc"

    def filled(self, count=100):
        process = self.start()
        client = self.connect()
        for i in range(count):
            client.send(message({"append": f"record {i}"}, i + 1))
        self.assertEqual([client.receive() for _ in range(count)], [(i + 1, {"record": i + 1, "ok": 1}) for i in range(count)])
        self.stop(process)

    def test_records_outlive_a_kill(self):
        process = self.start()
        client = self.connect()
        for i in range(50):
            client.ask({"append": "waited for", "wait": 1})
            client.ask({"append": "answered at once", "wait": 0})
        process.kill()
        process.wait(10)
        self.start()
        self.assertEqual({key: self.connect().ask({"count": 1})[key] for key in ("n", "bytes")}, {"n": 100, "bytes": 50 * 10 + 50 * 16})

    def test_many_that_wait_share_a_sync(self):
        process = self.start()
        clients = [self.connect() for _ in range(20)]
        for i in range(50):
            for client in clients:
                client.send(message({"append": "x" * 100}, i + 1))
        for client in clients:
            self.assertEqual([client.receive()[0] for _ in range(50)], list(range(1, 51)))
        self.stop(process)

    def test_a_torn_end_is_cut_off(self):
        self.filled()
        whole = self.path().read_bytes().rstrip(b"\0")  # without the room for more
        for cut in (1, 9, 20, 28, 36, 37):
            with self.subTest(cut=cut):
                self.path().write_bytes(whole[:-cut])
                process = self.start()
                client = self.connect()
                self.assertEqual(client.ask({"count": 1})["n"], 99)
                self.assertEqual(client.ask({"append": "after"})["record"], 100)
                self.stop(process)
                process = self.start()
                self.assertEqual(self.connect().ask({"count": 1})["n"], 100)
                self.stop(process)
        self.assertEqual(len(self.logged("cut off in the middle")), 5)  # once nothing of the record was left
        self.path().write_bytes(whole + b"\0" * 5000)
        self.start()
        self.assertEqual(self.connect().ask({"count": 1})["n"], 100)

    def test_damage_in_the_middle_ends_it(self):
        self.filled()
        # Only what is known to have been on the disk can be known to be damaged: the next life says so.
        process = self.start()
        self.connect().ask({"append": "the last", "wait": 1})
        self.stop(process)
        whole = self.path().read_bytes().rstrip(b"\0")
        for place in (0, 8, 12, 16, 20, 24, 32, 44, 48, len(whole) // 2, len(whole) - 80):
            with self.subTest(place=place):
                self.path().write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1:])
                done = self.expect(subprocess.run(self.arguments(), capture_output=True, text=True, timeout=20, cwd=self.base), 14, "journal")
                self.assertNotIn("Waiting for connections", done.stdout)
                self.assertEqual(len(self.path().read_bytes()), len(whole), "nothing was cut")
        self.path().write_bytes(whole[:16] + whole[52:])
        self.expect(subprocess.run(self.arguments(), capture_output=True, text=True, timeout=20, cwd=self.base), 14, "record 2", "1 belongs")
        self.path().write_bytes(b"something else entirely")
        self.expect(subprocess.run(self.arguments(), capture_output=True, text=True, timeout=20, cwd=self.base), 14, "no journal of failc-mongod")

    def test_a_full_disk_loses_no_acknowledged_write(self):
        process = self.start(limit=100000)
        self.assertTrue(support.wait_until(lambda: not support.port_is_closed(self.port)))
        client = self.connect()
        acknowledged = 0
        try:
            for _ in range(1000):
                client.ask({"append": "x" * 1000, "wait": acknowledged % 2})
                acknowledged += 1
        except (EOFError, ConnectionResetError):
            pass
        self.assertEqual(process.wait(10), 14)
        self.assertGreater(acknowledged, 50)
        self.assertLess(acknowledged, 100)
        self.assertIn(b"The journal cannot be kept", process.stdout.read())
        self.start()
        self.assertEqual(self.connect().ask({"count": 1})["n"], acknowledged)


class Process(mongod_host.TestCase):
    def test_signals(self):
        for sent in (signal.SIGTERM, signal.SIGINT):
            process = self.start()
            self.connect().ask({"append": "x", "wait": 0})
            self.assertEqual((self.dbpath / "mongod.lock").read_text(), f"{process.pid}\n")
            process.send_signal(sent)
            self.assertEqual(process.wait(10), 0)
            self.assertEqual((self.dbpath / "mongod.lock").read_text(), "")
        self.assertEqual(self.logged("Shutting down")[-1]["attr"], {"exitCode": 0})

    def test_a_second_interrupt_ends_it_at_once(self):
        for first in (signal.SIGINT, signal.SIGTERM):
            process = self.start()
            client = self.connect()
            client.ask({"stubborn": 1})
            process.send_signal(first)
            self.assertTrue(support.wait_until(lambda: self.logged("Received signal")))
            process.send_signal(signal.SIGTERM)
            self.assertEqual(client.ask({"append": "still there"})["ok"], 1)
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(10), 130)
            (self.base / "echo.log").unlink()

    def test_the_model_ends_it_after_its_last_words(self):
        process = self.start()
        client = self.connect()
        self.assertEqual(client.ask({"exit": 7}), {"ok": 1})
        self.assertEqual(process.wait(10), 7)
        process = self.start()
        deaf = self.connect(buffer=4096)
        deaf.send(message({"big": 20000000}) + message({"exit": 0}))
        begun = time.monotonic()
        self.assertEqual(process.wait(10), 0)
        self.assertLess(time.monotonic() - begun, 5, "one that does not read its answer is not waited for")
        process = self.start()
        trickling = self.connect(buffer=4096)
        trickling.send(message({"big": 40000000}) + message({"exit": 0}))
        begun = time.monotonic()
        while process.poll() is None and time.monotonic() - begun < 8:
            trickling.socket.recv(4096)
            time.sleep(0.05)
        self.assertLess(time.monotonic() - begun, 5, "nor one that reads at a crawl")
        self.assertEqual(process.wait(10), 0)

    def test_a_folder_in_use(self):
        process = self.start()
        done = self.expect(self.run_echo("--dbpath", self.dbpath, "--port", self.port + 1), 100, "in use", f"process {process.pid}")
        self.assertEqual(done.stdout, "")
        self.stop(process)

    def test_a_folder_that_is_not_there(self):
        self.expect(self.run_echo("--dbpath", self.base / "none"), 100, "is not there")
        self.write("file", "")
        self.expect(self.run_echo("--dbpath", self.base / "file"), 100, "no folder")

    def test_a_port_in_use(self):
        self.start()
        other = self.base / "other"
        other.mkdir()
        self.expect(self.run_echo("--dbpath", other, "--port", self.port), 48, f"cannot listen on 127.0.0.1:{self.port}", "in use")

    def test_addresses(self):
        process = self.start("--bind_ip", "localhost,::1,127.0.0.2")
        for host in ("127.0.0.1", "::1", "127.0.0.2"):
            self.assertEqual(self.connect(host=host).ask({"ping": 1}), {"ok": 1})
        with self.assertRaises(ConnectionRefusedError):
            self.connect(host="127.0.0.3")
        self.stop(process)
        process = self.start("--bind_ip_all")
        self.assertEqual(self.connect(host="127.0.0.3").ask({"ping": 1}), {"ok": 1})
        self.stop(process)
        self.expect(self.run_echo("--dbpath", self.dbpath, "--bind_ip", "nowhere.invalid"), 48, "`nowhere.invalid`")

    def test_fork_and_shutdown(self):
        log, pid_file = self.base / "d.log", self.base / "d.pid"
        log.write_text("old\n")
        started = self.expect(subprocess.run(self.arguments("--fork", "--logpath", "d.log", "--pidfilepath", "d.pid", "--replSet", "rs0"), timeout=20, cwd=self.base,
                                             capture_output=True, text=True), 0, "forked process: ", "started successfully")
        pid = int(pid_file.read_text())
        self.addCleanup(lambda: pathlib.Path(f"/proc/{pid}").exists() and os.kill(pid, 9))
        self.assertIn(f"forked process: {pid}\n", started.stdout)
        self.assertEqual(self.connect().ask({"append": "x"})["record"], 1, "it listens when the parent goes")
        self.assertEqual(len(self.logged("Waiting for connections", log)), 1)
        self.assertEqual([path.read_text() for path in self.base.glob("d.log.*")], ["old\n"])
        self.assertEqual(os.getsid(pid), pid)
        self.assertEqual(os.readlink(f"/proc/{pid}/cwd"), "/")
        self.expect(self.run_echo("--fork", "--logpath", self.base / "e.log", "--dbpath", self.dbpath), 100, "in use", f"process {pid}", "exited with 100")
        self.expect(self.run_echo("--shutdown", "--dbpath", "db"), 0, f"process {pid}")
        self.assertFalse(pathlib.Path(f"/proc/{pid}").exists() and pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z")
        self.assertFalse(pid_file.exists())
        self.expect(self.run_echo("--shutdown", "--dbpath", "db"), 1, "no failc-mongod runs")
        self.expect(self.run_echo("--shutdown", "--dbpath", "none"), 1, "is not there")

    def test_shutdown_signals_nobody_else(self):
        victim = self.own(subprocess.Popen(["sleep", "60"], cwd=self.base))
        lock = self.write("db/mongod.lock", f"{victim.pid}\n")
        self.expect(self.run_echo("--shutdown", "--dbpath", "db"), 1, "no failc-mongod runs")
        with open(lock) as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            self.expect(self.run_echo("--shutdown", "--dbpath", "db"), 1, "does not hold it")
        self.assertIsNone(victim.poll())

    def test_a_daemon_that_cannot_start(self):
        self.expect(self.run_echo("--fork", "--dbpath", self.dbpath), 2, "--logpath")
        self.write("db/journal.failc", "something else entirely")
        self.expect(self.run_echo("--fork", "--dbpath", self.dbpath, "--logpath", "d.log", "--port", self.port), 14, "no journal of failc-mongod", "exited with 14")
        self.expect(self.run_echo("--dbpath", self.dbpath, "--logpath", "none/d.log"), 1, "none/d.log")
        self.assertEqual((self.dbpath / "mongod.lock").read_text(), "")

    def test_config(self):
        config = self.write("mongod.conf", f"systemLog:\n  destination: file\n  path: {self.base}/c.log\nnet:\n  port: {self.port}\nstorage:\n  dbPath: {self.base}/none\n")
        self.expect(self.run_echo("-f", config), 100, "is not there")
        self.own(subprocess.Popen([ECHO, "--config", str(config), "--dbpath", str(self.dbpath)], cwd=self.base))
        self.assertTrue(support.wait_until(lambda: (self.base / "c.log").exists() and self.logged("Waiting for connections", self.base / "c.log")))
        self.assertEqual(self.connect().ask({"ping": 1}), {"ok": 1})
        self.write("bad.conf", "net:\n  port: 1\n  prot: 2\n")
        self.expect(self.run_echo("-f", "bad.conf"), 2, "bad.conf:3: unknown key `net.prot`; did you mean `net.port`?")

    def test_words(self):
        for words, text in ((["--prot", "1"], "did you mean `--port`?"), (["--port", "0"], "`--port 0`"), (["--frobnicate"], "`--help`"), (["stray"], "`stray`"),
                            (["--reportVersion", "3.6"], "`--reportVersion 3.6`"), (["-f", "none.conf"], "`--config none.conf`")):
            self.assertEqual(self.expect(self.run_echo(*words), 2, text).stdout, "")
        self.assertIn("not MongoDB's server", self.expect(self.run_echo("--version"), 0).stdout)
        self.assertIn("--bind_ip LIST", self.expect(self.run_echo("--help"), 0).stdout)

    def test_an_idle_one_is_small(self):
        process = self.start()
        self.connect().ask({"ping": 1})
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        kilobytes = int(status.split("VmRSS:")[1].split()[0])
        sanitized = b"asan" in pathlib.Path(f"/proc/{process.pid}/maps").read_bytes()
        if not sanitized:
            self.assertLess(kilobytes, 15000)
