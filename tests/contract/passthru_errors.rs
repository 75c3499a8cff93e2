//! Section 4: calls that are refused or fail, and what stays of it.

use bessemer_tests::Probe;
use serde_json::{Value, json};

use crate::case::{get, patch, post};
use crate::passthru::call;
use crate::{holds, on_stock};

#[tokio::test]
async fn validation_refuses() {
    on_stock(
        "validation refuses: 400, the driver's text",
        [
            call("second_method", json!({})).fails(400, "…bar"),
            call("third_method_sync", json!({})).fails(400, "…bar"),
            call("third_method_sync", json!({ "bar": "" })).fails(400, "…it is empty"),
            call("fourth_method_shared_lock", json!({})).fails(400, "…bar"),
            // Asynchronous, and still refused at once.
            call("sleep", json!({ "seconds": 601 })).fails(400, "…601 is out of range"),
            get("/v1/nodes/demo-0").has(json!({ "last_error": null })),
        ],
    )
    .await;
}

#[tokio::test]
async fn the_drivers_own_errors() {
    let kinds = [
        ("invalid", 400),
        ("unsupported", 400),
        ("forbidden", 403),
        ("not_found", 404),
        ("conflict", 409),
        ("busy", 503),
        ("rejected", 502),
        ("silent", 504),
    ];
    on_stock(
        "method raises Ironic exception: its code: 400 invalid/unsupported, 403, 404, 409 conflict, 503 temporary; \
         driver's text in faultstring",
        kinds.map(|(kind, status)| {
            call("fail", json!({ "kind": kind, "message": "fan 3 is on fire" })).fails(status, "fan 3 is on fire")
        }),
    )
    .await;
}

#[tokio::test]
async fn any_other_error() {
    on_stock(
        "method raises anything else: 500, the text as faultstring, faultcode Server, no traceback. differs: a panic's \
         text stays in the log",
        [
            call("fail", json!({ "kind": "internal", "message": "fan 3" })).fails(500, "fan 3"),
            call("fail", json!({ "kind": "panic", "message": "fan 3" }))
                .fails(500, "the method failed by a fault of its own"),
        ],
    )
    .await;
}

#[tokio::test]
async fn unexpected_argument() {
    on_stock(
        "unexpected argument: 500 sync; 202 + last_error async. differs: 400 before anything runs, naming it",
        [
            call("third_method_sync", json!({ "bar": "x", "colour": 1 })).fails(400, "unknown argument `colour`"),
            call("second_method", json!({ "baz": "x" })).fails(400, "unknown argument `baz`, did you mean `bar`?"),
            call("second_method", json!({ "bar": ["x"] })).fails(400, "…argument `bar` must be"),
            get("/v1/nodes/demo-0").has(json!({ "last_error": null })),
        ],
    )
    .await;
}

#[tokio::test]
async fn async_raises() {
    let probe = Probe::start().await;
    probe.open("g").await;
    let task = |arguments: Value| post("/v1/nodes/n/vendor_passthru/hold_async", arguments).is(202);
    // Waits for the node's lock, and so for the end of the task.
    let after = |error: Value, extra: Value| {
        patch("/v1/nodes/n", json!([])).has(json!({ "last_error": error, "extra": extra }))
    };
    holds(
        "async raises: 202, then node.last_error = \"Async execution of M failed with error: T\", if it was null; never \
         cleared. differs: a second failure takes the first one's place, and the method's success clears it",
        &probe,
        [
            task(json!({ "gate": "g", "fail": "fan 3", "note": "lost" })),
            after(json!("Async execution of hold_async failed with error: fan 3"), json!({})),
            task(json!({ "gate": "g", "fail": "fan 4" })),
            after(json!("Async execution of hold_async failed with error: fan 4"), json!({})),
            post("/v1/nodes/n/vendor_passthru/count", json!({})),
            after(json!("Async execution of hold_async failed with error: fan 4"), json!({})),
            task(json!({ "gate": "g", "note": "done" })),
            after(Value::Null, json!({ "note": "done" })),
        ],
    )
    .await;
}

#[tokio::test]
async fn sync_raises() {
    holds(
        "sync raises: error; last_error untouched, lock freed",
        &Probe::start().await,
        [
            post("/v1/nodes/n/vendor_passthru/note", json!({ "key": "a", "value": 1, "fail": true }))
                .fails(502, "told to fail"),
            post("/v1/nodes/n/vendor_passthru/panics", json!({})).is(500),
            get("/v1/nodes/n").has(json!({ "last_error": null, "reservation": null, "extra": {} })),
            post("/v1/nodes/n/vendor_passthru/count", json!({})).shows(json!(1)),
        ],
    )
    .await;
}
