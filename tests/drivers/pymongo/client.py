"""PyMongo as one of the clients that tests/e2e/driver_program.py describes."""
import json
import sys
import threading
import time

import pymongo
from pymongo import errors, monitoring
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference
from pymongo.write_concern import WriteConcern

KEEP = 100  # ids in a log


class Primaries(monitoring.TopologyListener):
    """The primary as the driver's monitoring reports it: `changed` is called with its address, or None."""

    def __init__(self, changed):
        self.changed = changed
        self.last = None

    def opened(self, event):
        pass

    def closed(self, event):
        pass

    def description_changed(self, event):
        servers = event.new_description.server_descriptions().values()
        primary = next(("%s:%d" % server.address for server in servers if server.server_type_name == "RSPrimary"), None)
        if primary != self.last:
            self.last = primary
            self.changed(primary)


class Commands(monitoring.CommandListener):
    """The names of the commands that were sent and answered."""

    def __init__(self):
        self.names = []

    def started(self, event):
        pass

    def failed(self, event):
        pass

    def succeeded(self, event):
        self.names.append(event.command_name)


def operations(uri):
    primaries, commands, seen = [], Commands(), {}
    client = pymongo.MongoClient(uri, event_listeners=[Primaries(lambda primary: primary and primaries.append(primary)), commands])
    things = client.app.things
    seen["inserted"] = len(things.insert_many([{"_id": i, "x": i} for i in range(250)]).inserted_ids)
    seen["hosts"] = ["%s:%d" % address for address in client.nodes]
    found = [document["x"] for document in things.find({}).sort("_id", 1).batch_size(40)]
    seen["found"] = [len(found), sum(found)]
    seen["getMores"] = commands.names.count("getMore")
    with things.find({}, batch_size=2) as cursor:
        next(cursor)
    seen["cursorsKilled"] = commands.names.count("killCursors")
    hinted = things.find({"_id": {"$gt": 6}}, limit=2).hint([("_id", 1)]).comment("by hint").collation({"locale": "simple"})
    seen["hinted"] = [document["_id"] for document in hinted]

    updated = things.update_many({"_id": {"$lt": 125}}, {"$inc": {"x": 100}})
    seen["updated"] = [updated.matched_count, updated.modified_count]
    seen["upserted"] = things.update_one({"_id": "new"}, {"$set": {"x": -1}}, upsert=True).upserted_id
    seen["replaced"] = things.replace_one({"_id": "new"}, {"x": -2}).modified_count
    seen["deleted"] = things.delete_many({"_id": {"$gte": 225}}).deleted_count
    seen["modified"] = things.find_one_and_update({"_id": 1}, {"$set": {"y": 1}}, {"y": 0}, return_document=pymongo.ReturnDocument.AFTER)
    seen["removed"] = things.find_one_and_delete({"_id": 1}, {"y": 0})
    bulk = things.bulk_write([pymongo.InsertOne({"_id": 1, "x": 101}), pymongo.InsertOne({"_id": "gone"}),
                              pymongo.UpdateOne({"_id": 1}, {"$set": {"bulk": True}}), pymongo.DeleteOne({"_id": "gone"})], ordered=True)
    seen["bulk"] = [bulk.inserted_count, bulk.modified_count, bulk.deleted_count]
    stages = [{"$match": {"_id": {"$gte": 0}}}, {"$group": {"_id": {"$mod": ["$_id", 2]}, "n": {"$sum": 1}}}, {"$sort": {"_id": 1}}]
    seen["groups"] = list(things.aggregate(stages, batchSize=1))
    seen["let"] = len(list(things.aggregate([{"$match": {"$expr": {"$eq": ["$_id", "$$wanted"]}}}], let={"wanted": 3})))
    seen["count"] = things.count_documents({"_id": {"$gte": 0}})
    seen["estimated"] = things.estimated_document_count()
    things.update_many({"_id": {"$type": "int"}}, [{"$set": {"odd": {"$mod": ["$_id", 2]}}}])
    seen["distinct"] = sorted(things.distinct("odd"))

    unique = client.app.unique
    unique.create_index("x", unique=True)
    seen["indexes"] = sorted(unique.index_information())
    unique.insert_one({"x": 1})
    try:
        unique.insert_one({"x": 1})
    except errors.DuplicateKeyError as error:
        seen["duplicate"] = error.code
    things.find_one({}, max_time_ms=5000)
    seen["timeLimit"] = "ok"
    client.app.loose.with_options(write_concern=WriteConcern(w=0)).insert_one({"_id": 1})
    while client.app.loose.count_documents({}) == 0:
        pass
    seen["unacknowledged"] = 1

    with client.start_session(causal_consistency=True) as session:
        client.app.own.insert_one({"_id": "mine"}, session=session)
        secondary = client.app.own.with_options(read_preference=ReadPreference.SECONDARY, read_concern=ReadConcern("majority"))
        seen["session"] = {"own": client.app.own.count_documents({}, session=session), "secondary": len(list(secondary.find({}, session=session)))}
    with pymongo.MongoClient(uri, compressors="zlib") as other:
        other.admin.command("ping")
        seen["compressed"] = "ok"
    try:
        client.admin.command("noSuchCommand")
    except errors.OperationFailure as error:
        seen["unknownCommand"] = error.code

    client.admin.command("replSetStepDown", 5, secondaryCatchUpPeriodSecs=5)
    client.app.after.insert_one({"_id": 1})
    seen["afterStepDown"] = client.app.after.count_documents({})
    # Its events come from a thread of their own, a little later.
    while len(primaries) == 0 or primaries[0] == primaries[-1]:
        time.sleep(0.01)
    seen["primaries"] = primaries
    client.close()
    print(json.dumps(seen))


class Writes:
    def __init__(self, uri):
        self.output = threading.Lock()
        self.stopped = threading.Event()
        self.client = pymongo.MongoClient(uri, event_listeners=[Primaries(lambda primary: self.tell({"primary": primary}))])
        self.acknowledged, self.failed = [], []

    def tell(self, line):
        with self.output:
            print(json.dumps(line), flush=True)

    def write(self, id, log, number):
        events, logs = self.client.app.events, self.client.app.logs
        if number % 2 == 0:
            events.insert_one({"_id": id})
        elif number % 4 == 1:
            logs.update_one({"_id": log}, {"$inc": {"n": 1}, "$push": {"ids": id}}, upsert=True)
        else:
            logs.find_one_and_update({"_id": log}, {"$inc": {"n": 1}, "$push": {"ids": id}}, upsert=True)

    def work(self, writer):
        number = 0
        while not self.stopped.is_set():
            id = f"{writer}-{number}"
            try:
                self.write(id, f"{writer}-log-{number // KEEP}", number)
                self.acknowledged.append(id)
            except errors.PyMongoError as error:
                network = isinstance(error, errors.AutoReconnect)
                self.failed.append({"id": id, "message": str(error), "code": getattr(error, "code", None), "network": network,
                                    "retryable": error.has_error_label("RetryableWriteError")})
            number += 1

    def run(self, writers):
        threads = [threading.Thread(target=self.work, args=(writer,)) for writer in range(writers)]
        for thread in threads:
            thread.start()
        end = threading.Thread(target=sys.stdin.read, daemon=True)
        end.start()
        while end.is_alive():
            end.join(0.05)
            self.tell({"acknowledged": len(self.acknowledged)})
        self.stopped.set()
        for thread in threads:
            thread.join()
        app = self.client.get_database("app", read_concern=ReadConcern("majority"))
        self.tell({"writes": {"acknowledged": self.acknowledged, "failed": self.failed, "events": [d["_id"] for d in app.events.find()],
                              "logs": list(app.logs.find())}})
        self.client.close()


if sys.argv[1] == "operations":
    operations(sys.argv[2])
else:
    Writes(sys.argv[2]).run(int(sys.argv[3]))
