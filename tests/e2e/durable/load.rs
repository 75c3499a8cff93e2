//! Clients that change nodes of their own, all at once, and remember what they were told and what they asked last.
//! When their server is gone, its successor must know all of the former, and may know the latter: [`Load::check`].

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bessemer_tests::{Binary, Client, Server, ServerBuilder};
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::writer::{Writer, call, task_of};

/// A state directory and those who know what must be in it.
pub(super) struct Load {
    state: PathBuf,
    ledger: PathBuf,
    writers: Vec<Writer>,
    /// Tasks that were answered 202, until they are known to have ended.
    promised: HashSet<String>,
    /// Runs that must be in the ledger: of calls that were answered 200.
    answered: Vec<String>,
}

/// The one whose method never ends.
const HUNG: &str = "hung";

impl Load {
    pub(super) fn new(state: &Path, ledger: &Path, writers: usize) -> Self {
        Self {
            state: state.to_owned(),
            ledger: ledger.to_owned(),
            writers: (0..writers).map(Writer::new).collect(),
            promised: HashSet::new(),
            answered: vec![],
        }
    }

    /// The server that they need.
    pub(super) fn server(&self) -> ServerBuilder {
        Server::builder()
            .binary(Binary::Fixture("ledger"))
            // However slow the disk is, nobody is refused for a lock.
            .config(format!(
                "[conductor]\nlock_wait = \"60s\"\n[drivers.ledger]\nfile = \"{}\"\n",
                self.ledger.display()
            ))
            .state(&self.state)
    }

    /// Starts a method that never ends, then lets all of them work until the server has given so many answers, calls
    /// `end` with it, and waits until everybody has noticed.
    pub(super) async fn run(&mut self, server: Server, answers: u32, end: impl AsyncFnOnce(Server)) {
        let created = server
            .post("/v1/nodes", &json!({ "driver": "ledger", "name": HUNG }))
            .await;
        assert!([201, 409].contains(&created.status), "{created:?}");
        let hangs = call(&server, HUNG, "hang", json!({})).await;
        self.promised.insert(task_of(&hangs.unwrap()));
        let given = Arc::new(Semaphore::new(0));
        let mut work = JoinSet::new();
        for writer in self.writers.drain(..) {
            work.spawn(writer.work(Client::clone(&server), Arc::clone(&given)));
        }
        tokio::select! {
            enough = given.acquire_many(answers) => drop(enough.unwrap()),
            Some(ended) = work.join_next() => {
                ended.unwrap();
                panic!("the server was gone before its end: {}", server.log());
            }
        }
        end(server).await;
        self.writers = work.join_all().await;
        for writer in &mut self.writers {
            self.promised.extend(writer.promised.drain(..));
            self.answered.append(&mut writer.answered);
        }
    }

    /// Whether a new server on what is left knows all that was answered, and has made an end of the rest.
    pub(super) async fn check(&mut self, server: &Server) {
        let nodes = server.get("/v1/nodes/detail").await.json();
        let nodes: HashMap<&str, &Value> = nodes["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| (node["name"].as_str().unwrap(), node))
            .collect();
        for node in nodes.values() {
            assert_eq!(node["reservation"], Value::Null, "{node}");
        }
        for writer in &mut self.writers {
            writer.compare(nodes.get(&*writer.name).copied());
        }
        let ledger = std::fs::read_to_string(&self.ledger).unwrap();
        let mut runs: HashMap<&str, usize> = HashMap::new();
        for run in ledger.lines() {
            *runs.entry(run).or_default() += 1;
        }
        let repeated: Vec<_> = runs.iter().filter(|(_, count)| **count > 1).collect();
        assert!(repeated.is_empty(), "carried out more than once: {repeated:?}");
        for run in self.answered.drain(..) {
            assert!(runs.contains_key(&*run), "answered 200, but never carried out: {run}");
        }
        // As the server sees it: its disk may be mounted for it alone.
        let root = PathBuf::from(format!("/proc/{}/root", server.pid()));
        let tasks = tasks(&root.join(self.state.strip_prefix("/").unwrap()));
        self.check_tasks(&tasks, &nodes, &runs);
    }

    fn check_tasks(&mut self, tasks: &[Task], nodes: &HashMap<&str, &Value>, runs: &HashMap<&str, usize>) {
        let by_uuid: HashMap<&str, &Task> = tasks.iter().map(|task| (&*task.uuid, task)).collect();
        for uuid in self.promised.drain() {
            assert!(by_uuid.contains_key(&*uuid), "answered 202, but not there: task {uuid}");
        }
        let mut newest_success: HashMap<&str, &str> = HashMap::new();
        let mut newest_failure: HashMap<&str, &str> = HashMap::new();
        for task in tasks {
            match (&*task.state, task.error.as_deref()) {
                ("succeeded", None) => {
                    assert!(runs.contains_key(&*task.run), "succeeded without a run: {task:?}");
                    newest_success.insert(&task.node, &task.run);
                    // Each node has one asynchronous method, and its success ends what it failed with before.
                    newest_failure.remove(&*task.node);
                }
                ("interrupted", Some(error)) => {
                    assert!(error.contains("its outcome is unknown"), "{task:?}");
                    newest_failure.insert(&task.node, error);
                }
                _ => panic!("neither succeeded nor interrupted: {task:?}"),
            }
        }
        // The end of a task and what it did to its node are there together or not at all.
        for node in nodes.values() {
            let uuid = node["uuid"].as_str().unwrap();
            assert_eq!(
                node["extra"]["worked"].as_str(),
                newest_success.get(uuid).copied(),
                "{node}"
            );
            assert_eq!(node["last_error"].as_str(), newest_failure.get(uuid).copied(), "{node}");
            assert_eq!(node["extra"]["hung"], Value::Null, "{node}");
        }
    }
}

/// A task's record.
#[derive(Debug)]
struct Task {
    uuid: String,
    node: String,
    run: String,
    state: String,
    error: Option<String>,
}

/// All records of tasks, in the order of their beginnings. Of a copy: SQLite would not follow a path through `/proc`.
fn tasks(state: &Path) -> Vec<Task> {
    let copy = tempfile::tempdir().unwrap();
    for file in ["bessemer.sqlite", "bessemer.sqlite-wal"] {
        std::fs::copy(state.join(file), copy.path().join(file)).unwrap();
    }
    let database = Connection::open(copy.path().join("bessemer.sqlite")).unwrap();
    let mut rows = database
        .prepare("SELECT uuid, node, request_id, state, error FROM tasks ORDER BY id")
        .unwrap();
    rows.query_map([], |row| {
        Ok(Task {
            uuid: row.get(0)?,
            node: row.get(1)?,
            run: row.get(2)?,
            state: row.get(3)?,
            error: row.get(4)?,
        })
    })
    .unwrap()
    .map(Result::unwrap)
    .collect()
}
