"""What the checks have in common: the program, the server, the names of entities."""
import contextlib
import itertools
import tempfile

from program import Failed, NotOffered, Program, short

CHECKS = []


def check(name):
    """`function(kit)` tries one rule: it returns where the rule is kept, and raises Failed or NotOffered where not."""
    def register(function):
        CHECKS.append((name, function))
        return function
    return register


def same(got, wanted, what):
    if got != wanted:
        raise Failed(f"{what}: {short(got)}, not {short(wanted)}")


def contains(got, wanted, what):
    for name, value in wanted.items():
        same(got.get(name) if isinstance(got, dict) else got, value, f"{what}, `{name}`")


class Names:
    """Entities of one client."""

    def __init__(self, number):
        self.client, self.database, self.collection = f"client{number}", f"database{number}", f"collection{number}"
        self.stored = f"c{number}"  # what the collection is called


class Kit:
    def __init__(self, command, mongod, patience):
        self.command, self.mongod, self.patience = command, mongod, patience
        self.log = tempfile.TemporaryFile()
        self.programs, self.shared, self.clients, self.numbers = [], None, [], itertools.count(1)
        try:
            self.said = self.program.ok("hello")
        except Failed as failed:
            self.end()
            raise Failed(f"{failed}\n{self.last_words()}".strip())

    # ---- the program

    def start(self):
        """Another one: for checks that end it."""
        program = Program(self.command, self.patience, self.log)
        self.programs.append(program)
        return program

    @property
    def program(self):
        if self.shared is None or self.shared.over:
            self.shared = self.start()
        return self.shared

    def run(self, function):
        try:
            function(self)
        finally:
            self.clean()

    def clean(self):
        """What a check left."""
        self.mongod.fail([], times=0)
        for program, client in self.clients:
            if not program.over and not program.process.stdin.closed:
                with contextlib.suppress(Failed):
                    program.ask("close", entity=client)
        self.clients = []
        for program in self.programs:
            if program is not self.shared:
                program.end()
        self.programs = [self.shared] if self.shared else []

    def end(self):
        for program in self.programs:
            program.end()

    def last_words(self):
        self.log.seek(0)
        return self.log.read()[-1000:].decode(errors="replace")

    # ---- what it offers

    def needs(self, type, *operations):
        for operation in operations:
            if operation not in self.said.get("objects", {}).get(type, []):
                raise NotOffered(f"`{operation}` of a {type}")

    def needs_events(self, *events):
        for event in events:
            if event not in self.said.get("events", []):
                raise NotOffered(f"`{event}`")

    def capability(self, name):
        value = self.said.get("capabilities", {}).get(name)
        if not value:
            raise NotOffered(f"the capability `{name}`")
        return value

    # ---- entities

    def client(self, program=None, uri=None, **members):
        """The names of a client of the server, and of a database and a collection that are its own."""
        program = program or self.program
        names = Names(next(self.numbers))
        program.ok("create", entity=names.client, type="client", uri=uri or self.mongod.uri, **members)
        self.clients.append((program, names.client))
        program.ok("create", entity=names.database, type="database", client=names.client, name="failc_conformance")
        program.ok("create", entity=names.collection, type="collection", database=names.database, name=names.stored)
        return names

    def do(self, object, name, program=None, **arguments):
        return (program or self.program).ok("operation", object=object, name=name, arguments=arguments)

    def refused(self, object, name, program=None, **arguments):
        return (program or self.program).error("operation", object=object, name=name, arguments=arguments)

    def block(self, milliseconds):
        """The next `find` takes that long."""
        self.mongod.fail(["find"], blockConnection=True, blockTimeMS=milliseconds)

    def begin_find(self, names, program=None, **members):
        return (program or self.program).send({"op": "operation", "object": names.collection, "name": "find", "arguments": {"filter": {}}, **members})
