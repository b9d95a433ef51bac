#!/usr/bin/env python3
"""What the scripts do to the machine they run on."""
import os
import signal
import subprocess
import unittest

import support
from support import wait_until


class Packages(support.TestCase):
    """`need` with an apt-get, a dpkg-query and a sudo of the test's own."""

    def setUp(self):
        super().setUp()
        self.policy = self.base / "policy-rc.d"
        self.write("bin/dpkg-query", "#!/bin/sh\nexit 1\n")
        self.write("bin/sudo", '#!/bin/sh\nexec "$@"\n')

    def need(self, apt_get):
        self.write("bin/apt-get", "#!/bin/sh\n[ $1 = install ] || exit 0\n" + apt_get)
        for program in (self.base / "bin").iterdir():
            program.chmod(0o755)
        environment = {**os.environ, "PATH": f"{self.base}/bin:{os.environ['PATH']}"}
        script = f'. "{support.ROOT}/scripts/common.sh"; policy="{self.policy}"; need a-server; echo installed'
        return subprocess.Popen(["bash", "-c", script], env=environment, cwd=self.base, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                start_new_session=True)

    def test_services_are_kept_from_starting_only_meanwhile(self):
        done = self.need(f'cp "{self.policy}" "{self.base}/seen"')
        printed = "".join(done.communicate(timeout=30))
        self.assertEqual(done.returncode, 0, printed)
        self.assertIn("installed", printed)
        self.assertIn("exit 101", (self.base / "seen").read_text())
        self.assertFalse(self.policy.exists())

    def test_a_failure(self):
        done = self.need("exit 100")
        printed = "".join(done.communicate(timeout=30))
        self.assertEqual(done.returncode, 3, printed)
        self.assertNotIn("installed", printed)
        self.assertFalse(self.policy.exists())

    def test_a_policy_that_is_there_stays(self):
        self.policy.write_text("mine")
        done = self.need("exit 0")
        printed = "".join(done.communicate(timeout=30))
        self.assertEqual(done.returncode, 0, printed)
        self.assertEqual(self.policy.read_text(), "mine")

    def test_interrupted(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number=number):
                begun = self.base / f"begun-{number}"
                running = self.need(f'test -e "{self.policy}" && : > "{begun}"\nexec sleep 30')  # no fork that the signal could fall into
                self.assertTrue(wait_until(begun.exists))
                os.killpg(running.pid, number)  # as a terminal does
                printed = "".join(running.communicate(timeout=30))
                self.assertNotEqual(running.returncode, 0, printed)
                self.assertNotIn("installed", printed)
                self.assertFalse(self.policy.exists())


if __name__ == "__main__":
    unittest.main()
