#!/usr/bin/env python3
"""Real drivers against three embedded servers: what they do with them, and that nothing is lost while primaries are killed."""
import pathlib
import subprocess
import unittest

import driver_program
import support

LABEL = "real"

PROGRAMS = support.ROOT / "tests/drivers"
# Debian's PyMongo belongs to Debian's Python.
PYTHON = "/usr/bin/python3"

INTERRUPTED_BY_STATE_CHANGE = 11602


class PyMongo(driver_program.TestCase):
    command = [PYTHON, "-B", PROGRAMS / "pymongo/client.py"]

    @classmethod
    def setUpClass(cls):
        if subprocess.run([PYTHON, "-c", "import pymongo"], capture_output=True).returncode != 0:
            raise unittest.SkipTest("PyMongo is not installed for /usr/bin/python3")

    def may_fail(self, failure, change):
        # Before 3.11.3 it looks for the label of a write concern error inside of it, not beside it where servers put it (PYTHON-2452).
        return change == "step down" and failure["code"] == INTERRUPTED_BY_STATE_CHANGE and not failure["retryable"]


class Node(driver_program.TestCase):
    def setUp(self):
        super().setUp()
        self.command = ["env", "FAILC_NODE_MODULES=/tmp/w/node-try/node_modules", "node", PROGRAMS / "node/client.mjs"]


if __name__ == "__main__":
    unittest.main()
