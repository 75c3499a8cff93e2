//! Section 6.1: POST of a node.

use serde_json::{Value, json};

use crate::case::{Case, get, post, send};
use crate::{UUID, links, on_stock};

const OTHER: &str = "9be26c0b-03f2-4d2e-ae87-c02d7f33c129";

fn create(node: Value) -> Case {
    post("/v1/nodes", node)
}

/// The whole record of a node that was given nothing but its driver and its uuid.
pub(crate) fn whole() -> Value {
    json!({
        "uuid": UUID, "name": null, "driver": "fake", "driver_info": {}, "driver_internal_info": {}, "properties": {},
        "extra": {}, "instance_uuid": null, "power_state": null, "provision_state": "enroll", "maintenance": false,
        "maintenance_reason": null, "reservation": null, "last_error": null, "created_at": "<time>", "updated_at": null,
        "resource_class": null, "description": null, "vendor_interface": "fake", "links": links(&format!("nodes/{UUID}")),
    })
}

#[tokio::test]
async fn created() {
    let mut given = json!({
        "driver": "fake", "name": "rack1.node-2", "uuid": OTHER, "driver_info": { "address": "192.0.2.1" },
        "properties": { "cpus": 4 }, "extra": { "deep": [{ "a": null }] }, "resource_class": "large",
        "description": "words", "maintenance": true, "vendor_interface": "fake",
        "instance_uuid": "3e0d1b7e-5f6e-4c29-8d5b-8c9a2a0a0001",
    });
    let shown = given.clone();
    given["power_interface"] = Value::Null;
    on_stock(
        "POST /v1/nodes {driver, name?, uuid?, driver_info?, ...}: 201 + Location; whole record; provision_state enroll, \
         name null if none, updated_at null",
        [
            create(json!({ "driver": "fake", "uuid": UUID })).is(201).shows(whole()),
            create(given).is(201).has(shown.clone()),
            get("/v1/nodes/rack1.node-2").has(shown),
            create(json!({ "driver": "fake-hardware" })).is(201).has(json!({ "uuid": "<uuid>", "vendor_interface": "fake" })),
            create(json!({ "driver": "fake", "name": null, "driver_info": null })).is(201).has(json!({ "driver_info": {} })),
            // As any client writes it.
            create(json!({ "driver": "fake", "maintenance": "True" })).is(201).has(json!({ "maintenance": true })),
        ],
    )
    .await;
}

#[tokio::test]
async fn location() {
    let server = bessemer_tests::Server::start().await;
    let at = format!("{}/v1/nodes/{UUID}", server.base());
    let case = create(json!({ "driver": "fake", "uuid": UUID })).is(201).sets("location", &at);
    crate::holds("POST /v1/nodes: 201 + Location", &server, [case]).await;
}

#[tokio::test]
async fn wrong_attributes() {
    let mut cases = vec![
        create(json!({ "name": "n" })).fails(400, "…driver"),
        create(json!({ "driver": null })).fails(400, "…driver"),
        create(json!({ "driver": 1 })).fails(400, "driver must be a string"),
        create(json!({ "driver": "fake", "extra": "x" })).fails(400, "extra must be an object"),
        create(json!({ "driver": "fake", "driver_info": [] })).fails(400, "driver_info must be an object"),
        create(json!({ "driver": "fake", "name": 1 })).fails(400, "name must be a string"),
        create(json!({ "driver": "fake", "uuid": "x" })).fails(400, "uuid \"x\" is not a uuid"),
        create(json!({ "driver": "fake", "instance_uuid": "x" })).fails(400, "…instance_uuid"),
        create(json!({ "driver": "fake", "maintenance": "perhaps" })).fails(400, "…maintenance"),
        create(json!({ "driver": "fake", "resource_class": "c".repeat(81) })).fails(400, "…resource_class"),
    ];
    for attribute in ["colour", "provision_state", "reservation", "power_state", "last_error", "created_at", "links"] {
        cases.push(create(json!({ "driver": "fake", attribute: "x" })).fails(400, &format!("…{attribute}")));
    }
    for interface in ["power", "deploy", "firmware", "vendor"] {
        let attribute = format!("{interface}_interface");
        for value in [json!(1), json!(true), json!([]), json!({})] {
            let refused = format!("{attribute} must be a string");
            cases.push(create(json!({ "driver": "fake", &attribute: value })).fails(400, &refused));
        }
    }
    for body in ["[]", "\"x\"", "7", "{}", "null", ""] {
        cases.push(send("POST", "/v1/nodes").raw(body).fails(400, ""));
    }
    cases.push(create(json!({ "driver": "fake" })).is(201));
    cases.push(post("/v1/nodes?x=1", json!({ "driver": "fake" })).fails(400, "Unexpected arguments: x"));
    cases.push(get("/v1/nodes").has(json!({ "nodes": ["<object>", "<object>"] })));
    on_stock(
        "POST /v1/nodes, driver missing, wrong type, unknown attribute, provision_state, reservation, body not an object \
         or empty: 400, names the attribute",
        cases,
    )
    .await;
}

#[tokio::test]
async fn wrong_driver_or_interface() {
    on_stock(
        "POST /v1/nodes, driver nobody serves, unsupported interface: 400, names it",
        [
            create(json!({ "driver": "ipmii" })).fails(400, "No valid host was found."),
            create(json!({ "driver": "ipmii" })).fails(400, "…ipmii"),
            create(json!({ "driver": "Fake" })).fails(400, "…did you mean fake?"),
            create(json!({ "driver": "fake", "power_interface": "ipmitool" })).fails(400, "…ipmitool"),
            create(json!({ "driver": "fake", "vendor_interface": "no-vendor" })).fails(400, "…no-vendor"),
        ],
    )
    .await;
}

#[tokio::test]
async fn taken() {
    on_stock(
        "POST /v1/nodes, name or uuid taken: 409, names it",
        [
            create(json!({ "driver": "fake", "name": "n", "uuid": UUID })).is(201),
            create(json!({ "driver": "fake", "name": "n", "uuid": OTHER }))
                .fails(409, "A node with name n already exists."),
            create(json!({ "driver": "fake", "name": "m", "uuid": UUID })).fails(409, &format!("…{UUID}")),
            create(json!({ "driver": "fake", "uuid": UUID.to_uppercase() })).fails(409, &format!("…{UUID}")),
            create(json!({ "driver": "fake", "name": "m", "uuid": OTHER })).is(201),
        ],
    )
    .await;
}

#[tokio::test]
async fn names() {
    let mut bad: Vec<String> = ["a b", "a/b", "", UUID, "é", "a\n"].map(String::from).into();
    let reserved = ["detail", "validate", "states", "ports", "maintenance", "management", "vendor_passthru"];
    bad.extend(reserved.map(String::from));
    bad.push("n".repeat(256));
    let mut cases: Vec<Case> =
        bad.iter().map(|name| create(json!({ "driver": "fake", "name": name })).fails(400, "…name")).collect();
    for name in ["a", "rack1.node-2", "~x_y", "Detail", "node.example.org"] {
        cases.push(create(json!({ "driver": "fake", "name": name })).is(201));
        cases.push(get(&format!("/v1/nodes/{name}")).has(json!({ "name": name })));
    }
    on_stock(
        "POST /v1/nodes, name with space, slash, empty, a uuid, or a reserved word (detail, validate, states, ports, \
         maintenance, management, vendor_passthru): 400",
        cases,
    )
    .await;
}

#[tokio::test]
async fn malformed_json() {
    on_stock(
        "POST /v1/nodes, malformed JSON: 500. differs: 400",
        [
            send("POST", "/v1/nodes").raw("{\"driver\": ").fails(400, "the body is not sound JSON"),
            send("POST", "/v1/nodes").raw("driver").fails(400, "the body is not sound JSON"),
            send("POST", "/v1/nodes")
                .raw(b"{\"driver\": \"\xff\"}".as_slice())
                .fails(400, "the body is not sound JSON"),
        ],
    )
    .await;
}

#[tokio::test]
async fn owner() {
    let case = create(json!({ "driver": "fake", "owner": "me" })).fails(400, "…owner");
    on_stock("POST /v1/nodes, owner set under noauth: 400, no project to compare with", [case]).await;
}
