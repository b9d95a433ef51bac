#!/usr/bin/env python3
"""The conformance kit of the driver protocol, held against the stub: whole, it passes; broken in one way, the check for that fails and no other."""
import concurrent.futures
import json
import subprocess
import unittest

import conformance
import support
from conformance import STUB, results

# From a way to break the stub to the check that has to see it.
SEEN = {
    "not-json": "every line is a JSON object",
    "short-ids": "an answer repeats the id",
    "both": "an answer has ok or error",
    "events-late": "events come before the answer of their operation",
    "seq-gap": "events of a client are counted without a gap",
    "unobserved": "only what is observed is told",
    "cancel-lost": "what was cancelled is not answered",
    "deadline-ignored": "a request whose deadline is over is answered by the program",
    "late-answer": "nothing more comes after a deadline",
    "sync-ignored": "sync comes after the events so far",
    "serial": "one that blocks holds up none of the others",
    "no-end": "it ends when its input ends",
    "slow-end": "it ends when its input ends",
    "dies-of-junk": "what cannot be answered gets a null id",
    "silent-junk": "what cannot be answered gets a null id",
    "reads-all": "a line of more than 16 MiB is refused",
    "empty-field": "an error names what is wrong with the request",
    "lenient": "what it does not know is unsupported",
    "doubles": "a name is given once",
    "forgets-nothing": "close frees the names of what was made of it",
    "map-ignored": "sockets go where the address map says",
    "stuck-topology": "topology is what the driver sees now",
    "no-code": "a server's error has its code",
    "never-network": "where a connection breaks, it may have been sent",
    "sent-anyway": "where there is no server, nothing was sent",
    "no-close-events": "the last events come before the answer of close",
    "unknown-op": "an unknown request is unsupported",
    "old-hello": "hello says what the program can do",
    "no-timeouts": "a member of an error is there, whatever the error",
    "lost": "many requests at once are all answered",
    "no-labels": "labels are those of the error",
    "sorted-keys": "values survive the way there and back",
    "no-lsid": "a session's commands have its lsid",
    "old-state": "state is what the driver knows of a session",
    "no-wait": "withTransaction comes back for what is inside",
    "events-whole": "what was told is told again when it is asked for",
    "impatient": "discovery goes on though there is no server",
}


class Kit(conformance.TestCase):
    def test_the_stub_passes(self):
        done = self.kit(STUB)
        self.expect(done, 0, " passed, 0 failed, ")
        words = list(results(done.stdout).values())
        self.assertEqual(done.stdout.splitlines()[-1], f"{words.count('ok')} passed, 0 failed, {words.count('none')} not offered")
        self.assertGreater(words.count("ok"), 40)

    def test_what_is_only(self):
        done = self.kit("--only", "repeats the id", STUB)
        self.expect(done, 0, "ok   an answer repeats the id\n1 passed, 0 failed, 0 not offered\n")
        self.expect(self.kit("--list"), 0, "an answer repeats the id\n")

    def test_mistakes(self):
        self.expect(self.kit(), 2, "no program is said")
        self.expect(self.kit("--only", "no such check", STUB), 2, "no check has such a name")
        self.expect(self.kit("/nowhere/adapter"), 3, "/nowhere/adapter")
        self.expect(self.kit("/bin/true"), 3, "/bin/true: the program ")
        self.expect(self.kit("--patience", "0.2", "/bin/sleep", "5"), 3, "there was no answer to `hello` within 0.2 s")
        self.expect(self.kit("--mongod", "/nowhere/mongod", STUB), 3, "there is no /nowhere/mongod")


class Broken(conformance.TestCase):
    def test_each_way_to_break_the_stub_is_seen(self):
        listed = subprocess.run([STUB, "--list-breaks"], capture_output=True, text=True, check=True).stdout
        self.assertEqual(sorted(line.split("\t")[0] for line in listed.splitlines()), sorted(SEEN), "each way to break the stub has its check here")
        with concurrent.futures.ThreadPoolExecutor(4) as workers:
            runs = {name: workers.submit(self.kit, "--patience", 4, STUB, "--break", name) for name in SEEN}
        for name, run in runs.items():
            with self.subTest(name):
                done = run.result()
                failed = [line for line, word in results(done.stdout).items() if word == "FAIL"]
                self.assertEqual([line.split(": ")[0] for line in failed], [SEEN[name]], done.stdout + done.stderr)
                self.assertEqual(done.returncode, 1)
                self.assertIn(" passed, 1 failed, ", done.stdout.splitlines()[-1])


class Rules(support.TestCase):
    """The stub answers by rules, without a server."""

    def ask(self, rules, *requests):
        path = self.write("rules.jsonl", "".join(json.dumps(rule) + "\n" for rule in rules))
        process = subprocess.Popen([STUB, "--rules", path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=self.base)
        try:
            lines = []
            for request in requests:
                process.stdin.write(json.dumps(request) + "\n")
                process.stdin.flush()
                while True:
                    lines.append(json.loads(process.stdout.readline()))
                    if lines[-1].get("id") == request["id"]:
                        break
            return lines
        finally:
            process.stdin.close()
            process.wait(10)
            process.stdout.close()

    def test_rules(self):
        insert = {"op": "operation", "object": "c", "name": "insertOne"}
        lines = self.ask([{"when": {"name": "insertOne", "arguments": {"document": {"_id": 2}}}, "error": {"message": "no", "code": 7}},
                          {"when": {"name": "insertOne"}, "ok": {"insertedId": 1}, "times": 1, "afterMS": 10, "events": [["commandStartedEvent", {"commandName": "insert"}]]},
                          {"when": {"name": "insertOne"}, "ok": {"insertedId": 5}}],
                         {"id": 1, **insert, "arguments": {"document": {"_id": 1}}}, {"id": 2, **insert, "arguments": {"document": {"_id": 1}}},
                         {"id": 3, **insert, "arguments": {"document": {"_id": 2, "x": 1}}}, {"id": 4, "op": "hello"})
        self.assertEqual(lines[:3], [{"event": "commandStartedEvent", "entity": "c", "seq": 1, "data": {"commandName": "insert"}},
                                     {"id": 1, "ok": {"insertedId": 1}}, {"id": 2, "ok": {"insertedId": 5}}])
        self.assertEqual({name: lines[3]["error"][name] for name in ("message", "code", "isNetwork", "labels")}, {"message": "no", "code": 7, "isNetwork": False, "labels": []})
        self.assertEqual(lines[4]["ok"]["driver"], "stub")


if __name__ == "__main__":
    unittest.main()
