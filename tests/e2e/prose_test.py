#!/usr/bin/env python3
"""The specifications' prose tests, which are scenarios, of real drivers on embedded servers; and that each of them can fail."""
import shutil
import subprocess
import unittest

import support
from adapters_test import MONGOC, need_pymongo
from conformance import DRIVERS, MONGOD
from driver_program import need

LABEL = "real"

SCENARIOS = support.ROOT / "scenarios/mongodb"


class TestCase(support.TestCase):
    def setUp(self):
        super().setUp()
        need(MONGOD.exists(), "failc-mongod is not built")
        need(MONGOC.exists(), "failc-driver-mongoc is not built: libmongoc is not there")
        need_pymongo()
        checked = subprocess.run([support.ROOT / "tests/drivers/node/run", "check"], capture_output=True, text=True)
        need(checked.returncode == 0, checked.stderr.strip())

    def run_file(self, path, *more):
        return self.failc("run", path, "--param", f"adapters={DRIVERS}", *more, timeout=500)

    def fails(self, file, only, seen, *changes):
        """With these texts changed, this instance's first failure is of the line that has `seen`."""
        text = (SCENARIOS / file).read_text()
        for old, new in changes:
            self.assertIn(old, text)
            text = text.replace(old, new)
        for name in ("drivers.fail", "hang_up.py"):
            if not (self.base / name).exists():
                shutil.copy(SCENARIOS / name, self.base / name)
        done = self.run_file(self.write(file, text), "--only", only)
        self.expect(done, 1, "0 passed, 1 failed")
        line = next(line for line in done.stdout.splitlines() if " | " in line)
        self.assertIn(seen, line, done.stdout)


class StepDown(TestCase):
    def test_each_driver_passes(self):
        self.expect(self.run_file(SCENARIOS / "step_down.fail"), 0, "18 passed")

    def test_a_pool_that_is_cleared_is_seen(self):
        """The error of a server that shuts down, where the pool has to be kept."""
        for driver in ("node", "pymongo", "libmongoc"):
            with self.subTest(driver):
                self.fails("step_down.fail", f"not primary: the pool is kept*driver={driver}]", "expect clears(p.host) == before", ("10107", "91"))

    def test_a_pool_that_is_kept_is_seen(self):
        """A server of 4.4, where the pool has to be reset."""
        for driver in ("pymongo", "libmongoc"):
            with self.subTest(driver):
                self.fails("step_down.fail", f"not primary: the pool is reset*driver={driver},*", "expect clears(p.host) == before + 1",
                           ('report: ["4.0"]', 'report: ["4.4"]'), ("expect p.seen.maxWireVersion == 7", "expect p.seen.maxWireVersion == 9"))

    def test_a_failpoint_that_fails_nothing_is_seen(self):
        self.fails("step_down.fail", "the server shuts down*driver=node,*code=91]", "expect error.code == code", ('failCommands: ["insert"]', 'failCommands: ["update"]'))

    def test_connections_that_do_not_survive_are_seen(self):
        for driver in ("node", "pymongo", "libmongoc"):
            with self.subTest(driver):
                self.fails("step_down.fail", f"a cursor is read on*driver={driver}]", 'ask "iterateUntilDocumentOrError", {} of "cursor" expect outcome == "ok" and result == { _id: 3 }',
                           ("  await p.seen.type", '  run_at p.host, "configureFailPoint", { configureFailPoint: "failCommand", mode: { times: 1 }, data: { failCommands: ["getMore"], closeConnection: true } }\n'
                                                   "  await p.seen.type"))

    def test_a_failpoint_that_is_left_is_seen(self):
        self.fails("step_down.fail", "a cursor is read on*driver=node]", "expect fail_command(n.host).mode == 0",
                   ('  run_at s.host, "replSetFreeze"', '  run_at s.host, "configureFailPoint", { configureFailPoint: "failCommand", mode: "alwaysOn", data: { failCommands: ["update"], errorCode: 2 } }\n'
                                                       '  run_at s.host, "replSetFreeze"'))


class Discovery(TestCase):
    def test_each_driver_passes(self):
        self.expect(self.run_file(SCENARIOS / "sdam.fail"), 0, "10 passed")

    def test_heartbeats_that_are_rare_are_seen(self):
        self.fails("sdam.fail", "heartbeats come*driver=pymongo]", "expect count(awaited)", ("{ heartbeatFrequencyMS: 500 }, beats", "{}, beats"))

    def test_round_trips_that_are_not_slower_are_seen(self):
        self.fails("sdam.fail", "the round-trip time*driver=node]", "roundTripTimeMS > 250", ("blockTimeMS: 500", "blockTimeMS: 5"))

    def test_a_socket_before_the_heartbeat_is_seen(self):
        late = (SCENARIOS / "hang_up.py").read_text()
        self.assertIn("time.monotonic_ns() // 1000", late)
        self.write("hang_up.py", late.replace("time.monotonic_ns() // 1000", "time.monotonic_ns() // 1000 - 1000000"))
        self.fails("sdam.fail", "a heartbeat is told*driver=node]", "expect told[0].atUS <= connected")

    def test_heartbeats_that_go_on_are_seen(self):
        self.fails("sdam.fail", "a pool is paused*driver=node]", "serverHeartbeatFailedEvent", ('errorCode: 1234, appName: "SDAM', 'errorCode: 1234, appName: "other'))


class BackPressure(TestCase):
    def test_the_driver_passes(self):
        self.expect(self.run_file(SCENARIOS / "backpressure.fail"), 0, "1 passed")

    def test_a_pool_that_is_cleared_is_seen(self):
        """PyMongo 3.11 clears it."""
        text = (SCENARIOS / "backpressure.fail").read_text()
        exclude = next(line for line in text.splitlines(keepends=True) if "exclude {" in line)
        self.fails("backpressure.fail", "back-pressure*driver=pymongo]", 'expect events_of("client", ["poolClearedEvent"], 0) == []', (exclude, ""))

    def test_connections_that_are_not_turned_away_are_seen(self):
        self.fails("backpressure.fail", "back-pressure*driver=node]", "connectionCheckOutFailedEvent", ("param most: int = 40", "param most: int = 900"))


if __name__ == "__main__":
    unittest.main()
