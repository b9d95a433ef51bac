#!/usr/bin/env python3
"""Real drivers against three embedded servers: what they do with them, and that nothing is lost while primaries are killed."""
import pathlib
import subprocess
import unittest

import driver_program
import support
from driver_program import WRITERS, need

LABEL = "real"

PROGRAMS = support.ROOT / "tests/drivers"
# Debian's PyMongo belongs to Debian's Python.
PYTHON = "/usr/bin/python3"
MONGOC = pathlib.Path(support.FAILC).with_name("failc-client-mongoc")

INTERRUPTED_BY_STATE_CHANGE = 11602


class PyMongo(driver_program.TestCase):
    command = [PYTHON, "-B", PROGRAMS / "pymongo/client.py"]
    most_failures = WRITERS

    @classmethod
    def setUpClass(cls):
        need(subprocess.run([PYTHON, "-c", "import pymongo"], capture_output=True).returncode == 0, "PyMongo is not installed for /usr/bin/python3")

    def may_fail(self, failure, change):
        return change == "step down" and failure["code"] == INTERRUPTED_BY_STATE_CHANGE and not failure["retryable"]


class Libmongoc(driver_program.TestCase):
    command = [MONGOC]

    @classmethod
    def setUpClass(cls):
        need(MONGOC.exists(), "failc-client-mongoc is not built: libmongoc is not there")


class Node(driver_program.TestCase):
    command = [PROGRAMS / "node/run"]
    most_failures = WRITERS

    @classmethod
    def setUpClass(cls):
        checked = subprocess.run([*cls.command, "check"], capture_output=True, text=True)
        need(checked.returncode == 0, checked.stderr.strip())

    def may_fail(self, failure, change):
        return change == "kill" and failure["network"] and not failure["retryable"]


if __name__ == "__main__":
    unittest.main()
