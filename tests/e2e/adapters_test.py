#!/usr/bin/env python3
"""The adapters of real drivers, held against the conformance kit of their protocol."""
import pathlib
import subprocess
import unittest

import conformance
import support
from conformance import DRIVERS, MONGOD
from driver_program import need

LABEL = "real"

MONGOC = pathlib.Path(support.FAILC).with_name("failc-driver-mongoc")


def need_pymongo():
    need(subprocess.run(["/usr/bin/python3", "-c", "import pymongo"], capture_output=True).returncode == 0, "PyMongo is not installed for /usr/bin/python3")


class Node(conformance.TestCase):
    def test_conformance(self):
        checked = subprocess.run([support.ROOT / "tests/drivers/node/run", "check"], capture_output=True, text=True)
        need(checked.returncode == 0, checked.stderr.strip())
        self.passes(DRIVERS / "node/run")


class PyMongo(conformance.TestCase):
    def test_conformance(self):
        need_pymongo()
        self.passes(DRIVERS / "pymongo/adapter.py", lacks=["result of clientBulkWrite"])


class Libmongoc(conformance.TestCase):
    def test_conformance(self):
        need(MONGOC.exists(), "failc-driver-mongoc is not built: libmongoc is not there")
        self.passes(MONGOC, lacks=["result of clientBulkWrite", "withTransaction comes back for what is inside", "pools and connections are told"])


class Scenario(conformance.TestCase):
    def test_the_page_for_authors(self):
        need_pymongo()
        text = (support.ROOT / "docs/drivers.md").read_text().split("```fail\n")[1].split("```")[0]
        self.assertIn('"drivers/pymongo/adapter.py"', text)
        path = self.write("page.fail", text.replace("drivers/pymongo", str(DRIVERS / "pymongo")))
        self.expect(self.failc("run", path, "--param", f"mongod={MONGOD}"), 0, "1 passed")


if __name__ == "__main__":
    unittest.main()
