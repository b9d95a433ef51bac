#!/usr/bin/env python3
"""Real drivers against three embedded servers: what they do with them, and that nothing is lost while primaries are killed."""
import pathlib
import subprocess
import unittest

import driver_program
import support
from driver_program import need, shortcomings

LABEL = "real"

PROGRAMS = support.ROOT / "tests/drivers"
# Debian's PyMongo belongs to Debian's Python.
PYTHON = "/usr/bin/python3"
MONGOC = pathlib.Path(support.FAILC).with_name("failc-client-mongoc")

INTERRUPTED_BY_STATE_CHANGE = 11602


def unlabelled_interruption(failure):
    return failure["code"] == INTERRUPTED_BY_STATE_CHANGE and not failure["retryable"]


def unlabelled_end_of_connection(failure):
    return failure["network"] and not failure["retryable"]


def not_tried_again(failure):
    return failure["network"] and failure["attempts"] < 2


class PyMongo(driver_program.TestCase):
    command = [PYTHON, "-B", PROGRAMS / "pymongo/client.py"]
    may_fail = {"step down": unlabelled_interruption, "shut down": unlabelled_interruption}

    @classmethod
    def setUpClass(cls):
        need(subprocess.run([PYTHON, "-c", "import pymongo"], capture_output=True).returncode == 0, "PyMongo is not installed for /usr/bin/python3")


class Libmongoc(driver_program.TestCase):
    command = [MONGOC]
    may_fail = {"kill": not_tried_again, "shut down": not_tried_again}

    @classmethod
    def setUpClass(cls):
        need(MONGOC.exists(), "failc-client-mongoc is not built: libmongoc is not there")


class Node(driver_program.TestCase):
    command = [PROGRAMS / "node/run"]
    sees_too = {"clientBulk": [1, 1, 1, 1, 2]}
    may_fail = {"kill": unlabelled_end_of_connection, "shut down": unlabelled_end_of_connection}

    @classmethod
    def setUpClass(cls):
        checked = subprocess.run([*cls.command, "check"], capture_output=True, text=True)
        need(checked.returncode == 0, checked.stderr.strip())


class Judgement(support.TestCase):
    """What the tests above are judged by sees what must not be."""

    def test_shortcomings(self):
        good = {"acknowledged": ["0-0", "0-1"], "failed": [{"id": "0-2", "message": "m", "code": None}], "events": ["0-0"],
                "logs": [{"_id": "log", "n": 2, "ids": ["0-1", "0-2"]}]}
        self.assertEqual(shortcomings(good), [])
        for change, said in [({"events": []}, "0-0 was acknowledged and is lost"), ({"events": ["0-0", "0-1"]}, "0-1 was done 2 times"),
                             ({"logs": [{"_id": "log", "n": 3, "ids": ["0-1", "0-2"]}]}, "log was raised 3 times for 2 writes"),
                             ({"failed": []}, "0-2 was never written"), ({"failed": [{**good["failed"][0], "code": 11000}]}, "0-2: m")]:
            self.assertEqual(shortcomings({**good, **change}), [said])


if __name__ == "__main__":
    unittest.main()
