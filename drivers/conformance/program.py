"""The program under test: one process, asked by lines."""
import itertools
import json
import subprocess
import threading
import time


class Failed(Exception):
    """What a check found wrong."""


class NotOffered(Exception):
    """What a check needs, the program says it cannot do."""


class Program:
    """What it writes is kept in `lines`, in order; `junk` is what of it is no JSON object."""

    def __init__(self, command, patience, log):
        self.patience = patience
        self.lines, self.junk, self.over = [], [], False
        self.more = threading.Condition()
        self.sending = threading.Lock()
        self.numbers = itertools.count(1)
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for raw in self.process.stdout:
            try:
                line = json.loads(raw)
            except ValueError:
                line = None
            with self.more:
                (self.lines if isinstance(line, dict) else self.junk).append(line if isinstance(line, dict) else raw)
                self.more.notify_all()
        with self.more:
            self.over = True
            self.more.notify_all()

    # ---- lines

    def send(self, line):
        """A request without its id gets one; the id is given back. Bytes are sent as they are."""
        if isinstance(line, dict):
            if "op" in line and "id" not in line:
                line = {"id": next(self.numbers), **line}
            data = json.dumps(line).encode() + b"\n"
        else:
            data = line
        try:
            with self.sending:
                self.process.stdin.write(data)
                self.process.stdin.flush()
        except (OSError, ValueError):  # its end, or ours
            raise Failed("the program does not read any more")
        return line.get("id") if isinstance(line, dict) else None

    def wait(self, condition, what, seconds=None):
        """What `condition` gives for the lines so far, once that is something."""
        end = time.monotonic() + (seconds or self.patience)
        with self.more:
            while True:
                found = condition(self.lines)
                if found:
                    return found
                if self.over:
                    raise Failed(f"the program ended before there was {what}")
                if not self.more.wait(end - time.monotonic()) and time.monotonic() >= end:
                    raise Failed(f"there was no {what} within {seconds or self.patience} s")

    def place(self, id):
        """Where in `lines` the answer to `id` stands; None where it does not."""
        return next((at for at, line in enumerate(self.lines) if "id" in line and line["id"] == id and "event" not in line), None)

    def answer(self, id, seconds=None, what=None):
        self.wait(lambda _: self.place(id) is not None, what or f"answer to request {id}", seconds)
        answer = self.lines[self.place(id)]
        if "ok" not in answer and "error" not in answer:
            raise Failed(f"an answer has neither `ok` nor `error`: {short(answer)}")
        return answer

    def ask(self, op, seconds=None, **members):
        id = self.send({"op": op, **members})
        return self.answer(id, seconds, f"answer to `{op}`")

    def ok(self, op, seconds=None, **members):
        answer = self.ask(op, seconds, **members)
        if "ok" not in answer:
            raise Failed(f"`{op}` {short(members)} is an error: {short(answer['error'])}")
        return answer["ok"]

    def error(self, op, seconds=None, **members):
        answer = self.ask(op, seconds, **members)
        if "ok" in answer:
            raise Failed(f"`{op}` {short(members)} is no error: {short(answer['ok'])}")
        return answer["error"]

    def events(self, client, *names):
        return [line for line in self.lines if line.get("entity") == client and "event" in line and (not names or line["event"] in names)]

    # ---- its end

    def end_input(self):
        with self.sending:
            try:
                self.process.stdin.close()
            except OSError:
                pass

    def end(self):
        """As failc does it: the end of its input, and a kill where that is not enough."""
        self.end_input()
        try:
            self.process.wait(1)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        self.wait_for_output()

    def wait_for_output(self):
        with self.more:
            self.more.wait_for(lambda: self.over, 2)
        if self.over:
            self.process.stdout.close()


def short(value):
    text = json.dumps(value)
    return text if len(text) < 300 else text[:300] + "…"
