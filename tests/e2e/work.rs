//! What a method may do wrong, and what its client may: panics, blocking, running over its time, leaving work
//! behind, hanging up.

use bessemer_tests::{Client, Probe};
use serde_json::{Value, json};

use crate::until::until;

/// The node can be locked again at once.
async fn is_free(probe: &Probe) {
    let answer = probe.call("count", &json!({})).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn a_panic_is_a_500_that_tells_nothing_and_frees_the_node() {
    let probe = Probe::start().await;
    for (method, arguments) in [
        ("panics", json!({})),
        ("panics", json!({"later": true})),
        ("panics_on_a_thread", json!({})),
    ] {
        let answer = probe.call(method, &arguments).await;
        assert_eq!(answer.status, 500, "{method}: {answer:?}");
        assert!(!answer.text().contains("secret text"), "{method}: {answer:?}");
        assert_eq!(answer.fault()["faultcode"], "Server");
        is_free(&probe).await;
    }
    let log = probe.server.stop().stderr;
    assert_eq!(log.matches("\"panic\":\"secret text of a panic\"").count(), 3, "{log}");
}

#[tokio::test]
async fn a_method_over_its_time_is_a_504_and_is_told() {
    let probe = Probe::start().await;
    let answer = probe.call("forever", &json!({"gate": "told"})).await;
    assert_eq!(answer.status, 504, "{answer:?}");
    assert!(answer.faultstring().contains("forever"), "{answer:?}");
    probe.entered("told", 1).await;
    is_free(&probe).await;
}

#[tokio::test]
async fn a_method_that_does_not_listen_is_dropped_at_its_deadline() {
    let probe = Probe::with("[conductor]\nlock_wait = \"2s\"\n").await;
    assert_eq!(probe.call("deaf", &json!({})).await.status, 504);
    is_free(&probe).await;
}

#[tokio::test]
async fn a_thread_over_its_time_keeps_the_lock_until_it_returns() {
    let probe = Probe::with("[conductor]\nlock_wait = \"100ms\"\n").await;
    let answer = probe.call("hold_thread", &json!({"gate": "t"})).await;
    assert_eq!(answer.status, 504, "{answer:?}");
    let locked = probe.call("count", &json!({})).await;
    assert_eq!(locked.status, 409, "{locked:?}");
    assert!(locked.faultstring().contains("hold_thread"), "{locked:?}");
    probe.driver("unblock", &json!({})).await;
    let waiting = until("the thread returns", async || {
        let answer = probe.call("count", &json!({})).await;
        (answer.status != 409).then_some(answer)
    });
    assert_eq!(waiting.await.status, 200);
}

#[tokio::test]
async fn changes_are_kept_on_success_only() {
    let probe = Probe::start().await;
    let failed = probe.call("note", &json!({"key": "a", "value": 1, "fail": true})).await;
    assert_eq!(failed.status, 502, "{failed:?}");
    assert_eq!(probe.node("extra").await, json!({}));
    assert_eq!(probe.node("updated_at").await, Value::Null);
    let kept = probe.call("note", &json!({"key": "a", "value": {"b": [1]}})).await;
    assert_eq!(kept.status, 200, "{kept:?}");
    assert_eq!(probe.node("extra").await, json!({"a": {"b": [1]}}));
    let updated = probe.node("updated_at").await;
    assert_ne!(updated, Value::Null);
    // The same value again is no change, and no write.
    assert_eq!(
        probe
            .call("note", &json!({"key": "a", "value": {"b": [1]}}))
            .await
            .status,
        200
    );
    assert_eq!(probe.node("updated_at").await, updated);
}

#[tokio::test]
async fn a_client_that_hangs_up_changes_nothing() {
    let probe = Probe::with("[conductor]\nlock_wait = \"60s\"\n").await;
    let client = Client::clone(&probe);
    let leaving = tokio::spawn(async move {
        client
            .post("/v1/nodes/n/vendor_passthru/hold", &json!({"gate": "a"}))
            .await
    });
    probe.entered("a", 1).await;
    leaving.abort();
    assert!(leaving.await.is_err());
    let next = probe.calling("count", json!({}));
    assert_ne!(probe.node("reservation").await, Value::Null);
    probe.open("a").await;
    assert_eq!(next.await.unwrap().status, 200);
}

#[tokio::test]
async fn the_lock_outlives_the_work_a_method_leaves_behind() {
    let probe = Probe::with("[conductor]\nlock_wait = \"60s\"\n").await;
    let spawning = probe.calling("spawns", json!({"gate": "w"}));
    probe.entered("w", 1).await;
    let next = probe.calling("count", json!({}));
    assert_ne!(probe.node("reservation").await, Value::Null);
    probe.open("w").await;
    assert_eq!(spawning.await.unwrap().status, 200);
    assert_eq!(next.await.unwrap().status, 200);
}

#[tokio::test]
async fn a_method_that_blocks_is_named_and_moved_to_its_own_thread() {
    let probe = Probe::start().await;
    // Once may be the machine's fault.
    for _ in 0..2 {
        let answer = probe.call("blocks", &json!({"milliseconds": 60})).await;
        assert_eq!(answer.json(), json!("api"), "{answer:?}");
    }
    let moved = probe.call("blocks", &json!({"milliseconds": 0})).await;
    assert_eq!(moved.json(), json!("driver-probe"), "{moved:?}");
    let log = probe.server.stop().stderr;
    let named = log
        .lines()
        .filter(|line| line.contains("blocked its thread"))
        .collect::<Vec<_>>();
    assert!(
        matches!(*named, [line] if line.contains("\"method\":\"blocks\"")),
        "{log}"
    );
}

#[tokio::test]
async fn the_api_answers_while_a_driver_blocks_its_threads() {
    let probe = Probe::start().await;
    for _ in 0..2 {
        probe.call("blocks", &json!({"milliseconds": 60})).await;
    }
    // From now on it runs on the driver's own threads, which these calls keep busy for longer than the test lasts.
    let blocking = [(); 4].map(|()| probe.calling("blocks", json!({"milliseconds": 30_000})));
    until("all four have begun", async || {
        // Not by a call that wants the node for itself: those of the four that come after it would wait for it.
        let lock = probe.get("/v1/locks/n").await.json();
        let holders = lock["holders"].as_array().map_or(0, Vec::len);
        (holders == 4).then_some(())
    })
    .await;
    for _ in 0..10 {
        assert_eq!(probe.get("/v1/nodes/n").await.status, 200);
    }
    assert!(!blocking.iter().any(tokio::task::JoinHandle::is_finished));
}

#[tokio::test]
async fn too_many_calls_are_a_503_before_the_lock() {
    let probe = Probe::with("[conductor]\nworkers_pool_size = 2\ndriver_workers_max = 2\nlock_wait = \"60s\"\n").await;
    let first = probe.calling("hold_shared", json!({"gate": "s"}));
    probe.entered("s", 1).await;
    let mut second = probe.calling("hold_shared", json!({"gate": "s"}));
    // With both places taken even a call that needs no lock is refused.
    until("both places are taken", async || {
        // The second call is refused itself where it comes while this one is looking.
        if second.is_finished() {
            second = probe.calling("hold_shared", json!({"gate": "s"}));
        }
        (probe.call("raw", &json!({})).await.status == 503).then_some(())
    })
    .await;
    let refused = probe.call("note", &json!({"key": "k", "value": 1})).await;
    assert_eq!(refused.status, 503, "{refused:?}");
    assert_eq!(refused.header("retry-after"), "1");
    assert!(
        refused.faultstring().contains("lack of free conductor workers"),
        "{refused:?}"
    );
    for call in [first, second] {
        call.abort();
    }
}
