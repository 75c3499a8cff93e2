//! Each thing that is counted moves its own series, and by one.

use std::net::TcpStream;

use bessemer_tests::{Binary, Client, Probe, Server};
use serde_json::{Value, json};

use super::of;
use super::page::read;
use crate::until::until;

/// How often a method was answered so.
async fn answered(client: &Client, method: &str, status: &str) -> f64 {
    let [driver, level, method] = of(method);
    let page = read(client).await;
    page.one("bessemer_calls_total", &[driver, level, method, ("status", status)])
}

/// How many of a method's tasks ended so.
async fn ended(client: &Client, method: &str, state: &str) -> f64 {
    let [driver, level, method] = of(method);
    let page = read(client).await;
    page.one("bessemer_tasks_ended_total", &[driver, level, method, ("state", state)])
}

async fn one(client: &Client, name: &str, labels: &[(&str, &str)]) -> f64 {
    read(client).await.one(name, labels)
}

/// Waits until a series has this value.
async fn becomes(client: &Client, name: &str, labels: &[(&str, &str)], value: f64) {
    let what = format!("{name} {labels:?} is {value}");
    until(&what, async || (one(client, name, labels).await == value).then_some(())).await;
}

#[tokio::test]
async fn each_answer_of_a_call() {
    let probe = Probe::with("[conductor]\nlock_wait = 0.05\nlock_waiters_per_node_max = 1\n").await;
    for (method, arguments, status) in [
        ("count", json!({}), 200),
        ("count", json!({"unknown": 1}), 400),
        ("note", json!({"key": "k", "value": 1, "fail": true}), 502),
        ("panics", json!({}), 500),
        ("deaf", json!({}), 504),
    ] {
        let told = status.to_string();
        let before = answered(&probe, method, &told).await;
        let answer = probe.call(method, &arguments).await;
        assert_eq!(answer.status, status, "{method}: {answer:?}");
        assert_eq!(answered(&probe, method, &told).await, before + 1.0, "{method}");
    }
    assert_eq!(one(&probe, "bessemer_calls_late_total", &of("deaf")).await, 1.0);
    assert_eq!(one(&probe, "bessemer_calls_late_total", &of("count")).await, 0.0);
    assert_eq!(one(&probe, "bessemer_call_seconds_count", &of("deaf")).await, 1.0);
    let sum = one(&probe, "bessemer_call_seconds_sum", &of("deaf")).await;
    assert!((0.05..60.0).contains(&sum), "{sum}");
    let below = [&of("deaf")[..], &[("le", "0.025")]].concat();
    assert_eq!(one(&probe, "bessemer_call_seconds_bucket", &below).await, 0.0);

    // A method of the driver alone is another one, though it were of the same name.
    let level = [
        ("driver", "probe"),
        ("level", "driver"),
        ("method", "open"),
        ("status", "200"),
    ];
    assert_eq!(one(&probe, "bessemer_calls_total", &level).await, 0.0);
    probe.open("nobody").await;
    assert_eq!(one(&probe, "bessemer_calls_total", &level).await, 1.0);
}

#[tokio::test]
async fn locks() {
    let probe = Probe::with("[conductor]\nlock_wait = 60\nlock_waiters_per_node_max = 1\n").await;
    let first = probe.calling("hold", json!({"gate": "g"}));
    probe.entered("g", 1).await;
    let exclusive = [("lock", "exclusive")];
    assert_eq!(one(&probe, "bessemer_locked_nodes", &exclusive).await, 1.0);
    assert_eq!(one(&probe, "bessemer_locked_nodes", &[("lock", "shared")]).await, 0.0);
    assert!(one(&probe, "bessemer_lock_held_longest_seconds", &exclusive).await > 0.0);
    assert_eq!(one(&probe, "bessemer_calls_running", &[]).await, 1.0);
    assert_eq!(
        one(&probe, "bessemer_calls_running_in_driver", &[("driver", "probe")]).await,
        1.0
    );

    let second = probe.calling("hold_shared", json!({"gate": "g"}));
    becomes(&probe, "bessemer_lock_waiters", &[], 1.0).await;
    // The queue is full.
    assert_eq!(probe.call("count", &json!({})).await.status, 503);
    assert_eq!(answered(&probe, "count", "503").await, 1.0);
    let full = [("reason", "node_queue_full")];
    assert_eq!(one(&probe, "bessemer_lock_refused_total", &full).await, 1.0);

    let (waits, holds) = ("bessemer_lock_wait_seconds_count", "bessemer_lock_hold_seconds_count");
    assert_eq!(one(&probe, waits, &[("lock", "shared")]).await, 0.0);
    assert_eq!(one(&probe, holds, &exclusive).await, 0.0);
    probe.open("g").await;
    assert_eq!(first.await.unwrap().status, 200);
    assert_eq!(second.await.unwrap().status, 200);
    assert_eq!(one(&probe, waits, &[("lock", "shared")]).await, 1.0);
    assert_eq!(one(&probe, waits, &exclusive).await, 0.0);
    assert_eq!(one(&probe, "bessemer_lock_waiters", &[]).await, 0.0);
    becomes(&probe, "bessemer_locked_nodes", &exclusive, 0.0).await;
    becomes(&probe, "bessemer_calls_running", &[], 0.0).await;
    becomes(&probe, holds, &exclusive, 1.0).await;
    becomes(&probe, holds, &[("lock", "shared")], 1.0).await;
    assert!(one(&probe, "bessemer_lock_hold_seconds_sum", &exclusive).await > 0.0);
}

#[tokio::test]
async fn a_lock_that_is_waited_for_in_vain() {
    let probe = Probe::with("[conductor]\nlock_wait = 0.05\n").await;
    let holding = probe.calling("hold", json!({"gate": "g"}));
    probe.entered("g", 1).await;
    assert_eq!(probe.call("count", &json!({})).await.status, 409);
    assert_eq!(answered(&probe, "count", "409").await, 1.0);
    let held = [("reason", "held")];
    assert_eq!(one(&probe, "bessemer_lock_refused_total", &held).await, 1.0);
    assert_eq!(
        one(&probe, "bessemer_lock_wait_seconds_count", &[("lock", "exclusive")]).await,
        0.0
    );
    probe.open("g").await;
    assert_eq!(holding.await.unwrap().status, 200);
}

/// Calls for which there is no place, by what has no more of them.
#[tokio::test]
async fn places() {
    for (limit, config) in [
        ("server", "workers_pool_size = 1\ndriver_workers_max = 1"),
        ("driver", "workers_pool_size = 2\ndriver_workers_max = 1"),
        ("node", "node_workers_max = 1"),
    ] {
        let probe = Probe::with(&format!("[conductor]\n{config}\n")).await;
        let _holding = probe.calling("hold_shared", json!({"gate": "g"}));
        becomes(&probe, "bessemer_calls_running", &[], 1.0).await;
        let answer = probe.call("hold_shared", &json!({"gate": "g"})).await;
        assert_eq!(answer.status, 503, "{limit}: {answer:?}");
        for other in ["server", "driver", "node"] {
            let refused = one(&probe, "bessemer_calls_refused_total", &[("limit", other)]).await;
            assert_eq!(refused, f64::from(u8::from(limit == other)), "{limit}: {other}");
        }
        let max = one(&probe, "bessemer_calls_running_max", &[]).await;
        let expected = [("server", 1.0), ("driver", 2.0), ("node", 300.0)];
        assert!(expected.contains(&(limit, max)), "{limit}: {max}");
    }
}

#[tokio::test]
async fn threads_that_hang() {
    let probe = Probe::start().await;
    assert_eq!(probe.call("hold_thread", &json!({"gate": "t"})).await.status, 504);
    becomes(&probe, "bessemer_calls_stuck", &[], 1.0).await;
    assert_eq!(one(&probe, "bessemer_calls_late_total", &of("hold_thread")).await, 1.0);
    probe.driver("unblock", &json!({})).await;
    becomes(&probe, "bessemer_calls_stuck", &[], 0.0).await;
    assert_eq!(one(&probe, "bessemer_calls_late_total", &of("hold_thread")).await, 1.0);
}

/// The client of a call leaves: there is no answer to count.
#[tokio::test]
async fn clients_that_leave() {
    let probe = Probe::start().await;
    let call = probe.calling("hold", json!({"gate": "g"}));
    probe.entered("g", 1).await;
    call.abort();
    becomes(&probe, "bessemer_calls_left_total", &of("hold"), 1.0).await;
    assert_eq!(answered(&probe, "hold", "200").await, 0.0);
    probe.open("g").await;
    becomes(&probe, "bessemer_calls_running", &[], 0.0).await;
    assert_eq!(one(&probe, "bessemer_calls_left_total", &of("hold")).await, 1.0);
}

#[tokio::test]
async fn tasks_by_how_they_end() {
    let probe = Probe::start().await;
    let method = "hold_async";
    for (fail, state) in [(Value::Null, "succeeded"), (json!("no"), "failed")] {
        let started = one(&probe, "bessemer_tasks_started_total", &of(method)).await;
        let answer = probe.call(method, &json!({"gate": state, "fail": fail})).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        probe.entered(state, 1).await;
        assert_eq!(one(&probe, "bessemer_tasks_running", &[]).await, 1.0);
        assert_eq!(
            one(&probe, "bessemer_tasks_started_total", &of(method)).await,
            started + 1.0
        );
        assert_eq!(ended(&probe, method, state).await, 0.0);
        probe.open(state).await;
        becomes(&probe, "bessemer_tasks_running", &[], 0.0).await;
        assert_eq!(ended(&probe, method, state).await, 1.0);
        assert_eq!(
            one(&probe, "bessemer_task_seconds_count", &of(method)).await,
            started + 1.0
        );
    }
    // One that takes too long has failed, and was late.
    assert_eq!(probe.call("forever_async", &json!({})).await.status, 202);
    becomes(&probe, "bessemer_tasks_running", &[], 0.0).await;
    assert_eq!(ended(&probe, "forever_async", "failed").await, 1.0);
    assert_eq!(
        one(&probe, "bessemer_calls_late_total", &of("forever_async")).await,
        1.0
    );

    let answer = probe.call(method, &json!({"gate": "cancelled"})).await;
    let location = answer.header("location").to_owned();
    let path = location.strip_prefix(probe.base()).unwrap();
    assert_eq!(probe.post(&format!("{path}/cancel"), &json!({})).await.status, 202);
    becomes(&probe, "bessemer_tasks_running", &[], 0.0).await;
    assert_eq!(ended(&probe, method, "cancelled").await, 1.0);
    assert_eq!(one(&probe, "bessemer_calls_late_total", &of(method)).await, 0.0);
}

#[tokio::test]
async fn tasks_that_a_crash_ended() {
    let state = tempfile::tempdir().unwrap();
    let probe = Probe::at(state.path()).await;
    assert_eq!(probe.call("hold_async", &json!({"gate": "g"})).await.status, 202);
    assert_eq!(ended(&probe, "hold_async", "interrupted").await, 0.0);
    probe.server.kill();
    let probe = Probe::at(state.path()).await;
    assert_eq!(ended(&probe, "hold_async", "interrupted").await, 1.0);
}

#[tokio::test]
async fn what_is_written() {
    let state = tempfile::tempdir().unwrap();
    let server = Server::builder().state(state.path()).config("").start().await;
    let before = read(&server).await;
    for number in 0..5 {
        let node = json!({"driver": "fake", "name": format!("n{number}")});
        assert_eq!(server.post("/v1/nodes", &node).await.status, 201);
    }
    let after = read(&server).await;
    assert_eq!(
        (before.one("bessemer_nodes", &[]), after.one("bessemer_nodes", &[])),
        (0.0, 5.0)
    );
    for name in ["bessemer_store_commit_seconds", "bessemer_store_commit_changes"] {
        let count = format!("{name}_count");
        // The question for the store's health writes something too.
        let more = after.one(&count, &[]) - before.one(&count, &[]);
        assert!((5.0..=7.0).contains(&more), "{name}: {more}");
    }
    for (file, name) in [("database", "bessemer.sqlite"), ("log", "bessemer.sqlite-wal")] {
        let bytes = std::fs::metadata(state.path().join(name)).unwrap().len() as f64;
        let told = after.one("bessemer_store_size_bytes", &[("file", file)]);
        assert!(told > 0.0 && told <= bytes, "{file}: {told}, has {bytes}");
    }
    assert_eq!(after.one("bessemer_store_full", &[]), 0.0);
    assert_eq!(after.one("bessemer_healthy", &[("check", "store")]), 1.0);

    // Another program has it.
    let outsider = rusqlite::Connection::open(state.path().join("bessemer.sqlite")).unwrap();
    outsider.execute_batch("BEGIN IMMEDIATE").unwrap();
    let patch = json!([{"op": "add", "path": "/extra/a", "value": 1}]);
    let (patched, ()) = tokio::join!(
        server.patch("/v1/nodes/n0", &patch),
        becomes(&server, "bessemer_healthy", &[("check", "store")], 0.0),
    );
    assert_eq!(patched.status, 503, "{patched:?}");
    assert!(one(&server, "bessemer_store_errors_total", &[("kind", "busy")]).await >= 1.0);
    outsider.execute_batch("ROLLBACK").unwrap();
    becomes(&server, "bessemer_healthy", &[("check", "store")], 1.0).await;
    for kind in ["full", "broken", "other"] {
        let errors = one(&server, "bessemer_store_errors_total", &[("kind", kind)]).await;
        assert_eq!(errors, 0.0, "{kind}");
    }
}

#[tokio::test]
async fn requests_and_connections() {
    let server = Server::builder().config("").start().await;
    let requests = async |route, class| {
        let labels = [("route", route), ("class", class)];
        one(&server, "bessemer_http_requests_total", &labels).await
    };
    assert_eq!(server.get("/v1/nodes").await.status, 200);
    assert_eq!(server.get("/v1/nodes/unknown").await.status, 404);
    assert_eq!(server.get("/v1/drivers/fake/vendor_passthru/methods").await.status, 200);
    assert_eq!(requests("api", "2xx").await, 1.0);
    assert_eq!(requests("api", "4xx").await, 1.0);
    assert_eq!(requests("vendor_passthru", "2xx").await, 1.0);
    // Each of these is one itself.
    let probes = requests("probe", "2xx").await;
    assert_eq!(server.get("/livez").await.status, 200);
    assert_eq!(requests("probe", "2xx").await, probes + 2.0);

    let before = one(&server, "bessemer_http_connections", &[]).await;
    let address = server.base().strip_prefix("http://").unwrap();
    let connection = TcpStream::connect(address).unwrap();
    becomes(&server, "bessemer_http_connections", &[], before + 1.0).await;
    drop(connection);
    becomes(&server, "bessemer_http_connections", &[], before).await;
    assert_eq!(one(&server, "bessemer_http_connections_max", &[]).await, 1024.0);
}

#[tokio::test]
async fn connections_for_which_there_is_no_place() {
    let server = Server::builder()
        .config("[api]\nconnections_per_address_max = 2\n")
        .start()
        .await;
    let address = server.base().strip_prefix("http://").unwrap();
    assert_eq!(one(&server, "bessemer_http_connections_refused_total", &[]).await, 0.0);
    // The test's own client has the other one.
    let _kept = TcpStream::connect(address).unwrap();
    becomes(&server, "bessemer_http_connections", &[], 2.0).await;
    let _refused = TcpStream::connect(address).unwrap();
    becomes(&server, "bessemer_http_connections_refused_total", &[], 1.0).await;
}

#[tokio::test]
async fn what_it_is() {
    let server = Server::builder()
        .binary(Binary::Fixture("moody"))
        .config("")
        .start()
        .await;
    let page = read(&server).await;
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(page.one("bessemer_build_info", &[("version", version)]), 1.0);
    let drivers: Vec<&str> = page
        .samples
        .iter()
        .filter(|sample| sample.name == "bessemer_driver_info")
        .map(|sample| sample.labels[0].1.as_str())
        .collect();
    assert_eq!(drivers, ["fake-plain", "moody"]);
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let age = now.as_secs_f64() - page.one("process_start_time_seconds", &[]);
    assert!((-1.0..600.0).contains(&age), "{age}");
}
