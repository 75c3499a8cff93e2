//! What openstacksdk does when it is told to come back later, with 409 or 503: it asks again, by itself five times,
//! after a time that doubles, or as long as the answer says.

use serde_json::{Value, json};

use super::Sdk;
use crate::held::{Busy, Locked, answered, line};

const CALL: &str = "call_node_vendor_passthru";

/// For as long as a busy machine may need.
fn patient() -> Value {
    json!({"baremetal_status_code_retries": 60, "baremetal_status_code_retry_delay": 1})
}

/// Notes something on a node.
fn note(node: &str) -> Value {
    json!({"node": node, "verb": "POST", "method": "note", "body": {"key": "k", "value": 1}})
}

/// What is noted on a node.
fn noted(sdk: &mut Sdk, node: &str) -> Value {
    sdk.call("get_node", &json!({ "node": node }))["extra"].take()
}

#[tokio::test]
async fn a_locked_node_is_asked_again_until_it_is_free() {
    let (server, held) = Locked::start().await;
    let mut sdk = Sdk::with(server, &patient());
    sdk.begin(CALL, &note("n"));
    sdk.server.logged(&line("POST", "/v1/nodes/n/vendor_passthru", 409));
    held.free().await;
    let answer = sdk.end().unwrap_or_else(|raised| panic!("{raised:?}"));
    assert_eq!(answer["status"], 200);
    assert_eq!(noted(&mut sdk, "n"), json!({"k": 1}));
}

#[tokio::test]
async fn a_locked_node_is_changed_when_it_is_free() {
    let (server, held) = Locked::start().await;
    let mut sdk = Sdk::with(server, &patient());
    let patch = json!([{"op": "add", "path": "/extra/k", "value": 1}]);
    sdk.begin("patch_node", &json!({"node": "n", "patch": patch}));
    sdk.server.logged(&line("PATCH", "/v1/nodes/n", 409));
    held.free().await;
    let node = sdk.end().unwrap_or_else(|raised| panic!("{raised:?}"));
    assert_eq!(node["extra"], json!({"k": 1}));
}

#[tokio::test]
async fn a_node_that_stays_locked_is_given_up_with_nothing_done() {
    let (server, held) = Locked::start().await;
    let mut sdk = Sdk::with(server, &json!({"baremetal_status_code_retry_delay": 0.01}));
    let raised = sdk.raised(CALL, &note("n"));
    assert_eq!((&*raised.error, raised.status), ("ConflictException", Some(409)));
    assert!(raised.text.contains("is locked by host"), "{raised:?}");
    let tried = answered(&sdk.server, "POST", "/v1/nodes/n/vendor_passthru", 409).await;
    assert_eq!(tried, 6);
    held.free().await;
    assert_eq!(noted(&mut sdk, "n"), json!({}));
}

#[tokio::test]
async fn a_server_without_workers_is_asked_again_until_it_has_one() {
    let (server, busy) = Busy::start().await;
    let mut sdk = Sdk::with(server, &patient());
    sdk.begin(CALL, &note("m"));
    sdk.server.logged(&line("POST", "/v1/nodes/m/vendor_passthru", 503));
    busy.free().await;
    let answer = sdk.end().unwrap_or_else(|raised| panic!("{raised:?}"));
    assert_eq!(answer["status"], 200);
    assert_eq!(noted(&mut sdk, "m"), json!({"k": 1}));
}

/// There is no node to lock, but a worker is needed as well.
#[tokio::test]
async fn a_driver_is_asked_again_until_there_is_a_worker() {
    let (server, busy) = Busy::start().await;
    let mut sdk = Sdk::with(server, &patient());
    let open = json!({"driver": "probe", "verb": "POST", "method": "open", "body": {"gate": "a"}});
    sdk.begin("call_driver_vendor_passthru", &open);
    sdk.server
        .logged(&line("POST", "/v1/drivers/probe/vendor_passthru", 503));
    busy.free().await;
    let answer = sdk.end().unwrap_or_else(|raised| panic!("{raised:?}"));
    assert_eq!(answer["status"], 200);
}

#[tokio::test]
async fn a_server_that_stays_without_workers_is_given_up_with_nothing_done() {
    let (server, _busy) = Busy::start().await;
    let mut sdk = Sdk::with(server, &json!({"baremetal_status_code_retry_delay": 0.01}));
    let raised = sdk.raised(CALL, &note("m"));
    assert_eq!((&*raised.error, raised.status), ("HttpException", Some(503)));
    assert!(raised.text.contains("lack of free conductor workers"), "{raised:?}");
    let tried = answered(&sdk.server, "POST", "/v1/nodes/m/vendor_passthru", 503).await;
    assert_eq!(tried, 6);
    assert_eq!(noted(&mut sdk, "m"), json!({}));
}
