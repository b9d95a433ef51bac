"""Errors as drivers/PROTOCOL.md has them."""
import socket

import bson.errors
from pymongo import errors

NONE = {"code": None, "codeName": "", "labels": [], "isNetwork": False, "isTimeout": False, "notSent": False, "unsupported": False, "isClient": True}


class Bad(Exception):
    """A request that is no good: `field` is the path of what is wrong, `unsupported` whether it may be good for other drivers."""

    def __init__(self, field, message, unsupported=False):
        super().__init__(f"`{field}` {message}")
        self.field = field
        self.unsupported = unsupported


def expired(milliseconds):
    return {**NONE, "message": f"no answer within {milliseconds} ms (deadlineMS)", "isTimeout": True, "deadline": True}


def concern(one):
    return {"code": one.get("code"), "message": one.get("errmsg", ""), **({"codeName": one["codeName"]} if "codeName" in one else {})}


def bulk(details):
    counts = {name: details[f"n{name[0].upper()}{name[1:-5]}"] for name in ("insertedCount", "matchedCount", "modifiedCount", "upsertedCount")}
    return {
        "writeErrors": {str(one["index"]): {"code": one["code"], "message": one["errmsg"]} for one in details["writeErrors"]},
        "writeConcernErrors": [concern(one) for one in details["writeConcernErrors"]],
        "partialResult": {**counts, "deletedCount": details["nRemoved"], "upsertedIds": {str(one["index"]): one["_id"] for one in details["upserted"]}},
    }


def of_server(details, code=None):
    """What a server said, of which the first write error counts before its write concern's."""
    first = next(iter(details.get("writeErrors") or []), None) or details.get("writeConcernError") or next(iter(details.get("writeConcernErrors") or []), None) or {}
    return {"code": details.get("code", first.get("code", code)), "codeName": details.get("codeName", first.get("codeName", "")), "isClient": False, "errorResponse": details}


def connecting(error):
    """Whether it failed before there was a connection; the driver says so in the message alone, Python in what came before."""
    before = error.__context__
    return isinstance(before, (ConnectionRefusedError, socket.gaierror)) or isinstance(error, errors.ServerSelectionTimeoutError)


def describe(error):
    """What was raised, as the `error` of an answer."""
    out = {**NONE, "message": str(error) or type(error).__name__}
    if isinstance(error, Bad):
        return {**out, "field": error.field, "unsupported": error.unsupported, "notSent": True}
    out["labels"] = sorted(getattr(error, "_error_labels", None) or [])
    details = getattr(error, "details", None)
    if isinstance(error, errors.BulkWriteError):
        return {**out, **of_server(details), **bulk(details)}
    if isinstance(error, (errors.OperationFailure, errors.NotMasterError)):
        out.update(of_server(details if isinstance(details, dict) else {}, getattr(error, "code", None)))
        if out["errorResponse"].get("writeConcernError"):
            out["writeConcernErrors"] = [concern(out["errorResponse"]["writeConcernError"])]
    elif isinstance(error, errors.ConnectionFailure):
        out.update(isNetwork=True, isTimeout=isinstance(error, errors.NetworkTimeout), notSent=connecting(error))
    elif isinstance(error, (errors.PyMongoError, bson.errors.BSONError, TypeError, ValueError, OverflowError)):
        out["notSent"] = True  # the driver refused it
    return out
