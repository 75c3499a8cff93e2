//! What `baremetal` does when it is told to come back later, with 409 or 503: it asks again, by itself five times, two
//! seconds apart.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::{Baremetal, Printed};
use crate::held::{Busy, Locked, answered, line};

/// Begins a command, which asks again for as long as a busy machine may need.
fn begun(baremetal: &Arc<Baremetal>, command: &str) -> JoinHandle<Printed> {
    let (baremetal, command) = (Arc::clone(baremetal), format!("--max-retries 60 {command}"));
    tokio::task::spawn_blocking(move || baremetal.run(&command))
}

/// The command succeeds without complaint.
async fn succeeds(command: JoinHandle<Printed>) {
    let printed = command.await.expect("the command runs");
    assert_eq!((printed.code, printed.stderr.as_str()), (0, ""));
}

#[tokio::test]
async fn a_locked_node_is_asked_again_until_it_is_free() {
    let (server, held) = Locked::start().await;
    let baremetal = Arc::new(Baremetal::of(server));
    let call = begun(&baremetal, "node passthru call n note --arg key=k --arg value=1");
    let refused = line("POST", "/v1/nodes/n/vendor_passthru/note", 409);
    baremetal.server.logged(&refused);
    held.free().await;
    succeeds(call).await;
    assert_eq!(baremetal.json("node show n --fields extra"), json!({"extra": {"k": 1}}));
}

#[tokio::test]
async fn a_locked_node_is_changed_when_it_is_free() {
    let (server, held) = Locked::start().await;
    let baremetal = Arc::new(Baremetal::of(server));
    let change = begun(&baremetal, "node set n --extra k=1");
    baremetal.server.logged(&line("PATCH", "/v1/nodes/n", 409));
    held.free().await;
    succeeds(change).await;
    assert_eq!(baremetal.json("node show n --fields extra"), json!({"extra": {"k": 1}}));
}

#[tokio::test]
async fn a_node_that_stays_locked_is_given_up_with_nothing_done() {
    let (server, held) = Locked::start().await;
    let baremetal = Baremetal::of(server);
    let call = "--retry-interval 0 node passthru call n note --arg key=k --arg value=1";
    let complaint = baremetal.complaint(call);
    assert!(
        complaint.contains("is locked by host") && complaint.contains("(HTTP 409)"),
        "{complaint}"
    );
    let tried = answered(&baremetal.server, "POST", "/v1/nodes/n/vendor_passthru/note", 409).await;
    assert_eq!(tried, 6);
    held.free().await;
    let node = baremetal.json("node show n --fields extra last_error reservation");
    assert_eq!(
        node,
        json!({"extra": {}, "last_error": Value::Null, "reservation": Value::Null})
    );
}

#[tokio::test]
async fn a_server_without_workers_is_asked_again_until_it_has_one() {
    let (server, busy) = Busy::start().await;
    let baremetal = Arc::new(Baremetal::of(server));
    let call = begun(&baremetal, "node passthru call m note --arg key=k --arg value=1");
    let refused = line("POST", "/v1/nodes/m/vendor_passthru/note", 503);
    baremetal.server.logged(&refused);
    busy.free().await;
    succeeds(call).await;
    assert_eq!(baremetal.json("node show m --fields extra"), json!({"extra": {"k": 1}}));
}

#[tokio::test]
async fn a_server_that_stays_without_workers_is_given_up_with_nothing_done() {
    let (server, _busy) = Busy::start().await;
    let baremetal = Baremetal::of(server);
    let call = "--retry-interval 0 node passthru call m note --arg key=k --arg value=1";
    let complaint = baremetal.complaint(call);
    assert!(
        complaint.contains("lack of free conductor workers") && complaint.contains("(HTTP 503)"),
        "{complaint}"
    );
    let tried = answered(&baremetal.server, "POST", "/v1/nodes/m/vendor_passthru/note", 503).await;
    assert_eq!(tried, 6);
    let node = baremetal.json("node show m --fields extra last_error");
    assert_eq!(node, json!({"extra": {}, "last_error": Value::Null}));
}
