"""Entities, operations and their results, errors of servers and of none."""
import time

import servers
from kit import check, contains, same
from program import Failed, short


@check("a name is given once")
def once(kit):
    names = kit.client()
    if "ok" in kit.program.ask("create", entity=names.client, type="database", client=names.client, name="x"):
        raise Failed("a database got the name of a client")
    if "ok" in kit.program.ask("create", entity=names.database, type="database", client=names.client, name="x"):
        raise Failed("two databases got one name")


@check("close frees the names of what was made of it")
def frees(kit):
    names = kit.client()
    kit.program.ok("close", entity=names.client)
    for name in (names.collection, names.database, names.client):
        if "ok" in kit.program.ask("close", entity=name):
            raise Failed(f"{name} is there after the client's close")
    again = kit.client()
    kit.program.ok("close", entity=again.client)
    kit.program.ok("create", entity=again.client, type="client", uri=kit.mongod.uri)


def results(name, needed, arguments, wanted, before=(), field=None):
    """A check of what an operation on a collection gives; `before` are documents that are there."""
    @check(f"result of {name}")
    def result(kit):
        kit.needs("collection", *needed.split())
        names = kit.client()
        for document in before:
            kit.do(names.collection, "insertOne", document=document)
        contains({"is": kit.do(names.collection, needed.split()[0], **arguments)}, {"is": wanted}, name)


X = [{"_id": 1, "x": 1}, {"_id": 2, "x": 2}, {"_id": 3, "x": 2}]
results("insertOne", "insertOne", {"document": {"_id": "a"}}, {"insertedId": "a"})
results("insertMany", "insertMany", {"documents": [{"_id": 5}, {"_id": "b"}]}, {"insertedCount": 2, "insertedIds": {"0": 5, "1": "b"}})
results("find", "find", {"filter": {"x": 2}, "sort": {"_id": -1}}, [X[2], X[1]], X)
results("find, with a limit", "find", {"filter": {}, "sort": {"_id": 1}, "limit": 2, "skip": 1}, X[1:], X)
results("findOne", "findOne", {"filter": {"_id": 2}}, X[1], X)
results("findOne of none", "findOne", {"filter": {"_id": 9}}, None, X)
results("countDocuments", "countDocuments", {"filter": {"x": 2}}, 2, X)
results("estimatedDocumentCount", "estimatedDocumentCount", {}, 3, X)
results("distinct", "distinct", {"fieldName": "x", "filter": {}}, [1, 2], X)
results("aggregate", "aggregate", {"pipeline": [{"$match": {"x": 2}}, {"$group": {"_id": "$x", "n": {"$sum": 1}}}]}, [{"_id": 2, "n": 2}], X)
results("updateOne", "updateOne", {"filter": {"x": 2}, "update": {"$set": {"y": 1}}}, {"matchedCount": 1, "modifiedCount": 1, "upsertedCount": 0}, X)
results("updateOne that inserts", "updateOne", {"filter": {"_id": 9}, "update": {"$set": {"y": 1}}, "upsert": True},
        {"matchedCount": 0, "modifiedCount": 0, "upsertedCount": 1, "upsertedId": 9}, X)
results("updateMany", "updateMany", {"filter": {"x": 2}, "update": {"$set": {"x": 2, "y": 1}}}, {"matchedCount": 2, "modifiedCount": 2, "upsertedCount": 0}, X)
results("replaceOne", "replaceOne", {"filter": {"_id": 1}, "replacement": {"x": 7}}, {"matchedCount": 1, "modifiedCount": 1, "upsertedCount": 0}, X)
results("deleteOne", "deleteOne", {"filter": {"x": 2}}, {"deletedCount": 1}, X)
results("deleteMany", "deleteMany", {"filter": {"x": 2}}, {"deletedCount": 2}, X)
results("findOneAndUpdate, before", "findOneAndUpdate", {"filter": {"_id": 1}, "update": {"$set": {"x": 5}}}, {"_id": 1, "x": 1}, X)
results("findOneAndUpdate, after", "findOneAndUpdate", {"filter": {"x": 2}, "update": {"$set": {"x": 5}}, "sort": {"_id": -1}, "returnDocument": "After"}, {"_id": 3, "x": 5}, X)
results("findOneAndReplace", "findOneAndReplace", {"filter": {"_id": 1}, "replacement": {"z": 1}, "returnDocument": "After"}, {"_id": 1, "z": 1}, X)
results("findOneAndDelete", "findOneAndDelete", {"filter": {"_id": 1}, "projection": {"_id": 0}}, {"x": 1}, X)
results("bulkWrite", "bulkWrite", {"requests": [{"insertOne": {"document": {"_id": 4}}}, {"updateMany": {"filter": {"x": 2}, "update": {"$set": {"y": 1}}}},
                                               {"replaceOne": {"filter": {"_id": 8}, "replacement": {"x": 8}, "upsert": True}}, {"deleteOne": {"filter": {"_id": 1}}}]},
        {"insertedCount": 1, "matchedCount": 2, "modifiedCount": 2, "deletedCount": 1, "upsertedCount": 1, "upsertedIds": {"2": 8}}, X)
results("drop", "drop", {}, None, X)


@check("result of clientBulkWrite")
def client_bulk(kit):
    kit.needs("client", "clientBulkWrite")
    names = kit.client()
    where = f"failc_conformance.{names.stored}"
    result = kit.do(names.client, "clientBulkWrite", verboseResults=True, models=[
        {"insertOne": {"namespace": where, "document": {"_id": 1}}}, {"updateOne": {"namespace": where, "filter": {"_id": 9}, "update": {"$set": {"x": 1}}, "upsert": True}}])
    contains(result, {"insertedCount": 1, "upsertedCount": 1, "matchedCount": 0, "modifiedCount": 0, "deletedCount": 0}, "the result")
    same((result.get("insertResults"), result.get("updateResults", {}).get("1", {}).get("upsertedId")), ({"0": {"insertedId": 1}}, 9), "results by number")


@check("an _id that is made is told")
def made_id(kit):
    names = kit.client()
    result = kit.do(names.collection, "insertOne", document={"x": 1})
    if not isinstance(result.get("insertedId"), dict) or "$oid" not in result["insertedId"]:
        raise Failed(short(result))
    same([document["_id"] for document in kit.do(names.collection, "find", filter={})], [result["insertedId"]], "the document")


@check("values survive the way there and back")
def values(kit):
    names = kit.client()
    document = {"_id": {"$oid": "0123456789abcdef01234567"}, "text": "\u00e9\u4e2d\U0001f600\"\\", "int": 7, "long": 5000000000, "half": 0.5, "no": None, "yes": True,
                "list": [1, [2, {"x": 3}]], "inside": {"b": 1, "a": 2}, "bytes": {"$binary": {"base64": "AAEC", "subType": "00"}}, "time": {"$timestamp": {"t": 5, "i": 6}}}
    kit.do(names.collection, "insertOne", document=document)
    got = kit.do(names.collection, "find", filter={"_id": document["_id"]})
    same(got, [document], "the document")
    same(list(got[0]["inside"]), ["b", "a"], "the order of keys")


@check("runCommand sends the command's name first")
def command_name(kit):
    kit.needs("database", "runCommand")
    names = kit.client()
    kit.do(names.collection, "insertOne", document={"_id": 1})
    reply = kit.do(names.database, "runCommand", command={"filter": {"_id": 1}, "find": names.stored}, commandName="find")
    same(reply.get("cursor", {}).get("firstBatch"), [{"_id": 1}], "the first batch")


@check("a session's commands have its lsid")
def sessions(kit):
    kit.needs("session", "endSession")
    kit.needs_events("commandStartedEvent")
    names = kit.client(observeEvents=["commandStartedEvent"])
    made = kit.program.ok("create", entity="session", type="session", client=names.client)
    if not isinstance(made, dict) or "id" not in made.get("lsid", {}):
        raise Failed(f"the answer to `create` has no `lsid`: {short(made)}")
    kit.do(names.collection, "insertOne", document={"_id": 1}, session="session")
    program = kit.program
    command = program.wait(lambda _: [line["data"]["command"] for line in program.events(names.client, "commandStartedEvent") if line["data"].get("commandName") == "insert"], "start of the insert")[0]
    same(command.get("lsid"), made["lsid"], "`lsid` of the command")
    kit.do("session", "endSession")


@check("state is what the driver knows of a session")
def state(kit):
    kit.needs("session", "endSession")
    names = kit.client()
    made = kit.program.ok("create", entity="stated", type="session", client=names.client)
    contains(kit.program.ok("state", entity="stated"), {**made, "transaction": "none", "dirty": False, "pinned": False}, "of a new one")
    kit.program.error("state", entity=names.client)  # which is no session
    if "startTransaction" not in kit.said["objects"]["session"]:
        return
    for operation, after in (("startTransaction", "starting"), ("abortTransaction", "aborted")):
        kit.do("stated", operation)
        same(kit.program.ok("state", entity="stated").get("transaction"), after, f"`transaction` after {operation}")


@check("withTransaction comes back for what is inside")
def transaction(kit):
    kit.capability("callbacks")
    names = kit.client()
    kit.do(names.collection, "insertOne", document={"_id": 1})
    kit.program.ok("create", entity="inside", type="session", client=names.client)
    program = kit.program

    def begin():
        id = program.send({"op": "operation", "object": "inside", "name": "withTransaction", "arguments": {}})
        return id, program.wait(lambda lines: next((line for line in lines if line.get("of") == id and "callback" in line), None), "callback")["callback"]

    id, callback = begin()
    kit.do(names.client, "ping")
    if program.place(id) is not None:
        raise Failed("it did not wait for the callback's answer")
    program.send({"callback": callback, "ok": None})
    same(program.answer(id).get("ok", "an error"), None, "the result")
    id, callback = begin()
    failed = program.ask("operation", object=names.collection, name="insertOne", arguments={"document": {"_id": 1}})
    program.send({"callback": callback, "error": failed["id"]})
    same(program.answer(id).get("error", {}).get("message"), failed["error"]["message"], "the error of what was inside")


@check("a cursor is read document by document")
def cursors(kit):
    kit.needs("collection", "createFindCursor")
    kit.needs("cursor", "iterateUntilDocumentOrError", "close")
    names = kit.client()
    for document in X:
        kit.do(names.collection, "insertOne", document=document)
    kit.program.ok("operation", object=names.collection, name="createFindCursor", arguments={"filter": {}, "sort": {"_id": 1}, "batchSize": 2}, save="cursor")
    got = [kit.do("cursor", "iterateUntilDocumentOrError") for _ in range(4)]
    same(got, [*X, None], "the documents")
    kit.do("cursor", "close")
    kit.program.ok("close", entity="cursor")


# ---- errors

@check("a server's error has its code")
def server_error(kit):
    names = kit.client()
    error = kit.refused(names.database, "runCommand", command={"noSuchCommand": 1})
    contains(error, {"code": 59, "codeName": "CommandNotFound", "isClient": False, "isNetwork": False, "notSent": False, "unsupported": False}, "the error")
    contains(error.get("errorResponse", {}), {"code": 59}, "`errorResponse`")
    kit.do(names.collection, "insertOne", document={"_id": 1})
    same(kit.refused(names.collection, "insertOne", document={"_id": 1}).get("code"), 11000, "`code` of a duplicate")


@check("write errors of a bulk have their numbers")
def write_errors(kit):
    kit.needs("collection", "bulkWrite")
    names = kit.client()
    error = kit.refused(names.collection, "bulkWrite", requests=[{"insertOne": {"document": {"_id": one}}} for one in (1, 1, 2)], ordered=False)
    same({at: one.get("code") for at, one in error.get("writeErrors", {}).items()}, {"1": 11000}, "`writeErrors`")
    contains(error.get("partialResult", {}), {"insertedCount": 2}, "`partialResult`")


@check("labels are those of the error")
def labels(kit):
    names = kit.client(options={"retryWrites": False})
    kit.mongod.fail(["insert"], errorCode=8, errorLabels=["FailcsOwn"])
    error = kit.refused(names.collection, "insertOne", document={})
    if "FailcsOwn" not in error["labels"]:
        raise Failed(short(error))


@check("where there is no server, nothing was sent")
def no_server(kit):
    names = kit.client(uri=f"mongodb://127.0.0.1:{servers.free_port()}/", options={"serverSelectionTimeoutMS": 500, "connectTimeoutMS": 500})
    began = time.monotonic()
    error = kit.refused(names.client, "ping")
    contains(error, {"isNetwork": True, "notSent": True, "isClient": True, "code": None}, "the error")
    if time.monotonic() - began > 5:
        raise Failed(f"it took {time.monotonic() - began:.1f} s, with serverSelectionTimeoutMS of 500")


@check("where a connection breaks, it may have been sent")
def broken(kit):
    names = kit.client(options={"retryWrites": False})
    kit.do(names.client, "ping")
    kit.mongod.fail(["insert"], closeConnection=True)
    contains(kit.refused(names.collection, "insertOne", document={}), {"isNetwork": True, "notSent": False, "isClient": True}, "the error")


# ---- without entities

@check("run asks one server, or a client by its value")
def run(kit):
    for whom in ({"direct": kit.mongod.address}, {"client": {"name": "c", "uri": kit.mongod.uri, "options": {"retryWrites": True}}}):
        collection = "run" + next(iter(whom))
        same(kit.program.ok("run", **whom, database="admin", name="command", arguments={"command": {"ping": 1}}).get("ok"), 1, "ping")
        kit.program.ok("run", **whom, database="failc_conformance", collection=collection, name="insertOne", arguments={"document": {"_id": 1}})
        same(kit.program.ok("run", **whom, database="failc_conformance", collection=collection, name="find", arguments={"filter": {}}), [{"_id": 1}], "find")
    began = time.monotonic()
    kit.program.error("run", direct=f"127.0.0.1:{servers.free_port()}", database="admin", name="command", arguments={"command": {"ping": 1}})
    if time.monotonic() - began > 5:
        raise Failed(f"a server that is not there took {time.monotonic() - began:.1f} s")
    for wrong in ({}, {"direct": kit.mongod.address, "client": {"uri": kit.mongod.uri}}):
        kit.program.error("run", **wrong, database="admin", name="command", arguments={"command": {"ping": 1}})
