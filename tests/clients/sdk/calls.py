"""openstacksdk, unchanged, for tests that speak JSON: each line of standard input is a call of its bare metal proxy.

    {"call": "get_node", "with": {"node": "n", "fields": ["name"]}}

is `connection.baremetal.get_node(node="n", fields=["name"])`, as a program would write it. A line of standard output
tells what came of it:

    {"result": {"name": "n", ...}}
    {"error": "NotFoundException", "status": 404, "text": "..."}

An argument {"fetched": "n"} is the object that `get_node` returns: some calls do less for a mere name. The server's URL
is the first argument of this program; the second, a JSON object, is what else the connection is told.
"""

import json
import sys
import types

import openstack
import requests
from openstack import exceptions, resource


def main(endpoint, options):
    proxy = openstack.connect(auth_type="none", endpoint=endpoint, **json.loads(options)).baremetal
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            arguments = {name: argument(proxy, value) for name, value in asked["with"].items()}
            told = {"result": plain(getattr(proxy, asked["call"])(**arguments))}
        except exceptions.SDKException as error:
            told = {
                "error": type(error).__name__,
                "status": getattr(error, "status_code", None),
                "text": str(error),
            }
        print(json.dumps(told), flush=True)


def argument(proxy, value):
    if isinstance(value, dict) and value.keys() == {"fetched"}:
        return proxy.get_node(value["fetched"])
    return value


def plain(value):
    """What a call returned, such that JSON can say it."""
    if isinstance(value, types.GeneratorType):
        return [plain(item) for item in value]
    if isinstance(value, resource.Resource):
        # Only what it keeps of the server's answer, by the SDK's names.
        return value.to_dict(computed=False, ignore_none=True)
    if isinstance(value, requests.Response):
        return {
            "status": value.status_code,
            "version": value.headers["X-OpenStack-Ironic-API-Version"],
            "text": value.text,
        }
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return vars(value) if hasattr(value, "__dict__") else value


main(*sys.argv[1:])
