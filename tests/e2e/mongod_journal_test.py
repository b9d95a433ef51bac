#!/usr/bin/env python3
"""failc-mongod's bounds: an oplog that drops what is old, members that come back to one, and a journal that begins anew under kills."""
import os
import pathlib
import random
import shutil
import signal
import subprocess
import time
import unittest

import mongod_host
import support
from live_support import free_ports
from mongod_host import Long

LABEL = "real"

MONGOD = pathlib.Path(support.FAILC).with_name("failc-mongod")


class Node:
    def __init__(self, base, port, *more):
        self.port, self.more, self.client, self.process = port, more, None, None
        self.folder, self.log = base / str(port), base / f"{port}.log"
        self.folder.mkdir()

    def start(self):
        before = self.log.read_text().count("Waiting for connections") if self.log.exists() else 0
        with open(self.log, "a") as log:
            self.process = subprocess.Popen([MONGOD, "--port", str(self.port), "--dbpath", self.folder, "--replSet", "rs", *self.more], stdout=log, stderr=log)
        return support.wait_until(lambda: self.log.read_text().count("Waiting for connections") > before or self.process.poll() is not None) and self.process.poll() is None

    def kill(self):
        if self.client:
            self.client.close()
            self.client = None
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        if self.process:
            self.process.wait(10)

    def ask(self, **command):
        if not self.client:
            self.client = mongod_host.Client(self.port)
        return self.client.ask(command)

    def state(self):
        try:
            return self.ask(replSetGetStatus=1).get("myState")
        except (OSError, EOFError):
            self.client = None
            return None

    def journal_size(self):
        return (self.folder / "journal.failc").stat().st_size


Base = support.TestCase  # not a test of its own


class TestCase(Base):
    def setUp(self):
        super().setUp()
        if not MONGOD.exists():
            self.skipTest("failc-mongod is not built")
        self.nodes = []

    def tearDown(self):
        for node in self.nodes:
            node.kill()
        super().tearDown()

    def start(self, count, *more):
        self.nodes = [Node(self.base, port, *more) for port in free_ports(count)]
        for node in self.nodes:
            self.assertTrue(node.start(), node.log.read_text())
        members = [{"_id": i, "host": f"127.0.0.1:{node.port}"} for i, node in enumerate(self.nodes)]
        reply = self.nodes[0].ask(replSetInitiate={"_id": "rs", "version": 1, "members": members})
        self.assertEqual(reply["ok"], 1, reply)
        self.assertTrue(support.wait_until(lambda: self.primary() is not None), "no primary")

    def primary(self):
        for node in self.nodes:
            if node.process.poll() is None and node.state() == 1 and node.ask(hello=1)["isWritablePrimary"]:
                return node
        return None

    def write(self, node, **command):
        reply = node.ask(**command, writeConcern={"w": "majority"}, **{"$db": "app"})
        self.assertEqual((reply["ok"], "writeErrors" in reply, "writeConcernError" in reply), (1, False, False), reply)
        return reply


class InitialSync(TestCase):
    SESSION = {"id": bytes(range(16))}

    def retryable(self, node, number):
        """The write of that number in the session; done once, however often it is sent."""
        return self.write(node, update="once", updates=[{"q": {"_id": 1}, "u": {"$inc": {"n": 1}}, "upsert": True}], lsid=self.SESSION, txnNumber=Long(number))

    def read(self, node):
        """The numbers that stand in the collection; none where the node has nothing of it yet."""
        reply = node.ask(aggregate="c", pipeline=[{"$group": {"_id": 0, "count": {"$sum": 1}, "sum": {"$sum": "$_id"}}}], cursor={},
                         **{"$db": "app", "$readPreference": {"mode": "secondaryPreferred"}})
        if reply["ok"] != 1:
            return reply
        return next(({name: group[name] for name in ("count", "sum")} for group in reply["cursor"]["firstBatch"]), {})

    def test_a_member_whose_folder_is_gone(self):
        self.start(3, "--oplogSize", "1")
        primary = self.primary()
        self.retryable(primary, 1)
        pad = "x" * 1000
        for first in range(0, 3000, 500):  # three oplogs full
            self.write(primary, insert="c", documents=[{"_id": i, "pad": pad} for i in range(first, first + 500)])
        lost = next(node for node in self.nodes if node is not primary)
        lost.kill()
        shutil.rmtree(lost.folder)
        lost.folder.mkdir()
        self.write(primary, insert="c", documents=[{"_id": 3000}])
        self.assertTrue(lost.start())
        self.assertTrue(support.wait_until(lambda: lost.state() == 2), lost.log.read_text()[-2000:])
        self.assertIn("initial sync from member", lost.log.read_text())
        self.assertIn("state STARTUP2 to SECONDARY", lost.log.read_text())
        self.write(primary, insert="c", documents=[{"_id": 3001}])
        wanted = {"count": 3002, "sum": sum(range(3002))}
        self.assertTrue(support.wait_until(lambda: self.read(lost) == wanted), self.read(lost))
        self.assertEqual(self.read(primary), wanted)

        # The same after a kill: what came in pieces is in its journal.
        lost.kill()
        self.assertTrue(lost.start())
        self.assertTrue(support.wait_until(lambda: lost.state() == 2))
        self.assertTrue(support.wait_until(lambda: self.read(lost) == wanted), self.read(lost))
        self.assertEqual(lost.log.read_text().count("initial sync done"), 1)

        # It knows which retryable writes were done, and leads.
        support.wait_until(lambda: lost.ask(replSetStepUp=1)["ok"] == 1)
        self.assertTrue(support.wait_until(lambda: self.primary() is lost), "it is not elected")
        self.assertEqual(self.retryable(lost, 1)["n"], 1)
        reply = lost.ask(find="once", filter={}, **{"$db": "app"})
        self.assertEqual(reply["cursor"]["firstBatch"], [{"_id": 1, "n": 1}])
        self.retryable(lost, 2)
        self.assertEqual(lost.ask(find="once", filter={}, **{"$db": "app"})["cursor"]["firstBatch"], [{"_id": 1, "n": 2}])

    def test_a_member_that_was_away_for_too_long(self):
        self.start(3, "--oplogSize", "1")
        primary = self.primary()
        self.write(primary, insert="c", documents=[{"_id": 0}])
        away = next(node for node in self.nodes if node is not primary)
        self.assertTrue(support.wait_until(lambda: self.read(away).get("count") == 1))
        away.kill()
        pad = "x" * 1000
        for first in range(1, 6001, 500):  # more than the primary would keep for one that is only slow
            self.write(primary, insert="c", documents=[{"_id": i, "pad": pad} for i in range(first, first + 500)])
        self.assertTrue(away.start())
        self.assertTrue(support.wait_until(lambda: away.state() == 2 and self.read(away) == {"count": 6001, "sum": sum(range(6001))}), away.log.read_text()[-2000:])
        self.assertIn("state SECONDARY to STARTUP2", away.log.read_text())
        for node in self.nodes:
            self.assertLess(node.journal_size(), 40e6)


class Compaction(TestCase):
    def update(self, node, number, pad):
        self.write(node, update="c", updates=[{"q": {"_id": 0}, "u": {"$set": {"n": number, "pad": pad}}, "upsert": True}])

    def test_kills_at_any_moment_lose_nothing(self):
        """Updates of one document, so that the journal begins anew all the time; killed at random, and when a second file is seen."""
        self.start(1, "--oplogSize", "1")
        node, dice, pad = self.nodes[0], random.Random(7), "x" * 30000
        number, anew, found_second = 0, 0, 0
        for life in range(30):
            end = time.monotonic() + dice.uniform(0.02, 0.5)
            second = node.folder / "journal.failc.new"
            watched = os.stat(node.folder / "journal.failc").st_ino
            acknowledged = number
            while time.monotonic() < end:
                number += 1
                self.update(node, number, pad)
                acknowledged = number
                if life % 2 and second.exists():
                    break
            # One more is on its way while it dies.
            number += 1
            node.client.send(mongod_host.message({"update": "c", "updates": [{"q": {"_id": 0}, "u": {"$set": {"n": number, "pad": pad}}}], "$db": "app"}))
            if not life % 3:
                time.sleep(dice.uniform(0, 0.01))
            node.kill()
            found_second += second.exists()
            anew += os.stat(node.folder / "journal.failc").st_ino != watched
            began = time.monotonic()
            self.assertTrue(node.start(), node.log.read_text()[-2000:])
            self.assertLess(time.monotonic() - began, 3)
            self.assertTrue(support.wait_until(lambda: self.primary() is node))
            found = node.ask(find="c", filter={}, **{"$db": "app"})["cursor"]["firstBatch"]
            self.assertEqual(len(found), 1)
            self.assertIn(found[0]["n"], (acknowledged, number), f"life {life}")
            number = found[0]["n"]
            self.assertLess(node.journal_size(), 20e6)  # some 4 MB, and what is written while it begins anew
        self.assertGreater(anew, 5, "the journal began anew too rarely for this test to mean anything")
        print(f"{number} updates in 30 lives; in {anew} the journal began anew, in {found_second} a kill came in between")

    def test_damage_is_told_with_its_place(self):
        self.start(1, "--oplogSize", "1")
        node = self.nodes[0]
        inode = os.stat(node.folder / "journal.failc").st_ino
        number = 0
        while os.stat(node.folder / "journal.failc").st_ino == inode:
            number += 1
            self.update(node, number, "x" * 30000)
        self.update(node, number + 1, "x" * 30000)
        node.kill()
        journal = node.folder / "journal.failc"
        whole = journal.read_bytes()

        # A second file is nothing but the beginning of what was never finished.
        (node.folder / "journal.failc.new").write_bytes(whole[:1000])
        self.assertTrue(node.start())
        self.assertTrue(support.wait_until(lambda: self.primary() is node))
        self.assertFalse((node.folder / "journal.failc.new").exists())
        self.assertEqual(node.ask(find="c", filter={}, projection={"n": 1}, **{"$db": "app"})["cursor"]["firstBatch"], [{"_id": 0, "n": number + 1}])
        node.kill()

        for place in (30, len(whole) // 2):
            damaged = bytearray(whole)
            damaged[place] ^= 1
            journal.write_bytes(damaged)
            self.assertFalse(node.start())
            self.assertEqual(node.process.returncode, 14)
            self.assertIn("the journal is damaged at byte", node.log.read_text().splitlines()[-1])


if __name__ == "__main__":
    unittest.main()
