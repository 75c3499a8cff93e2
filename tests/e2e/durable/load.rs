//! Clients that change nodes of their own, all at once, and remember what they were told and what they asked last.
//! When their server is gone, its successor must know all of the former, and may know the latter: [`Load::check`].

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bessemer_tests::{Answer, Binary, Client, Server, ServerBuilder};
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

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

/// A client with one node at a time.
struct Writer {
    name: String,
    /// As the last answer had it; `None` if it is not there.
    known: Option<Node>,
    /// As it is to become by what was asked last and not answered.
    asked: Option<Option<Node>>,
    turn: u64,
    promised: Vec<String>,
    answered: Vec<String>,
}

/// What a writer changes on its node.
#[derive(Clone, Debug, Default, PartialEq)]
struct Node {
    turn: Value,
    written: Value,
    reason: Value,
}

/// The one whose method never ends.
const HUNG: &str = "hung";

impl Load {
    pub(super) fn new(state: &Path, ledger: &Path, writers: usize) -> Self {
        let writer = |number| Writer {
            name: format!("w-{number}"),
            known: None,
            asked: None,
            turn: 0,
            promised: vec![],
            answered: vec![],
        };
        Self {
            state: state.to_owned(),
            ledger: ledger.to_owned(),
            writers: (0..writers).map(writer).collect(),
            promised: HashSet::new(),
            answered: vec![],
        }
    }

    /// The server that they need.
    pub(super) fn server(&self) -> ServerBuilder {
        Server::builder()
            .binary(Binary::Fixture("ledger"))
            .config(format!("[drivers.ledger]\nfile = \"{}\"\n", self.ledger.display()))
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
        let _ = given.acquire_many(answers).await.unwrap();
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

impl Writer {
    /// Until the server is gone.
    async fn work(mut self, client: Client, answers: Arc<Semaphore>) -> Self {
        while self.step(&client).await.is_some() {
            answers.add_permits(1);
        }
        self
    }

    /// One change, the next of a row that begins and ends without a node.
    async fn step(&mut self, client: &Client) -> Option<()> {
        self.turn += 1;
        let path = format!("/v1/nodes/{}", self.name);
        let Some(known) = self.known.clone() else {
            let extra = json!({ "turn": self.turn });
            let body = json!({ "driver": "ledger", "name": self.name, "extra": extra });
            let node = Node {
                turn: self.turn.into(),
                ..Node::default()
            };
            return self.ask(client, "POST", "/v1/nodes", &body, 201, Some(node)).await;
        };
        match self.turn % 16 {
            0 => return self.ask(client, "DELETE", &path, &Value::Null, 204, None).await,
            1 | 9 => {
                let body = json!({ "reason": format!("turn {}", self.turn) });
                let node = Node {
                    reason: body["reason"].clone(),
                    ..known
                };
                let path = format!("{path}/maintenance");
                return self.ask(client, "PUT", &path, &body, 202, Some(node)).await;
            }
            5 => {
                let node = Node {
                    reason: Value::Null,
                    ..known
                };
                let path = format!("{path}/maintenance");
                return self.ask(client, "DELETE", &path, &Value::Null, 202, Some(node)).await;
            }
            2 | 7 | 11 => {
                let answer = call(client, &self.name, "work", json!({ "milliseconds": self.turn % 3 })).await?;
                self.promised.push(task_of(&answer));
            }
            3 | 8 | 13 => {
                // What it will write is known by its answer only; until then it is looked for among all runs.
                let answer = call(client, &self.name, "write", json!({})).await;
                let Some(answer) = answer else {
                    self.asked = Some(Some(Node {
                        written: UNKNOWN.into(),
                        ..known
                    }));
                    return None;
                };
                assert_eq!(answer.status, 200, "{answer:?}");
                let run = answer.header("x-openstack-request-id").to_owned();
                self.known = Some(Node {
                    written: run.clone().into(),
                    ..known
                });
                self.answered.push(run);
            }
            _ => {
                let body = json!([{ "op": "add", "path": "/extra/turn", "value": self.turn }]);
                let node = Node {
                    turn: self.turn.into(),
                    ..known
                };
                return self.ask(client, "PATCH", &path, &body, 200, Some(node)).await;
            }
        }
        Some(())
    }

    /// Asks for a change after which the node is as given. `None` if there was no answer.
    async fn ask(
        &mut self,
        client: &Client,
        verb: &str,
        path: &str,
        body: &Value,
        status: u16,
        node: Option<Node>,
    ) -> Option<()> {
        self.asked = Some(node);
        let answer = send(client, verb, path, body).await?;
        assert_eq!(answer.status, status, "{verb} {path}: {answer:?}");
        self.known = self.asked.take()?;
        Some(())
    }

    /// What is there must be what was known, or what was asked last.
    fn compare(&mut self, found: Option<&Value>) {
        let found = found.map(|node| Node {
            turn: node["extra"]["turn"].clone(),
            written: node["extra"]["written"].clone(),
            reason: node["maintenance_reason"].clone(),
        });
        let asked = self.asked.take();
        let as_asked = asked.clone().map(|asked| match (asked, &found) {
            (Some(node), Some(found)) if node.written == UNKNOWN => Some(Node {
                written: found.written.clone(),
                ..node
            }),
            (asked, _) => asked,
        });
        assert!(
            found == self.known || Some(&found) == as_asked.as_ref(),
            "{}: an answered change is not there, or half of one is: known {:?}, asked {asked:?}, found {found:?}",
            self.name,
            self.known
        );
        self.known = found;
    }
}

/// The run of a call that was not answered.
const UNKNOWN: &str = "unknown";

async fn call(client: &Client, node: &str, method: &str, arguments: Value) -> Option<Answer> {
    send(
        client,
        "POST",
        &format!("/v1/nodes/{node}/vendor_passthru/{method}"),
        &arguments,
    )
    .await
}

/// The task of a 202.
fn task_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 202, "{answer:?}");
    answer.header("location").rsplit('/').next().unwrap().to_owned()
}

/// `None` if the server is gone before it answers.
async fn send(client: &Client, verb: &str, path: &str, body: &Value) -> Option<Answer> {
    let mut request = client.request(verb, path);
    if !body.is_null() {
        request = request.json(body);
    }
    let response = request.send().await.ok()?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    // The promise is made by the head of the answer.
    let body = response.bytes().await.map(|body| body.to_vec()).unwrap_or_default();
    Some(Answer { status, headers, body })
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
