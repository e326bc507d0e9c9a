"""Runs the official Python clients against the services that the environment names (see services.py), and prints one line of JSON
for each check: its group and name, and the error if the client tripped. The last line says how many checks there were,
and what was skipped."""

import json
import traceback

import services
from entra import entra
from faults import faults
from identity import identity
from limits import limits
from messages import messages
from participants import participants
from receipts import receipts
from refusals import refusals, refusals_as_documented
from threads import threads

groups = {
    "identity": identity,
    "threads": threads,
    "messages": messages,
    "participants": participants,
    "receipts": receipts,
    "refusals": refusals,
}
if services.DOCUMENTED:
    groups["refusals, as documented"] = refusals_as_documented
if services.ENTRA:
    groups["entra"] = entra
if services.LIMITED:
    groups["limits"] = limits
if services.FAULTY:
    groups["faults"] = faults
skipped = None
try:
    from asynchronous import asynchronous

    groups["asynchronous"] = asynchronous
except ModuleNotFoundError as missing:  # the asynchronous client has a transport of its own, which is a package more
    if missing.name != "aiohttp":
        raise
    skipped = "the asynchronous client: there is no aiohttp; on Debian and Ubuntu, apt-get install python3-aiohttp"

ran = 0
for group, checks in groups.items():
    for name, check in checks.items():
        line = {"group": group, "name": name}
        try:
            check()
        except Exception:
            line["error"] = traceback.format_exc()
        print(json.dumps(line), flush=True)
        ran += 1
print(json.dumps({"ran": ran, "skipped": skipped}))
