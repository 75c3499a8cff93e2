//! Section 5.4: restarts. How a stop goes on, step by step, is a subject of the e2e suite.

use bessemer_tests::{Probe, Server};
use serde_json::{Value, json};

use crate::case::{get, post};
use crate::holds;

#[tokio::test]
async fn killed_during_an_async_method() {
    let state = tempfile::tempdir().unwrap();
    let probe = Probe::at(state.path()).await;
    let answer = probe.call("hold_async", &json!({ "gate": "g" })).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    probe.entered("g", 1).await;
    assert_ne!(probe.node("reservation").await, Value::Null);
    probe.server.kill();
    let probe = Probe::at(state.path()).await;
    holds(
        "SIGKILL during an async exclusive method, restart: reservation cleared at start. differs: last_error tells of \
         the lost work",
        &probe,
        [
            get("/v1/nodes/n").has(json!({ "reservation": null })).says("hold_async"),
            post("/v1/nodes/n/vendor_passthru/count", json!({})).shows(json!(1)),
        ],
    )
    .await;
    let error = probe.node("last_error").await;
    assert!(error.as_str().is_some_and(|error| error.contains("interrupted")), "{error}");
}

#[tokio::test]
async fn reserved_by_a_host_that_never_comes_back() {
    let state = tempfile::tempdir().unwrap();
    let server = || Server::builder().state(state.path());
    let first = server().config("host = \"one\"\n").start().await;
    let created = first.post("/v1/nodes", &json!({ "driver": "fake", "name": "n" })).await;
    assert_eq!(created.status, 201, "{created:?}");
    let asleep = first.post("/v1/nodes/n/vendor_passthru/sleep", &json!({ "seconds": 600 })).await;
    assert_eq!(asleep.status, 202, "{asleep:?}");
    first.kill();
    let second = server().config("host = \"two\"\n").start().await;
    holds(
        "reservation held by a host name that never comes back: still there. differs: a lock ends with its server",
        &second,
        [
            get("/v1/nodes/n").has(json!({ "reservation": null })),
            post("/v1/nodes/n/vendor_passthru/nothing", json!({})),
        ],
    )
    .await;
}

#[tokio::test]
async fn stopped_during_an_async_method() {
    let state = tempfile::tempdir().unwrap();
    let server = Server::builder().state(state.path()).start().await;
    let asleep = post("/v1/nodes/demo-0/vendor_passthru/sleep", json!({ "seconds": 1 })).is(202);
    let row = "SIGTERM during an async method: the process waits for the method, then exits with the reservation freed";
    holds(row, &server, [asleep]).await;
    let stopped = server.stop();
    assert_eq!(stopped.code, Some(0), "{}", stopped.stderr);
    let server = Server::builder().state(state.path()).start().await;
    // Had it not ended, it would be said to be interrupted.
    let ended = get("/v1/nodes/demo-0").has(json!({ "reservation": null, "last_error": null }));
    holds(row, &server, [ended]).await;
}

#[tokio::test]
async fn an_enabled_driver_that_does_not_exist() {
    // differs from a crash loop with the reason in a stack trace: one refusal, with the name and what there is.
    let stopped = Server::builder().config("enabled_hardware_types = [\"fake\", \"ipmii\"]\n").run_to_end();
    assert_eq!(stopped.code, Some(78), "{}", stopped.stderr);
    for part in ["ipmii", "compiled in", "config.toml"] {
        assert!(stopped.stderr.contains(part), "{part}: {}", stopped.stderr);
    }
}

#[tokio::test]
async fn alive() {
    let probe = Probe::start().await;
    let alive = get("/v1/conductors").has(json!({ "conductors": [{ "alive": true }] }));
    holds("alive in /v1/conductors. differs: true for as long as the server answers", &probe, [alive]).await;
}
