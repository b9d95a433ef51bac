#!/usr/bin/env python3
"""Reports of real runs: TAP by its specification, JUnit by its schema, events as they come, and all of them later from the journal."""
import html.parser
import json
import re
import signal
import unittest
import xml.etree.ElementTree

import support
from support import wait_until

HEAD = """use std.process

cluster app { process[2] with { command: ["sh", "-c", "echo up; exec sleep 300"] } }

"""
SUITE = HEAD + r"""scenario "passes" tags [quick] {
  log "<b>& hello"
  expect app[0] is running
}
scenario "fails # 1 \\ <i>" {
  cleanup { expect app[1] is paused }
  pause app[0] { eventually within 200ms: app[1] is paused }
}
scenario "is undecided" {
  kill app[0]
  expect app[0].pid > 1
}
"""
KINDS = ("junit", "json", "tap", "html", "github", "events")


def parse_tap(text):
    """A TAP 14 document by a strict reading: version, plan, tests in order, each with at most one block. [(ok, description, directive, block)], bailed out."""
    lines = text.split("\n")
    if lines.pop() != "":
        raise ValueError("the last line has no end")
    if lines.pop(0) != "TAP version 14":
        raise ValueError("no version")
    plan = re.fullmatch(r"1\.\.(\d+)( # .*)?", lines.pop(0))
    if not plan:
        raise ValueError("no plan behind the version")
    tests, bailed = [], None
    while lines:
        line = lines.pop(0)
        if bailed is not None:
            raise ValueError("something behind `Bail out!`")
        if line.startswith("Bail out!"):
            bailed = line[len("Bail out!"):].strip()
        elif line.startswith("#"):
            continue
        elif line == "  ---":
            if not tests or tests[-1][3] is not None:
                raise ValueError("a block without a test")
            block = []
            while lines[0] != "  ...":
                if not lines[0].startswith("  "):
                    raise ValueError(f"not in the block: {lines[0]!r}")
                block.append(lines.pop(0)[2:])
            lines.pop(0)
            tests[-1] = (*tests[-1][:3], parse_block(block))
        else:
            point = re.fullmatch(r"(ok|not ok) (\d+) - ((?:[^#\\]|\\#|\\\\)*?)(?: # (SKIP|TODO)(?: (.*))?)?", line)
            if not point or int(point[2]) != len(tests) + 1:
                raise ValueError(f"no test point: {line!r}")
            tests.append((point[1] == "ok", re.sub(r"\\(.)", r"\1", point[3]), point[4], None))
    if len(tests) != int(plan[1]):
        raise ValueError(f"{len(tests)} tests, and {plan[1]} were planned")
    return tests, bailed


def parse_block(lines):
    """The YAML that failc writes: mappings and sequences by indentation, scalars that are words, numbers or JSON's strings."""
    def scalar(text):
        if text.startswith('"'):
            return json.loads(text)
        if re.fullmatch(r"-?\d+(\.\d+)?", text):
            return json.loads(text)
        if not re.fullmatch(r"[a-z]+", text):
            raise ValueError(f"a plain scalar that has to be quoted: {text!r}")
        return text

    def indent(line):
        return len(line) - len(line.lstrip(" "))

    def value(depth):
        out = None
        while lines and indent(lines[0]) == depth:
            line = lines.pop(0).strip()
            if line.startswith("- "):
                out = [] if out is None else out
                item = line[2:]
                if re.match(r"[a-z_]+: ", item):
                    lines.insert(0, " " * (depth + 2) + item)
                    out.append(value(depth + 2))
                else:
                    out.append(scalar(item))
                continue
            key, colon, rest = line.partition(":")
            if not colon or not re.fullmatch(r"[a-z_]+", key):
                raise ValueError(f"no entry: {line!r}")
            out = {} if out is None else out
            if key in out:
                raise ValueError(f"{key} twice")
            out[key] = scalar(rest[1:]) if rest else value(indent(lines[0]))
        return out

    out = value(0)
    if lines:
        raise ValueError(f"behind the block's end: {lines}")
    return out


def check_junit(text):
    """What junit.xsd of Jenkins' xUnit plugin and pytest's agree on: elements, their order, required attributes, counts that add up."""
    root = xml.etree.ElementTree.fromstring(text)
    assert root.tag == "testsuites", root.tag
    sums = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for suite in root:
        assert suite.tag == "testsuite" and suite.get("name") and float(suite.get("time")) >= 0
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp")), suite.get("timestamp")
        cases = suite.findall("testcase")
        found = {"tests": len(cases), **{name: sum(case.find(element) is not None for case in cases) for name, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))}}
        for name, count in found.items():
            assert int(suite.get(name)) == count, (name, suite.get(name), count)
            sums[name] += count
        for case in cases:
            assert case.get("name") and case.get("classname") and re.fullmatch(r"\d+\.\d{3}", case.get("time"))
            order = ["properties", "skipped", "error", "failure", "system-out", "system-err"]
            places = [order.index(child.tag) for child in case]
            assert places == sorted(places) and len(set(places)) == len(places), places
    for name, count in sums.items():
        assert int(root.get(name)) == count, name
    return root


class Page(html.parser.HTMLParser):
    """That every element is closed, nothing is loaded and nothing runs."""
    VOID = {"meta"}

    def __init__(self):
        super().__init__()
        self.open, self.text = [], ""

    def handle_starttag(self, tag, attributes):
        assert tag not in ("script", "link", "img", "iframe"), tag
        assert not any(name.startswith("on") or name in ("src", "href") for name, _ in attributes), attributes
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        self.text += data


class Reports(support.TestCase):
    def run_suite(self, *more):
        self.write("s/a.fail", SUITE)
        wanted = [word for kind in KINDS for word in ("--report", f"{kind}=run.{kind}")]
        return self.expect(self.failc("run", "s/a.fail", "--journal", "j", "--seed", "5", *wanted, *more), 1, "1 passed, 1 failed, 1 inconclusive")

    def text(self, name):
        return (self.base / name).read_bytes().decode()

    def test_each_is_valid_and_says_the_same(self):
        self.run_suite()
        tests, bailed = parse_tap(self.text("run.tap"))
        self.assertIsNone(bailed)
        self.assertEqual([(ok, name) for ok, name, _, _ in tests], [(True, "s/a.fail::passes"), (False, "s/a.fail::fails # 1 \\ <i>"), (False, "s/a.fail::is undecided")])
        self.assertIsNone(tests[0][3])
        block = tests[1][3]
        self.assertEqual((block["verdict"], block["severity"], block["seed"]), ("fail", "fail", 5))
        self.assertEqual((block["at"]["file"], block["at"]["line"]), ("s/a.fail", 11))
        self.assertIn("eventually within 200ms", block["source"])
        self.assertEqual(len(block["later"]), 1)
        self.assertTrue(any("pause" in fault and "reverted" in fault for fault in block["faults"]))
        self.assertEqual(tests[2][3]["verdict"], "inconclusive")

        root = check_junit(self.text("run.junit"))
        self.assertEqual([root.get(name) for name in ("tests", "failures", "errors", "skipped")], ["3", "1", "1", "0"])
        self.assertEqual(root.find(".//error").get("type"), "inconclusive")

        report = json.loads(self.text("run.json"))
        self.assertEqual([s["verdict"] for s in report["scenarios"]], ["pass", "fail", "inconclusive"])
        self.assertEqual(json.loads(json.dumps(report)), report)

        page = Page()
        page.feed(self.text("run.html"))
        page.close()
        self.assertEqual(page.open, [])
        for part in ("fails # 1 \\ <i>", "<b>& hello", "eventually within 200ms: app[1] is paused", "a.fail:11:", "what happened when", "launch", "inconclusive"):
            self.assertIn(part, page.text)

        annotations = self.text("run.github").splitlines()
        self.assertTrue(annotations[0].startswith("::error file=s/a.fail,line=11,col="), annotations[0])
        self.assertTrue(all(re.match(r"::error file=[^,:]+(,line=\d+,col=\d+)?,title=[^,:]+::", line) for line in annotations), annotations)

    def test_later_from_the_journal_alone(self):
        self.run_suite()
        (self.base / "s/a.fail").unlink()
        (self.base / "j").rename(self.base / "moved")
        wanted = [word for kind in KINDS for word in ("--report", f"{kind}=later.{kind}")]
        self.expect(self.failc("report", "moved", *wanted), 0, "report: later.tap")
        for kind in KINDS:
            self.assertEqual(self.text(f"later.{kind}"), self.text(f"run.{kind}"), kind)
        self.expect(self.failc("report", "moved"), 0, "FAIL", "eventually within 200ms", "1 passed, 1 failed, 1 inconclusive", "again: failc run s/a.fail")

    def test_of_several_files(self):
        for name in ("b", "a", "c"):
            self.write(f"s/{name}.fail", SUITE)
        self.expect(self.failc("run", "s", "--journal", "j", "--report", "junit=run.xml", "--report", "tap=run.tap", "--report", "json=run.json"), 1)
        self.expect(self.failc("report", "j", "--report", "junit=later.xml", "--report", "tap=later.tap", "--report", "json=later.json"), 0)
        for kind in ("xml", "tap", "json"):
            self.assertEqual(self.text(f"later.{kind}"), self.text(f"run.{kind}"), kind)
        self.assertEqual(len(parse_tap(self.text("run.tap"))[0]), 9)
        check_junit(self.text("run.xml"))

    def test_what_was_left_out_and_what_could_not_run(self):
        self.write("a.fail", SUITE.replace('"sh"', '"/absent/program"'))
        self.expect(self.failc("run", "a.fail", "--fail-fast", "--journal", "j", "--report", "tap=run.tap", "--report", "junit=run.xml"), 3)
        tests, _ = parse_tap(self.text("run.tap"))
        self.assertEqual([(ok, directive) for ok, _, directive, _ in tests], [(False, None), (True, "SKIP"), (True, "SKIP")])
        self.assertEqual(tests[0][3]["verdict"], "environment")
        self.assertEqual(check_junit(self.text("run.xml")).get("skipped"), "2")
        self.expect(self.failc("report", "j", "--report", "tap=later.tap"), 0)
        self.assertEqual(self.text("later.tap"), self.text("run.tap"))

    def test_standard_output_is_the_reports_alone(self):
        self.write("a.fail", SUITE)
        done = self.failc("run", "a.fail", "--journal", "j", "--report", "tap=-")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(len(parse_tap(done.stdout)[0]), 3)
        self.assertIn("1 passed, 1 failed", done.stderr)
        self.assertEqual(self.failc("report", "j", "--report", "tap=-").stdout, done.stdout)
        self.expect(self.failc("run", "a.fail", "--report", "tap=-", "--report", "json=-"), 2, "another report goes to `-`")

    def test_events_come_as_they_happen(self):
        self.write("a.fail", HEAD + 'scenario "long" {\n  log "here"\n  sleep 20s because "it is interrupted"\n  expect app[0] is running\n}\n')
        running = self.begin("run", "a.fail", "--report", "events=-")
        events = []
        for line in running.stdout:
            events.append(json.loads(line))
            if events[-1]["event"] == "step" and "sleep" in events[-1]["text"]:
                running.send_signal(signal.SIGINT)
        self.assertEqual(running.wait(30), 130)
        self.assertEqual({event["v"] for event in events}, {1})
        names = [event["event"] for event in events]
        self.assertEqual((names[:3], names[-3:]), (["run_began", "file_began", "scenario_began"], ["scenario_ended", "file_ended", "run_ended"]))
        self.assertEqual(next(e["text"] for e in events if e["event"] == "log"), "here")
        self.assertEqual(next(e["scenario"] for e in events if e["event"] == "step"), "a.fail::long")
        self.assertEqual(events[-1]["interrupted"], 1)
        times = [event["at_ns"] for event in events if "at_ns" in event]
        self.assertEqual(times, sorted(times))


class Killed(support.TestCase):
    def test_a_run_that_was_killed_says_so(self):
        self.write("a.fail", HEAD + 'scenario "first" { expect app[0] is running }\nscenario "long" {\n  sleep 20s because "it is killed"\n  expect app[0] is running\n}\nscenario "third" { expect app[0] is running }\n')
        running = self.begin("run", "a.fail", "--journal", "j", "--lease", "1s")
        self.assertTrue(wait_until(lambda: (self.base / "j/journal.jsonl").exists() and any(r["kind"] == "step" and "sleep" in r["text"] for r in support.records(self.base / "j"))))
        running.kill()
        running.wait()
        self.expect(self.failc("report", "j", "--report", "tap=a.tap", "--report", "junit=a.xml", "--report", "json=a.json"), 0, "was killed", "failc recover")
        self.expect(self.failc("recover", "j"), 0)
        tests, bailed = parse_tap((self.base / "a.tap").read_text())
        self.assertIn("killed", bailed)
        self.assertEqual([(ok, directive) for ok, _, directive, _ in tests], [(True, None), (False, None), (True, "SKIP")])
        self.assertEqual(tests[1][3]["verdict"], "interrupted")
        self.assertEqual(tests[1][3]["at"]["line"], 7)
        check_junit((self.base / "a.xml").read_text())
        self.assertIn("killed", json.loads((self.base / "a.json").read_text())["run"]["files"][0]["error"])
        self.expect(self.failc("report", "j"), 0, "has undone")
        self.assertTrue(wait_until(lambda: not self.processes()), self.processes())


class Foreign(support.TestCase):
    def test_what_is_no_journal(self):
        self.expect(self.failc("report"), 2, "name the folder")
        self.expect(self.failc("report", "absent"), 2, "absent")
        self.expect(self.failc("report", "a", "b"), 2, "one folder")
        self.expect(self.failc("report", "absent", "--report", "pdf=x"), 2, "`junit`")
        (self.base / "empty").mkdir()
        self.expect(self.failc("report", "empty"), 2, "no run in `empty`")
        run = {"n": 1, "at": 0, "kind": "run", "format": 2}
        for name, text, why in (("words", "hello\n", "line 1"), ("foreign", '{"n":1,"at":0,"kind":"scenario"}\n', "does not begin like"), ("bare", json.dumps(run) + "\n", "`sources`"),
                                ("old", json.dumps({**run, "format": 1}) + "\n", "older failc"), ("newer", json.dumps({**run, "format": 99}) + "\n", "reads up to 2"), ("nothing", "", "killed before it began"),
                                ("deep", '{"n":1,"a":' + "[" * 100000 + "\n", "line 1"), ("bytes", b"\xff\x00\n", "line 1")):
            with self.subTest(name):
                self.write(f"{name}/journal.jsonl", text)
                self.expect(self.failc("report", name), 2, why)


class StrictParser(unittest.TestCase):
    """The parser above refuses what is no TAP 14: else it would show nothing."""

    def test_it_refuses(self):
        for text in ("1..0\n", "TAP version 13\n1..0\n", "TAP version 14\nok 1 - a\n", "TAP version 14\n1..2\nok 1 - a\n", "TAP version 14\n1..1\nok 2 - a\n", "TAP version 14\n1..1\nok 1 - a # b\n",
                     "TAP version 14\n1..1\nok 1 - a\n  ---\n  a: b c\n  ...\n", "TAP version 14\n1..0\nBail out!\n# more\n", "TAP version 14\n1..0"):
            with self.subTest(text), self.assertRaises(ValueError):
                parse_tap(text)


if __name__ == "__main__":
    unittest.main()
