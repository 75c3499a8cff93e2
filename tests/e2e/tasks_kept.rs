//! How long ended tasks are kept, and how many. Running ones stay whatever happens.

use std::path::Path;

use bessemer_tests::{Binary, Probe, Server};
use rusqlite::{Connection, OpenFlags};
use serde_json::json;

use crate::until::until;

/// A server with the probe driver, its node `n`, and the gate `open` open.
async fn probe(state: &Path, config: &str) -> Probe {
    let server = Server::builder()
        .binary(Binary::Fixture("probe"))
        .config(config)
        .state(state);
    let probe = Probe {
        server: server.start().await,
    };
    let created = probe
        .post("/v1/nodes", &json!({ "driver": "probe", "name": "n" }))
        .await;
    assert!([201, 409].contains(&created.status), "{created:?}");
    probe.open("open").await;
    probe
}

async fn run_task(probe: &Probe) {
    let answer = probe.call("hold_async", &json!({ "gate": "open" })).await;
    assert_eq!(answer.status, 202, "{answer:?}");
}

/// The states of all tasks that are kept, the oldest first.
fn kept(state: &Path) -> Vec<String> {
    let database =
        Connection::open_with_flags(state.join("bessemer.sqlite"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut rows = database.prepare("SELECT state FROM tasks ORDER BY id").unwrap();
    let states = rows.query_map([], |row| row.get(0)).unwrap();
    states.map(Result::unwrap).collect()
}

/// Waits until there are so few, while the server goes on answering.
async fn falls_to(count: usize, state: &Path, probe: &Probe) {
    until("tasks are forgotten", async || {
        assert_eq!(probe.get("/v1/nodes/n").await.status, 200);
        (kept(state).len() <= count).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_task_is_forgotten_when_its_time_is_over_and_never_while_it_runs() {
    let state = tempfile::tempdir().unwrap();
    let probe = probe(state.path(), "[conductor]\ntask_retention = \"1s\"\n").await;
    let other = json!({ "driver": "probe", "name": "other" });
    assert_eq!(probe.post("/v1/nodes", &other).await.status, 201);
    let runs = probe
        .post("/v1/nodes/other/vendor_passthru/hold_async", &json!({ "gate": "shut" }))
        .await;
    assert_eq!(runs.status, 202, "{runs:?}");
    run_task(&probe).await;
    falls_to(1, state.path(), &probe).await;
    assert_eq!(kept(state.path()), ["running"]);
    probe.server.logged("ended tasks were forgotten");
}

#[tokio::test]
async fn a_start_forgets_what_is_too_much_for_its_configuration() {
    let state = tempfile::tempdir().unwrap();
    let first = probe(state.path(), "").await;
    for _ in 0..7 {
        run_task(&first).await;
    }
    assert_eq!(first.server.stop().code, Some(0));
    assert_eq!(kept(state.path()).len(), 7);
    let probe = probe(state.path(), "[conductor]\ntasks_per_node_max = 3\n").await;
    falls_to(3, state.path(), &probe).await;
    assert_eq!(kept(state.path()), ["succeeded"; 3]);
}

/// The next look is an hour away, but it is taken when many have ended.
#[tokio::test]
async fn tasks_do_not_pile_up_until_somebody_looks() {
    let state = tempfile::tempdir().unwrap();
    let probe = probe(state.path(), "[conductor]\ntasks_per_node_max = 10\n").await;
    // The look at the start may be taken when some have ended already. They do not count then, hence the more.
    for turn in 0..2000 {
        run_task(&probe).await;
        if turn >= 1000 && turn % 50 == 0 && kept(state.path()).len() < 1000 {
            break;
        }
    }
    falls_to(999, state.path(), &probe).await;
    probe.server.logged("ended tasks were forgotten");
}
