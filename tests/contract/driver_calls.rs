//! Section 3: the methods that are called on a driver. What goes for them as for those of nodes is in `passthru.rs`.

use bessemer_tests::{Client, Probe, Server};
use serde_json::json;

use crate::case::{get, patch, post, put, send};
use crate::{holds, on_stock};

#[tokio::test]
async fn a_method_named_methods() {
    on_stock(
        "POST .../vendor_passthru/methods: 400, taken as a call of a method named \"methods\"",
        [
            post("/v1/drivers/fake/vendor_passthru/methods", json!({})).fails(400, "No handler for method methods"),
            put("/v1/drivers/fake/vendor_passthru/methods", json!({})).fails(400, "No handler for method methods"),
            get("/v1/drivers/fake/vendor_passthru?method=methods").fails(400, "No handler for method methods"),
        ],
    )
    .await;
}

#[tokio::test]
async fn driver_calls() {
    let mut cases = Vec::new();
    for url in ["/v1/drivers/fake/vendor_passthru?method=echo", "/v1/drivers/fake/vendor_passthru/echo"] {
        for verb in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let call = send(verb, url).json(&json!({ "a": 1 }));
            cases.push(call.shows(json!({ "http_method": verb, "args": { "a": 1 } })));
        }
        // openstacksdk names no version here.
        cases.push(get(url).has(json!({ "http_method": "GET" })));
        cases.push(get(url).version("1.1").has(json!({ "http_method": "GET" })));
    }
    cases.extend([
        post("/v1/drivers/fake/vendor_passthru/sleep", json!({ "seconds": 0 })).is(202).empty(),
        get("/v1/drivers/nope/vendor_passthru/info").fails(404, "The driver 'nope' is unknown."),
        get("/v1/drivers/nope/vendor_passthru").fails(400, "Missing mandatory parameter: method"),
        post("/v1/drivers/fake/vendor_passthru/nothing", json!({})).fails(400, "No handler for method nothing"),
        post("/v1/drivers/fake/vendor_passthru/nothing", json!({})).fails(400, "…its nodes"),
        post("/v1/drivers/fake/vendor_passthru/inof", json!({}))
            .fails(400, "No handler for method inof; did you mean info?"),
        post("/v1/drivers/fake/vendor_passthru/info", json!({}))
            .fails(400, "The method info does not support HTTP POST")
            .sets("allow", "GET"),
        post("/v1/drivers/fake/vendor_passthru", json!({})).fails(400, "Missing mandatory parameter: method"),
        post("/v1/drivers/fake/vendor_passthru?method=", json!({})).fails(400, "Method not specified"),
        patch("/v1/drivers/fake/vendor_passthru?method=echo&x=1", json!({})).fails(400, "Unexpected arguments: x"),
    ]);
    on_stock("driver call: both URL forms, all five verbs; unknown driver 404; method of the node level 400", cases)
        .await;
}

#[tokio::test]
async fn driver_calls_run_side_by_side() {
    let probe = Probe::start().await;
    // One waits for the other, which is only possible if both run.
    let waiting = tokio::spawn({
        let client = Client::clone(&probe);
        async move { client.post("/v1/drivers/probe/vendor_passthru/entered", &json!({ "gate": "g" })).await }
    });
    let held = probe.calling("hold", json!({ "gate": "g" }));
    assert_eq!(waiting.await.unwrap().status, 200);
    probe.open("g").await;
    assert_eq!(held.await.unwrap().status, 200);
}

#[tokio::test]
async fn driver_calls_with_a_full_pool() {
    let server = Server::builder().config("[conductor]\nworkers_pool_size = 1\n").start().await;
    let sleep = || post("/v1/drivers/fake/vendor_passthru/sleep", json!({ "seconds": 600 }));
    let full = "Requested action cannot be performed due to lack of free conductor workers.";
    holds(
        "driver call: async with a full pool 503",
        &server,
        [sleep().is(202), sleep().fails(503, full).sets("retry-after", "1")],
    )
    .await;
}
