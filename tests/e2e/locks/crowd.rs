//! Ten thousand calls to one node by clients of which two in three hang up: who stays is answered in time, who left
//! leaves nothing behind, and other nodes hardly notice.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use bessemer_tests::{Client, Probe};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

use crate::until::until;

/// As many connections at a time.
const CLIENTS: usize = 400;

/// Half of the calls come while somebody holds the node, half while it is free between them.
const CALLS: usize = 5_000;

/// Long beside the time in which even a busy machine brings more callers than may wait.
const LOCK_WAIT: Duration = Duration::from_secs(1);

const WAITERS_MAX: u64 = 32;

/// How long the machine may take for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// So short that many are not answered by then.
const IMPATIENCE: Duration = Duration::from_millis(20);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_calls_of_clients_that_vanish() {
    let probe = Probe::with(&format!(
        "[conductor]\nlock_wait = \"{}ms\"\nlock_waiters_per_node_max = {WAITERS_MAX}\n\
         [log]\nlevel = \"debug\"\naccess = false\n",
        LOCK_WAIT.as_millis()
    ))
    .await;
    let other = probe.post("/v1/nodes", &json!({"driver": "probe", "name": "m"})).await;
    assert_eq!(other.status, 201, "{other:?}");
    probe.open("o").await;
    // What a crowd needs is there then.
    come(&probe, CALLS / 10).await;
    let before = probe.memory();
    let calm = neighbour(Client::clone(&probe), |calls| calls == 200).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let crowded = tokio::spawn({
        let (client, is_over) = (Client::clone(&probe), Arc::clone(&is_over));
        neighbour(client, move |calls| calls > 0 && is_over.load(Relaxed))
    });

    // In the background, where it may take as long as it does.
    let held = probe.call("hold_async", &json!({"gate": "a"})).await;
    assert_eq!(held.status, 202, "{held:?}");
    probe.entered("a", 1).await;
    let met = come(&probe, CALLS).await;
    println!("held: {}", met.summary());
    assert!(met.served.is_empty(), "somebody ran beside the holder");
    assert!(met.locked > 0 && met.queue_full > 0);
    probe.open("a").await;
    let mut met = come(&probe, CALLS).await;
    println!("free: {}", met.summary());
    assert!(met.served.len() > 10);
    let served = met.served.len();
    met.served.sort_unstable();
    met.served.dedup();
    assert_eq!(met.served.len(), served, "two counted at once");

    // What those who left had sent may still arrive, so it may be its turn a little later.
    let next = until("the node can be called", async || {
        let next = probe.call("count", &json!({})).await;
        (![409, 503].contains(&next.status)).then_some(next)
    });
    let next = next.await;
    assert_eq!(next.status, 200, "{next:?}");
    is_over.store(true, Relaxed);
    let crowded = crowded.await.unwrap();
    for (what, crowded, calm) in [("median", crowded[0], calm[0]), ("longest", crowded[1], calm[1])] {
        let ratio = crowded.as_secs_f64() / calm.as_secs_f64();
        println!("another node, {what} call: {crowded:?} beside the crowd, {calm:?} without, {ratio:.1} times as long");
    }
    let most = queued(&probe.log()).map(|queued| queued.waiters).max().unwrap();
    assert!(most <= WAITERS_MAX, "{most} waited");
    nothing_is_left(&probe).await;
    let after = probe.memory();
    println!("the server had {before} KiB before and has {after} KiB");
    assert!(after < 2 * before + (16 << 10), "{before} KiB became {after} KiB");
}

/// What those met who waited for an answer.
#[derive(Default)]
struct Met {
    /// What each of them counted.
    served: Vec<u64>,
    locked: usize,
    queue_full: usize,
}

impl Met {
    fn summary(&self) -> String {
        let served = self.served.len();
        format!(
            "{served} served, {} refused at the deadline, {} at once",
            self.locked, self.queue_full
        )
    }

    /// Notes an answer, which must be one of three and in time.
    fn note(&mut self, answer: &str, took: Duration) {
        assert!(took < LOCK_WAIT + PATIENCE, "after {took:?}: {answer}");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        match head.split(' ').nth(1).unwrap() {
            "200" => self.served.push(body.parse().unwrap()),
            "409" => {
                assert!(took >= LOCK_WAIT, "refused after {took:?}");
                self.locked += 1;
            }
            "503" => {
                assert!(head.contains("\r\nretry-after: 1\r\n"), "{answer}");
                self.queue_full += 1;
            }
            _ => panic!("{answer}"),
        }
    }

    fn add(mut self, other: Self) -> Self {
        self.served.extend(other.served);
        self.locked += other.locked;
        self.queue_full += other.queue_full;
        self
    }
}

/// So many calls come to the node, as many at a time as there are clients.
async fn come(probe: &Probe, calls: usize) -> Met {
    let address = probe.base().strip_prefix("http://").unwrap().to_owned();
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS.min(calls) {
        let address = address.clone();
        clients.spawn(async move {
            let mut met = Met::default();
            for number in (client..calls).step_by(CLIENTS) {
                let sent = Instant::now();
                let stream = send(&address).await.unwrap();
                let answer = match number % 3 {
                    0 => Some(receive(stream).await),
                    1 => timeout(IMPATIENCE, receive(stream)).await.ok(),
                    _ => None,
                };
                if let Some(answer) = answer {
                    met.note(&answer.unwrap(), sent.elapsed());
                }
            }
            met
        });
    }
    clients.join_all().await.into_iter().fold(Met::default(), Met::add)
}

/// Calls on a connection of its own, which ends when it is dropped.
async fn send(address: &str) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!(
        "POST /v1/nodes/n/vendor_passthru/count HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
    );
    stream.write_all(request.as_bytes()).await?;
    Ok(stream)
}

/// All that is answered.
async fn receive(mut stream: TcpStream) -> io::Result<String> {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

/// Somebody who calls an exclusive method of another node, again and again. Ends with what a call took: the median, and
/// the longest but for one in a hundred.
async fn neighbour(client: Client, is_enough: impl Fn(usize) -> bool) -> [Duration; 2] {
    let mut took = Vec::new();
    while !is_enough(took.len()) {
        let sent = Instant::now();
        let answer = client
            .post("/v1/nodes/m/vendor_passthru/hold", &json!({"gate": "o"}))
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
        took.push(sent.elapsed());
    }
    took.sort_unstable();
    [took[took.len() / 2], took[took.len() * 99 / 100]]
}

/// Holds the node with one call waiting, and looks what the server says of its locks: there is no more than that. It
/// may still be busy with those who left, so this is tried again.
async fn nothing_is_left(probe: &Probe) {
    let (mut round, mut seen) = (0, 0);
    until("nothing is left of the crowd", async || {
        round += 1;
        let gate = format!("round {round}");
        let holder = probe.calling("hold", json!({"gate": gate}));
        let is_inside = until("the holder enters or is refused", async || {
            let is_inside = probe.at_gate(&gate).await == 1;
            (is_inside || holder.is_finished()).then_some(is_inside)
        });
        if !is_inside.await {
            return None;
        }
        let mut waiter = Some(probe.calling("note", json!({"key": "round", "value": round})));
        let found = until("the waiter queues or is refused", async || {
            if waiter.as_ref().is_some_and(JoinHandle::is_finished)
                && let Some(ended) = waiter.take()
                && ended.await.unwrap().status == 503
            {
                return Some(None);
            }
            queued(&probe.log())
                .filter(|queued| queued.operation == "note")
                .nth(seen)
                .map(Some)
        });
        let found = found.await;
        seen += usize::from(found.is_some());
        probe.open(&gate).await;
        assert_eq!(holder.await.unwrap().status, 200);
        if let Some(waiter) = waiter {
            // 409 where the machine was too busy for the gate to be opened within the wait.
            let status = waiter.await.unwrap().status;
            assert!([200, 409].contains(&status), "{status}");
        }
        found.filter(|found| (found.waiters, found.locked) == (1, 1)).map(drop)
    })
    .await;
}

/// What the log says when a call queues.
struct Queued {
    operation: String,
    /// How many wait, of all nodes.
    waiters: u64,
    /// How many nodes are locked.
    locked: u64,
}

fn queued(log: &str) -> impl Iterator<Item = Queued> {
    let lines = log.lines().filter(|line| line.contains("a call queues for its node"));
    lines.map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        Queued {
            operation: line["operation"].as_str().unwrap().to_owned(),
            waiters: line["waiters"].as_u64().unwrap(),
            locked: line["locked"].as_u64().unwrap(),
        }
    })
}
