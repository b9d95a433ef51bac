"""The conformance kit of the driver protocol, as the end-to-end tests run it."""
import pathlib
import subprocess

import support

DRIVERS = support.ROOT / "drivers"
KIT, STUB = DRIVERS / "conformance/run", DRIVERS / "stub/stub"
MONGOD = pathlib.Path(support.FAILC).with_name("failc-mongod")


def results(printed):
    """From the name of a check, with why behind it, to its word."""
    return {line[5:]: line[:4].strip() for line in printed.splitlines() if line[:5] in ("ok   ", "FAIL ", "none ")}


class TestCase(support.TestCase):
    def setUp(self):
        super().setUp()
        if not MONGOD.exists():
            self.skipTest("failc-mongod is not built")

    def kit(self, *arguments, timeout=300):
        return subprocess.run([KIT, "--mongod", MONGOD, *map(str, arguments)], capture_output=True, text=True, timeout=timeout, cwd=self.base)

    def passes(self, *command, lacks=()):
        """All checks, but for those of what it does not offer, which are named so that nothing else is left out unseen."""
        done = self.kit(*command)
        self.expect(done, 0, " passed, 0 failed, ")
        self.assertEqual([line.split(" (not offered")[0] for line, word in results(done.stdout).items() if word == "none"], list(lacks))
