//! What locks promise, looked up afterwards: many clients call methods that note when they ran, and a checker
//! (`check.rs`) goes through the notes of both sides. `faults.rs` shows that it sees what it should.

mod check;
mod faults;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
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

    let metronome = Metronome::start();
    let mut history = History {
        calls: vec![],
        runs: vec![],
        lock_wait: LOCK_WAIT,
        pause: Duration::ZERO,
    };
    let mut numbers = CLIENTS * CALLS..;
    // A history in which nobody met says nothing. However fast this machine is, or busy, here they do.
    for round in 0.. {
        assert!(round < 20, "nobody meets anybody: {:?}", history.met());
        history.calls.extend(meeting(&server, &mut numbers).await);
        history.runs = runs(&server).await;
        let met = history.met();
        if met.refused > 0 && met.shared > 0 && met.unlocked > 0 {
            break;
        }
    }
    let clients = (0..CLIENTS).map(|client| calls_of(Client::clone(&server), client));
    let calls = clients.collect::<JoinSet<_>>().join_all().await;
    history.calls.extend(calls.into_iter().flatten());
    history.runs = runs(&server).await;
    history.pause = metronome.stop();

    let faults = history.faults();
    println!("{}", history.summary());
    assert!(faults.is_empty(), "{faults:#?}");
}

/// A call that holds the node for long, one that is refused meanwhile, one that needs no lock; then two together.
async fn meeting(client: &Client, numbers: &mut impl Iterator<Item = u64>) -> Vec<Call> {
    let [first, second, third, fourth, fifth] = [(); 5].map(|()| numbers.next().unwrap());
    let holding = tokio::spawn({
        let client = client.clone();
        async move { call(&client, first, Mode::Exclusive, 5 * LOCK_WAIT).await }
    });
    while !holding.is_finished() && client.get("/v1/nodes/n").await.json()["reservation"].is_null() {}
    let (refused, looking) = tokio::join!(
        call(client, second, Mode::Exclusive, Duration::ZERO),
        call(client, third, Mode::Snapshot, Duration::ZERO)
    );
    let holding = holding.await.unwrap();
    let (one, other) = tokio::join!(
        call(client, fourth, Mode::Shared, LOCK_WAIT),
        call(client, fifth, Mode::Shared, LOCK_WAIT)
    );
    vec![holding, refused, looking, one, other]
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

async fn runs(client: &Client) -> Vec<Run> {
    let runs = client.get("/v1/drivers/journal/vendor_passthru/runs").await;
    runs.json().as_array().unwrap().iter().map(run).collect()
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

/// Knows for how long this machine stops those who have something to do.
struct Metronome {
    is_over: Arc<AtomicBool>,
    beats: thread::JoinHandle<Duration>,
}

impl Metronome {
    const BEAT: Duration = Duration::from_millis(1);

    fn start() -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let beats = thread::spawn({
            let is_over = Arc::clone(&is_over);
            move || {
                let mut longest = Duration::ZERO;
                while !is_over.load(Relaxed) {
                    let before = clock::monotonic();
                    thread::park_timeout(Self::BEAT);
                    let late = (clock::monotonic() - before).saturating_sub(Self::BEAT);
                    longest = longest.max(late);
                }
                longest
            }
        });
        Self { is_over, beats }
    }

    /// The longest time for which it was late.
    fn stop(self) -> Duration {
        self.is_over.store(true, Relaxed);
        self.beats.join().unwrap()
    }
}
