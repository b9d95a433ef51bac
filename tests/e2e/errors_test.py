#!/usr/bin/env python3
"""What `error` is when a request fails: the same document for HTTP, programs, TCP and drivers."""
import unittest

import support

FOLDER = support.ROOT / "tests/e2e/errors"

COMPONENT = f'''
component server {{
  port api
  let address_of = node.address + ":" + string(node.ports.api)
  run ["python3", "-B", "{FOLDER}/server.py", "--port", string(node.ports.api)]
  ready within 20s: page("ready", node) == "fine"
  query page path: string on node within 5s {{ http GET "http://" + node.address_of + "/" + path; result reply.text }}
  operation get path: string on node within 300ms {{ http GET "http://" + node.address_of + "/" + path; result reply.text }}
  operation field on node within 1s {{ http GET "http://" + node.address_of + "/"; result reply.json.field }}
  operation get_nobody on node within 1s {{ http GET "http://" + node.address + ":1/" }}
  operation ask text: string on node within 300ms {{ tcp node.address_of send text + "\\n" until r"fine" }}
  operation ask_nobody on node within 1s {{ tcp node.address + ":1" send "x" }}
  operation program argv: list on node within 500ms {{ exec argv }}
  operation drive error: any within 5s {{ driver ["python3", "-B", "{FOLDER}/driver.py"] send {{ error: error }} }}
}}
cluster s {{ server[1] }}
'''

ALIKE = 'error.codeName == "" and error.labels == [] and "Retry" not in error.labels and len(error.message) > 0'


class Errors(support.TestCase):
    def run_scenario(self, body):
        self.write("test.fail", COMPONENT + f'scenario "one" {{\n{body}\n}}\n')
        return self.failc("run", "test.fail")

    def test_each_kind(self):
        for statement, outcome, expected in [
            ('get "teapot" on s[0]', "failed", 'error.kind == "refused" and error.code == 418 and error.message == "short and stout"'),
            ('get "slow" on s[0]', "unknown", 'error.kind == "timeout" and error.code == null'),
            ('get "cut" on s[0]', "unknown", 'error.kind == "reset" and error.code == null'),
            ("get_nobody on s[0]", "failed", 'error.kind == "unreachable" and error.code == null'),
            ('ask "slow" on s[0]', "unknown", 'error.kind == "timeout"'),
            ('ask "cut" on s[0]', "unknown", 'error.kind == "reset"'),
            ("field on s[0]", "failed", 'error.kind == "reply" and error.code == 200'),
            ("ask_nobody on s[0]", "failed", 'error.kind == "unreachable"'),
            ('program ["sh", "-c", "echo bad >&2; exit 3"] on s[0]', "failed", 'error.kind == "refused" and error.code == 3 and error.message == "bad"'),
            ('program ["sleep", "9"] on s[0]', "unknown", 'error.kind == "timeout"'),
            ('program ["/no/such/program"] on s[0]', "failed", 'error.kind == "unreachable"'),
            ('exec on s[0] ["sh", "-c", "echo bad >&2; exit 3"]', "failed", 'error.kind == "refused" and error.code == 3 and error.message matches r"bad"'),
            ('exec on s[0] ["sleep", "9"] within 300ms', "unknown", 'error.kind == "timeout"'),
            ('exec on s[0] ["/no/such/program"]', "failed", 'error.kind == "unreachable"'),
            ('drive { message: "m", isTimeout: true }', "unknown", 'error.kind == "timeout"'),
            ('drive { message: "m", isNetwork: true }', "unknown", 'error.kind == "reset"'),
            ('drive { message: "m", isNetwork: true, notSent: true }', "failed", 'error.kind == "unreachable"'),
            ('drive { message: "m" }', "failed", 'error.kind == "refused" and error.code == null'),
        ]:
            with self.subTest(statement=statement):
                done = self.run_scenario(f'  {statement} expect outcome == "{outcome}" and {expected} and {ALIKE}')
                self.expect(done, 0)

    def test_what_a_driver_says_of_its_error(self):
        done = self.run_scenario('''  drive { message: "not primary", code: 10107, codeName: "NotWritablePrimary", labels: ["Retry", "Network"] } expect (
    error.code == 10107 and error.codeName == "NotWritablePrimary" and "Retry" in error.labels and count(error.labels) == 2 and
    error == { kind: "refused", code: 10107, codeName: "NotWritablePrimary", labels: ["Retry", "Network"], message: "not primary" }
  )''')
        self.expect(done, 0)

    def test_a_failure_shows_the_error(self):
        done = self.run_scenario('  get "teapot" on s[0] expect error.kind == "timeout"')
        self.expect(done, 1, 'error.kind = "refused"', "short and stout")
        done = self.run_scenario('  get "teapot" on s[0]\n  expect s is running')
        self.expect(done, 1, "its outcome is failed: short and stout")

    def test_there_is_none_where_it_went_well(self):
        done = self.run_scenario('  get "x" on s[0] expect error == null and outcome == "ok" and result == "fine"')
        self.expect(done, 0)
        done = self.run_scenario('  get "x" on s[0] expect error.kind == "refused"')
        self.expect(done, 1, "is undefined")

    def test_the_reason_of_a_query_is_its_error(self):
        done = self.run_scenario('  expect page("teapot", s[0]) == "fine"')
        self.expect(done, 1, "`page` on s.server[0]: short and stout")


if __name__ == "__main__":
    unittest.main()
