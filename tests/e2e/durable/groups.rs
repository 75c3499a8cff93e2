//! One sync for many answers, where a sync is slow.

use bessemer_tests::Client;
use serde_json::json;
use tokio::task::JoinSet;

use super::load::Load;
use super::strace::{self, Trace, path_option};

const CLIENTS: usize = 64;
const TURNS: usize = 24;

/// So slow, in microseconds, that the speed of this machine plays no part, though neither the server nor its clients
/// are built to be fast here: all clients have come back before it is over, unless the machine has much else to do. So
/// it has three tries. Built for release, it takes 5 ms for the same.
const SYNC: &str = "inject=fsync,fdatasync:delay_enter=400000";

/// A commit holds, on the average, updates of four fifths of the clients.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn clients_that_come_back_at_once_share_commits() {
    if !strace::is_there("clients_that_come_back_at_once_share_commits") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state");
    let load = Load::new(&state, &directory.path().join("ledger"), 0);
    let server = load.server().start().await;
    for number in 0..CLIENTS {
        let node = json!({ "driver": "ledger", "uuid": uuid(number) });
        assert_eq!(server.post("/v1/nodes", &node).await.status, 201);
    }
    server.stop();
    let mut tries = Vec::new();
    for _ in 0..3 {
        // Only syncs of the log are slow.
        let log = path_option(&state.join("bessemer.sqlite-wal"));
        let trace = Trace::new(&["--seccomp-bpf", "-e", "trace=fsync,fdatasync", "-e", SYNC, &log]);
        let server = load.server().under(trace.command()).start().await;
        let clients = (0..CLIENTS).map(|number| update(Client::clone(&server), number));
        clients.collect::<JoinSet<()>>().join_all().await;
        server.kill();
        let syncs = trace.calls().iter().filter(|call| call.is_sync_of_log()).count();
        assert!(syncs >= TURNS, "{syncs} syncs: something was answered without one");
        if syncs * CLIENTS * 4 / 5 <= CLIENTS * TURNS {
            return;
        }
        tries.push(syncs);
    }
    panic!("{tries:?} syncs for {} updates", CLIENTS * TURNS);
}

fn uuid(number: usize) -> String {
    format!("{number:02x}000000-0000-4000-8000-000000000000")
}

async fn update(client: Client, number: usize) {
    for turn in 0..TURNS {
        let patch = json!([{ "op": "add", "path": "/extra/turn", "value": turn }]);
        let answer = client.patch(&format!("/v1/nodes/{}", uuid(number)), &patch).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
}
