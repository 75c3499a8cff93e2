//! Two measures of what a call is made of, for `tests/bench/run`: `parts locks` times the lock of a node beside tokio's,
//! `parts commits DIRECTORY SECONDS` counts how many updates 64 writers get to a SQLite file with one sync for many,
//! and nothing else: the limit of what a server can store.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use bessemer_server::lock::{Limits, NodeLocks, Who};
use rusqlite::Connection;
use tokio::sync::{RwLock, oneshot};
use uuid::Uuid;

const WRITERS: u32 = 64;
const BATCHES: usize = 15;
const TIMES: u32 = 200_000;

/// As long as a stored node is.
const BODY: usize = 580;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["locks"] => runtime.block_on(locks()),
        ["commits", directory, seconds] => {
            let seconds = seconds.parse().expect("a number of seconds");
            println!("{:.0}", runtime.block_on(commits(Path::new(directory), seconds)));
        }
        _ => {
            eprintln!("usage: parts locks | parts commits DIRECTORY SECONDS");
            std::process::exit(2);
        }
    }
}

async fn locks() {
    let locks = NodeLocks::new(Limits {
        waiters_per_node_max: 32,
        waiters_max: 1000,
    });
    let node = Uuid::new_v4();
    let tokios = Arc::new(RwLock::new(()));
    let who = || Who {
        operation: "bench",
        request: node,
        task: None,
        arrived: tokio::time::Instant::now(),
    };
    let (who, deadline) = (who(), who().arrived + Duration::from_secs(3600));
    let mut rows: Vec<(&str, Vec<f64>)> = ["try exclusive", "exclusive", "shared", "tokio's RwLock, owned write"]
        .map(|name| (name, Vec::new()))
        .into();
    // Batches of all in turn: what else the machine does meets them alike.
    for _ in 0..BATCHES {
        let took = |began: Instant| began.elapsed().as_nanos() as f64 / f64::from(TIMES);
        let began = Instant::now();
        for _ in 0..TIMES {
            drop(black_box(locks.try_exclusive(black_box(node), who)));
        }
        rows[0].1.push(took(began));
        let began = Instant::now();
        for _ in 0..TIMES {
            drop(black_box(locks.exclusive(black_box(node), who, deadline).await));
        }
        rows[1].1.push(took(began));
        let began = Instant::now();
        for _ in 0..TIMES {
            drop(black_box(locks.shared(black_box(node), who, deadline).await));
        }
        rows[2].1.push(took(began));
        let began = Instant::now();
        for _ in 0..TIMES {
            drop(black_box(Arc::clone(&tokios).write_owned().await));
        }
        rows[3].1.push(took(began));
    }
    for (name, mut times) in rows {
        times.sort_by(f64::total_cmp);
        println!("{name:<28} {:>6.0} ns taken and given back", times[BATCHES / 2]);
    }
}

/// What a writer wants to be stored, and who waits for it.
type Update = (u32, oneshot::Sender<()>);

async fn commits(directory: &Path, seconds: f64) -> f64 {
    let (sender, receiver) = mpsc::channel::<Update>();
    let connection = open(&directory.join("limit.sqlite"));
    let thread = std::thread::spawn(move || write(&connection, &receiver));
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let mut writers = tokio::task::JoinSet::new();
    for number in 0..WRITERS {
        let sender = sender.clone();
        writers.spawn(async move {
            let mut updates = 0u32;
            while Instant::now() < end {
                let (done, stored) = oneshot::channel();
                sender.send((number, done)).expect("the thread writes");
                stored.await.expect("the thread answers");
                updates += 1;
            }
            updates
        });
    }
    drop(sender);
    let updates: u32 = writers.join_all().await.into_iter().sum();
    thread.join().expect("the thread ends");
    f64::from(updates) / seconds
}

fn open(path: &Path) -> Connection {
    let connection = Connection::open(path).expect("a database");
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE nodes (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT",
        )
        .expect("a table");
    for number in 0..WRITERS {
        let row = (number, "x".repeat(BODY));
        connection
            .execute("INSERT INTO nodes VALUES (?1, ?2)", row)
            .expect("a row");
    }
    connection
}

/// One commit for all that wait.
fn write(connection: &Connection, updates: &mpsc::Receiver<Update>) {
    let mut update = connection
        .prepare("UPDATE nodes SET body = ?2 WHERE id = ?1")
        .expect("a statement");
    let mut turn = 0u64;
    while let Ok(first) = updates.recv() {
        let mut waiting = vec![first];
        waiting.extend(updates.try_iter().take(WRITERS as usize - 1));
        connection.execute_batch("BEGIN IMMEDIATE").expect("a transaction");
        for (number, _) in &waiting {
            turn += 1;
            update
                .execute((number, format!("{turn:0BODY$}")))
                .expect("an updated row");
        }
        connection.execute_batch("COMMIT").expect("a commit");
        for (_, done) in waiting {
            // Who waits may be at its end.
            let _ = done.send(());
        }
    }
}
