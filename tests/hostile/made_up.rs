//! schemathesis makes requests up from `/openapi.json`, thousands of them, and holds each answer against it; how, stand
//! in `schemathesis.toml` and `hooks.py`. Here is what the server is afterwards. What failed is printed with the line of
//! `curl` that asks for it again; `HOSTILE_SEED` gives other requests, and the same ones again.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use bessemer_tests::Server;
use serde_json::{Value, json};

use crate::until::until;

/// Of each operation, in each way of making them up.
const EXAMPLES: u32 = if cfg!(feature = "long") { 320 } else { 15 };
const REQUESTS_MIN: u64 = if cfg!(feature = "long") { 20_000 } else { 2_500 };
/// Of a hundred requests so many get somewhere; the others are refused for what they ask.
const SUCCESSES_MIN: u64 = 25;
/// What the server may have more of than before, in KiB: buffers that an allocator keeps, tasks and nodes that were made.
const GROWN_MAX: u64 = 32 << 10;
const KEPT_NODES: usize = 4;

/// How often an operation was answered with a status, as `hooks.py` writes it.
type Counts = BTreeMap<String, BTreeMap<String, u64>>;

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_sent_is_answered_as_the_document_says() {
    // A method that waits is ended, before who waits for its node gives up.
    let server = ["sync_timeout", "sync_timeout_max", "async_timeout", "async_timeout_max"]
        .iter()
        .fold(Server::builder(), |server, option| {
            server.arg("--set").arg(format!("conductor.{option}=1s"))
        })
        .arg("--set")
        .arg("conductor.lock_wait=20s")
        // To tell the way to a panic takes more memory than all else together.
        .env("RUST_BACKTRACE", "0")
        .start()
        .await;
    let nodes = kept_nodes(&server).await;
    let before = server.memory();
    let counts = ask(&server, &nodes).await;
    report(&counts);
    covers_everything(&server, &counts).await;
    is_as_before(&server, &nodes, before).await;
    has_logged_nothing_wrong(&server.log());
}

/// Nodes that stay, whatever is deleted.
async fn kept_nodes(server: &Server) -> Vec<String> {
    let mut nodes = Vec::new();
    for number in 0..KEPT_NODES {
        let body = json!({ "driver": "fake", "name": format!("kept-{number}") });
        let answer = server.post("/v1/nodes", &body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        nodes.push(answer.json()["uuid"].as_str().unwrap().to_owned());
    }
    nodes
}

/// Runs schemathesis; it must find nothing.
async fn ask(server: &Server, nodes: &[String]) -> Counts {
    let directory = tempfile::tempdir().unwrap();
    let conductors = server.get("/v1/conductors").await.json();
    let state = json!({
        "base": server.base(),
        "nodes": nodes,
        "conductors": [conductors["conductors"][0]["hostname"]],
        "methods": ["attachment", "echo", "info", "sleep"],
    });
    std::fs::write(directory.path().join("state.json"), state.to_string()).unwrap();
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(tests.join(".tools/venv/bin/schemathesis"));
    command
        .arg("--no-color")
        .arg("--config-file")
        .arg(tests.join("hostile/schemathesis.toml"))
        .arg("run")
        .arg(format!("{}/openapi.json", server.base()))
        .args(["--max-examples", &EXAMPLES.to_string()])
        .args(["--seed", &std::env::var("HOSTILE_SEED").unwrap_or_else(|_| "1".into())])
        // It leaves files where it runs.
        .current_dir(directory.path())
        .env_clear()
        .env("HOSTILE_HOOKS", tests.join("hostile/hooks.py"))
        .env("HOSTILE_STATE", directory.path().join("state.json"))
        .env("HOSTILE_COUNTS", directory.path().join("counts.json"));
    let output = tokio::task::spawn_blocking(move || command.output().expect("`tests/run --only tools` installs it"));
    let output = output.await.unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{told}\n{}\nthe server's log ends:\n{}",
        String::from_utf8_lossy(&output.stderr),
        last_lines(&server.log(), 20)
    );
    let counts = std::fs::read(directory.path().join("counts.json")).expect("hooks.py writes it");
    serde_json::from_slice(&counts).unwrap()
}

/// Says what was asked, and how it was answered.
fn report(counts: &Counts) {
    let mut all: BTreeMap<&str, u64> = BTreeMap::new();
    for (operation, statuses) in counts {
        println!("{operation}: {statuses:?}");
        for (status, times) in statuses {
            *all.entry(status).or_default() += times;
        }
    }
    println!("all {}: {all:?}", all.values().sum::<u64>());
}

/// Every operation of the document was asked, and brought to success where it can be.
async fn covers_everything(server: &Server, counts: &Counts) {
    let of = |statuses: &BTreeMap<String, u64>, are: &dyn Fn(&str) -> bool| -> u64 {
        let these = statuses.iter().filter(|(status, _)| are(status));
        these.map(|(_, times)| times).sum()
    };
    let document = server.get("/openapi.json").await.json();
    let mut operations = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        // Left out by schemathesis itself, which has read it to begin with.
        if path == "/openapi.json" {
            continue;
        }
        let verbs = item.as_object().unwrap().keys().filter(|key| *key != "parameters");
        for verb in verbs {
            let operation = format!("{} {path}", verb.to_uppercase());
            let statuses = counts.get(&operation);
            let statuses = statuses.unwrap_or_else(|| panic!("{operation} was never asked"));
            let is_able = !path.ends_with("/vendor_passthru/fail");
            let succeeded = of(statuses, &|status| status.starts_with('2'));
            assert!(!is_able || succeeded > 0, "{operation} never succeeded: {statuses:?}");
            operations += 1;
        }
    }
    assert!(operations > 60, "the document has {operations} operations");
    let all: u64 = counts.values().map(|statuses| of(statuses, &|_| true)).sum();
    assert!(all >= REQUESTS_MIN, "only {all} requests were made");
    let successes: u64 = counts
        .values()
        .map(|statuses| of(statuses, &|status| status.starts_with('2')))
        .sum();
    assert!(
        successes * 100 > all * SUCCESSES_MIN,
        "only {successes} of {all} requests succeeded"
    );
}

/// Nothing is held, nothing runs, nothing was lost, and every node can be called.
async fn is_as_before(server: &Server, nodes: &[String], before: u64) {
    assert_eq!(server.get("/livez").await.status, 200);
    for (path, collection) in [("/v1/locks", "locks"), ("/v1/tasks?state=running", "tasks")] {
        until(path, async || {
            let answer = server.get(path).await.json();
            (answer[collection] == Value::Array(vec![])).then_some(())
        })
        .await;
    }
    for node in nodes {
        let method = format!("/v1/nodes/{node}/vendor_passthru/nothing");
        let answer = server.post(&method, &json!({})).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    // What a large answer took is given back when the thread ends that made it.
    let after = until("memory", async || {
        server.get("/livez").await;
        Some(server.memory()).filter(|after| *after < before + GROWN_MAX)
    })
    .await;
    println!("resident: {before} KiB before, {after} KiB after");
}

/// The driver panics and fails where it is asked to; nobody else does.
fn has_logged_nothing_wrong(log: &str) {
    let is_wrong = |line: &&str| line.contains("panicked at") || line.contains("\"level\":\"ERROR\"");
    let is_asked_for = |line: &&str| line.contains("drivers/fake/src") || line.contains("\"method\":\"fail");
    let wrong: Vec<&str> = log
        .lines()
        .filter(is_wrong)
        .filter(|line| !is_asked_for(line))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn last_lines(text: &str, count: usize) -> String {
    let mut lines: Vec<&str> = text.lines().rev().take(count).collect();
    lines.reverse();
    lines.join("\n")
}
