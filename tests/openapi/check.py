#!/usr/bin/env python3
"""Holds a description of the API against what others say of it: the OpenAPI specification, JSON Schema, a server.

    check.py FILE          the document is OpenAPI 3.1, each schema is JSON Schema, each example is of its schema
    check.py FILE URL      and the server at URL, a stock one with its demo node, answers as the document says
"""

import copy
import json
import sys
import urllib.error
import urllib.parse
import urllib.request

from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

VERBS = ("get", "post", "put", "patch", "delete")
# Nothing here is a schema's business: an example may well have a member called schema.
VALUES = ("example", "examples", "default", "const", "enum")


def main(path, base=None):
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    OpenAPIV31SpecValidator(document).validate()
    checker = Checker(document)
    for place, schema in schemas(document, ""):
        Draft202012Validator.check_schema(schema)
        checker.examples_of_schema(place, schema)
    for place, media in media_and_parameters(document, ""):
        checker.examples_of_media(place, media)
    print(f"{checker.examples} examples are of their schemas")
    if base:
        answers = Server(checker, document, base).ask_all()
        print(f"{answers} answers are as the document says")
        # What is tried here is not nothing.
        assert answers > 40, answers
        assert checker.examples > 40, checker.examples


class Checker:
    """The schemas of a document, by the places they have in it."""

    def __init__(self, document):
        self.registry = Registry().with_resources(
            (name, Resource(contents=contents, specification=DRAFT202012))
            for name, contents in (("urn:document", document), ("urn:closed", closed(document)))
        )
        self.document = document
        self.examples = 0

    def check(self, place, value, what, document="urn:document"):
        schema = {"$ref": f"{document}#{urllib.parse.quote(place)}"}
        errors = list(Draft202012Validator(schema, registry=self.registry).iter_errors(value))
        assert not errors, f"{what} is not as {place} says: {json.dumps(value)[:500]}\n{errors[0]}"

    def example(self, place, value):
        self.check(place, value, "an example")
        self.examples += 1

    def examples_of_schema(self, place, schema):
        if isinstance(schema, dict):
            for value in schema.get("examples", []):
                self.example(place, value)
            if "default" in schema:
                self.example(place, schema["default"])

    def examples_of_media(self, place, media):
        values = [entry["value"] for entry in media.get("examples", {}).values()]
        if "example" in media:
            values.append(media["example"])
        for value in values:
            self.example(f"{place}/schema", value)

    def resolve(self, place):
        """The place that a reference at a place leads to, and what is there."""
        value = self.document
        for step in place.strip("/").split("/"):
            value = value[unescape(step)]
        if "$ref" in value:
            return self.resolve(value["$ref"][1:])
        return place, value


def closed(document):
    """The same where an object has no members but those that are described."""
    document = copy.deepcopy(document)
    for place, schema in list(schemas(document, "")):
        # A driver has two fields more for each interface.
        if isinstance(schema, dict) and "properties" in schema and place != "/components/schemas/Driver":
            schema.setdefault("additionalProperties", False)
    return document


def schemas(value, place):
    """Every schema of a document with its place, those within others too."""
    for key, member in members(value):
        here = f"{place}/{escape(key)}"
        if key == "schema" or place == "/components/schemas":
            yield here, member
            yield from inner(member, here)
        elif key not in VALUES:
            yield from schemas(member, here)


def inner(schema, place):
    for key, member in members(schema):
        here = f"{place}/{escape(key)}"
        if key in ("properties", "$defs", "patternProperties", "anyOf", "oneOf", "allOf", "prefixItems"):
            for name, one in members(member):
                yield f"{here}/{escape(name)}", one
                yield from inner(one, f"{here}/{escape(name)}")
        elif key in ("items", "additionalProperties", "not", "contentSchema"):
            yield here, member
            yield from inner(member, here)


def media_and_parameters(value, place):
    """Everything that has a schema, and may have examples of it."""
    if place.startswith("/components/schemas"):
        return
    if isinstance(value, dict) and "schema" in value:
        yield place, value
    for key, member in members(value):
        if key not in VALUES:
            yield from media_and_parameters(member, f"{place}/{escape(key)}")


def members(value):
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, list):
        return [(str(index), item) for index, item in enumerate(value)]
    return []


def escape(name):
    return name.replace("~", "~0").replace("/", "~1")


def unescape(name):
    return name.replace("~1", "/").replace("~0", "~")


class Server:
    """Asks a server everything that the document has."""

    def __init__(self, checker, document, base):
        self.checker, self.document, self.base, self.answers = checker, document, base, 0
        self.known = {"node_ident": "demo-0", "driver_name": "fake", "method_name": "echo"}

    def ask_all(self):
        # First the methods: then there are tasks to look at.
        for path, item in self.document["paths"].items():
            if "/vendor_passthru/" in path and "/methods" not in path:
                for verb in VERBS:
                    if verb in item:
                        self.method(path, verb, item[verb])
        conductors = self.json("/v1/conductors")["conductors"]
        self.known["conductor"] = conductors[0]["hostname"]
        self.known["task"] = self.json("/v1/tasks")["tasks"][0]["uuid"]
        self.known["method_name"] = "sleep"
        for path, item in self.document["paths"].items():
            if "get" in item and not ("/vendor_passthru/" in path and "/methods" not in path):
                self.call(path, "get", item["get"])
        self.known = {name: "no-such-thing" for name in self.known}
        for path, item in self.document["paths"].items():
            if "{" in path and "get" in item:
                status = self.call(path, "get", item["get"])
                assert status in (400, 404), (path, status)
        return self.answers

    def method(self, path, verb, operation):
        media = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        examples = list(media.get("examples", {}).values())
        body = examples[0]["value"] if examples else None
        status = self.call(path, verb, operation, body)
        # The one that fails as it is asked to.
        assert status in (200, 202) or path.endswith("/fail"), (path, verb, status)

    def call(self, path, verb, operation, body=None):
        for name, value in self.known.items():
            path = path.replace(f"{{{name}}}", value)
        status, kind, text = self.send(path, verb, body)
        responses = operation["responses"]
        assert str(status) in responses, f"{verb} {path} answered {status}, which is not described: {text[:500]}"
        place = f"/paths/{self.place(operation)}/responses/{status}"
        place, response = self.checker.resolve(place)
        self.holds(f"{verb} {path}", place, response, kind, text)
        self.answers += 1
        return status

    def place(self, operation):
        for path, item in self.document["paths"].items():
            for verb in VERBS:
                if item.get(verb) is operation:
                    return f"{escape(path)}/{verb}"
        raise AssertionError("the operation is of this document")

    def holds(self, what, place, response, kind, text):
        content = response.get("content", {})
        if kind == "application/json":
            assert "application/json" in content, f"{what} answered JSON, which is not described"
            value = json.loads(text)
            schema = f"{place}/content/application~1json/schema"
            self.checker.check(schema, value, what, "urn:closed")
            if isinstance(value, dict) and "error_message" in value:
                fault = json.loads(value["error_message"])
                self.checker.check("/components/schemas/Fault/properties/error_message/contentSchema", fault, what)
        elif text:
            assert kind in content or "*/*" in content, f"{what} answered {kind}, which is not described"
        else:
            assert not content or "*/*" in content, f"{what} answered nothing"

    def json(self, path):
        return json.loads(self.send(path, "get", None)[2])

    def send(self, path, verb, body):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data=data, method=verb.upper())
        if data:
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return told(answer)
        except urllib.error.HTTPError as answer:
            return told(answer)


def told(answer):
    kind = (answer.headers.get("Content-Type") or "").split(";")[0]
    return answer.status, kind, answer.read().decode(errors="replace")


if __name__ == "__main__":
    main(*sys.argv[1:])
