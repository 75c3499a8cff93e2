//! Section 6.1: nodes shown, in maintenance, validated, deleted. Listings are in `node_list.rs`, POST is in
//! `node_create.rs`, PATCH in `node_patch.rs`.

use bessemer_tests::Server;
use serde_json::{Map, Value, json};

use crate::case::{delete, get, post, put, send};
use crate::node_create::whole;
use crate::{INTERFACES, UUID, holds, on_stock};

/// A server with the node `n`.
pub(crate) async fn one() -> Server {
    let server = Server::builder().config("").start().await;
    let node = json!({ "driver": "fake", "name": "n", "uuid": UUID });
    holds("(the node of this row)", &server, [post("/v1/nodes", node).is(201)]).await;
    server
}

#[tokio::test]
async fn show() {
    let mut node = whole();
    node["name"] = json!("n");
    holds(
        "GET /v1/nodes/X: X = uuid or name; unknown 404; X with a space 400; upper-case uuid 404",
        &one().await,
        [
            get("/v1/nodes/n").shows(node.clone()),
            get(&format!("/v1/nodes/{UUID}")).shows(node),
            get("/v1/nodes/nope").fails(404, "Node nope could not be found."),
            get("/v1/nodes/N").fails(404, "Node N could not be found."),
            get("/v1/nodes/9be26c0b-03f2-4d2e-ae87-c02d7f33c129")
                .fails(404, "Node 9be26c0b-03f2-4d2e-ae87-c02d7f33c129"),
            get("/v1/nodes/a%20b").misses(400).says("Expected UUID or name for node: a b"),
            get(&format!("/v1/nodes/{}", UUID.to_uppercase())).fails(404, "Node 1BE26C0B"),
            get("/v1/nodes/n?detail=true").fails(400, "Unexpected arguments: detail"),
            get("/v1/nodes/n?x=1").fails(400, "Unexpected arguments: x"),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_can_be_no_node() {
    let mut cases = Vec::new();
    for ident in ["a%20b", "a%2Fb", "%C3%A4", &"n".repeat(256)] {
        let at = |below: &str| format!("/v1/nodes/{ident}{below}");
        for verb in ["GET", "DELETE", "PATCH", "PUT", "POST", "HEAD"] {
            cases.push(send(verb, &at("")).misses(400).lacks("allow"));
        }
        let said = "Expected UUID or name for node_ident: ";
        cases.extend([
            get(&at("/validate")).misses(400),
            get(&at("/name")).misses(400),
            get(&at("/maintenance")).misses(400),
            get(&at("/states")).fails(400, said),
            put(&at("/maintenance"), json!({})).fails(400, said),
            delete(&at("/maintenance")).fails(400, said),
            get(&at("/vendor_passthru/methods")).fails(400, said),
            get(&at("/vendor_passthru?method=x")).fails(400, said),
            post(&at("/vendor_passthru/echo"), json!({})).fails(400, said),
            send("BREW", &at("/vendor_passthru/echo")).fails(400, said),
            post(&at("/vendor_passthru/echo"), json!({})).version("1.4").fails(400, said),
        ]);
    }
    on_stock("GET /v1/nodes/X: X with a space 400, for every verb and all below", cases).await;
}

#[tokio::test]
async fn unreserved_characters_need_no_encoding() {
    on_stock(
        "a path with characters encoded that need not be (RFC 3986, 6.2.2.2) is the path without",
        [
            get("/v1/%6eodes/demo%2D0").has(json!({ "name": "demo-0" })),
            get("/%761/nodes/demo-0/%73tates").has(json!({ "power_state": null })),
            get("/v1/nodes/demo-0/vendor%5fpassthru/m%65thods").has(json!({ "echo": "<object>" })),
            post("/v1/nodes/demo-0/vendor%5Fpassthru?method=echo", json!({})).has(json!({ "http_method": "POST" })),
            get("/v1%2Fnodes").misses(404),
        ],
    )
    .await;
}

#[tokio::test]
async fn end() {
    holds(
        "DELETE /v1/nodes/X: 204, empty; again 404; arguments 400. differs: a body that is no object is a 400 too",
        &one().await,
        [
            delete("/v1/nodes/n?x=1").fails(400, "Unexpected arguments: x"),
            delete("/v1/nodes/n").json(&json!({ "x": 1, "y": 2 })).fails(400, "Unexpected arguments: x, y"),
            delete("/v1/nodes/n").json(&json!([])).fails(400, "…object"),
            delete("/v1/nodes/nope").json(&json!({ "x": 1 })).fails(400, "Unexpected arguments: x"),
            get("/v1/nodes/n"),
            delete("/v1/nodes/n").json(&json!({})).is(204),
            delete("/v1/nodes/n").fails(404, "Node n could not be found."),
            delete(&format!("/v1/nodes/{UUID}")).fails(404, "Node "),
            post("/v1/nodes", json!({ "driver": "fake", "name": "n", "uuid": UUID })).is(201),
            // As the CLI sends it.
            delete(&format!("/v1/nodes/{UUID}")).header("content-type", "application/octet-stream").is(204),
        ],
    )
    .await;
}

#[tokio::test]
async fn maintenance() {
    let path = "/v1/nodes/n/maintenance";
    let state =
        |on: bool, reason: Value| get("/v1/nodes/n").has(json!({ "maintenance": on, "maintenance_reason": reason }));
    holds(
        "PUT /v1/nodes/X/maintenance {reason?}, DELETE same: 202, empty; idempotent; DELETE clears reason; GET 405 Allow: \
         DELETE, PUT; unknown key 400. differs: a body of DELETE that is no object, or no JSON, is a 400 too",
        &one().await,
        [
            put(path, json!({ "reason": "fan" })).is(202).empty(),
            state(true, json!("fan")),
            put(path, json!({ "reason": "disk" })).is(202),
            state(true, json!("disk")),
            put(path, json!({})).is(202),
            state(true, Value::Null),
            put(path, json!({ "reason": "fan" })).is(202),
            delete(path).json(&json!({ "x": 1 })).fails(400, "Unexpected arguments: x"),
            delete(path).json(&json!([1])).fails(400, "…object"),
            delete(path).raw("{").fails(400, ""),
            state(true, json!("fan")),
            delete(path).json(&Value::Null).is(202).empty(),
            state(false, Value::Null),
            delete(path).is(202),
            send("PUT", path).is(202),
            send("PUT", path).json(&json!({ "reason": null })).is(202),
            delete(path).is(202),
            get(path).misses(405).sets("allow", "DELETE, PUT"),
            post(path, json!({})).misses(405).sets("allow", "DELETE, PUT"),
            put(path, json!({ "why": "x" })).fails(400, "Unexpected arguments: why"),
            put(path, json!({ "reason": 1 })).fails(400, "reason must be a string"),
            put(path, json!(["x"])).fails(400, "…object"),
            put("/v1/nodes/nope/maintenance", json!({})).fails(404, "Node nope could not be found."),
            delete("/v1/nodes/nope/maintenance").fails(404, "Node nope could not be found."),
            state(false, Value::Null),
        ],
    )
    .await;
}

#[tokio::test]
async fn validate() {
    let mut interfaces = Map::new();
    for interface in INTERFACES {
        interfaces.insert(interface.into(), json!({ "result": null, "reason": "<text>" }));
    }
    interfaces.insert("vendor".into(), json!({ "result": true }));
    let sound = Value::Object(interfaces.clone());
    let reason = json!({ "result": false, "reason": "<text>" });
    interfaces.insert("vendor".into(), reason);
    holds(
        "GET /v1/nodes/X/validate: interface -> {result, reason?}: bios boot console deploy firmware inspect management \
         network power raid rescue storage. differs: vendor is among them, being what is here",
        &one().await,
        [
            get("/v1/nodes/n/validate").shows(sound),
            get("/v1/nodes/nope/validate").fails(404, "Node nope could not be found."),
            get("/v1/nodes/n/validate?x=1").fails(400, "Unexpected arguments: x"),
            send("PUT", "/v1/nodes/n/validate").misses(405).sets("allow", "GET"),
        ],
    )
    .await;
}

#[tokio::test]
async fn states() {
    holds(
        "GET /v1/nodes/X/states: the state fields",
        &one().await,
        [
            get("/v1/nodes/n/states").has(json!({
                "power_state": null, "target_power_state": null, "provision_state": "enroll",
                "target_provision_state": null, "last_error": null, "console_enabled": false,
            })),
            get("/v1/nodes/nope/states").fails(404, "Node nope could not be found."),
            put("/v1/nodes/n/states", json!({})).misses(405).sets("allow", "GET"),
        ],
    )
    .await;
}

#[tokio::test]
async fn other_verbs() {
    let mut cases = Vec::new();
    for (path, allow) in [
        ("/v1/nodes", "GET, POST"),
        ("/v1/nodes/demo-0", "DELETE, GET, PATCH"),
        ("/v1/nodes/nope", "DELETE, GET, PATCH"),
        ("/v1/nodes/detail", "GET"),
    ] {
        cases.extend(["HEAD", "PUT", "TRACE"].map(|verb| send(verb, path).misses(405).sets("allow", allow)));
    }
    cases.push(post("/v1/nodes/demo-0", json!({})).misses(405));
    cases.push(delete("/v1/nodes").misses(405));
    on_stock("HEAD, PUT on nodes: 405 + Allow", cases).await;
}
