#!/usr/bin/env python3
"""A driver that answers each request with the error that it was sent; `ok` where there is none."""
import json
import sys

for line in sys.stdin:
    asked = json.loads(line)
    if "id" in asked:
        error = asked.get("error")
        print(json.dumps({"id": asked["id"], "error": error} if error else {"id": asked["id"], "ok": asked.get("ok", {})}), flush=True)
