//! Section 4: calls of methods on a node. What bodies and queries may be is in `passthru_bodies.rs`, what fails
//! in `passthru_errors.rs`, listings in `listings.rs`, locks in `locks.rs`.

use bessemer_tests::{Probe, Server};
use serde_json::{Value, json};

use crate::case::{Case, delete, get, patch, post, put, send};
use crate::{holds, on_stock};

/// A method of the node `demo-0`.
pub(crate) fn url(method: &str) -> String {
    format!("/v1/nodes/demo-0/vendor_passthru/{method}")
}

/// A call of it with JSON.
pub(crate) fn call(method: &str, arguments: Value) -> Case {
    post(&url(method), arguments)
}

#[tokio::test]
async fn order_of_checks() {
    let row = "order: node known (404), driver served (404), method known (400), HTTP method allowed (400), driver's \
               validate (400), lock (409), run. differs: arguments and properties are checked before the lock";
    let probe = Probe::with("[conductor]\nlock_wait = \"100ms\"\n").await;
    let held = probe.calling("hold", json!({ "gate": "g" }));
    probe.entered("g", 1).await;
    let on = |node: &str, method: &str| format!("/v1/nodes/{node}/vendor_passthru/{method}");
    holds(
        row,
        &probe,
        [
            // Each is wrong in all that comes after, too.
            send("BREW", &on("nope", "nope")).fails(404, "Node nope could not be found."),
            send("BREW", &on("n", "nope")).raw("[").fails(400, "No handler for method nope"),
            send("BREW", &on("n", "note")).raw("[").fails(400, "The method note does not support HTTP BREW"),
            send("POST", &on("n", "note")).raw("{").fails(400, "the body is not JSON"),
            post(&on("n", "note"), json!({ "colour": 1 })).fails(400, "…missing argument `key`"),
            post(&on("n", "note"), json!({ "key": "a", "value": 1 })).fails(409, "Node "),
            get("/v1/nodes/n").has(json!({ "extra": {}, "last_error": null })),
        ],
    )
    .await;
    probe.open("g").await;
    assert_eq!(held.await.unwrap().status, 200);
}

#[tokio::test]
async fn sync_calls() {
    let note = |value: &Value| post("/v1/nodes/n/vendor_passthru/note", json!({ "key": "v", "value": value }));
    let mut cases = Vec::new();
    for value in [json!(true), json!(0), json!(""), json!("x"), json!([]), json!({}), json!({ "a": [{ "b": null }] })] {
        cases.push(note(&value).is(200));
        cases.push(get("/v1/nodes/n/vendor_passthru/extra").shows(json!({ "v": value })));
    }
    cases.push(post("/v1/nodes/n/vendor_passthru/count", json!({})).shows(json!(1)));
    cases.push(post("/v1/nodes/n/vendor_passthru/blocks", json!({ "milliseconds": 0 })).shows(json!("<text>")));
    holds(
        "sync call: 200, the return value as JSON: true, 0, \"\", \"x\", [], {}, nested: as is",
        &Probe::start().await,
        cases,
    )
    .await;
    on_stock(
        "sync call: 200, the return value as JSON",
        [
            call("third_method_sync", json!({ "bar": "meow" })).shows(json!(true)),
            call("third_method_sync", json!({ "bar": "woof" })).shows(json!(false)),
        ],
    )
    .await;
}

#[tokio::test]
async fn sync_without_a_result() {
    on_stock(
        "sync, returns nothing: 200, never 204. differs: empty rather than null, which is what a method returns that \
         returns null",
        [call("nothing", json!({})).is(200).empty(), call("nothing?", json!({})).is(200).empty()],
    )
    .await;
}

#[tokio::test]
async fn async_calls() {
    on_stock(
        "async call: 202, empty; return value dropped",
        [
            call("second_method", json!({ "bar": "x" })).is(202).empty(),
            call("fourth_method_shared_lock", json!({ "bar": "x" })).is(202).empty(),
            post("/v1/nodes/demo-0/vendor_passthru?method=log_passthrough", json!({ "any": ["thing"] }))
                .is(202)
                .empty(),
        ],
    )
    .await;
}

#[tokio::test]
async fn method_missing() {
    let path = "/v1/nodes/demo-0/vendor_passthru";
    let missing = "Missing mandatory parameter: method";
    on_stock(
        "method missing in the query, no path form: 400 \"Missing mandatory parameter: method\"",
        [
            post(path, json!({})).fails(400, missing),
            post(&format!("{path}/"), json!({})).fails(400, missing),
            get(path).fails(400, missing),
            send("BREW", path).fails(400, missing),
            post(&format!("{path}?Method=echo"), json!({})).fails(400, missing),
        ],
    )
    .await;
}

#[tokio::test]
async fn method_empty() {
    let path = "/v1/nodes/demo-0/vendor_passthru";
    on_stock(
        "?method= empty: 400 \"Method not specified\"",
        [
            post(&format!("{path}?method="), json!({})).fails(400, "Method not specified"),
            post(&format!("{path}?method"), json!({})).fails(400, "Method not specified"),
        ],
    )
    .await;
}

#[tokio::test]
async fn method_twice() {
    let path = "/v1/nodes/demo-0/vendor_passthru";
    on_stock(
        "?method twice: 400",
        [
            post(&format!("{path}?method=echo&method=echo"), json!({})).fails(400, "…more than once"),
            post(&format!("{path}?method=echo&method=nothing"), json!({})).fails(400, "…more than once"),
            // In the path and in the query, where Ironic's answer was not recorded.
            post(&url("echo?method=echo"), json!({})).fails(400, "…twice"),
        ],
    )
    .await;
}

#[tokio::test]
async fn unknown_method() {
    on_stock(
        "unknown method / wrong case: 400 \"No handler for method M\", then the nearest names",
        [
            call("ecko", json!({})).fails(400, "No handler for method ecko; did you mean echo?"),
            call("Echo", json!({})).fails(400, "No handler for method Echo; did you mean echo?"),
            post("/v1/nodes/demo-0/vendor_passthru?method=qqqq", json!({}))
                .fails(400, "No handler for method qqqq; there are: "),
            call("info", json!({}))
                .fails(400, "No handler for method info; the driver itself has a method of this name"),
            call("methods", json!({})).fails(400, "No handler for method methods"),
            get("/v1/nodes/demo-0/vendor_passthru?method=methods").fails(400, "No handler for method methods"),
            call("ec%20ho", json!({})).fails(400, "No handler for method ec ho"),
        ],
    )
    .await;
}

#[tokio::test]
async fn wrong_http_method() {
    let mut cases = Vec::new();
    for verb in ["GET", "PUT", "PATCH", "DELETE", "TRACE", "BREW", "post"] {
        let refused = format!("The method third_method_sync does not support HTTP {verb}");
        cases.push(send(verb, &url("third_method_sync")).fails(400, &refused).sets("allow", "POST"));
        let query = "/v1/nodes/demo-0/vendor_passthru?method=third_method_sync";
        cases.push(send(verb, query).fails(400, &refused).sets("allow", "POST"));
    }
    cases.push(send("HEAD", &url("third_method_sync")).is(400).sets("allow", "POST"));
    cases.push(send("HEAD", &url("peek")).is(400).sets("allow", "GET"));
    cases.push(
        send("BREW", &url("echo"))
            .fails(400, "…GET, POST, PUT, PATCH, DELETE")
            .sets("allow", "GET, POST, PUT, PATCH, DELETE"),
    );
    on_stock(
        "HTTP method not declared (also HEAD, TRACE, invented verbs): 400, not 405; \"The method M does not support \
         HTTP X\". Beyond Ironic: the ones it supports, in words and as Allow",
        cases,
    )
    .await;
}

#[tokio::test]
async fn in_maintenance() {
    on_stock(
        "node in maintenance: as usual, passthru ignores maintenance",
        [
            put("/v1/nodes/demo-0/maintenance", json!({ "reason": "fan" })).is(202),
            call("third_method_sync", json!({ "bar": "meow" })).shows(json!(true)),
            call("second_method", json!({ "bar": "x" })).is(202),
            get(&url("methods")),
        ],
    )
    .await;
}

#[tokio::test]
async fn driver_no_longer_enabled() {
    let state = tempfile::tempdir().unwrap();
    drop(Probe::at(state.path()).await);
    let server = Server::builder().config("").state(state.path()).start().await;
    let none = "No valid host was found. Reason: No conductor service registered which supports driver probe";
    holds(
        "driver no longer enabled: 404 \"No valid host was found...\" for methods, call, validate. differs: PATCH, \
         maintenance, DELETE are carried out",
        &server,
        [
            get("/v1/nodes/n").has(json!({ "driver": "probe", "vendor_interface": "probe" })),
            get("/v1/nodes?driver=probe").has(json!({ "nodes": [{ "name": "n" }] })),
            get("/v1/nodes/n/vendor_passthru/methods").fails(404, none),
            get("/v1/nodes/n/vendor_passthru/methods/note").fails(404, none),
            post("/v1/nodes/n/vendor_passthru/note", json!({})).fails(404, none),
            post("/v1/nodes/n/vendor_passthru?method=nope", json!({})).fails(404, none),
            get("/v1/nodes/n/validate").fails(404, none),
            get("/v1/nodes/n/states").has(json!({ "provision_state": "enroll" })),
            patch("/v1/nodes/n", json!([{ "op": "add", "path": "/extra/a", "value": 1 }]))
                .has(json!({ "extra": { "a": 1 } })),
            put("/v1/nodes/n/maintenance", json!({ "reason": "no driver" })).is(202),
            delete("/v1/nodes/n/maintenance").is(202),
            patch("/v1/nodes/n", json!([{ "op": "replace", "path": "/driver", "value": "fake" }]))
                .has(json!({ "driver": "fake" })),
            post("/v1/nodes/n/vendor_passthru/echo", json!({})),
            delete("/v1/nodes/n").is(204),
        ],
    )
    .await;
}

#[tokio::test]
async fn attachments() {
    on_stock(
        "attach method: 500, empty text/plain. differs: 200, the bytes with their content type",
        [
            get(&url("attachment?bytes=5")).bytes("xxxxx").sets("content-type", "application/octet-stream"),
            get("/v1/nodes/demo-0/vendor_passthru?method=attachment&bytes=3&fill=y")
                .bytes("yyy")
                .sets("content-length", "3"),
        ],
    )
    .await;
    let probe = Probe::start().await;
    let streamed = get("/v1/nodes/n/vendor_passthru/stream?bytes=9&piece=3").bytes("xxxxxxxxx");
    probe.open("g").await;
    let named = get("/v1/nodes/n/vendor_passthru/stream_gate?gate=g")
        .bytes("first second")
        .sets("content-type", "text/plain")
        .sets("content-disposition", "attachment; filename=\"gate.txt\"");
    holds("attach method, made in pieces. differs: streamed", &probe, [streamed, named]).await;
}

#[tokio::test]
async fn the_methods_of_fake_hardware() {
    let bar = |method: &str| call(method, json!({ "bar": "x" }));
    on_stock(
        "fake-hardware's methods, all POST: second_method (async; needs bar), third_method_sync (bar==meow: true), \
         fourth_method_shared_lock (async; needs bar), log_passthrough (async, takes anything). differs: first_method \
         is there, as it is in Ironic's classes",
        [
            bar("second_method").is(202),
            call("second_method", json!({})).fails(400, "…bar"),
            call("third_method_sync", json!({ "bar": "meow" })).shows(json!(true)),
            bar("fourth_method_shared_lock").is(202),
            call("log_passthrough", json!({ "a": { "b": [1] } })).is(202),
            call("log_passthrough", json!([])).is(202),
            bar("first_method").is(202),
            get(&url("second_method")).fails(400, "The method second_method does not support HTTP GET"),
        ],
    )
    .await;
}
