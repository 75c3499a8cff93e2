//! Asynchronous calls: 202 after the task is on disk, its end with what it changed, and what a crash leaves.

use std::path::Path;

use bessemer_tests::{Answer, Probe};
use serde_json::{Value, json};

/// State and error of a task, read from the database beside the running server.
fn task(state: &Path, uuid: &str) -> (String, Option<String>) {
    let file = if state.join("bessemer.sqlite").exists() {
        state.to_owned()
    } else {
        state.join("state")
    };
    let database =
        rusqlite::Connection::open_with_flags(file.join("bessemer.sqlite"), rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY);
    database
        .unwrap()
        .query_row("SELECT state, error FROM tasks WHERE uuid = ?1", [uuid], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap()
}

/// The uuid in the Location of a 202.
#[track_caller]
fn accepted(answer: &Answer) -> String {
    assert_eq!((answer.status, answer.body.len()), (202, 0), "{answer:?}");
    assert_eq!(answer.header("content-length"), "0");
    assert_eq!(answer.header("content-type"), "");
    answer.header("location").rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_202_means_that_the_task_is_on_disk_and_runs() {
    let probe = Probe::start().await;
    let answer = probe.call("hold_async", &json!({"gate": "a", "note": "done"})).await;
    let uuid = accepted(&answer);
    assert!(answer.header("location").starts_with(probe.base()), "{answer:?}");
    probe.entered("a", 1).await;
    assert_eq!(task(probe.state(), &uuid), ("running".into(), None));
    assert_ne!(probe.node("reservation").await, Value::Null);
    probe.open("a").await;
    // The next call gets the lock after the end of the task is on disk.
    assert_eq!(probe.call("count", &json!({})).await.status, 200);
    assert_eq!(task(probe.state(), &uuid), ("succeeded".into(), None));
    assert_eq!(probe.node("extra").await, json!({"note": "done"}));
    assert_eq!(probe.node("last_error").await, Value::Null);
}

#[tokio::test]
async fn the_newest_failure_is_the_nodes_last_error() {
    let probe = Probe::start().await;
    probe.open("a").await;
    for text in ["first", "second"] {
        let uuid = accepted(
            &probe
                .call("hold_async", &json!({"gate": "a", "note": text, "fail": text}))
                .await,
        );
        assert_eq!(probe.call("count", &json!({})).await.status, 200);
        assert_eq!(task(probe.state(), &uuid), ("failed".into(), Some(text.into())));
        let last_error = format!("Async execution of hold_async failed with error: {text}");
        assert_eq!(probe.node("last_error").await, json!(last_error));
    }
    // Changes of a method that fails are not kept.
    assert_eq!(probe.node("extra").await, json!({}));
}

#[tokio::test]
async fn a_success_ends_what_the_same_method_failed_with() {
    let state = tempfile::tempdir().unwrap();
    let probe = Probe::at(state.path()).await;
    probe.open("a").await;
    let ended = async |method: &str, arguments: Value| {
        accepted(&probe.call(method, &arguments).await);
        assert_eq!(probe.call("count", &json!({})).await.status, 200);
        probe.node("last_error").await
    };
    let other = ended("panics_async", json!({})).await;
    assert_ne!(other, Value::Null);
    // It says nothing of another method.
    assert_eq!(ended("hold_async", json!({"gate": "a"})).await, other);
    assert_ne!(ended("hold_async", json!({"gate": "a", "fail": "text"})).await, other);
    assert_eq!(
        ended("hold_async", json!({"gate": "a", "note": "kept"})).await,
        Value::Null
    );
    assert_eq!(probe.node("extra").await, json!({"note": "kept"}));
    // A synchronous call never wrote it, and does not end it.
    let failed = ended("hold_async", json!({"gate": "a", "fail": "text"})).await;
    assert_eq!(probe.call("note", &json!({"key": "k", "value": 1})).await.status, 200);
    assert_eq!(probe.node("last_error").await, failed);

    // Nor does a crash leave it there for ever.
    accepted(&probe.call("hold_async", &json!({"gate": "b"})).await);
    probe.entered("b", 1).await;
    probe.server.kill();
    let probe = Probe::at(state.path()).await;
    assert!(
        probe
            .node("last_error")
            .await
            .as_str()
            .unwrap()
            .contains("outcome is unknown")
    );
    probe.open("a").await;
    accepted(&probe.call("hold_async", &json!({"gate": "a"})).await);
    assert_eq!(probe.call("count", &json!({})).await.status, 200);
    assert_eq!(probe.node("last_error").await, Value::Null);
}

#[tokio::test]
async fn a_task_that_panics_or_runs_over_its_time_fails_before_its_lock_is_free() {
    let probe = Probe::start().await;
    for (method, text) in [
        ("panics_async", "by a fault of its own"),
        ("forever_async", "did not end within its 0.05 s"),
    ] {
        let uuid = accepted(&probe.call(method, &json!({})).await);
        assert_eq!(probe.call("count", &json!({})).await.status, 200);
        let (state, error) = task(probe.state(), &uuid);
        assert_eq!(state, "failed", "{method}");
        let error = error.unwrap();
        assert!(
            error.contains(text) && !error.contains("secret text"),
            "{method}: {error}"
        );
        assert!(probe.node("last_error").await.as_str().unwrap().contains(text));
    }
}

#[tokio::test]
async fn a_crash_interrupts_tasks_and_frees_nodes() {
    let state = tempfile::tempdir().unwrap();
    let probe = Probe::at(state.path()).await;
    let uuid = accepted(&probe.call("hold_async", &json!({"gate": "a", "note": "lost"})).await);
    probe.entered("a", 1).await;
    probe.server.kill();

    let probe = Probe::at(state.path()).await;
    let (ended, error) = task(state.path(), &uuid);
    assert_eq!(ended, "interrupted");
    let error = error.unwrap();
    for part in ["hold_async", &uuid, "its outcome is unknown"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    assert_eq!(probe.node("last_error").await, json!(error));
    assert_eq!(probe.node("reservation").await, Value::Null);
    assert_eq!(probe.node("extra").await, json!({}));
    assert_eq!(probe.call("count", &json!({})).await.status, 200);
    // Nothing was repeated: the gate of this process was never reached.
    assert_eq!(probe.at_gate("a").await, 0);
}

#[tokio::test]
async fn a_stop_waits_for_a_task_that_ends_in_time() {
    let state = tempfile::tempdir().unwrap();
    let probe = Probe::at(state.path()).await;
    let uuid = accepted(&probe.call("hold_async", &json!({"gate": "a"})).await);
    probe.entered("a", 1).await;
    probe.open("a").await;
    let stopped = probe.server.stop();
    assert_eq!(stopped.code, Some(0), "{stopped:?}");
    assert_eq!(task(state.path(), &uuid).0, "succeeded");
}

#[tokio::test]
async fn a_stop_that_is_over_interrupts_what_still_runs() {
    let probe = Probe::with("[conductor]\ngraceful_shutdown_timeout = \"100ms\"\n").await;
    let uuid = accepted(&probe.call("hold_async", &json!({"gate": "a"})).await);
    probe.entered("a", 1).await;
    let state = probe.state().to_owned();
    let copy = tempfile::tempdir().unwrap();
    // The state directory goes with the server, so its database is kept by a link.
    let database = state.join("state/bessemer.sqlite");
    std::fs::hard_link(&database, copy.path().join("bessemer.sqlite")).unwrap();
    let stopped = probe.server.stop();
    assert_eq!(stopped.code, Some(0), "{stopped:?}");
    assert_eq!(task(copy.path(), &uuid).0, "interrupted");
}
