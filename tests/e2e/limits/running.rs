//! Calls that run at a time: in all, of a driver, on a node. What is refused was not carried out, and says so.

use bessemer_tests::{Client, Probe};
use serde_json::json;

use super::is_refused;
use crate::until::until;

const LACK: &str = "lack of free conductor workers";

/// So many calls wait at the gate `s`, side by side.
async fn running(probe: &Probe, calls: u64) {
    for _ in 0..calls {
        let client = Client::clone(probe);
        // Not waited for: they end with the server.
        drop(tokio::spawn(async move {
            let hold = async || {
                client
                    .post("/v1/nodes/n/vendor_passthru/hold_shared", &json!({"gate": "s"}))
                    .await
            };
            // The question below may have had its place.
            while hold().await.status == 503 {}
        }));
    }
    let mut at_gate = 0;
    while at_gate < calls {
        let answer = probe.get("/v1/drivers/probe/vendor_passthru/at?gate=s").await;
        // It needs a place as well: where there is none for it all calls run.
        at_gate = answer.json().as_u64().unwrap_or(calls);
    }
}

#[tokio::test]
async fn in_all() {
    let probe = Probe::with("[conductor]\nworkers_pool_size = 2\ndriver_workers_max = 2\n").await;
    running(&probe, 2).await;
    let parts = [LACK, "2 calls run", "conductor.workers_pool_size"];
    let refused = probe.call("note", &json!({"key": "k", "value": 1})).await;
    is_refused(&refused, 503, &parts);
    // Also where no lock is taken, and where no node is called.
    is_refused(&probe.get("/v1/nodes/n/vendor_passthru/extra").await, 503, &parts);
    is_refused(
        &probe.get("/v1/drivers/probe/vendor_passthru/at?gate=s").await,
        503,
        &parts,
    );
}

#[tokio::test]
async fn of_a_driver() {
    for share in ["2", "\"20%\""] {
        let config = format!("[conductor]\nworkers_pool_size = 10\ndriver_workers_max = {share}\n");
        let probe = Probe::with(&config).await;
        running(&probe, 2).await;
        let parts = [LACK, "2 calls of the driver probe run", "conductor.driver_workers_max"];
        is_refused(&probe.call("note", &json!({"key": "k", "value": 1})).await, 503, &parts);
    }
}

#[tokio::test]
async fn on_a_node() {
    let probe = Probe::with("[conductor]\nnode_workers_max = 2\nlock_wait = \"60s\"\n").await;
    let other = probe
        .post("/v1/nodes", &json!({"driver": "probe", "name": "other"}))
        .await;
    assert_eq!(other.status, 201, "{other:?}");
    running(&probe, 2).await;
    let parts = [LACK, "2 calls run on the node", "conductor.node_workers_max"];
    is_refused(&probe.call("panics_shared", &json!({})).await, 503, &parts);
    is_refused(&probe.get("/v1/nodes/n/vendor_passthru/extra").await, 503, &parts);
    // Others have places of their own.
    assert_eq!(probe.get("/v1/nodes/other/vendor_passthru/extra").await.status, 200);
    // Who will be alone on the node waits for its lock.
    let alone = probe.calling("note", json!({"key": "k", "value": 1}));
    probe.open("s").await;
    assert_eq!(alone.await.unwrap().status, 200);
    assert_eq!(
        probe.get("/v1/nodes/n/vendor_passthru/extra").await.json(),
        json!({"k": 1})
    );
}

#[tokio::test]
async fn an_attachment_has_its_place_until_its_end() {
    let probe = Probe::with("[conductor]\nworkers_pool_size = 1\ndriver_workers_max = 1\n").await;
    let request = probe.request("GET", "/v1/nodes/n/vendor_passthru/stream?bytes=100000000&piece=65536");
    // Its head is there; nobody reads the rest.
    let unread = request.send().await.unwrap();
    assert_eq!(unread.status(), 200);
    let refused = probe.get("/v1/nodes/n/vendor_passthru/extra").await;
    is_refused(&refused, 503, &["conductor.workers_pool_size"]);
    drop(unread);
    until("its place is free", async || {
        let answer = probe.get("/v1/nodes/n/vendor_passthru/extra").await;
        (answer.status != 503).then_some(())
    })
    .await;
}

/// Each of these texts names what to change.
#[tokio::test]
async fn waiting_for_a_lock() {
    for (option, says) in [
        ("lock_waiters_per_node_max", "0 calls already wait for this node"),
        ("lock_waiters_max", "0 calls already wait for nodes of this server"),
    ] {
        let probe = Probe::with(&format!("[conductor]\n{option} = 0\n")).await;
        drop(probe.calling("hold", json!({"gate": "h"})));
        probe.entered("h", 1).await;
        let refused = probe.call("count", &json!({})).await;
        is_refused(&refused, 503, &[says, &format!("conductor.{option} is the bound")]);
    }
}
