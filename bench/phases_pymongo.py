#!/usr/bin/python3
"""The peer of failc's phase files: PyMongo's own topology plays those that are named on standard input, in one process, and is compared by the types of its servers and
its own. As JSON: how many it played and agreed on, and the seconds of the playing alone. Made for the PyMongo of Debian 12 (3.11), whose inner names it uses."""
import json
import sys
import time

from bson import json_util
from pymongo import errors, helpers, topology, uri_parser
from pymongo.ismaster import IsMaster
from pymongo.server_description import ServerDescription
from pymongo.settings import TopologySettings
from pymongo.topology_description import TOPOLOGY_TYPE
from pymongo.server_type import SERVER_TYPE


class Monitor:
    """Asks nobody."""

    def __init__(self, **_):
        pass

    def open(self):
        pass

    close = join = request_check = cancel_check = open


def made(uri):
    parsed = uri_parser.parse_uri(uri)
    options = parsed["options"]
    out = topology.Topology(TopologySettings(parsed["nodelist"], replica_set_name=options.get("replicaset"), monitor_class=Monitor, direct_connection=options.get("directconnection")))
    out.open()
    return out


def address(text):
    return uri_parser.split_hosts(text)[0]


def error(one):
    if one["type"] == "network":
        return errors.AutoReconnect("")
    if one["type"] == "timeout":
        return errors.NetworkTimeout("")
    try:
        helpers._check_command_response(one["response"], one["maxWireVersion"])
    except errors.PyMongoError as wrong:
        return wrong
    raise ValueError("no error")


def play(phase, model):
    for where, hello in phase.get("responses", []):
        if "isWritablePrimary" in hello:
            hello["ismaster"] = hello.pop("isWritablePrimary")
        # An empty reply is how the files say that there was none.
        failed = None if hello else errors.AutoReconnect("")
        model.on_change(ServerDescription(address(where), IsMaster(hello) if hello else None, 0, failed))
    for one in phase.get("applicationErrors", []):
        server = model.get_server_by_address(address(one["address"]))
        if server is None:
            continue
        generation = one.get("generation", server.pool.generation)
        model.handle_error(address(one["address"]), topology._ErrorContext(error(one), one["maxWireVersion"], generation, one["when"] == "afterHandshakeCompletes"))


def as_wanted(outcome, model):
    seen = model.description
    servers = {"%s:%d" % where: SERVER_TYPE._fields[one.server_type] for where, one in seen.server_descriptions().items()}
    wanted = {where: one["type"].replace("PossiblePrimary", "Unknown") for where, one in outcome.get("servers", {}).items()}
    return servers == wanted and TOPOLOGY_TYPE._fields[seen.topology_type] == outcome.get("topologyType")


def main():
    files = sys.stdin.read().split("\n")
    began, played, agreed = time.perf_counter(), 0, 0
    for path in files:
        with open(path) as file:
            test = json_util.loads(file.read())
        try:
            model = made(test["uri"])
            good = True
            for phase in test["phases"]:
                play(phase, model)
                good = good and as_wanted(phase["outcome"], model)
            model.close()
        except Exception:  # what is newer than it: load balancers
            continue
        played, agreed = played + 1, agreed + good
    if agreed * 2 < played or not played:
        sys.exit("this is not the PyMongo that this was made for")
    print(json.dumps({"files": len(files), "played": played, "agreed": agreed, "seconds": time.perf_counter() - began}))


main()
