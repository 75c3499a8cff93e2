//! One sync for many answers, where a sync is slow.

use bessemer_tests::Client;
use serde_json::json;
use tokio::task::JoinSet;

use super::load::Load;
use super::strace::{self, Trace, path_option};

const CLIENTS: usize = 64;
const TURNS: usize = 40;

/// So slow, in microseconds, that the speed of this machine plays no part: all clients have come back long before it
/// is over.
const SYNC: &str = "inject=fsync,fdatasync:delay_enter=250000";

/// A commit holds, on the average, updates of four fifths of the clients.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn clients_that_come_back_at_once_share_commits() {
    if !strace::is_there("clients_that_come_back_at_once_share_commits") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state");
    let load = Load::new(&state, &directory.path().join("ledger"), 0);
    // Only syncs of the log are slow.
    let log = path_option(&state.join("bessemer.sqlite-wal"));
    let trace = Trace::new(&["--seccomp-bpf", "-e", "trace=fsync,fdatasync", "-e", SYNC, &log]);
    let server = load.server().under(trace.command()).start().await;
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        clients.spawn(update(Client::clone(&server), number));
    }
    clients.join_all().await;
    server.kill();
    let syncs = trace.calls().iter().filter(|call| call.is_sync_of_log()).count();
    // Some of the syncs are of the start, before clients come together.
    let updates = CLIENTS * (TURNS + 1);
    assert!(
        syncs * CLIENTS * 4 / 5 <= updates,
        "{syncs} syncs for {updates} updates"
    );
    assert!(
        syncs > TURNS,
        "{syncs} syncs for {updates} updates: some were answered without one"
    );
}

async fn update(client: Client, number: usize) {
    // Nodes whose UUIDs begin alike may be written one after another.
    let uuid = format!("{number:02x}000000-0000-4000-8000-000000000000");
    let node = json!({ "driver": "ledger", "uuid": uuid });
    let created = client.post("/v1/nodes", &node).await;
    assert_eq!(created.status, 201, "{created:?}");
    for turn in 0..TURNS {
        let patch = json!([{ "op": "add", "path": "/extra/turn", "value": turn }]);
        let answer = client.patch(&format!("/v1/nodes/{uuid}"), &patch).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
}
