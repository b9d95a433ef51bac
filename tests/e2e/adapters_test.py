#!/usr/bin/env python3
"""The adapters of real drivers, held against the conformance kit of their protocol."""
import pathlib
import subprocess
import unittest

import conformance_test
import support
from conformance_test import DRIVERS, results
from driver_program import need

LABEL = "real"

MONGOC = pathlib.Path(support.FAILC).with_name("failc-driver-mongoc")


class Adapter(conformance_test.TestCase):
    """What a driver does not offer is said here, so that nothing else is left out unseen."""
    lacks = []

    def check(self, *command):
        done = self.kit(*command)
        self.expect(done, 0, " passed, 0 failed, ")
        self.assertEqual([line.split(" (not offered")[0] for line, word in results(done.stdout).items() if word == "none"], self.lacks)


class Node(Adapter):
    def test_conformance(self):
        checked = subprocess.run([support.ROOT / "tests/drivers/node/run", "check"], capture_output=True, text=True)
        need(checked.returncode == 0, checked.stderr.strip())
        self.check(DRIVERS / "node/run")


class PyMongo(Adapter):
    def test_conformance(self):
        need(subprocess.run(["/usr/bin/python3", "-c", "import pymongo"], capture_output=True).returncode == 0, "PyMongo is not installed for /usr/bin/python3")
        self.check(DRIVERS / "pymongo/adapter.py")


class Libmongoc(Adapter):
    lacks = ["withTransaction comes back for what is inside", "pools and connections are told"]

    def test_conformance(self):
        need(MONGOC.exists(), "failc-driver-mongoc is not built: libmongoc is not there")
        self.check(MONGOC)


class Scenario(conformance_test.TestCase):
    def test_the_page_for_authors(self):
        need(subprocess.run(["/usr/bin/python3", "-c", "import pymongo"], capture_output=True).returncode == 0, "PyMongo is not installed for /usr/bin/python3")
        text = (support.ROOT / "docs/drivers.md").read_text().split("```fail\n")[1].split("```")[0]
        self.assertIn('"drivers/pymongo/adapter.py"', text)
        path = self.write("page.fail", text.replace("drivers/pymongo", str(DRIVERS / "pymongo")))
        self.expect(self.failc("run", path, "--param", f"mongod={conformance_test.MONGOD}"), 0, "1 passed")


if __name__ == "__main__":
    unittest.main()
