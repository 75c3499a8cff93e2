"""What schemathesis cannot know of the server that it asks: which nodes there are, which methods wait, which fail.

One answer in four is left to what it came up with. `HOSTILE_STATE` names the nodes that are kept: none of them is
deleted, so that there is always one to call. What was asked is written to `HOSTILE_COUNTS` at the end: for each
operation how often which status was answered.
"""

import atexit
import collections
import json
import os
import random

import requests
import schemathesis

with open(os.environ["HOSTILE_STATE"], encoding="utf-8") as file:
    STATE = json.load(file)
# With one worker the same seed gives the same requests.
CHANCE = random.Random(1)
COUNTS = collections.defaultdict(collections.Counter)
# What was made on the way; the last of many is enough.
MADE = collections.deque(maxlen=50)
TASKS = collections.deque(maxlen=50)
# A method that waits longer keeps the node from all others.
SECONDS_MAX = 0.02
ATTACHMENT_MAX = 65536
# What may fail in the server's or the hardware's name, and how: `fail` as it is asked to, and who waits for longer
# than a method may or is asked to fail afterwards.
SERVER_ERRORS = {
    "fail": {500, 502, 503, 504},
    "sleep_sync": {500, 504},
    "sleep_shared": {500, 504},
}


@schemathesis.hook
def before_call(context, case, kwargs):
    steer(case.path_parameters or {}, case)
    if isinstance(case.body, dict):
        shorten(case.body)
    if isinstance(case.query, dict):
        small(case.query)


def steer(names, case):
    """Leads most requests to something that is there."""
    is_deletion = case.method.upper() == "DELETE" and case.path == "/v1/nodes/{node_ident}"
    if is_deletion:
        # Never one of those that are kept, by whatever name.
        names["node_ident"] = MADE.pop() if MADE and CHANCE.random() < 0.75 else "nobody"
        return
    for name, known in (
        ("node_ident", STATE["nodes"]),
        ("conductor", STATE["conductors"]),
        ("method_name", STATE["methods"]),
        ("task", TASKS),
    ):
        if name in names and known and CHANCE.random() < 0.75:
            names[name] = CHANCE.choice(known)
    # What can be cancelled is still running.
    if case.path.endswith("/cancel") and CHANCE.random() < 0.3:
        sleep = f"{STATE['base']}/v1/drivers/fake/vendor_passthru/sleep"
        answer = requests.post(sleep, json={"seconds": 600}, timeout=20)
        names["task"] = answer.headers["Location"].rsplit("/", 1)[1]


def shorten(body):
    seconds = body.get("seconds")
    is_long = isinstance(seconds, (int, float)) and not isinstance(seconds, bool) and SECONDS_MAX < seconds <= 600
    if is_long and CHANCE.random() < 0.98:
        body["seconds"] = SECONDS_MAX


def small(query):
    size = query.get("bytes")
    if isinstance(size, int) and ATTACHMENT_MAX < size <= 64 << 20:
        query["bytes"] = size % ATTACHMENT_MAX


@schemathesis.hook
def after_call(context, case, response):
    label = f"{case.operation.method.upper()} {case.operation.path}"
    # Verbs that the operation does not have are tried as well.
    own = case.method.upper() == case.operation.method.upper()
    COUNTS[label if own else "other verbs"][response.status_code] += 1
    if response.status_code == 201:
        MADE.append(response.json()["uuid"])
    location = response.headers.get("location", [""])[0]
    if "/v1/tasks/" in location:
        TASKS.append(location.rsplit("/", 1)[1])


@schemathesis.check
def server_errors_are_asked_for(ctx, response, case):
    """A 5xx that the document has is still one too many where nobody asked for it."""
    method = case.path.rsplit("/", 1)[1]
    if response.status_code >= 500 and response.status_code not in SERVER_ERRORS.get(method, ()):
        raise AssertionError(f"{response.status_code}: {response.text[:500]}")


@atexit.register
def write_counts():
    with open(os.environ["HOSTILE_COUNTS"], "w", encoding="utf-8") as file:
        json.dump(COUNTS, file)
