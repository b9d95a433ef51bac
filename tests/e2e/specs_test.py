#!/usr/bin/env python3
"""failc on spec files in YAML and JSON: run, check, list, plan, import."""
import json
import pathlib
import re
import shutil
import unittest
import xml.etree.ElementTree

import support
from support import ROOT, records

SAMPLES = ROOT / "tests/specs/samples"
UPSTREAM = ROOT / "../shared/specs"
PHASES = UPSTREAM / "server-discovery-and-monitoring/tests"


class Specs(support.TestCase):
    def setUp(self):
        super().setUp()
        for name in ("held.yml", "held.json", "events.json"):
            shutil.copy(SAMPLES / name, self.base / name)

    def test_run_files(self):
        done = self.expect(self.failc("run", "held.yml", "held.json", "--journal", "j"), 0, "pass  held.yml::A member that was the primary is forgotten", "held.json::", "2 passed")
        self.assertNotIn("not run", done.stdout)
        kinds = [r["kind"] for r in records(self.base / "j")]
        self.assertEqual((kinds[0], kinds[-1]), ("run", "end"))
        self.assertEqual(kinds.count("scenario"), 2)
        self.assertIn('step "a is the primary"', [r.get("text") for r in records(self.base / "j")])

    def test_a_failure(self):
        self.write("held.yml", (SAMPLES / "held.yml").read_text().replace("setName: rs\n", "setName: other\n"))
        done = self.expect(self.failc("run", "held.yml"), 1, "held.yml:13:16: `setName` is `rs`, and `other` is wanted", "      setName: other\n", "^~~~~", "1 failed", "again: failc run held.yml --only")
        self.assertIn("setName = `rs`", done.stdout)

    def test_a_folder_ends_with_what_is_not_run(self):
        self.write("u/one.json", '{"schemaVersion": "1.0", "tests": []}')
        self.write("u/config.json", "{}")
        self.write("own.fail", 'scenario "s" {\n  play sdam with { uri: "mongodb://a" } as c\n  expect c matches { topologyType: "Unknown", servers: { "a:27017": { type: "Unknown" } } }\n}\n')
        done = self.expect(self.failc("run", "."), 0, "4 passed", "of 5 spec files, 3 run, of 1 kind\n      3  discovery phases\nnot run: 2 files, of 2 kinds", "1  unified: ", "./u: one.json", "1  no test format: ", "./u: config.json")
        self.assertLess(done.stdout.index("pass  "), done.stdout.index("not run:"))
        self.expect(self.failc("run", ".", "--report", "json=r.out", "--report", "junit=r.xml"), 0)
        report = json.loads((self.base / "r.out").read_text())
        self.assertEqual([f["path"] for f in report["run"]["specs_not_run"]], ["./u/config.json", "./u/one.json"])
        self.assertIn("./held.yml", [s["at"]["file"] for s in report["scenarios"]])
        suites = xml.etree.ElementTree.parse(self.base / "r.xml").getroot()
        self.assertEqual((suites.get("tests"), suites.get("skipped")), ("6", "2"))
        self.assertEqual({case.get("file") for case in suites.iter("testcase")}, {"./own.fail", "./held.yml", "./held.json", "./events.json", "./u/one.json", "./u/config.json"})
        self.expect(self.failc("check", "."), 0, "not run: 2 files", "6 files checked, no mistakes")
        self.expect(self.failc("list", "."), 0, "./u/one.json  [not run: unified: ", "held.yml::A member that was the primary is forgotten  []  at most 0s")
        self.write("u/template.yml", "{{ this is none }}: [")
        self.expect(self.failc("list", "."), 0, "./u/template.yml  [not run: cannot be read: line 1, column ")
        self.expect(self.failc("run", "u/template.yml"), 2, "error[F0701]")
        self.expect(self.failc("run", "u"), 3, "not run: 3 files", "there is no scenario in what was named")

    def test_lists_of_tests(self):
        shutil.copytree(SAMPLES, self.base / "s")
        done = self.expect(self.failc("run", "s"), 0, "pass  s/options/values.yml::nothing of the sort  ", "pass  s/selection/near.json::near  ", "pass  s/selection/avoided.yml::a server is avoided  ")
        self.assertNotIn("not run", done.stdout)
        self.expect(self.failc("run", "s/credential/mechanisms.yml", "--only", "nobody"), 0, "1 passed")
        self.write("twice.yml", "tests:\n- {description: d, uri: 'mongodb://h', valid: true}\n- {description: d, uri: 'mongodb://h', valid: false}\n")
        self.expect(self.failc("run", "twice.yml"), 1, "pass  twice.yml::d  ", "FAIL  twice.yml::d (2)  ", "twice.yml:3:47: `valid` is true, and false is wanted")
        made = self.expect(self.failc("import", "s/options/values.yml", "--to-fail"), 0, 'scenario "nothing of the sort" {').stdout
        self.write("made.fail", made)
        self.expect(self.failc("run", "made.fail"), 0, "3 passed")
        self.write("a.fail", 'import "s/*/*.yml" as upstream\nrun upstream\n')
        self.expect(self.failc("run", "a.fail"), 0, " passed in ")
        self.expect(self.failc("plan", "s/window/busy.yml"), 0, "play selection", "iterations 3000")

    def test_choices_are_the_seeds(self):
        text = (SAMPLES / "window/busy.yml").read_text().replace("tolerance: 0.06", "tolerance: 0.0").replace("iterations: 3000", "iterations: 3001")
        self.write("busy.yml", text)
        said = [self.expect(self.failc("run", "busy.yml", "--seed", seed), 1, "expected_frequencies.y:27017").stdout for seed in (1, 1, 2)]
        seen = [re.search(r"`expected_frequencies\.y:27017` is (\S+),", one).group(1) for one in said]
        self.assertEqual(seen[0], seen[1])
        self.assertNotEqual(seen[0], seen[2])

    def test_lint(self):
        self.expect(self.failc("lint", "held.json", "events.json"), 0, "2 files examined, nothing to say")
        text = (SAMPLES / "held.yml").read_text()
        self.write("w.yml", text.replace("setName: rs\n  ", "setName: other\n  ").replace("description: an operation", "description: &why an operation"))
        self.expect(self.failc("lint", "w.yml"), 1, "warning[F1011]", "`setName` is `rs`, and `other` is wanted", "warning[F1008]", "nothing refers to the anchor `&why`", "0 errors, 4 warnings in 1 file")
        self.expect(self.failc("lint", "w.yml", "--diff"), 1, "-  - description: &why an operation", "+  - description: an operation")
        self.expect(self.failc("lint", "w.yml", "--fix"), 1, "0 errors, 1 warning")
        self.assertNotIn("&why", (self.base / "w.yml").read_text())
        self.write("bad.yml", "description: d\nuri: mongodb://a\ntopologyType: Single\nphases:\n- responses: []\n")
        self.expect(self.failc("lint", "bad.yml"), 2, "help: it is a key of an outcome", "error[F0706]", "phase 1 has no `outcome`")
        self.write("d/template.yml", "{{ this is none }}: [")
        self.expect(self.failc("lint", "d"), 0, "nothing to say")
        self.expect(self.failc("lint", "d/template.yml"), 2, "error[F0701]")

    def test_secrets_are_not_said(self):
        self.write("s.json", json.dumps({"tests": [{"description": "d", "uri": "mongodb://u:geheim@h", "valid": True, "auth": {"username": "u", "password": "andere", "db": None}}]}, indent=1))
        done = self.expect(self.failc("run", "s.json", "--report", "junit=r.xml", "--report", "json=r.out"), 1, "`auth` is `password`, which is not shown, and another is wanted")
        for text in (done.stdout, done.stderr, (self.base / "r.xml").read_text(), (self.base / "r.out").read_text()):
            self.assertNotIn("geheim", text)
            self.assertNotIn("andere", text)

    def test_check(self):
        self.write("bad.yml", "description: d\nuri: mongodb://a\nphazes: []\nphases:\n- outcome: {topologyType: Single, servers: {}, setNam: x}\n")
        self.expect(self.failc("check", "bad.yml"), 2, "bad.yml:3:1: error[F0704]", "did you mean `phases`?")
        self.write("bad.yml", "description: d\nuri: mongodb://a\nphases:\n- outcome: {topologyType: Single, servers: {}, setNam: x}\n")
        self.expect(self.failc("check", "bad.yml"), 2, "bad.yml:4:48: error[F0707]", "did you mean `setName`?", "1 error in 1 file")
        self.expect(self.failc("run", "bad.yml"), 2, "F0707")
        self.expect(self.failc("check", "none.yml"), 2, "none.yml", "there is no such file")
        self.write("broken.json", "{")
        self.expect(self.failc("check", "."), 2, "broken.json:1:2: error[F0701]", "bad.yml:4:48")

    def test_plan(self):
        self.expect(self.failc("plan", "held.yml"), 0, "player #0 = sdam", "expect #0 matches", "worst case: 0s")

    def test_import(self):
        self.expect(self.failc("import", "held.yml"), 2, "--to-fail")
        made = self.expect(self.failc("import", "held.yml", "--to-fail"), 0, "# Made by `failc import` from held.yml.").stdout
        self.write("made.fail", made)
        self.expect(self.failc("fmt", "--check", "made.fail"), 0)
        self.expect(self.failc("run", "made.fail"), 0, "1 passed")
        self.expect(self.failc("import", "held.yml", "events.json", "--to-fail", "-o", "out"), 0, "out/held.fail", "out/events.fail")
        self.expect(self.failc("run", "out"), 0, "2 passed")
        self.expect(self.failc("import", "held.yml", "--to-fail", "-o", "out"), 3, "exists already")
        self.write("one.json", '{"schemaVersion": "1.0", "tests": []}')
        self.expect(self.failc("import", "one.json", "--to-fail"), 2, "error[F0708]")

    def test_import_in_a_file(self):
        self.write("a.fail", 'import "*.yml" as specs\nimport "held.*" as none only "*forgotten"\nrun specs\n')
        self.expect(self.failc("run", "a.fail"), 0, "pass  held.yml::A member", "1 passed")
        self.expect(self.failc("run", "a.fail", "--only", "*forgotten"), 0, "1 passed")


@unittest.skipUnless(PHASES.is_dir(), "the specifications are not at ../shared/specs")
class Upstream(support.TestCase):
    def test_the_whole_folder(self):
        done = self.expect(self.failc("run", UPSTREAM / "server-discovery-and-monitoring"), 0, " passed in ", "unified: ")
        files = [p for p in PHASES.rglob("*") if p.suffix in (".yml", ".json")]
        phases = [p for p in files if p.parent.name != "unified"]
        self.assertIn(f"{len(phases)} passed", done.stdout)
        self.assertIn(f"not run: {len(files) - len(phases)} files", done.stdout)

    def test_what_needs_no_server(self):
        folders = [UPSTREAM / name for name in ("server-selection/tests/server_selection", "server-selection/tests/rtt", "server-selection/tests/in_window", "max-staleness/tests", "connection-string/tests", "uri-options/tests",
                                                "auth/tests/legacy", "read-write-concern/tests/connection-string", "read-write-concern/tests/document")]
        done = self.expect(self.failc("run", *folders), 0, " passed, 2 skipped in ")
        self.assertNotIn("not run", done.stdout)
        for ending in (".yml", ".json"):
            self.assertEqual({p for f in folders for p in map(str, f.rglob("*" + ending))}, set(re.findall(rf"^(?:pass|skip) +(\S+?{re.escape(ending)})::", done.stdout, re.M)))

    def test_the_counts_add_up(self):
        files = [p for p in UPSTREAM.rglob("*") if p.suffix in (".yml", ".json")]
        done = self.expect(self.failc("run", UPSTREAM), 0, "not run: ")
        table = done.stdout[done.stdout.index(f"of {len(files)} spec files, "):]
        run, not_run = table.split("not run: ", 1)
        counts = lambda text: sum(int(count) for count in re.findall(r"^ {2,6}(\d+)  \S", text, re.M))
        self.assertIn(f"{counts(run)} run, of ", run)
        self.assertTrue(not_run.startswith(f"{counts(not_run)} files, "))
        self.assertEqual(counts(run) + counts(not_run), len(files))
        self.assertNotIn("no test format", table)

    def test_every_file_is_accounted_for(self):
        files = {str(p) for p in UPSTREAM.rglob("*") if p.suffix in (".yml", ".json")}
        bad = {p for p in files if p.endswith("expectedTracingSpans-emptyNestedSpan.yml")}
        done = self.failc("check", UPSTREAM)
        self.assertEqual(done.returncode, 2 if bad else 0, done.stderr[-2000:])
        self.assertEqual(done.stderr.count(": error["), len(bad))
        listed = self.expect(self.failc("list", UPSTREAM), 0).stdout
        not_run = set(re.findall(r"^(\S+)  \[not run: ", listed, re.M))
        run = set(re.findall(r"^(\S+?)::", listed, re.M))
        self.assertFalse(not_run & run)
        self.assertEqual(not_run | run, files)
        self.assertNotIn("no test format", listed)


if __name__ == "__main__":
    unittest.main()
