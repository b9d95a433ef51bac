#!/usr/bin/env python3
"""The Redis scenarios on Debian's Redis and its Sentinel."""
import shutil
import unittest

import support

LABEL = "real"


@unittest.skipUnless(shutil.which("redis-server") and shutil.which("redis-sentinel"), "redis-server or redis-sentinel is not installed")
class Redis(support.TestCase):
    def check_run(self, file, scenarios, load=True):
        journal = self.base / "run"
        done = self.failc("run", support.ROOT / "scenarios/redis" / file, "--journal", journal, timeout=300)
        self.expect(done, 0, f"{scenarios} passed")
        if load:
            outcomes = [line for line in (journal / "history.jsonl").read_text().splitlines() if '"ok"' in line]
            self.assertGreater(len(outcomes), 50, "the load was next to nothing")
        return done.stdout

    def test_primary_killed(self):
        self.check_run("primary_killed.fail", 1)

    def test_primary_paused(self):
        self.check_run("primary_paused.fail", 1)

    def test_stale_primary(self):
        self.check_run("stale_primary.fail", 1, load=False)

    def test_lost_write(self):
        self.check_run("lost_write.fail", 2)
        # The one that is expected to fail did so for the reason that it is there for.
        failures = [r for r in support.records(self.base / "run") if r.get("kind") == "failure"]
        self.assertIn("missing(plain.acknowledged", str(failures), "no write was lost")


if __name__ == "__main__":
    unittest.main()
