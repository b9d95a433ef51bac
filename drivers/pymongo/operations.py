"""The operations of the unified test format on each type of entity: what they take, and what comes of them."""
import bson.json_util
import pymongo
from pymongo.client_session import TransactionOptions, _TxnState
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import make_read_preference
from pymongo.write_concern import WriteConcern

from errors import Bad

RELAXED = bson.json_util.JSONOptions(json_mode=bson.json_util.JSONMode.RELAXED, tz_aware=True)


def values(json):
    """Extended JSON to the driver's values."""
    if isinstance(json, dict):
        return bson.json_util.object_hook({name: values(value) for name, value in json.items()}, RELAXED)
    return [values(value) for value in json] if isinstance(json, list) else json


class Arguments:
    """What an operation is asked with; each argument is taken by name, and none may be left. `entities` resolves the names of sessions."""

    def __init__(self, json, entities):
        if not isinstance(json, dict):
            raise Bad("arguments", "is a document")
        self.left = dict(json)
        self.entities = entities

    def take(self, name, kind, otherwise=None):
        json = self.left.pop(name, otherwise)
        if json is None:
            raise Bad(f"arguments.{name}", "is missing")
        is_list = isinstance(json, list) and all(isinstance(one, dict) for one in json)
        if not {"document": isinstance(json, dict), "documents": is_list, "update": isinstance(json, dict) or is_list, "string": isinstance(json, str)}[kind]:
            raise Bad(f"arguments.{name}", {"documents": "is a list of documents", "string": "is a string"}.get(kind, "is a document"))
        try:
            return values(json)
        except Exception as error:  # whatever its types say of what is in `$…`
            raise Bad(f"arguments.{name}", f"is no Extended JSON: {error}")

    def options(self, names="", camel=False):
        """All that is left, if they are of `names`, as keywords of PyMongo: in its own spelling, or as they are for those it hands on."""
        out = {}
        for name, json in self.left.items():
            if name == "session":
                out["session"] = self.entities.of("arguments.session", json, "session").handle
            elif name not in names.split():
                raise Bad(f"arguments.{name}", "is no argument of this operation for this driver", True)
            else:
                out[name if camel and name not in SPELLED else SPELLED.get(name, name)] = option(name, values(json))
        return out


SPELLED = {
    "bypassDocumentValidation": "bypass_document_validation", "arrayFilters": "array_filters", "batchSize": "batch_size", "maxTimeMS": "max_time_ms", "allowDiskUse": "allow_disk_use",
    "returnDocument": "return_document", "noCursorTimeout": "no_cursor_timeout", "allowPartialResults": "allow_partial_results", "returnKey": "return_key", "showRecordId": "show_record_id",
}


def option(name, value):
    if name in ("sort", "hint", "min", "max") and isinstance(value, dict):
        return list(value.items())
    if name == "returnDocument":
        if str(value).lower() not in ("before", "after"):
            raise Bad("arguments.returnDocument", 'is "Before" or "After"')
        return str(value).lower() == "after"
    return value


def read_preference(json):
    mode = json.get("mode") if isinstance(json, dict) else None
    mode = mode[:1].upper() + mode[1:] if isinstance(mode, str) else mode
    modes = {"Primary": 0, "PrimaryPreferred": 1, "Secondary": 2, "SecondaryPreferred": 3, "Nearest": 4}
    if not isinstance(mode, str) or mode not in modes:
        raise Bad("readPreference.mode", f"is one of {', '.join(modes)}")
    return make_read_preference(modes[mode], json.get("tagSets"), json.get("maxStalenessSeconds", -1))


def concerns(json, field="options", more=()):
    """The options of a database, a collection or, with `more`, a transaction."""
    out = {}
    if not isinstance(json, dict):
        raise Bad(field, "is a document")
    for name, value in values(json).items():
        if name in ("readConcern", "writeConcern") and not isinstance(value, dict):
            raise Bad(f"{field}.{name}", "is a document")
        if name == "readConcern":
            out["read_concern"] = ReadConcern(value.get("level"))
        elif name == "writeConcern":
            out["write_concern"] = WriteConcern(value.get("w"), value.get("wtimeoutMS"), value.get("journal"))
        elif name == "readPreference":
            out["read_preference"] = read_preference(value)
        elif name in more:
            out["max_commit_time_ms"] = value
        else:
            raise Bad(f"{field}.{name}", "is no option of this entity for this driver", True)
    return out


def session_options(json):
    out = {}
    for name, value in json.items():
        if name == "causalConsistency":
            out["causal_consistency"] = value
        elif name == "defaultTransactionOptions":
            out["default_transaction_options"] = TransactionOptions(**concerns(value, f"options.{name}", ["maxCommitTimeMS"]))
        else:
            raise Bad(f"options.{name}", "is no option of a session for this driver", True)
    return out


TRANSACTION = {_TxnState.NONE: "none", _TxnState.STARTING: "starting", _TxnState.IN_PROGRESS: "inProgress", _TxnState.COMMITTED: "committed",
               _TxnState.COMMITTED_EMPTY: "committed", _TxnState.ABORTED: "aborted"}


def session_state(session):
    """What the driver knows of a session."""
    return {"lsid": session.session_id, "transaction": TRANSACTION[session._transaction.state], "dirty": session._server_session.dirty, "pinned": session._pinned_address is not None}


# ---- results

def changed(result):
    more = {"upsertedId": result.upserted_id} if result.upserted_id is not None else {}
    return {"matchedCount": result.matched_count, "modifiedCount": result.modified_count, "upsertedCount": len(more), **more}


def inserted_many(result):
    return {"insertedCount": len(result.inserted_ids), "insertedIds": {str(at): one for at, one in enumerate(result.inserted_ids)}}


def bulk(result):
    return {"insertedCount": result.inserted_count, "matchedCount": result.matched_count, "modifiedCount": result.modified_count, "deletedCount": result.deleted_count,
            "upsertedCount": result.upserted_count, "upsertedIds": {str(at): one for at, one in result.upserted_ids.items()}}


def models(requests):
    """The models of `bulkWrite`."""
    makers = {"insertOne": (pymongo.InsertOne, "document"), "updateOne": (pymongo.UpdateOne, "filter update"), "updateMany": (pymongo.UpdateMany, "filter update"),
              "replaceOne": (pymongo.ReplaceOne, "filter replacement"), "deleteOne": (pymongo.DeleteOne, "filter"), "deleteMany": (pymongo.DeleteMany, "filter")}
    out = []
    for at, request in enumerate(requests):
        if len(request) != 1 or not set(request) <= set(makers):
            raise Bad(f"arguments.requests.{at}", f"has one key, of {', '.join(makers)}")
        (kind, fields), = request.items()
        make, needed = makers[kind]
        for name in needed.split():
            if name not in fields:
                raise Bad(f"arguments.requests.{at}.{kind}.{name}", "is missing")
        for name in fields:
            if name not in [*needed.split(), "upsert", "arrayFilters", "collation", "hint"]:
                raise Bad(f"arguments.requests.{at}.{kind}.{name}", "is no argument of this operation for this driver", True)
        out.append(make(**{SPELLED.get(name, name): option(name, value) for name, value in fields.items()}))
    return out


class Cursor:
    """Its first document is asked for at once, and kept."""

    def __init__(self, cursor):
        self.cursor = cursor
        self.first = [next(cursor, None)]

    def next(self):
        return self.first.pop() if self.first else next(self.cursor, None)

    def close(self):
        self.cursor.close()


# ---- operations: (handle, arguments) → result

FIND = "collation hint maxTimeMS sort limit skip projection batchSize allowDiskUse allowPartialResults noCursorTimeout min max returnKey showRecordId comment"


def find(collection, a):
    filter = a.take("filter", "document", {})
    return collection.find(filter, **a.options(FIND))


def find_one(collection, a):
    filter = a.take("filter", "document", {})
    return collection.find_one(filter, **a.options(FIND))


def aggregate(target, a):
    pipeline = a.take("pipeline", "documents")
    options = a.options("batchSize allowDiskUse bypassDocumentValidation collation hint comment maxTimeMS let", camel=True)
    # What aggregate() hands on to the server keeps the server's spelling.
    for ours, theirs in (("allow_disk_use", "allowDiskUse"), ("max_time_ms", "maxTimeMS"), ("batch_size", "batchSize"), ("bypass_document_validation", "bypassDocumentValidation")):
        if ours in options:
            options[theirs] = options.pop(ours)
    if isinstance(options.get("hint"), list):
        options["hint"] = dict(options["hint"])
    return list(target.aggregate(pipeline, **options))


def count(collection, a):
    filter = a.take("filter", "document")
    options = a.options("skip limit hint collation maxTimeMS")
    if "max_time_ms" in options:
        options["maxTimeMS"] = options.pop("max_time_ms")
    return collection.count_documents(filter, **options)


def distinct(collection, a):
    field = a.take("fieldName", "string")
    filter = a.take("filter", "document", {})
    return collection.distinct(field, filter, **a.options("collation"))


def change(method, what, names="upsert arrayFilters hint collation bypassDocumentValidation"):
    def act(collection, a):
        filter, update = a.take("filter", "document"), a.take(what, "update" if what == "update" else "document")
        return changed(getattr(collection, method)(filter, update, **a.options(names)))
    return act


def remove(method):
    def act(collection, a):
        filter = a.take("filter", "document")
        return {"deletedCount": getattr(collection, method)(filter, **a.options("hint collation")).deleted_count}
    return act


def modify(method, what=None):
    def act(collection, a):
        taken = [a.take("filter", "document")] + ([a.take(what, "update" if what == "update" else "document")] if what else [])
        return getattr(collection, method)(*taken, **a.options("sort projection hint collation" + (" upsert returnDocument" if what else "") + (" arrayFilters" if what == "update" else "")))
    return act


def insert_one(collection, a):
    document = a.take("document", "document")
    return {"insertedId": collection.insert_one(document, **a.options("bypassDocumentValidation")).inserted_id}


def insert_many(collection, a):
    documents = a.take("documents", "documents")
    return inserted_many(collection.insert_many(documents, **a.options("ordered bypassDocumentValidation")))


def bulk_write(collection, a):
    requests = models(a.take("requests", "documents"))
    return bulk(collection.bulk_write(requests, **a.options("ordered bypassDocumentValidation")))


def create_index(collection, a):
    keys, name = a.take("keys", "document"), a.take("name", "string")
    collection.create_index(list(keys.items()), name=name, **a.options("unique"))


def run_command(database, a):
    body = a.take("command", "document")
    name = a.left.pop("commandName", None)
    if name in body:  # keys may have lost their order on the way: the command's name comes first
        body = {name: body[name], **body}
    more = {"read_preference": read_preference(a.take("readPreference", "document"))} if "readPreference" in a.left else {}
    return database.command(body, **more, **a.options())


def ping(client, a):
    return client.admin.command("ping", **a.options())


def of_session(method):
    def act(session, a):
        a.options()
        getattr(session, method)()
    return act


def start_transaction(session, a):
    session.start_transaction(**concerns(a.left, "arguments", ["maxCommitTimeMS"]))


def drop(collection, a):
    a.options()
    collection.drop()


def list_collections(database, a):
    filter = a.take("filter", "document", {})
    return list(database.list_collections(filter=filter, **a.options()))


def create_collection(database, a):
    database.create_collection(a.take("collection", "string"), **a.options("capped size max collation", camel=True))


def drop_collection(database, a):
    name = a.take("collection", "string")
    a.options()
    database.drop_collection(name)


# From the type of an entity to its operations. `createFindCursor` and `withTransaction` are the adapter's: they need more than a handle.
OPERATIONS = {
    "client": {"ping": ping, "listDatabases": lambda client, a: list(client.list_databases(**a.options("filter nameOnly", camel=True)))},
    "database": {"runCommand": run_command, "aggregate": aggregate, "createCollection": create_collection, "dropCollection": drop_collection, "listCollections": list_collections},
    "collection": {
        "insertOne": insert_one, "insertMany": insert_many, "find": lambda c, a: list(find(c, a)), "findOne": find_one, "createFindCursor": lambda c, a: Cursor(find(c, a)),
        "aggregate": aggregate, "countDocuments": count, "estimatedDocumentCount": lambda c, a: c.estimated_document_count(**a.options("maxTimeMS")), "distinct": distinct,
        "updateOne": change("update_one", "update"), "updateMany": change("update_many", "update"), "replaceOne": change("replace_one", "replacement", "upsert hint collation bypassDocumentValidation"),
        "deleteOne": remove("delete_one"), "deleteMany": remove("delete_many"), "findOneAndUpdate": modify("find_one_and_update", "update"),
        "findOneAndReplace": modify("find_one_and_replace", "replacement"), "findOneAndDelete": modify("find_one_and_delete"), "bulkWrite": bulk_write,
        "createIndex": create_index, "listIndexes": lambda c, a: list(c.list_indexes(**a.options())), "drop": drop,
    },
    "session": {"startTransaction": start_transaction, "commitTransaction": of_session("commit_transaction"), "abortTransaction": of_session("abort_transaction"),
                "endSession": of_session("end_session"), "withTransaction": None},
    "cursor": {"iterateUntilDocumentOrError": lambda cursor, a: cursor.next(), "iterateOnce": lambda cursor, a: cursor.next(), "close": lambda cursor, a: cursor.close()},
}
