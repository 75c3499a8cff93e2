//! Locks as callers meet them: who waits for whom, for how long, and what a refusal says. What happens to a lock when
//! a client leaves or a method fails is in `guards.rs`, what thousands of calls do in `crowd.rs`, what many clients
//! met in `history.rs`.

mod crowd;
mod guards;
mod history;

use bessemer_tests::{Probe, Server};
use serde_json::{Value, json};

/// A call waits as long as it takes, and the log says who does.
pub(super) const WATCHED: &str = "[conductor]\nlock_wait = \"60s\"\n[log]\nlevel = \"debug\"\n";

/// What the log says of a call that waits no longer, as its client is gone.
pub(super) const LEFT: &str = "a call left the queue of its node";

/// Waits until a call of this operation has queued, as the last of so many on all nodes.
pub(super) fn queued(server: &Server, operation: &str, waiters: usize) {
    server.logged(&format!("\"operation\":\"{operation}\",\"waiters\":{waiters},"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exclusive_call_keeps_others_waiting() {
    let probe = Probe::with(WATCHED).await;
    let first = probe.calling("hold", json!({"gate": "a"}));
    probe.entered("a", 1).await;
    let second = probe.calling("hold", json!({"gate": "b"}));
    queued(&probe, "hold", 1);
    assert_eq!(probe.at_gate("b").await, 0);
    assert_ne!(probe.node("reservation").await, Value::Null);
    probe.open("b").await;
    probe.open("a").await;
    assert_eq!(first.await.unwrap().status, 200);
    assert_eq!(second.await.unwrap().status, 200);
    assert_eq!(probe.node("reservation").await, Value::Null);
}

#[tokio::test]
async fn a_wait_that_is_too_long_ends_in_a_409_that_names_the_holder() {
    let probe = Probe::with("[conductor]\nlock_wait = \"100ms\"\n").await;
    let first = probe.calling("hold", json!({"gate": "a"}));
    probe.entered("a", 1).await;
    for (what, answer) in [
        ("exclusive", probe.call("note", &json!({"key": "k", "value": 1})).await),
        ("shared", probe.call("hold_shared", &json!({"gate": "s"})).await),
        (
            "PATCH",
            probe
                .patch("/v1/nodes/n", &json!([{"op": "add", "path": "/extra/k", "value": 1}]))
                .await,
        ),
        ("DELETE", probe.delete("/v1/nodes/n").await),
        ("maintenance", probe.put("/v1/nodes/n/maintenance", &json!({})).await),
    ] {
        assert_eq!(answer.status, 409, "{what}: {answer:?}");
        let text = answer.faultstring();
        assert!(text.contains("is locked by host"), "{what}: {text}");
        assert!(
            text.contains("please retry after the current operation is completed."),
            "{what}: {text}"
        );
        assert!(text.contains("hold") && text.contains("req-"), "{what}: {text}");
    }
    assert_eq!(probe.at_gate("s").await, 0);
    probe.open("a").await;
    assert_eq!(first.await.unwrap().status, 200);
    assert_eq!(probe.node("extra").await, json!({}));
}

#[tokio::test]
async fn shared_calls_run_beside_one_another_and_keep_changes_away() {
    let probe = Probe::with("[conductor]\nlock_wait = \"100ms\"\n").await;
    let calls = [(); 3].map(|()| probe.calling("hold_shared", json!({"gate": "s"})));
    probe.entered("s", 3).await;
    assert_eq!(probe.node("reservation").await, Value::Null);
    let answer = probe.call("note", &json!({"key": "k", "value": 1})).await;
    assert_eq!(answer.status, 409, "{answer:?}");
    assert!(answer.faultstring().contains('3'), "{answer:?}");
    probe.open("s").await;
    for call in calls {
        assert_eq!(call.await.unwrap().status, 200);
    }
}

#[tokio::test]
async fn reads_never_wait() {
    let probe = Probe::with("[conductor]\nlock_wait = \"60s\"\n").await;
    let held = probe.calling("hold", json!({"gate": "a"}));
    probe.entered("a", 1).await;
    for path in [
        "/v1/nodes/n",
        "/v1/nodes",
        "/v1/nodes/n/vendor_passthru/methods",
        "/v1/nodes/n/vendor_passthru/extra",
    ] {
        assert_eq!(probe.get(path).await.status, 200, "{path}");
    }
    probe.open("a").await;
    assert_eq!(held.await.unwrap().status, 200);
}

#[tokio::test]
async fn what_is_wrong_with_a_call_is_told_without_waiting() {
    let probe = Probe::with("[conductor]\nlock_wait = \"60s\"\n").await;
    let held = probe.calling("hold", json!({"gate": "a"}));
    probe.entered("a", 1).await;
    assert_eq!(probe.call("nope", &json!({})).await.status, 400);
    assert_eq!(probe.call("note", &json!({"key": 1})).await.status, 400);
    assert_eq!(probe.get("/v1/nodes/n/vendor_passthru/note").await.status, 400);
    probe.open("a").await;
    assert_eq!(held.await.unwrap().status, 200);
}

#[tokio::test]
async fn other_nodes_and_the_driver_are_not_kept_waiting() {
    let probe = Probe::with("[conductor]\nlock_wait = \"60s\"\n").await;
    let other = probe.post("/v1/nodes", &json!({"driver": "probe", "name": "m"})).await;
    assert_eq!(other.status, 201, "{other:?}");
    let held = probe.calling("hold", json!({"gate": "a"}));
    probe.entered("a", 1).await;
    let note = probe
        .post("/v1/nodes/m/vendor_passthru/note", &json!({"key": "k", "value": 1}))
        .await;
    assert_eq!(note.status, 200, "{note:?}");
    probe.open("a").await;
    assert_eq!(held.await.unwrap().status, 200);
}

#[tokio::test]
async fn exclusive_calls_never_meet() {
    let probe = Probe::with("[conductor]\nlock_wait = \"60s\"\n").await;
    let calls: Vec<_> = (0..40).map(|_| probe.calling("count", json!({}))).collect();
    let mut counts = Vec::new();
    for call in calls {
        let answer = call.await.unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
        counts.push(answer.json().as_u64().unwrap());
    }
    counts.sort_unstable();
    assert_eq!(counts, (1..=40).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_while_waiting_never_runs() {
    let probe = Probe::with(WATCHED).await;
    let held = probe.calling("hold", json!({"gate": "a"}));
    probe.entered("a", 1).await;
    let leaving = probe.calling("hold", json!({"gate": "left"}));
    queued(&probe, "hold", 1);
    leaving.abort();
    probe.server.logged(LEFT);
    probe.open("a").await;
    assert_eq!(held.await.unwrap().status, 200);
    // Whoever comes next is served: nothing is left of the one who left.
    assert_eq!(probe.call("count", &json!({})).await.status, 200);
    assert_eq!(probe.at_gate("left").await, 0);
}

#[tokio::test]
async fn a_full_queue_is_a_503_with_retry_after() {
    let probe = Probe::with("[conductor]\nlock_wait = \"60s\"\nlock_waiters_per_node_max = 2\n").await;
    let held = probe.calling("hold", json!({"gate": "a"}));
    probe.entered("a", 1).await;
    let mut calls: Vec<_> = (0..5).map(|_| probe.calling("count", json!({}))).collect();
    // Two wait; three are refused, whichever they are.
    let mut refused = 0;
    while refused < 3 {
        let (answer, index) = first_of(&mut calls).await;
        calls.swap_remove(index);
        assert_eq!(answer.status, 503, "{answer:?}");
        assert_eq!(answer.header("retry-after"), "1");
        refused += 1;
    }
    probe.open("a").await;
    assert_eq!(held.await.unwrap().status, 200);
    for call in calls {
        assert_eq!(call.await.unwrap().status, 200);
    }
}

/// The first of these calls that is answered, and its place.
async fn first_of(calls: &mut [tokio::task::JoinHandle<bessemer_tests::Answer>]) -> (bessemer_tests::Answer, usize) {
    std::future::poll_fn(|cx| {
        for (index, call) in calls.iter_mut().enumerate() {
            if let std::task::Poll::Ready(answer) = std::pin::Pin::new(call).poll(cx) {
                return std::task::Poll::Ready((answer.unwrap(), index));
            }
        }
        std::task::Poll::Pending
    })
    .await
}
