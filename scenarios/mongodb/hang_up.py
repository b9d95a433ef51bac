"""A server that ends each connection at its first bytes, and says when: in microseconds of the host's monotonic clock."""
import socket
import sys
import time

listener = socket.create_server((sys.argv[1], int(sys.argv[2])))


def say(what):
    print(time.monotonic_ns() // 1000, what, flush=True)


say("listening")
while True:
    connection, _ = listener.accept()
    say("connected")
    if connection.recv(1):
        say("hello received")
    connection.close()
