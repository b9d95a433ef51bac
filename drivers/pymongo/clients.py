"""Clients: how they are made, what they report, and where their sockets go."""
import queue
import threading
import types

import pymongo
import pymongo.pool
import pymongo.topology
from pymongo import common, errors, monitoring

from errors import Bad, describe

# ---- events are reported when they happen

class AtOnce:
    """Stands for the queue that PyMongo's topology has for its events, and a thread of its own every second: no barrier could wait for that."""

    def __init__(self, maxsize=0):
        pass

    def put(self, event):
        report, arguments = event
        report(*arguments)

    def get_nowait(self):
        raise queue.Empty


pymongo.topology.Queue = types.SimpleNamespace(Queue=AtOnce, Empty=queue.Empty)

# ---- address maps

connecting = threading.local()  # .map: that of the client for which this thread opens a socket
create_connection = pymongo.pool._create_connection


def create_mapped(address, options):
    return create_connection(getattr(connecting, "map", {}).get(text(address), address), options)


pymongo.pool._create_connection = create_mapped


def pool_class(addresses):
    """Pools are made by the client that uses them: their class says whose map counts."""
    mapped = {}
    for name, to in addresses.items():
        host, colon, port = to.rpartition(":") if isinstance(to, str) else ("", "", "")
        if not colon or not port.isdigit():
            raise Bad(f"addressMap.{name}", 'is an address, "host:port"')
        mapped[name.lower()] = (host, int(port))

    class MappedPool(pymongo.pool.Pool):
        def connect(self, all_credentials=None):
            connecting.map = mapped
            return super().connect(all_credentials)

    return MappedPool


# ---- descriptions

def text(address):
    """Of (host, port); the port is None for a socket file, and hosts with colons stand in brackets."""
    host, port = address
    return host if port is None else f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def given(**fields):
    return {name: value for name, value in fields.items() if value is not None}


def describe_server(server, pools=None):
    pool = (pools or {}).get(server.address)
    return {
        "address": text(server.address), "type": server.server_type_name, "setName": server.replica_set_name,
        "minWireVersion": server.min_wire_version, "maxWireVersion": server.max_wire_version, "tags": server.tags,
        **given(me=server.me and text(server.me), primary=server.primary and text(server.primary), setVersion=server.set_version, electionId=server.election_id,
                logicalSessionTimeoutMinutes=server.logical_session_timeout_minutes, topologyVersion=server.topology_version,
                error=server.error and str(server.error), roundTripTimeMS=server.round_trip_time and server.round_trip_time * 1000, pool=pool and {"generation": pool.generation}),
    }


def compatible(topology):
    try:
        topology.check_compatible()
        return True
    except errors.ConfigurationError:
        return False


def describe_topology(topology, pools=None):
    return {
        "type": topology.topology_type_name, "setName": topology.replica_set_name, "compatible": compatible(topology),
        **given(maxElectionId=topology.max_election_id, maxSetVersion=topology.max_set_version, logicalSessionTimeoutMinutes=topology.logical_session_timeout_minutes),
        "servers": [describe_server(server, pools) for _, server in sorted(topology.server_descriptions().items())],
    }


def seen_topology(client):
    topology = client._topology
    with topology._lock:
        return describe_topology(topology.description, {address: server.pool for address, server in topology._servers.items()})


# ---- events

def command(event, **more):
    return {"commandName": event.command_name, "requestId": event.request_id, "address": text(event.connection_id), **more}


def failed_beat(reply):
    return describe(reply) if isinstance(reply, Exception) else {"message": str(reply)}


def place(event):
    return {"address": text(event.address), **given(connectionId=getattr(event, "connection_id", None), reason=getattr(event, "reason", None))}


def beat(event, **more):
    return {"address": text(event.connection_id), "awaited": bool(getattr(event, "awaited", False)), **more}


# From the name in the unified test format to what of the driver's event is told.
EVENTS = {
    "commandStartedEvent": lambda event: command(event, databaseName=event.database_name, command=event.command),
    "commandSucceededEvent": lambda event: command(event, durationMS=event.duration_micros / 1000, reply=event.reply),
    "commandFailedEvent": lambda event: command(event, durationMS=event.duration_micros / 1000, failure={"message": str(event.failure.get("errmsg", event.failure)), **event.failure}),
    "poolCreatedEvent": place,
    "poolClearedEvent": lambda event: {**place(event), "interruptInUseConnections": False},
    "poolClosedEvent": place,
    "connectionCreatedEvent": place,
    "connectionReadyEvent": place,
    "connectionClosedEvent": place,
    "connectionCheckOutStartedEvent": place,
    "connectionCheckOutFailedEvent": place,
    "connectionCheckedOutEvent": place,
    "connectionCheckedInEvent": place,
    "topologyOpeningEvent": lambda event: {},
    "topologyClosedEvent": lambda event: {},
    "topologyDescriptionChangedEvent": lambda event: {"previousDescription": describe_topology(event.previous_description), "newDescription": describe_topology(event.new_description)},
    "serverOpeningEvent": lambda event: {"address": text(event.server_address)},
    "serverClosedEvent": lambda event: {"address": text(event.server_address)},
    "serverDescriptionChangedEvent": lambda event: {"address": text(event.server_address), "previousDescription": describe_server(event.previous_description), "newDescription": describe_server(event.new_description)},
    "serverHeartbeatStartedEvent": beat,
    "serverHeartbeatSucceededEvent": lambda event: beat(event, durationMS=event.duration * 1000, reply=event.reply.document),
    "serverHeartbeatFailedEvent": lambda event: beat(event, durationMS=event.duration * 1000, failure=failed_beat(event.reply)),
}


def listeners(observed, tell):
    """One of each kind that is observed: PyMongo asks more of a client that listens."""
    def reporter(name):
        def report(self, event):
            # PyMongo 3.11 hands a check-out that failed to the method of one that started.
            told = "connectionCheckOutFailedEvent" if isinstance(event, monitoring.ConnectionCheckOutFailedEvent) else name
            if told in observed:
                tell(told, EVENTS[told](event))
        return report

    kinds = {
        monitoring.CommandListener: {"started": "commandStartedEvent", "succeeded": "commandSucceededEvent", "failed": "commandFailedEvent"},
        monitoring.ServerHeartbeatListener: {"started": "serverHeartbeatStartedEvent", "succeeded": "serverHeartbeatSucceededEvent", "failed": "serverHeartbeatFailedEvent"},
        monitoring.TopologyListener: {"opened": "topologyOpeningEvent", "closed": "topologyClosedEvent", "description_changed": "topologyDescriptionChangedEvent"},
        monitoring.ServerListener: {"opened": "serverOpeningEvent", "closed": "serverClosedEvent", "description_changed": "serverDescriptionChangedEvent"},
        monitoring.ConnectionPoolListener: {
            "pool_created": "poolCreatedEvent", "pool_cleared": "poolClearedEvent", "pool_closed": "poolClosedEvent", "connection_created": "connectionCreatedEvent",
            "connection_ready": "connectionReadyEvent", "connection_closed": "connectionClosedEvent", "connection_check_out_started": "connectionCheckOutStartedEvent",
            "connection_check_out_failed": "connectionCheckOutFailedEvent", "connection_checked_out": "connectionCheckedOutEvent", "connection_checked_in": "connectionCheckedInEvent",
        },
    }
    return [type(kind.__name__, (kind,), {method: reporter(name) for method, name in methods.items()})()
            for kind, methods in kinds.items() if set(methods.values()) & set(observed)]


# ---- making one

def keywords(options):
    """Options of the URI as those of MongoClient, which go before the URI's."""
    out = {}
    for name, value in options.items():
        if name.lower() not in common.URI_OPTIONS_VALIDATOR_MAP:
            raise Bad(f"options.{name}", "is no option of this driver", True)
        if isinstance(value, list):
            tags = [",".join(f"{key}:{tag}" for key, tag in one.items()) if isinstance(one, dict) else str(one) for one in value]
            value = tags if name.lower() == "readpreferencetags" else ",".join(tags)
        if not isinstance(value, (str, int, float, list)):
            raise Bad(f"options.{name}", "is a string, a number, a bool or a list of them")
        out[name] = value
    return out


def open_client(uri, options, observed=(), tell=None, addresses=None):
    """`tell(event, data)` gets what is observed. Discovery has begun when this is over."""
    for at, name in enumerate(observed):
        if name not in EVENTS:
            raise Bad(f"observeEvents.{at}", f"is no event of this driver: {name}", True)
    more = keywords(options)
    if addresses is not None:
        more["_pool_class"] = pool_class(addresses)
    try:
        return pymongo.MongoClient(uri, event_listeners=listeners(observed, tell), **more)
    except (errors.PyMongoError, TypeError, ValueError) as error:
        raise Bad("options" if options else "uri", f"is refused by the driver: {error}")
