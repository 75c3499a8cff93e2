//! What locks promise, looked up afterwards: many clients call methods that note when they ran, and a checker
//! (`check.rs`) goes through the notes of both sides. `faults.rs` shows that it sees what it should.

mod check;
mod faults;

use std::time::Duration;

use bessemer_tests::{Binary, Client, Server};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use self::check::{Call, History, Mode, Outcome, Run};

#[path = "../../fixtures/clock.rs"]
mod clock;

const CLIENTS: u64 = 32;

/// Of each client, one after the other.
const CALLS: u64 = if cfg!(feature = "long") { 200 } else { 15 };

/// About as long as a call waits: some are refused, most are not.
const LOCK_WAIT: Duration = Duration::from_millis(200);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_32_clients_met_is_what_locks_promise() {
    let config = format!(
        "[conductor]\nlock_wait = \"{}ms\"\nlock_waiters_per_node_max = 28\n",
        LOCK_WAIT.as_millis()
    );
    let server = Server::builder()
        .binary(Binary::Fixture("journal"))
        .config(config)
        .start()
        .await;
    let made = server
        .post("/v1/nodes", &json!({"driver": "journal", "name": "n"}))
        .await;
    assert_eq!(made.status, 201, "{made:?}");

    let mut clients = JoinSet::new();
    // However fast this machine is, those who come during the first call cannot all be served in time.
    let first = CLIENTS * CALLS;
    let client = Client::clone(&server);
    clients.spawn(async move { vec![call(&client, first, Mode::Exclusive, 3 * LOCK_WAIT).await] });
    while server.get("/v1/nodes/n").await.json()["reservation"].is_null() {}
    for client in 0..CLIENTS {
        clients.spawn(calls_of(Client::clone(&server), client));
    }
    let calls = clients.join_all().await.into_iter().flatten().collect();
    let runs = server.get("/v1/drivers/journal/vendor_passthru/runs").await;
    let runs = runs.json().as_array().unwrap().iter().map(run).collect();

    let history = History {
        calls,
        runs,
        lock_wait: LOCK_WAIT,
    };
    let faults = history.faults();
    println!("{}", history.summary());
    assert!(faults.is_empty(), "{faults:#?}");
    // A history in which nobody met says nothing.
    let met = history.met();
    assert!(met.refused > 0 && met.shared > 0 && met.unlocked > 0, "{met:?}");
}

/// What one client met.
async fn calls_of(client: Client, index: u64) -> Vec<Call> {
    let mut calls = Vec::new();
    for turn in 0..CALLS {
        let number = index * CALLS + turn;
        // Any mixture will do, and this one is the same each time.
        let dice = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let mode = match dice % 10 {
            0..4 => Mode::Exclusive,
            4..8 => Mode::Shared,
            _ => Mode::Snapshot,
        };
        let takes = Duration::from_millis(5 + dice / 10 % 20);
        calls.push(call(&client, number, mode, takes).await);
    }
    calls
}

async fn call(client: &Client, number: u64, mode: Mode, takes: Duration) -> Call {
    let milliseconds = u64::try_from(takes.as_millis()).unwrap();
    let arguments = json!({"number": number, "milliseconds": milliseconds});
    let sent = clock::monotonic();
    let path = format!("/v1/nodes/n/vendor_passthru/{}", mode.method());
    let answer = client.post(&path, &arguments).await;
    let answered = clock::monotonic();
    let outcome = match answer.status {
        200 => Outcome::Served,
        409 => Outcome::Locked(answer.faultstring()),
        503 => Outcome::QueueFull,
        _ => panic!("{answer:?}"),
    };
    Call {
        number,
        mode,
        sent,
        answered,
        outcome,
    }
}

fn run(json: &Value) -> Run {
    let time = |key: &str| Duration::from_nanos(json[key].as_u64().unwrap());
    Run {
        number: json["number"].as_u64().unwrap(),
        mode: Mode::of(json["method"].as_str().unwrap()).unwrap(),
        request: json["request"].as_str().unwrap().to_owned(),
        asked: time("asked"),
        entered: time("entered"),
        left: time("left"),
    }
}
