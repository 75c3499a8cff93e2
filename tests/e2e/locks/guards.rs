//! A lock is free when its method has ended, however it ends, and not before, whoever left meanwhile.

use bessemer_tests::Probe;
use serde_json::{Value, json};

use super::{LEFT, WATCHED, queued};

/// What the log says when a client hangs up on a request that is being answered.
const GONE: &str = "a connection ended";

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_a_blocking_method_does_not_free_its_node() {
    let probe = Probe::with(WATCHED).await;
    let leaving = probe.calling("hold_blocking", json!({"gate": "a"}));
    probe.entered("a", 1).await;
    leaving.abort();
    probe.server.logged(GONE);
    let next = probe.calling("count", json!({}));
    queued(&probe, "count", 1);
    assert_ne!(probe.node("reservation").await, Value::Null);
    probe.driver("unblock", &json!({})).await;
    assert_eq!(next.await.unwrap().status, 200);
    assert_eq!(probe.node("reservation").await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_a_shared_call_does_not_free_its_node() {
    let probe = Probe::with(WATCHED).await;
    let leaving = probe.calling("hold_shared", json!({"gate": "a"}));
    probe.entered("a", 1).await;
    leaving.abort();
    probe.server.logged(GONE);
    let next = probe.calling("note", json!({"key": "k", "value": 1}));
    queued(&probe, "note", 1);
    assert_eq!(probe.node("extra").await, json!({}));
    probe.open("a").await;
    assert_eq!(next.await.unwrap().status, 200);
    assert_eq!(probe.node("extra").await, json!({"k": 1}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_the_queue_lets_those_behind_it_in() {
    let probe = Probe::with(WATCHED).await;
    let reader = probe.calling("hold_shared", json!({"gate": "a"}));
    probe.entered("a", 1).await;
    let writer = probe.calling("note", json!({"key": "k", "value": 1}));
    queued(&probe, "note", 1);
    let follower = probe.calling("hold_shared", json!({"gate": "b"}));
    queued(&probe, "hold_shared", 2);
    assert_eq!(probe.at_gate("b").await, 0);
    writer.abort();
    probe.server.logged(LEFT);
    probe.entered("b", 1).await;
    probe.open("a").await;
    probe.open("b").await;
    for call in [reader, follower] {
        assert_eq!(call.await.unwrap().status, 200);
    }
    assert_eq!(probe.node("extra").await, json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_a_shared_call_gives_back_its_share_alone() {
    let probe = Probe::with(WATCHED).await;
    let reader = probe.calling("hold_shared", json!({"gate": "a"}));
    probe.entered("a", 1).await;
    let panicked = probe.call("panics_shared", &json!({})).await;
    assert_eq!(panicked.status, 500, "{panicked:?}");
    assert!(!panicked.text().contains("secret text"), "{panicked:?}");
    let writer = probe.calling("note", json!({"key": "k", "value": 1}));
    queued(&probe, "note", 1);
    assert_eq!(probe.node("extra").await, json!({}));
    probe.open("a").await;
    for call in [reader, writer] {
        assert_eq!(call.await.unwrap().status, 200);
    }
    // A share of its own is given back as well.
    assert_eq!(probe.call("panics_shared", &json!({})).await.status, 500);
    assert_eq!(probe.call("count", &json!({})).await.status, 200);
}

#[tokio::test]
async fn a_panic_while_a_method_is_dropped_frees_its_node() {
    let probe = Probe::start().await;
    let dropped = probe.call("panics_in_drop", &json!({})).await;
    assert_eq!(dropped.status, 504, "{dropped:?}");
    assert!(!dropped.text().contains("secret text"), "{dropped:?}");
    assert_eq!(probe.call("count", &json!({})).await.status, 200);
    assert_eq!(probe.node("reservation").await, Value::Null);
    let log = probe.server.stop().stderr;
    assert_eq!(log.matches("\"panic\":\"secret text of a panic\"").count(), 1, "{log}");
}
