"""Lines, requests and answers; what cannot be answered; cancelling, deadlines, the end."""
import json
import subprocess
import time

from kit import check, same
from program import Failed, short

LINE_LIMIT = 16 << 20


@check("hello says what the program can do")
def hello(kit):
    said = kit.said
    same(said.get("protocol"), 2, "`protocol`")
    for name, kind in {"adapter": str, "driver": str, "version": str, "requests": list, "operations": list, "objects": dict, "events": list, "capabilities": dict}.items():
        if not isinstance(said.get(name), kind) or not said[name]:
            raise Failed(f"`{name}` is {short(said.get(name))}")
    for name in ("hello", "create", "close", "operation", "run", "topology", "state", "sync"):
        if name not in said["requests"]:
            raise Failed(f"`requests` lacks `{name}`")


@check("every line is a JSON object")
def json_lines(kit):
    program = kit.start()
    program.ok("hello")
    names = kit.client(program)
    kit.do(names.collection, "insertOne", program, document={"text": "two\nlines, \u00e9\u4e2d\U0001f600"})
    kit.do(names.collection, "find", program, filter={})
    program.error("operation", object="nobody", name="find")
    program.ok("topology", entity=names.client)
    if program.junk:
        raise Failed(f"{len(program.junk)} lines are none: {program.junk[0][:200]!r}")


@check("an answer repeats the id")
def ids(kit):
    wanted = [0, 2**31 + 7, 2**53 - 1, 999999]
    for id in wanted:
        kit.program.send({"id": id, "op": "hello"})
    for id in wanted:
        kit.program.answer(id)


@check("an answer has ok or error")
def either(kit):
    names = kit.client()
    answers = [kit.program.ask("hello"), kit.program.ask("create", entity=names.client + "x", type="database", client=names.client, name="x"), kit.program.ask("close", entity="nobody")]
    for answer in answers:
        if ("ok" in answer) == ("error" in answer):
            raise Failed(short(answer))


@check("a member of an error is there, whatever the error")
def error_members(kit):
    names = kit.client()
    for error in (kit.program.error("close", entity="nobody"), kit.refused(names.database, "runCommand", command={"noSuchCommand": 1})):
        kinds = {"message": str, "codeName": str, "labels": list, "isNetwork": bool, "isTimeout": bool, "notSent": bool, "unsupported": bool, "isClient": bool}
        for name, kind in kinds.items():
            if not isinstance(error.get(name), kind):
                raise Failed(f"`{name}` is {short(error.get(name))} in {short(error)}")
        if "code" not in error or not error["message"]:
            raise Failed(f"no `code` or no `message` in {short(error)}")


def refusals(program):
    return [line for line in program.lines if "id" in line and line["id"] is None and "error" in line]


@check("what cannot be answered gets a null id")
def null_ids(kit):
    program = kit.start()
    for number, line in enumerate([b"{nope\n", b"[1]\n", b'"text"\n', b'{"op": "hello"}\n', b'{"id": "x", "op": "hello"}\n', b'{"id": -1, "op": "hello"}\n', b"\xff\xfe\n"], 1):
        program.send(line)
        program.wait(lambda _: len(refusals(program)) >= number, f"error with a null `id` for {line!r}")
    program.ok("hello")
    for line in refusals(program):
        if not line["error"].get("message"):
            raise Failed(f"the error has no message: {short(line)}")


@check("a line of more than 16 MiB is refused")
def long_line(kit):
    program = kit.start()
    long = json.dumps({"id": 700001, "op": "operation", "object": "nobody", "name": "x" * (LINE_LIMIT - 200)}).encode() + b"\n"
    program.send(long)
    program.answer(700001)
    program.send(long.replace(b"700001", b"700002").replace(b"xxx\"", b"xxx" + b"y" * 300 + b'"'))
    program.wait(lambda _: refusals(program) or program.place(700002) is not None, "answer to a line of more than 16 MiB")
    if not refusals(program):
        raise Failed(f"it was taken: {short(program.lines[program.place(700002)])}")
    program.ok("hello")


@check("deep nesting is answered")
def deep(kit):
    program = kit.start()
    names = kit.client(program)
    for number, text in enumerate(["[" * 200000 + "]" * 200000, '{"x":' * 50000 + "1" + "}" * 50000], 1):
        id = 800000 + number
        program.send(f'{{"id": {id}, "op": "operation", "object": "{names.collection}", "name": "find", "arguments": {{"filter": {{"x": {text}}}}}}}\n'.encode())
        program.wait(lambda _: program.place(id) is not None or len(refusals(program)) >= number, "answer to what is nested deep")
    kit.do(names.client, "ping", program)


@check("an unknown request is unsupported")
def unknown_request(kit):
    same(kit.program.error("noSuchRequest").get("unsupported"), True, "`unsupported`")


@check("what it does not know is unsupported")
def unknown_things(kit):
    names = kit.client()
    for request in ({"op": "operation", "object": names.collection, "name": "noSuchOperation"},
                    {"op": "operation", "object": names.collection, "name": "insertOne", "arguments": {"document": {}, "noSuchArgument": 1}},
                    {"op": "operation", "object": names.collection, "name": "find", "noSuchMember": 1},
                    {"op": "create", "entity": "x1", "type": "noSuchType"},
                    {"op": "create", "entity": "x2", "type": "client", "uri": kit.mongod.uri, "options": {"noSuchOption": 1}},
                    {"op": "create", "entity": "x3", "type": "client", "uri": kit.mongod.uri, "observeEvents": ["noSuchEvent"]}):
        answer = kit.program.answer(kit.program.send(request))
        if "ok" in answer or answer["error"].get("unsupported") is not True:
            raise Failed(f"{short(request)} gave {short(answer)}")


@check("an error names what is wrong with the request")
def fields(kit):
    names = kit.client()
    at = {"op": "operation", "object": names.collection}
    for field, request in [("op", {"id": 10**6}),
                           ("entity", {"op": "create", "type": "client", "uri": "mongodb://127.0.0.1"}),
                           ("type", {"op": "create", "entity": "x1"}),
                           ("uri", {"op": "create", "entity": "x1", "type": "client"}),
                           ("uri", {"op": "create", "entity": "x1", "type": "client", "uri": "http://127.0.0.1"}),
                           ("addressMap.a:27017", {"op": "create", "entity": "x1", "type": "client", "uri": "mongodb://a:27017", "addressMap": {"a:27017": "nowhere"}}),
                           ("client", {"op": "create", "entity": "x1", "type": "database", "client": "nobody", "name": "x"}),
                           ("client", {"op": "create", "entity": "x1", "type": "session", "client": names.database}),
                           ("database", {"op": "create", "entity": "x1", "type": "collection", "database": names.client, "name": "x"}),
                           ("name", {"op": "create", "entity": "x1", "type": "database", "client": names.client}),
                           ("object", {"op": "operation", "object": "nobody", "name": "find"}),
                           ("object", {"op": "operation", "name": "find"}),
                           ("name", {**at}),
                           ("arguments", {**at, "name": "find", "arguments": [1]}),
                           ("arguments.document", {**at, "name": "insertOne", "arguments": {}}),
                           ("arguments.document", {**at, "name": "insertOne", "arguments": {"document": 7}}),
                           ("arguments.session", {**at, "name": "insertOne", "arguments": {"document": {}, "session": "nobody"}}),
                           ("entity", {"op": "close", "entity": "nobody"}),
                           ("entity", {"op": "topology", "entity": names.database}),
                           ("entity", {"op": "state", "entity": names.client}),
                           ("deadlineMS", {**at, "name": "find", "deadlineMS": -1}),
                           ("deadlineMS", {**at, "name": "find", "deadlineMS": "soon"})]:
        answer = kit.program.answer(kit.program.send(request), what=f"answer to {short(request)}")
        error = answer.get("error") or {}
        if error.get("field") != field or error.get("notSent") is not True:
            raise Failed(f"{short(request)}: `field` should be {field}: {short(answer)}")


@check("one that blocks holds up none of the others")
def independent(kit):
    names = kit.client()
    kit.do(names.client, "ping")
    kit.block(1500)
    blocked = kit.begin_find(names)
    time.sleep(0.1)
    for _ in range(5):
        kit.do(names.client, "ping")
        kit.program.ok("topology", entity=names.client)
    if kit.program.place(blocked) is not None:
        raise Failed("five others were answered only when the one that blocked was")
    kit.program.answer(blocked)


@check("many requests at once are all answered")
def many(kit):
    names = kit.client()
    ids = [kit.program.send({"op": "operation", "object": names.collection, "name": "insertOne", "arguments": {"document": {"_id": number}}}) for number in range(200)]
    for id in ids:
        if "ok" not in kit.program.answer(id):
            raise Failed(short(kit.program.answer(id)))
    same(len(kit.do(names.collection, "find", filter={})), 200, "documents that were inserted")


@check("what was cancelled is not answered")
def cancel(kit):
    names = kit.client()
    kit.do(names.client, "ping")
    kit.block(600)
    id = kit.begin_find(names)
    time.sleep(0.1)
    kit.program.send({"cancel": id})
    kit.program.send({"cancel": 10**9})  # of none
    kit.program.ok("hello")
    time.sleep(1)
    kit.do(names.collection, "find", filter={})
    if kit.program.place(id) is not None:
        raise Failed(short(kit.program.lines[kit.program.place(id)]))


@check("a request whose deadline is over is answered by the program")
def deadline(kit):
    names = kit.client()
    kit.do(names.client, "ping")
    kit.block(1500)
    began = time.monotonic()
    id = kit.begin_find(names, deadlineMS=200)
    answer = kit.program.answer(id)
    took = time.monotonic() - began
    if "ok" in answer or answer["error"].get("deadline") is not True or answer["error"].get("isTimeout") is not True:
        raise Failed(f"after {took:.1f} s: {short(answer)}")
    if not 0.15 < took < 1.2:
        raise Failed(f"the answer took {took:.1f} s")
    kit.do(names.client, "ping")


@check("nothing more comes after a deadline")
def late(kit):
    names = kit.client()
    kit.do(names.client, "ping")
    kit.block(500)
    id = kit.begin_find(names, deadlineMS=150)
    kit.program.answer(id)
    time.sleep(0.8)
    kit.do(names.collection, "find", filter={})
    answers = [line for line in kit.program.lines if line.get("id") == id]
    same(len(answers), 1, "answers")


@check("it ends when its input ends")
def ends(kit):
    for asked in (False, True):
        program = kit.start()
        names = kit.client(program)
        kit.do(names.client, "ping", program)
        if asked:
            kit.block(4000)
            kit.begin_find(names, program)
            time.sleep(0.2)
        began = time.monotonic()
        program.end_input()
        try:
            program.process.wait(2)
        except subprocess.TimeoutExpired:
            raise Failed("it was there 2 s later" + (", with an operation in flight" if asked else ""))
        if time.monotonic() - began > 1:
            raise Failed(f"it took {time.monotonic() - began:.1f} s; failc kills after one")
