//! What a method leaves behind when its time is over, or when it returns: work it spawned, errors that nobody is
//! told of, and what it writes to the log.

use bessemer_tests::{Answer, Binary, Server};
use serde_json::{Value, json};

async fn leaving(config: &str) -> Server {
    let server = Server::builder()
        .binary(Binary::Fixture("leaving"))
        .config(config)
        .start()
        .await;
    let node = server
        .post("/v1/nodes", &json!({ "driver": "leaving", "name": "n" }))
        .await;
    assert_eq!(node.status, 201, "{node:?}");
    server
}

async fn call(server: &Server, method: &str, arguments: Value) -> Answer {
    let path = format!("/v1/nodes/n/vendor_passthru/{method}");
    server.post(&path, &arguments).await
}

/// The node's record when it is free again.
async fn record(server: &Server) -> Value {
    // Waits for the lock, so what was before is on disk.
    let locked = server.put("/v1/nodes/n/maintenance", &json!({})).await;
    assert_eq!(locked.status, 202, "{locked:?}");
    server.get("/v1/nodes/n").await.json()
}

fn lines<'a>(log: &'a str, part: &str) -> Vec<&'a str> {
    log.lines().filter(|line| line.contains(part)).collect()
}

const CUT: &str = "work that it spawned went on after the call's time and is dropped";

#[tokio::test]
async fn work_that_is_left_is_dropped_at_the_deadline_and_named_in_the_log() {
    let server = leaving("").await;
    let late = call(&server, "leaves", json!({})).await;
    assert_eq!(late.status, 504, "{late:?}");
    assert!(late.faultstring().contains("did not end within its 1 s"), "{late:?}");
    // The method returned: the hardware is as it left it.
    assert_eq!(record(&server).await["extra"], json!({ "left": true }));
    let log = server.stop().stderr;
    assert_eq!(log.matches("what was left is dropped").count(), 1, "{log}");
    let cut = lines(&log, CUT);
    let [line] = cut[..] else { panic!("{log}") };
    for part in ["\"method\":\"leaves\"", late.header("x-openstack-request-id")] {
        assert!(line.contains(part), "{part}: {line}");
    }
}

#[tokio::test]
async fn work_that_is_left_and_listens_is_told_first() {
    let server = leaving("").await;
    let late = call(&server, "leaves", json!({ "listens": true })).await;
    assert_eq!(late.status, 504, "{late:?}");
    assert_eq!(record(&server).await["extra"], json!({ "left": true }));
    let log = server.stop().stderr;
    assert!(log.contains("what was left has heard"), "{log}");
    assert_eq!(lines(&log, CUT), [""; 0], "{log}");
}

#[tokio::test]
async fn a_method_that_fails_and_leaves_work_behind_changes_nothing() {
    let server = leaving("").await;
    let late = call(&server, "leaves_and_fails", json!({})).await;
    assert_eq!(late.status, 504, "{late:?}");
    assert_eq!(record(&server).await["extra"], json!({}));
    server.logged("what was left is dropped");
}

#[tokio::test]
async fn a_task_whose_work_is_left_fails_at_its_deadline() {
    let server = leaving("").await;
    assert_eq!(call(&server, "leaves_async", json!({})).await.status, 202);
    let record = record(&server).await;
    let last_error = "Async execution of leaves_async failed with error: \
                      the method leaves_async did not end within its 1 s and was stopped";
    assert_eq!(record["last_error"], json!(last_error));
    assert_eq!(record["extra"], json!({ "left": true }));
    let log = server.stop().stderr;
    assert_eq!(lines(&log, CUT).len(), 1, "{log}");
}

#[tokio::test]
async fn the_stop_of_the_server_ends_work_that_is_left() {
    let state = tempfile::tempdir().unwrap();
    let start = |config| {
        Server::builder()
            .binary(Binary::Fixture("leaving"))
            .config(config)
            .state(state.path())
            .start()
    };
    let server = start("[conductor]\ngraceful_shutdown_timeout = \"50ms\"\n").await;
    let node = json!({ "driver": "leaving", "name": "n" });
    assert_eq!(server.post("/v1/nodes", &node).await.status, 201);
    assert_eq!(call(&server, "leaves_long", json!({})).await.status, 202);
    server.logged("something is left");
    let stopped = server.stop();
    assert_eq!(stopped.code, Some(0), "{stopped:?}");
    assert!(stopped.stderr.contains("what was left is dropped"), "{stopped:?}");

    let server = start("").await;
    let record = record(&server).await;
    let last_error = record["last_error"].as_str().unwrap();
    assert!(last_error.contains("interrupted by the stop of the server"), "{record}");
    // What the method did is known; only what it left behind is not.
    assert_eq!(record["extra"], json!({ "left": true }));
}

#[tokio::test]
async fn an_error_that_came_too_late_for_its_client_is_logged() {
    let server = leaving("").await;
    let late = call(&server, "fails_late", json!({})).await;
    assert_eq!(late.status, 504, "{late:?}");
    let text = "the method failed when its time was over: it came to nothing";
    server.logged(text);
    let log = server.log();
    let line = lines(&log, text)[0];
    for part in [
        "\"method\":\"fails_late\"",
        "\"kind\":\"rejected\"",
        late.header("x-openstack-request-id"),
    ] {
        assert!(line.contains(part), "{part}: {line}");
    }
}

#[tokio::test]
async fn what_a_call_logs_is_bounded() {
    let server = leaving("[log]\ncall_lines_max = 3\ncall_line_bytes_max = 16\n").await;
    for (lines, characters) in [(2, 1), (3, 1), (1000, 1000)] {
        let arguments = json!({ "lines": lines, "characters": characters });
        assert_eq!(call(&server, "logs", arguments).await.status, 200);
    }
    let log = server.stop().stderr;
    let told: Vec<_> = lines(&log, "\"method\":\"logs\"")
        .iter()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["message"].clone())
        .collect();
    // A character is not cut in its midst.
    let cut = |line: u8| format!("line {line} éééé…");
    assert_eq!(
        told,
        [
            "line 0 é",
            "line 1 é",
            "line 0 é",
            "line 1 é",
            "line 2 é",
            &cut(0),
            &cut(1),
            &cut(2),
            "the call has logged 3 lines; what else it logs is left out"
        ]
    );
}

#[tokio::test]
async fn a_panic_is_not_taken_for_a_blocked_thread() {
    let server = leaving("").await;
    // The second time would be certain.
    for _ in 0..3 {
        assert_eq!(call(&server, "panics_slowly", json!({})).await.status, 500);
    }
    let log = server.stop().stderr;
    assert_eq!(lines(&log, "\"panic\":\"out of order\"").len(), 3, "{log}");
    assert_eq!(lines(&log, "blocked its thread"), [""; 0], "{log}");
}
