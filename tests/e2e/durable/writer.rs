//! One of the clients of a load: it changes a node of its own, row after row, and remembers what it was told and what
//! it asked last.

use std::sync::Arc;

use bessemer_tests::{Answer, Client};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

/// A client with one node at a time.
pub(super) struct Writer {
    pub(super) name: String,
    /// As the last answer had it; `None` if it is not there.
    known: Option<Node>,
    /// As it is to become by what was asked last and not answered.
    asked: Option<Option<Node>>,
    turn: u64,
    /// Tasks that were answered 202.
    pub(super) promised: Vec<String>,
    /// Runs that were answered 200.
    pub(super) answered: Vec<String>,
}

/// What a writer changes on its node.
#[derive(Clone, Debug, Default, PartialEq)]
struct Node {
    turn: Value,
    written: Value,
    reason: Value,
}

impl Writer {
    pub(super) fn new(number: usize) -> Self {
        Self {
            name: format!("w-{number}"),
            known: None,
            asked: None,
            turn: 0,
            promised: vec![],
            answered: vec![],
        }
    }

    /// Until the server is gone.
    pub(super) async fn work(mut self, client: Client, answers: Arc<Semaphore>) -> Self {
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
    pub(super) fn compare(&mut self, found: Option<&Value>) {
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

pub(super) async fn call(client: &Client, node: &str, method: &str, arguments: Value) -> Option<Answer> {
    send(
        client,
        "POST",
        &format!("/v1/nodes/{node}/vendor_passthru/{method}"),
        &arguments,
    )
    .await
}

/// The task of a 202.
pub(super) fn task_of(answer: &Answer) -> String {
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
