"""MongoDB's messages, as much of them as the kit and the stub need: Extended JSON to BSON and back, one question and its answer."""
import base64
import itertools
import socket
import struct

MESSAGE, QUERY, QUERY_REPLY = 2013, 2004, 1
MORE_TO_COME, EXHAUST_ALLOWED = 1 << 1, 1 << 16

numbers = itertools.count(1)


# ---- Extended JSON to BSON

def element(value):
    """(the type's byte, the bytes) of a value of relaxed or canonical Extended JSON."""
    if isinstance(value, bool):
        return 8, struct.pack("<?", value)
    if isinstance(value, int):
        return (16, struct.pack("<i", value)) if -2**31 <= value < 2**31 else (18, struct.pack("<q", value))
    if isinstance(value, float):
        return 1, struct.pack("<d", value)
    if isinstance(value, str):
        data = value.encode() + b"\0"
        return 2, struct.pack("<i", len(data)) + data
    if value is None:
        return 10, b""
    if isinstance(value, list):
        return 4, encode({str(at): one for at, one in enumerate(value)})
    if len(value) == 1:
        (name, inside), = value.items()
        if name == "$oid":
            return 7, bytes.fromhex(inside)
        if name in ("$numberInt", "$numberLong"):
            return (16, struct.pack("<i", int(inside))) if name == "$numberInt" else (18, struct.pack("<q", int(inside)))
        if name == "$numberDouble":
            return 1, struct.pack("<d", float(inside))
        if name == "$timestamp":
            return 17, struct.pack("<II", inside["i"], inside["t"])
        if name == "$binary":
            data = base64.b64decode(inside["base64"])
            return 5, struct.pack("<iB", len(data), int(inside["subType"], 16)) + data
        if name == "$date" and isinstance(inside, dict):
            return 9, struct.pack("<q", int(inside["$numberLong"]))
    return 3, encode(value)


def encode(document):
    out = b""
    for name, value in document.items():
        kind, data = element(value)
        out += bytes([kind]) + name.encode() + b"\0" + data
    return struct.pack("<i", len(out) + 5) + out + b"\0"


# ---- BSON to Extended JSON

def decode(data):
    out, at = {}, 4
    while data[at]:
        kind, end = data[at], data.index(b"\0", at + 1)
        name, at = data[at + 1:end].decode(), end + 1
        if kind in (2, 3, 4, 5):
            size = struct.unpack_from("<i", data, at)[0]
        if kind == 2:
            out[name], at = data[at + 4:at + 3 + size].decode(), at + 4 + size
        elif kind in (3, 4):
            inside = decode(data[at:at + size])
            out[name], at = list(inside.values()) if kind == 4 else inside, at + size
        elif kind == 5:
            out[name] = {"$binary": {"base64": base64.b64encode(data[at + 5:at + 5 + size]).decode(), "subType": "%02x" % data[at + 4]}}
            at += 5 + size
        elif kind == 7:
            out[name], at = {"$oid": data[at:at + 12].hex()}, at + 12
        elif kind == 10:
            out[name] = None
        elif kind == 17:
            i, t = struct.unpack_from("<II", data, at)
            out[name], at = {"$timestamp": {"t": t, "i": i}}, at + 8
        elif kind == 9:
            out[name], at = {"$date": {"$numberLong": str(struct.unpack_from("<q", data, at)[0])}}, at + 8
        else:
            form = {1: "<d", 8: "<?", 16: "<i", 18: "<q"}[kind]
            out[name], at = struct.unpack_from(form, data, at)[0], at + struct.calcsize(form)
    return out


# ---- messages

def exactly(connection, size):
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise EOFError("the connection was closed")
        data += more
    return data


def receive(connection):
    """(number, number of the question, the document): of a question or an answer, in either form."""
    length, number, answered, code = struct.unpack("<iiii", exactly(connection, 16))
    body = exactly(connection, length - 16)
    if code == QUERY:  # flags, the collection's name, skip, limit
        return number, answered, decode(body[body.index(b"\0", 4) + 9:]), code
    if code == QUERY_REPLY:
        return number, answered, decode(body[20:]), code
    document, at = {}, 4
    while at < len(body):
        section, at = body[at], at + 1
        size = struct.unpack_from("<i", body, at)[0]
        if section == 0:
            document.update(decode(body[at:at + size]))
        else:  # documents of one array
            name, inside = body[at + 4:body.index(b"\0", at + 4)].decode(), body.index(b"\0", at + 4) + 1
            document[name] = []
            while inside < at + size:
                one = struct.unpack_from("<i", body, inside)[0]
                document[name].append(decode(body[inside:inside + one]))
                inside += one
        at += size
    return number, answered, document, code


def send(connection, document, answered=0, code=MESSAGE):
    number = next(numbers) & 0x7FFFFFFF
    if code == MESSAGE:
        body = struct.pack("<IB", 0, 0) + encode(document)
    else:
        body, code = struct.pack("<iqii", 8, 0, 0, 1) + encode(document), QUERY_REPLY
    connection.sendall(struct.pack("<iiii", 16 + len(body), number, answered, code) + body)
    return number


class Connection:
    """To one server; one question at a time."""

    def __init__(self, address, timeout=10):
        self.socket = socket.create_connection(address, timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, command, database="admin"):
        send(self.socket, {**command, "$db": database})
        return receive(self.socket)[2]

    def close(self):
        self.socket.close()
