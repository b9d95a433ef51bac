#!/usr/bin/env python3
"""failc run with several jobs, retries, shards and what did not pass before; and a generated suite whose verdicts are known."""
import json
import random
import re
import signal
import time
import unittest
import xml.etree.ElementTree

import support
from support import records, wait_until

HEAD = """use std.process

cluster app { process[1] with { command: ["sleep", "300"] } }

"""


def scenario(title, body):
    return f'scenario "{title}" {{\n{body}\n  expect app[0] is running\n}}\n'


def fails_until(marker, times):
    """A statement that fails the first `times` times that it runs, counted in a file."""
    return f'  exec on app[0] ["sh", "-c", "echo >> {marker}; test $(wc -l < {marker}) -gt {times}"]'


class Jobs(support.TestCase):
    def report(self, *arguments, code):
        self.expect(self.failc("run", *arguments, "--report", "json=out.json", "--report", "junit=out.xml"), code)
        return json.loads((self.base / "out.json").read_text())

    def verdicts(self, report):
        return [(s["title"], s["verdict"]) for s in report["scenarios"]]

    def test_two_at_once_take_half_the_time_and_are_reported_in_order(self):
        self.write("a.fail", HEAD + "".join(scenario(f"s{i}", f"  sleep {900 if i % 2 else 1100}ms") for i in range(4)))
        began = time.monotonic()
        report = self.report("a.fail", "--jobs", "4", code=0)
        self.assertLess(time.monotonic() - began, 3.5, "four sleeps of a second would be more")
        self.assertEqual(self.verdicts(report), [(f"s{i}", "pass") for i in range(4)])
        journals = {s["journal"] for s in report["scenarios"]}
        self.assertEqual(len(journals), 4)
        for journal in journals:
            self.assertEqual(records(self.base / journal)[-1]["kind"], "end")
        cases = [c.get("name") for c in xml.etree.ElementTree.parse(self.base / "out.xml").getroot().iter("testcase")]
        self.assertEqual(cases, ["s0", "s1", "s2", "s3"])

    def test_files_run_at_once_too(self):
        for name in "abc":
            self.write(f"suite/{name}.fail", HEAD + scenario(name, "  sleep 1s"))
        began = time.monotonic()
        report = self.report("suite", "--jobs", "3", code=0)
        self.assertLess(time.monotonic() - began, 2.8)
        self.assertEqual([s["title"] for s in report["scenarios"]], ["a", "b", "c"])

    def test_what_fixes_the_same_port_runs_one_after_the_other(self):
        one, two = support.ports_to_fix(2)
        self.write("a.fail", """
component fixed {
  param number: int
  port api = number
  run ["sleep", "300"]
}
cluster app { fixed[1] with { number: ONE } }
cluster other { fixed[1] with { number: TWO } }

scenario "one" {
  sleep 700ms
  expect app[0] is running
}
scenario "two" {
  sleep 700ms
  expect app[0] is running
}
scenario "three" {
  sleep 700ms
  expect other[0] is running
}
""".replace("ONE", str(one)).replace("TWO", str(two)))
        self.expect(self.failc("plan", "a.fail"), 0, f"port api {one}", f"port api {two}")
        report = self.report("a.fail", "--jobs", "3", code=0)
        self.assertEqual(self.verdicts(report), [("one", "pass"), ("two", "pass"), ("three", "pass")])
        journals = {s["title"]: s["journal"] for s in report["scenarios"]}
        self.assertNotEqual(journals["one"], journals["three"])

    def test_output_of_each_stands_together(self):
        self.write("a.fail", HEAD + "".join(scenario(f"s{i}", f'  repeat 20 {{\n    log "of {i}"\n    sleep 10ms\n  }}') for i in range(3)))
        done = self.expect(self.failc("run", "a.fail", "--jobs", "3"), 0)
        blocks = re.findall(r"((?:  of \d\n)+)pass  a.fail::s(\d)", done.stdout)
        self.assertEqual(len(blocks), 3, done.stdout)
        for text, title in blocks:
            self.assertEqual(text, f"  of {title}\n" * 20)

    def test_fail_fast_begins_nothing_more(self):
        self.write("a.fail", HEAD + scenario("bad", "  expect app[0] is stopped") + "".join(scenario(f"s{i}", "  sleep 1s") for i in range(8)))
        report = self.report("a.fail", "--jobs", "2", "--fail-fast", code=1)
        self.assertEqual(report["run"]["failed"], 1)
        self.assertGreaterEqual(report["run"]["not_run"], 6)
        self.assertEqual(report["run"]["not_run"] + len(report["scenarios"]), 9)

    def test_ctrl_c_ends_all_and_undoes_all(self):
        self.write("a.fail", HEAD + "".join(scenario(f"s{i}", "  sleep 60s") for i in range(6)))
        running = self.begin("run", "a.fail", "--jobs", "3", "--journal", "j", "--report", "json=out.json")
        self.assertTrue(wait_until(lambda: sum("sleep 300" in command and "failc" not in command for _, command in self.processes()) >= 3, 20), self.processes())
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
        self.assertEqual(running.returncode, 130, out + err)
        self.assertTrue(wait_until(lambda: not self.processes(), 5), self.processes())
        report = json.loads((self.base / "out.json").read_text())
        self.assertEqual({s["verdict"] for s in report["scenarios"]}, {"interrupted"})
        self.assertEqual(len(report["scenarios"]) + report["run"]["not_run"], 6)
        self.expect(self.failc("recover", "j"), 0, "nothing was left")

    def test_a_killed_run_is_recovered_whole(self):
        self.write("a.fail", HEAD + "".join(scenario(f"s{i}", "  sleep 60s") for i in range(3)))
        running = self.begin("run", "a.fail", "--jobs", "3", "--journal", "j", "--lease", "1h")
        self.assertTrue(wait_until(lambda: sum("sleep 300" in command and "failc" not in command for _, command in self.processes()) >= 3, 20), self.processes())
        running.kill()
        running.wait()
        self.assertTrue(self.processes(), "the nodes outlive failc")
        self.expect(self.failc("recover", "j"), 0)
        self.assertTrue(wait_until(lambda: not self.processes(), 5), self.processes())

    def test_numbers_that_are_none(self):
        self.write("a.fail", HEAD + scenario("s", "  sleep 1ms"))
        for option, value in (("--jobs", "0"), ("--jobs", "two"), ("--jobs", "-1"), ("--retries", "-1"), ("--retries", "x"), ("--shard", "0/2"), ("--shard", "3/2"), ("--shard", "1")):
            self.expect(self.failc("run", "a.fail", f"{option}={value}"), 2, option)
        self.expect(self.failc("check", "a.fail", "--jobs=0"), 2, "--jobs")

    def test_a_dry_run_touches_nothing(self):
        self.write("a.fail", HEAD + scenario("s", "  kill (random 1 of app)\n  start app[0]"))
        before = sorted(str(p) for p in self.base.rglob("*"))
        self.expect(self.failc("run", "a.fail", "--dry-run", "--jobs", "2", "--retries", "1", "--shard", "1/1"), 0, "nothing was touched")
        self.assertEqual(sorted(str(p) for p in self.base.rglob("*")), before)


class Retries(support.TestCase):
    def setUp(self):
        super().setUp()
        self.write("a.fail", HEAD + scenario("good", "  sleep 1ms") + scenario("flaky", fails_until(self.base / "flaky", 1)) + scenario("bad", "  expect app[0] is stopped"))

    def test_flaky_is_named_and_never_a_pass(self):
        done = self.failc("run", "a.fail", "--only", "flaky", "--retries", "2", "--report", "json=out.json", "--report", "junit=out.xml")
        self.expect(done, 1, "attempt 2 of 3 follows", "FLAKY", "0 passed, 1 flaky", "attempt 1: fail", "attempt 2: pass")
        report = json.loads((self.base / "out.json").read_text())
        self.assertEqual((report["run"]["passed"], report["run"]["flaky"]), (0, 1))
        only = report["scenarios"][0]
        self.assertEqual(only["verdict"], "flaky")
        self.assertEqual([a["verdict"] for a in only["attempts"]], ["fail", "pass"])
        self.assertIn("exit code 1", only["attempts"][0]["failure"]["message"])
        self.assertEqual(len({a["journal"] for a in only["attempts"]}), 2)
        for attempt, number in zip(only["attempts"], (None, 2)):
            first = records(self.base / attempt["journal"])[0]
            self.assertEqual(first.get("attempt"), number)
        root = xml.etree.ElementTree.parse(self.base / "out.xml").getroot()
        self.assertEqual((root.get("tests"), root.get("failures")), ("1", "1"))
        self.assertEqual(next(root.iter("failure")).get("type"), "flaky")

    def test_allow_flaky_exits_with_0(self):
        self.expect(self.failc("run", "a.fail", "--only", "flaky", "--retries", "1", "--allow-flaky"), 0, "FLAKY", "0 passed, 1 flaky")

    def test_what_fails_each_time_has_failed(self):
        done = self.expect(self.failc("run", "a.fail", "--retries", "2", "--report", "json=out.json"), 1, "1 passed, 1 flaky, 1 failed")
        report = json.loads((self.base / "out.json").read_text())
        self.assertEqual([s["verdict"] for s in report["scenarios"]], ["pass", "flaky", "fail"])
        self.assertEqual([len(s["attempts"]) for s in report["scenarios"]], [0, 2, 3])
        self.assertEqual(done.stdout.count("FAIL  a.fail::bad"), 3)

    def test_fail_fast_waits_for_the_last_attempt(self):
        self.expect(self.failc("run", "a.fail", "--retries", "1", "--fail-fast", "--allow-flaky"), 1, "1 passed, 1 flaky, 1 failed in")
        (self.base / "flaky").unlink()
        self.expect(self.failc("run", "a.fail", "--retries", "1", "--fail-fast"), 1, "1 passed, 1 flaky, 1 not run")

    def test_an_interrupted_one_is_not_begun_anew(self):
        self.write("b.fail", HEAD + scenario("long", "  sleep 60s"))
        running = self.begin("run", "b.fail", "--retries", "3", "--journal", "j")
        self.assertTrue(wait_until(lambda: any("sleep 300" in command for _, command in self.processes())))
        running.send_signal(signal.SIGTERM)
        out, err = running.communicate(timeout=30)
        self.assertEqual(running.returncode, 130, out + err)
        self.assertNotIn("follows", out)


class Selection(support.TestCase):
    def test_shards_are_disjoint_and_complete(self):
        self.write("a.fail", HEAD + "".join(scenario(f"s{i}", "  sleep 1ms") for i in range(7)))
        seen = []
        for i in (1, 2, 3):
            listed = json.loads(self.failc("list", "a.fail", "--shard", f"{i}/3", "--format", "json").stdout)
            self.assertIn(len(listed), (2, 3))
            seen += [row["title"] for row in listed]
        self.assertEqual(sorted(seen), [f"s{i}" for i in range(7)])
        done = self.expect(self.failc("run", "a.fail", "--shard", "2/3"), 0)
        ran = re.findall(r"pass  a.fail::(s\d)", done.stdout)
        self.assertEqual(ran, [row["title"] for row in json.loads(self.failc("list", "a.fail", "--shard", "2/3", "--format", "json").stdout)])

    def test_an_empty_shard_is_no_mistake(self):
        self.write("a.fail", HEAD + scenario("s", "  sleep 1ms"))
        codes = [self.failc("run", "a.fail", "--shard", f"{i}/2", "--report", f"json={i}.json") for i in (1, 2)]
        self.assertEqual([done.returncode for done in codes], [0, 0])
        self.assertEqual(sum("is empty" in done.stdout for done in codes), 1)
        self.assertEqual(sum(json.loads((self.base / f"{i}.json").read_text())["run"]["passed"] for i in (1, 2)), 1)
        self.expect(self.failc("run", "a.fail", "--shard", "1/2", "--only", "absent"), 2, "no scenario is selected")

    def test_rerun_failed(self):
        self.expect(self.failc("run", "--rerun-failed"), 2, "no run in `.failc/runs`")
        self.write("a.fail", HEAD + scenario("good", "  sleep 1ms") + scenario("later", fails_until(self.base / "later", 1)))
        self.write("b.fail", HEAD + scenario("bad", "  expect app[0] is stopped") + scenario("fine", "  sleep 1ms"))
        self.expect(self.failc("run", "a.fail", "b.fail", "--jobs", "2"), 1, "2 passed, 2 failed")
        time.sleep(1.1)  # the names of runs tell seconds apart
        done = self.expect(self.failc("run", "--rerun-failed"), 1, "again: 2 of 4 scenarios in .failc/runs/", "1 passed, 1 failed")
        self.assertNotIn("::good", done.stdout)
        time.sleep(1.1)
        self.expect(self.failc("run", "a.fail", "b.fail", "--rerun-failed"), 1, "again: 1 of 2 scenarios", "0 passed, 1 failed")
        time.sleep(1.1)
        self.expect(self.failc("run", "a.fail", "--rerun-failed"), 2, "b.fail::bad")
        self.expect(self.failc("run", "a.fail"), 0)
        time.sleep(1.1)
        self.expect(self.failc("run", "--rerun-failed"), 2, "all of the last run", "passed")

    def test_rerun_failed_takes_what_was_not_begun_and_what_was_flaky(self):
        self.write("a.fail", HEAD + scenario("flaky", fails_until(self.base / "flaky", 1)) + scenario("bad", "  expect app[0] is stopped") + scenario("left", "  sleep 1ms"))
        self.expect(self.failc("run", "a.fail", "--retries", "1", "--allow-flaky", "--fail-fast"), 1, "1 flaky, 1 failed, 1 not run")
        time.sleep(1.1)
        self.expect(self.failc("run", "--rerun-failed"), 1, "again: 3 of 3", "2 passed, 1 failed")


    def test_rerun_failed_takes_what_has_a_property_that_was_never_true(self):
        never = '  sometimes "paused": app[0] is paused\n'
        self.write("a.fail", HEAD + scenario("asks", never) + scenario("asks too", never) + scenario("does not", "  sleep 1ms"))
        for more in ([], ["--jobs", "2"]):
            self.expect(self.failc("run", "a.fail", *more), 1, "3 passed, 1 property never true")
            done = self.expect(self.failc("run", "--rerun-failed", *more), 1, "again: 2 of 3", "2 passed, 1 property never true")
            self.assertNotIn("does not", done.stdout)

    def test_rerun_failed_takes_all_of_a_file_whose_cleanup_failed(self):
        self.write("a.fail", HEAD + 'setup { expect app[0] is running }\ncleanup { expect app[0] is stopped }\n' + scenario("one", "") + scenario("two", ""))
        for more in ([], ["--jobs", "2"]):
            self.expect(self.failc("run", "a.fail", *more), 1, "2 passed, 1 failed")
            self.expect(self.failc("run", "--rerun-failed", *more), 1, "again: 2 of 2")

    def test_the_newest_run_of_one_second_is_the_last_one(self):
        self.write("a.fail", HEAD + scenario("good", "  sleep 1ms"))
        self.write("b.fail", HEAD + scenario("bad", "  expect app[0] is stopped"))
        for _ in range(3):
            self.failc("run", "a.fail")
            self.failc("run", "b.fail")
            self.expect(self.failc("run", "--rerun-failed"), 1, "again: 1 of 1", "bad")
            self.failc("run", "a.fail")
            self.expect(self.failc("run", "--rerun-failed"), 2, "all of the last run")


class Reported(support.TestCase):
    """What a run of several sessions says is what its journals say later."""

    KINDS = ("json", "junit", "tap", "github")

    def test_reports_are_the_same_later(self):
        self.write("a.fail", HEAD + """
matrix shapes { how: ["kill", "stop"] }
setup { expect app[0] is running }
cleanup { stop app }
scenario "shaped" matrix shapes {
  sometimes "is paused": app[0] is paused
  sometimes "is up": app[0] is running
  if how == "kill" { kill app[0] } else { stop app[0] }
  expect app[0] is stopped
}
""" + scenario("flaky", fails_until(self.base / "flaky", 1)))
        self.write("b.fail", HEAD + scenario("bad", '  sometimes "b": app[0] is paused\n  expect app[0] is stopped') + scenario("skips", "").replace('"skips"', '"skips" skip "not now"') +
                   scenario("flaky too", '  sometimes "up": app[0] is running\n' + fails_until(self.base / "flaky2", 2)))
        reports = [f"--report={kind}=now.{kind}" for kind in self.KINDS]
        self.expect(self.failc("run", "a.fail", "b.fail", "--jobs", "2", "--retries", "2", "--journal", "j", *reports), 1, "2 passed, 2 flaky", "2 properties never true", "FLAKY")
        self.expect(self.failc("report", "j", *(f"--report={kind}=later.{kind}" for kind in self.KINDS)), 0)
        for kind in self.KINDS:
            self.assertEqual((self.base / f"now.{kind}").read_text(), (self.base / f"later.{kind}").read_text(), kind)
        tap = (self.base / "now.tap").read_text()
        plan = int(re.search(r"^1\.\.(\d+)$", tap, re.M).group(1))
        self.assertEqual(len(re.findall(r"^(?:not )?ok \d+", tap, re.M)), plan)
        self.assertIn("shaped[how=kill]", tap)
        self.expect(self.failc("report", "j"), 0, 'NEVER  a.fail', 'sometimes  a.fail', 'NEVER  b.fail')
        root = xml.etree.ElementTree.parse(self.base / "now.junit").getroot()
        self.assertEqual(int(root.get("tests")), len(list(root.iter("testcase"))))
        self.assertEqual(int(root.get("failures")), len(list(root.iter("failure"))))

    def test_a_folder_that_is_used_again_holds_the_last_run_alone(self):
        self.write("a.fail", HEAD + "".join(scenario(f"s{i}", fails_until(self.base / "never", 99) if i == 2 else "") for i in range(3)))
        self.expect(self.failc("run", "a.fail", "--journal", "j", "--retries", "3"), 1)
        self.assertGreaterEqual(len(list((self.base / "j").glob("1-a*"))), 4)
        self.expect(self.failc("run", "a.fail", "--journal", "j", "--only", "s1", "--retries", "3"), 0)
        self.expect(self.failc("report", "j"), 0, "1 passed in")
        self.expect(self.failc("run", "a.fail", "--journal", "k", "--only", "s1"), 0)
        self.expect(self.failc("run", "a.fail", "--journal", "k", "--only", "s0", "--jobs", "2"), 0)
        self.expect(self.failc("report", "k"), 0, "pass  a.fail::s0", "1 passed in")
        self.write("mine/precious", "")
        self.expect(self.failc("run", "a.fail", "--journal", "mine", "--only", "s0", "--jobs", "2"), 0)
        self.assertTrue((self.base / "mine/precious").exists())


class Resolved(support.TestCase):
    def test_each_run_leaves_a_file_that_does_the_same(self):
        self.write("sub/a.fail", """use std.process

param size: int = 5
cluster app { process[size] with { command: ["sleep", "300"] } }

scenario "two of them" {
  kill (random 2 of app)
  start app
  repeat 2 { kill (random 1 of app) }
  expect count([for n in app if n is stopped: n]) >= 1
}
""")
        kills = lambda folder: [r["node"] for r in records(folder) if r["kind"] == "effect" and r["do"] == "kill"]
        self.expect(self.failc("run", "sub/a.fail", "--journal", "j", "--seed", "3", "--param", "size=7"), 0)
        resolved = self.base / "j/resolved/1-two-of-them.fail"
        text = resolved.read_text()
        self.assertNotIn("random", text)
        self.assertIn("param size: int = 7", text)
        self.expect(self.failc("check", resolved), 0)
        self.expect(self.failc("fmt", "--check", resolved), 0)
        for seed in (4, 5):
            self.expect(self.failc("run", resolved, "--journal", f"again{seed}", "--seed", str(seed)), 0)
            self.assertEqual(kills(self.base / f"again{seed}"), kills(self.base / "j"))
        self.expect(self.failc("run", "sub/a.fail", "--journal", "other", "--seed", "4", "--param", "size=7"), 0)
        self.assertNotEqual(kills(self.base / "other"), kills(self.base / "j"))

    def test_a_run_that_failed_leaves_one_too(self):
        self.write("a.fail", HEAD.replace("process[1]", "process[4]") + """scenario "half" {
  if app[0] is running { kill (random 1 of [app[0], app[1]]) } else { kill (random 1 of app) }
  expect every n in [app[0], app[1]]: n is running
  let other = random 1 of [app[2], app[3]]
  pause other for 100ms
  cleanup { start other }
}
""")
        struck = lambda folder: [(r["do"], r["node"]) for r in records(folder) if r["kind"] == "effect" and r["do"] in ("kill", "pause")]
        self.expect(self.failc("run", "a.fail", "--journal", "j", "--seed", "3"), 1)
        resolved = self.base / "j/resolved/1-half.fail"
        text = resolved.read_text()
        for choice in ("random", "% of", "as they were written"):
            self.assertNotIn(choice, text)
        self.assertIn('log "line 8 was not reached"', text)
        for seed in (4, 5):
            self.expect(self.failc("run", resolved, "--journal", f"again{seed}", "--seed", str(seed)), 1)
            self.assertEqual(struck(self.base / f"again{seed}"), struck(self.base / "j"))

    def test_what_is_imported_is_imported_again(self):
        phase = "phases: [{ responses: [], outcome: { servers: { 'a:27017': { type: Unknown } }, topologyType: Unknown, setName: null } }]\n"
        self.write("sub/one.yml", "description: the one\nuri: mongodb://a\n" + phase)
        self.write("sub/two.yml", "description: another\nuri: mongodb://a\n" + phase)
        self.write("sub/a.fail", 'import "*.yml" as specs\nrun specs\n' + HEAD + scenario("own", "  kill (random 1 of [app[0], app[0]])\n  start app"))
        self.expect(self.failc("run", "sub/a.fail", "--journal", "j"), 0)
        schedules = sorted((self.base / "j/resolved").iterdir())
        self.assertEqual(len(schedules), 3)
        for schedule in schedules:
            self.assertNotIn("random", schedule.read_text())
            self.expect(self.failc("run", schedule, "--journal", "again"), 0, "1 passed in")


class Suite(support.TestCase):
    """200 scenarios of kinds that are drawn from a fixed seed: each gets the verdict that was planted."""

    KINDS = {
        "passes": "pass",
        "claims what is not so": "fail",
        "waits in vain": "fail",
        "breaks a promise": "fail",
        "does not start": "environment",
        "fails once": "flaky",
        "fails twice": "fail",
        "kills and starts": "pass",
    }

    def body(self, kind, i):
        marker = self.base / f"marker{i}"
        return {
            "passes": '  expect app[0] is running',
            "claims what is not so": '  expect app[0] is stopped',
            "waits in vain": '  eventually within 60ms: app[0] is paused',
            "breaks a promise": '  always: app[0] is running\n  kill app[0]\n  sleep 100ms',
            "does not start": '  expect broken[0] is running',
            "fails once": fails_until(marker, 1) + '\n  expect app[0] is running',
            "fails twice": fails_until(marker, 2) + '\n  expect app[0] is running',
            "kills and starts": '  kill app[0]\n  await app[0] is stopped within 5s\n  start app[0]\n  expect app[0] is running',
        }[kind]

    def test_200_generated_scenarios(self):
        dice = random.Random(20251127)
        kinds = list(self.KINDS) + [dice.choice(list(self.KINDS)) for _ in range(200 - len(self.KINDS))]
        dice.shuffle(kinds)
        for f in range(4):
            text = HEAD + 'cluster broken { process[1] with { command: ["false"] } }\n\n'
            for i in range(f * 50, f * 50 + 50):
                text += f'scenario "{i} {kinds[i]}" {{\n{self.body(kinds[i], i)}\n}}\n\n'
            self.write(f"suite/{f}.fail", text)
        self.expect(self.failc("check", "suite", "--jobs", "2"), 0)
        done = self.failc("run", "suite", "--jobs", "2", "--retries", "1", "--report", "json=out.json", timeout=300)
        self.assertEqual(done.returncode, 1, done.stdout[-3000:] + done.stderr)
        report = json.loads((self.base / "out.json").read_text())
        self.assertEqual([(s["title"], s["verdict"]) for s in report["scenarios"]], [(f"{i} {kind}", self.KINDS[kind]) for i, kind in enumerate(kinds)])
        self.assertEqual(report["run"]["leaked"], 0)
        for s in report["scenarios"]:
            self.assertEqual(len(s["attempts"]), 0 if s["verdict"] == "pass" else 2, s["title"])


if __name__ == "__main__":
    unittest.main()
