//! Sections 5.1 to 5.3: the exclusive lock, workers, and what clients do with 409 and 503.

use bessemer_tests::{Probe, Server};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::case::{Case, delete, get, patch, post, put};
use crate::holds;

/// The probe, whose node is given up soon.
async fn impatient() -> Probe {
    Probe::with("[conductor]\nlock_wait = \"200ms\"\n").await
}

/// Begins a method that stays at gate `g`.
async fn holding(probe: &Probe, method: &str) -> JoinHandle<bessemer_tests::Answer> {
    let held = probe.calling(method, json!({ "gate": "g" }));
    probe.entered("g", 1).await;
    held
}

async fn freed(probe: &Probe, held: JoinHandle<bessemer_tests::Answer>) {
    probe.open("g").await;
    let answer = held.await.unwrap();
    assert!([200, 202].contains(&answer.status), "{answer:?}");
}

/// A call of a method of `n`.
fn call(method: &str, arguments: Value) -> Case {
    post(&format!("/v1/nodes/n/vendor_passthru/{method}"), arguments)
}

#[tokio::test]
async fn exclusive_beside_exclusive() {
    let probe = impatient().await;
    let held = holding(&probe, "hold").await;
    let uuid = probe.node("uuid").await.as_str().unwrap().to_owned();
    let host = probe.get("/v1/conductors").await.json()["conductors"][0]["hostname"].as_str().unwrap().to_owned();
    let locked =
        format!("Node {uuid} is locked by host {host}, please retry after the current operation is completed.");
    let row = "exclusive holder, next exclusive request: 409 \"Node U is locked by host H, ...\" when the wait is over; \
               succeeds if freed in time. differs: in the order of arrival, without steps of a second; then who holds it";
    holds(
        row,
        &probe,
        [
            call("count", json!({})).fails(409, &locked),
            call("count", json!({})).fails(409, "…hold"),
            // The same by either form of the URL and of the node's name.
            post(&format!("/v1/nodes/{uuid}/vendor_passthru?method=count"), json!({})).fails(409, &locked),
        ],
    )
    .await;
    freed(&probe, held).await;
    holds(row, &probe, [call("count", json!({})).shows(json!(1))]).await;
    let patient = Probe::start().await;
    let held = holding(&patient, "hold").await;
    let waiting = patient.calling("count", json!({}));
    freed(&patient, held).await;
    assert_eq!(waiting.await.unwrap().status, 200, "succeeds if freed in time");
}

#[tokio::test]
async fn changes_of_the_node_while_locked() {
    let probe = impatient().await;
    let held = holding(&probe, "hold").await;
    holds(
        "PATCH, DELETE, maintenance PUT/DELETE while locked: the same 409, nothing changed",
        &probe,
        [
            patch("/v1/nodes/n", json!([{ "op": "add", "path": "/extra/a", "value": 1 }])).fails(409, "Node "),
            delete("/v1/nodes/n").fails(409, "Node "),
            put("/v1/nodes/n/maintenance", json!({})).fails(409, "Node "),
            delete("/v1/nodes/n/maintenance").fails(409, "Node "),
            get("/v1/nodes/n").has(json!({ "extra": {}, "maintenance": false, "updated_at": null })),
        ],
    )
    .await;
    freed(&probe, held).await;
}

#[tokio::test]
async fn reads_while_locked() {
    let probe = Probe::with("[conductor]\nlock_wait = \"10m\"\n").await;
    let held = holding(&probe, "hold").await;
    holds(
        "show, list, methods, validate, conductors while locked: at once, 200. Methods with a snapshot too",
        &probe,
        [
            get("/v1/nodes/n"),
            get("/v1/nodes"),
            get("/v1/nodes/detail"),
            get("/v1/nodes/n/states"),
            get("/v1/nodes/n/validate"),
            get("/v1/nodes/n/vendor_passthru/methods"),
            get("/v1/conductors"),
            get("/v1/nodes/n/vendor_passthru/extra").shows(json!({})),
        ],
    )
    .await;
    freed(&probe, held).await;
}

#[tokio::test]
async fn shared_beside_exclusive() {
    let probe = impatient().await;
    let held = holding(&probe, "hold").await;
    let shared = call("hold_shared", json!({ "gate": "open" })).fails(409, "Node ");
    holds("shared-lock method while an exclusive holder runs: at once. differs: it waits, then 409", &probe, [shared])
        .await;
    freed(&probe, held).await;
}

#[tokio::test]
async fn changes_beside_shared() {
    let probe = impatient().await;
    let held = holding(&probe, "hold_shared").await;
    probe.open("beside").await;
    holds(
        "exclusive method, PATCH, DELETE while a shared method runs: at once. differs: they wait, then 409; other \
         shared methods run",
        &probe,
        [
            call("count", json!({})).fails(409, "Node "),
            patch("/v1/nodes/n", json!([])).fails(409, "Node "),
            delete("/v1/nodes/n").fails(409, "Node "),
            call("hold_shared", json!({ "gate": "beside" })),
        ],
    )
    .await;
    freed(&probe, held).await;
}

#[tokio::test]
async fn reservation() {
    let probe = impatient().await;
    let host = probe.get("/v1/conductors").await.json()["conductors"][0]["hostname"].clone();
    let row = "reservation: holder's host name while an exclusive method runs (sync or async), null otherwise; shared \
               methods never show";
    for (method, shown) in [("hold", host.clone()), ("hold_async", host.clone()), ("hold_shared", Value::Null)] {
        let probe = Probe::start().await;
        let held = holding(&probe, method).await;
        let cases = [
            get("/v1/nodes/n").has(json!({ "reservation": shown })),
            get("/v1/nodes?fields=reservation").has(json!({ "nodes": [{ "reservation": shown }] })),
        ];
        holds(&format!("{row} ({method})"), &probe, cases).await;
        freed(&probe, held).await;
        // Waits for the lock, so the method has ended.
        holds(row, &probe, [patch("/v1/nodes/n", json!([])).has(json!({ "reservation": null }))]).await;
    }
    // The host is the one that the conductors list.
    holds(row, &probe, [get(&format!("/v1/conductors/{}", host.as_str().unwrap()))]).await;
}

#[tokio::test]
async fn async_exclusive() {
    let probe = impatient().await;
    let held = holding(&probe, "hold_async").await;
    assert_eq!(held.await.unwrap().status, 202);
    let row = "async exclusive: lock held until the worker ends, freed on failure too";
    holds(row, &probe, [call("count", json!({})).fails(409, "…hold_async")]).await;
    probe.open("g").await;
    let patient = Probe::start().await;
    patient.open("g").await;
    let failing = call("hold_async", json!({ "gate": "g", "fail": "x" })).is(202);
    holds(row, &patient, [failing, call("count", json!({})).shows(json!(1))]).await;
}

#[tokio::test]
async fn a_client_that_leaves() {
    let probe = impatient().await;
    let held = holding(&probe, "hold").await;
    held.abort();
    assert!(held.await.is_err());
    let row = "client closes the connection of a sync call: the call goes on, lock kept to its end";
    holds(row, &probe, [call("count", json!({})).fails(409, "…hold")]).await;
    probe.open("g").await;
}

#[tokio::test]
async fn other_nodes_are_not_blocked() {
    let probe = impatient().await;
    let held = holding(&probe, "hold").await;
    holds(
        "other nodes, driver-level calls: not blocked",
        &probe,
        [
            post("/v1/nodes", json!({ "driver": "probe", "name": "m" })).is(201),
            post("/v1/nodes/m/vendor_passthru/count", json!({})).shows(json!(1)),
            patch("/v1/nodes/m", json!([{ "op": "add", "path": "/extra/a", "value": 1 }])),
            get("/v1/drivers/probe/vendor_passthru/at?gate=g").shows(json!(1)),
            delete("/v1/nodes/m").is(204),
        ],
    )
    .await;
    freed(&probe, held).await;
}

#[tokio::test]
async fn workers_full() {
    let full = "Requested action cannot be performed due to lack of free conductor workers.";
    let server = Server::builder().config("[conductor]\nworkers_pool_size = 1\n").start().await;
    let on = |node: &str, method: &str, arguments: Value| {
        post(&format!("/v1/nodes/{node}/vendor_passthru/{method}"), arguments)
    };
    holds(
        "pool full: 503 \"Requested action cannot be performed due to lack of free conductor workers.\"; lock free, \
         last_error untouched. differs: sync calls count too",
        &server,
        [
            post("/v1/nodes", json!({ "driver": "fake", "name": "n" })).is(201),
            post("/v1/nodes", json!({ "driver": "fake", "name": "m" })).is(201),
            on("n", "sleep", json!({ "seconds": 600 })).is(202),
            on("m", "sleep", json!({ "seconds": 600 })).fails(503, full).sets("retry-after", "1"),
            on("m", "nothing", json!({})).fails(503, full),
            // What is wrong with a call is told before.
            on("m", "sleep", json!({})).fails(400, "…seconds"),
            get("/v1/nodes/m").has(json!({ "last_error": null, "reservation": null })),
            patch("/v1/nodes/m", json!([])),
            // Ironic's threads are full too, then.
            get("/"),
        ],
    )
    .await;
}

#[tokio::test]
async fn clients_that_try_again() {
    let probe = impatient().await;
    let held = holding(&probe, "hold").await;
    let note = || call("note", json!({ "key": "a", "value": 1 }));
    let row = "409 and 503: clients send the call again, so nothing was carried out; then it succeeds";
    let untouched = get("/v1/nodes/n").has(json!({ "extra": {}, "last_error": null }));
    holds(row, &probe, [note().fails(409, "Node "), note().fails(409, "Node "), untouched]).await;
    freed(&probe, held).await;
    holds(row, &probe, [note(), get("/v1/nodes/n").has(json!({ "extra": { "a": 1 } }))]).await;
}
