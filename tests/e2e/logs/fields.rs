//! What belongs to a call says to which: its request, node, driver and method. The request is in the access log.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bessemer_tests::{Probe, Stopped};
use serde_json::{Value, json};

use crate::tasks_rest::{begin, ended};
use crate::until::until;

/// Waits until so many calls wait for the node.
async fn waiters(probe: &Probe, count: usize) {
    until("so many wait for the node", async || {
        let lock = probe.get("/v1/locks/n").await.json();
        (lock["waiters"].as_array().map_or(0, Vec::len) == count).then_some(())
    })
    .await;
}

/// Calls that end in all the ways of which the log tells something.
async fn make(probe: Probe) -> Stopped {
    for (method, arguments) in [
        ("panics", json!({})),
        ("panics", json!({"later": true})),
        ("panics_on_a_thread", json!({})),
        ("panics_in_drop", json!({})),
        ("deaf", json!({})),
        ("forever", json!({"gate": "f"})),
        ("note", json!({"key": "k", "value": 1, "fail": true})),
        ("blocks", json!({"milliseconds": 80})),
        ("blocks", json!({"milliseconds": 80})),
    ] {
        let status = probe.call(method, &arguments).await.status;
        assert!(matches!(status, 200 | 500 | 502 | 504), "{method}: {status}");
    }
    assert_eq!(probe.call("hold_thread", &json!({"gate": "t"})).await.status, 504);
    probe.driver("unblock", &json!({})).await;
    for (method, arguments) in [
        ("tells", json!({"gate": "tells", "lines": 2})),
        ("hold_async", json!({"gate": "tells", "fail": "no"})),
        ("panics_async", json!({})),
        ("forever_async", json!({})),
    ] {
        let task = until("the node is free", async || {
            let answer = probe.call(method, &arguments).await;
            (answer.status == 202).then(|| crate::tasks_rest::accepted(&answer))
        })
        .await;
        probe.open("tells").await;
        ended(&probe, &task).await;
    }
    let task = begin(&probe, "heeds", json!({"gate": "tells"})).await;
    assert_eq!(probe.post(&format!("{task}/cancel"), &json!({})).await.status, 202);
    ended(&probe, &task).await;
    // Attachments break off.
    for path in [
        "stream_gate?gate=s&end=fail",
        "stream_gate?gate=s&end=panic",
        "stream_torn?panic=true",
    ] {
        let request = probe.request("GET", &format!("/v1/nodes/n/vendor_passthru/{path}"));
        let response = request.send().await.unwrap();
        probe.open("s").await;
        // It ends before its end.
        let _ = response.bytes().await;
    }
    // A client leaves, another waits for nothing.
    let holding = probe.calling("hold", json!({"gate": "h"}));
    probe.entered("h", 1).await;
    let waiting = probe.calling("hold", json!({"gate": "h"}));
    waiters(&probe, 1).await;
    waiting.abort();
    waiters(&probe, 0).await;
    probe.logged("a call left the queue of its node");
    probe.open("h").await;
    assert_eq!(holding.await.unwrap().status, 200);
    probe.server.stop()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_event_of_a_call_says_of_which() {
    let probe = Probe::with("[log]\nlevel = \"debug\"\nformat = \"json\"\n").await;
    let node = probe.node("uuid").await;
    let log = Arc::new(make(probe).await.stderr);
    let events: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let answered: BTreeSet<&str> = events
        .iter()
        .filter(|event| event["message"] == "request")
        .map(|event| event["request_id"].as_str().unwrap())
        .collect();
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    for event in events.iter().filter(|event| event["message"] != "request") {
        let message = event["message"].as_str().unwrap();
        let is_of_queue = event.get("operation").is_some();
        let is_of_call = event.get("method").is_some() || event.get("driver").is_some() || event.get("task").is_some();
        if !is_of_call && !is_of_queue {
            continue;
        }
        assert_eq!(event["node"], node, "{event}");
        let id = event["request_id"].as_str().unwrap_or_else(|| panic!("{event}"));
        assert!(id.starts_with("req-") && id.len() == 40, "{event}");
        if is_of_call {
            assert_eq!(event["driver"], "probe", "{event}");
            assert!(event["method"].is_string(), "{event}");
            // The one who left is not in the access log.
            assert!(answered.contains(id), "{event} is in no line of the access log");
        }
        *told.entry(message).or_default() += 1;
    }
    // Each kind of event was among them.
    for (part, times) in [
        ("panic", 6),
        ("a plain fn cannot be stopped", 1),
        ("an async fn blocked its thread", 1),
        ("line 1", 1),
        ("no", 1),
        ("the task is cancelled", 1),
        ("the attachment broke off", 1),
        ("a call queues for its node", 1),
        ("a call left the queue of its node", 1),
        ("did not end within", 1),
    ] {
        let count: usize = told
            .iter()
            .filter(|(message, _)| message.contains(part))
            .map(|(_, count)| count)
            .sum();
        assert!(
            count >= times,
            "{count} of {times} events with `{part}`: {told:?}\n{log}"
        );
    }
}

/// One that nobody caught is told all the same, and once.
#[tokio::test(flavor = "multi_thread")]
async fn a_panic_says_where_it_came_from() {
    let probe = Probe::with("[log]\nformat = \"json\"\n").await;
    assert_eq!(probe.call("panics", &json!({})).await.status, 500);
    let log = probe.server.stop().stderr;
    let events: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let panics: Vec<&Value> = events.iter().filter(|event| event.get("panic").is_some()).collect();
    let [panic] = panics[..] else { panic!("{log}") };
    assert_eq!(panic["panic"], "secret text of a panic");
    let at = panic["at"].as_str().unwrap();
    assert!(at.contains("probe.rs:"), "{panic}");
    assert!(panic.get("backtrace").is_none(), "{panic}");
}
