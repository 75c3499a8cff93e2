//! Locks over REST: who holds a node, and who waits for it.

use bessemer_tests::{Answer, Probe};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::tasks_rest::accepted;
use crate::until::until;

/// Longer than any test takes.
const LOCK_WAIT: &str = "[conductor]\nlock_wait = \"10m\"\n";

async fn lock(probe: &Probe, node: &str) -> Value {
    let answer = probe.get(&format!("/v1/locks/{node}")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// The lock when so many wait.
async fn waited_for(probe: &Probe, waiters: usize) -> Value {
    until("calls wait", async || {
        let lock = lock(probe, "n").await;
        (lock["waiters"].as_array().unwrap().len() == waiters).then_some(lock)
    })
    .await
}

async fn locks(probe: &Probe) -> Value {
    let answer = probe.get("/v1/locks").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["locks"].take()
}

async fn all_ok(calls: Vec<JoinHandle<Answer>>) {
    for call in calls {
        let answer = call.await.unwrap();
        assert!(answer.status < 300, "{answer:?}");
    }
}

fn column<'l>(lock: &'l Value, who: &str, field: &str) -> Vec<&'l str> {
    let who = lock[who].as_array().unwrap();
    who.iter().map(|it| it[field].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_holder_and_its_queue_are_shown_in_order() {
    let probe = Probe::with(LOCK_WAIT).await;
    assert_eq!(locks(&probe).await, json!([]));
    let begun = probe.call("hold_async", &json!({ "gate": "a" })).await;
    let task = accepted(&begun);
    probe.entered("a", 1).await;
    probe.open("b").await;
    let mut calls = Vec::new();
    for (waiters, method) in ["hold_shared", "count", "hold_async"].into_iter().enumerate() {
        let arguments = if method == "count" {
            json!({})
        } else {
            json!({ "gate": "b" })
        };
        calls.push(probe.calling(method, arguments));
        waited_for(&probe, waiters + 1).await;
    }
    let patch = {
        let client = bessemer_tests::Client::clone(&probe);
        let change = json!([{ "op": "add", "path": "/extra/x", "value": 1 }]);
        tokio::spawn(async move { client.patch("/v1/nodes/n", &change).await })
    };
    calls.push(patch);
    let lock = waited_for(&probe, 4).await;

    assert_eq!((&lock["node"], &lock["name"]), (&probe.node("uuid").await, &json!("n")));
    assert_eq!(lock["mode"], "exclusive");
    let [holder] = &lock["holders"].as_array().unwrap()[..] else {
        panic!("{lock:#}")
    };
    assert_eq!(holder["method"], "hold_async");
    assert_eq!(holder["request_id"], begun.header("openstack-request-id"));
    assert_eq!(format!("/v1/tasks/{}", holder["task"].as_str().unwrap()), task);
    assert_eq!(holder["caller"], Value::Null);
    assert!(
        holder["since"].is_string() && holder["seconds"].as_f64().unwrap() >= 0.0,
        "{holder:#}"
    );
    assert_eq!(holder["waited_seconds"], 0.0);
    assert_eq!(
        column(&lock, "waiters", "method"),
        ["hold_shared", "count", "hold_async", "PATCH"]
    );
    assert_eq!(
        column(&lock, "waiters", "mode"),
        ["shared", "exclusive", "exclusive", "exclusive"]
    );
    for waiter in lock["waiters"].as_array().unwrap() {
        assert_eq!(waiter["task"], Value::Null);
        assert!(waiter["request_id"].as_str().unwrap().starts_with("req-"));
        let (since, deadline) = (waiter["since"].as_str().unwrap(), waiter["deadline"].as_str().unwrap());
        assert!(since < deadline, "{waiter:#}");
    }
    let listed = locks(&probe).await;
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed:#}");
    assert_eq!(
        column(&listed[0], "waiters", "request_id"),
        column(&lock, "waiters", "request_id")
    );

    probe.open("a").await;
    all_ok(calls).await;
    until("nobody holds it", async || {
        (locks(&probe).await == json!([])).then_some(())
    })
    .await;
}

#[tokio::test]
async fn holders_that_share_a_node_are_all_shown() {
    let probe = Probe::with(LOCK_WAIT).await;
    let calls: Vec<_> = (0..3)
        .map(|_| probe.calling("hold_shared", json!({ "gate": "a" })))
        .collect();
    probe.entered("a", 3).await;
    let waiting = probe.calling("count", json!({}));
    let lock = waited_for(&probe, 1).await;
    assert_eq!(lock["mode"], "shared");
    assert_eq!(column(&lock, "holders", "method"), ["hold_shared"; 3]);
    probe.open("a").await;
    all_ok(calls).await;
    all_ok(vec![waiting]).await;
}

#[tokio::test]
async fn a_free_node_has_a_lock_that_nobody_holds() {
    let probe = Probe::start().await;
    let uuid = probe.node("uuid").await;
    for node in ["n", uuid.as_str().unwrap()] {
        assert_eq!(
            lock(&probe, node).await,
            json!({ "node": uuid, "name": "n", "mode": null, "holders": [], "waiters": [] })
        );
    }
    for node in ["nobody", "1be26c0b-03f2-4d2e-ae87-c02d7f33c123"] {
        let answer = probe.get(&format!("/v1/locks/{node}")).await;
        assert_eq!(answer.status, 404, "{answer:?}");
        assert!(answer.faultstring().contains(node), "{answer:?}");
    }
    let answer = probe.post("/v1/locks", &json!({})).await;
    assert_eq!((answer.status, answer.header("allow")), (405, "GET"), "{answer:?}");
    assert_eq!(probe.get("/v1/locks?colour=red").await.status, 400);
    assert_eq!(probe.get("/v1/locks?marker=n").await.status, 400);
    assert_eq!(probe.get("/v1/locks/n?x=1").await.status, 400);
}

#[tokio::test]
async fn locks_come_in_pages() {
    let probe = Probe::start().await;
    let mut held = vec![probe.node("uuid").await.as_str().unwrap().to_owned()];
    for name in ["m", "o"] {
        let created = probe
            .post("/v1/nodes", &json!({ "driver": "probe", "name": name }))
            .await;
        held.push(created.json()["uuid"].as_str().unwrap().to_owned());
    }
    for node in &held {
        let path = format!("/v1/nodes/{node}/vendor_passthru/hold_async");
        accepted(&probe.post(&path, &json!({ "gate": "a" })).await);
    }
    held.sort();
    let (mut listed, mut path) = (Vec::new(), "/v1/locks?limit=1".to_owned());
    loop {
        let page = probe.get(&path).await.json();
        let locks = page["locks"].as_array().unwrap();
        assert!(locks.len() <= 1, "{page:#}");
        listed.extend(locks.iter().map(|lock| lock["node"].as_str().unwrap().to_owned()));
        let Some(next) = page.get("next") else { break };
        path = next.as_str().unwrap().strip_prefix(probe.base()).unwrap().to_owned();
    }
    assert_eq!(listed, held);
    probe.open("a").await;
}
