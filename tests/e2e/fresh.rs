//! Reads beside changes. The server keeps answers ready; still, once a change is answered, every read that begins
//! afterwards shows it, whatever it reads by. Readers that ask all the time keep the answers ready, and see to it that
//! each change meets some that are being made.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};

use bessemer_tests::{Answer, Client, Probe, Server};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::until::until;

const TURNS: u64 = 12;
const READERS: usize = 3;
const UUID: &str = "00000000-0000-4000-8000-000000000001";

/// Ways to read the node: by itself, and among others.
const READS: [&str; 9] = [
    "/v1/nodes/n",
    "/v1/nodes/00000000-0000-4000-8000-000000000001",
    "/v1/nodes/n?fields=extra,reservation,last_error,driver_info",
    "/v1/nodes",
    "/v1/nodes?limit=1000",
    "/v1/nodes/detail",
    "/v1/nodes?detail=true&sort_key=reservation",
    "/v1/nodes?fields=uuid,instance_uuid,maintenance_reason,reservation&sort_key=updated_at",
    "/v1/nodes?sort_dir=desc&fields=extra,uuid",
];

/// What changes, each in its own way. A change gives its field the number of its turn.
#[derive(Clone, Copy, Debug)]
enum Field {
    Patched,
    Associated,
    Reason,
    Noted,
    LastError,
}

const FIELDS: [Field; 5] = [
    Field::Patched,
    Field::Associated,
    Field::Reason,
    Field::Noted,
    Field::LastError,
];

impl Field {
    /// The number that a node shows, 0 before the first; `None` if this read does not show the field.
    fn seen(self, node: &Value) -> Option<u64> {
        let number = |text: Option<&str>| text.map_or(0, |text| text.rsplit(' ').next().unwrap().parse().unwrap());
        Some(match self {
            Self::Patched => node.get("extra")?["patched"].as_u64().unwrap_or(0),
            Self::Noted => node.get("extra")?["noted"].as_u64().unwrap_or(0),
            Self::Associated => node
                .get("instance_uuid")?
                .as_str()
                .map_or(0, |uuid| uuid[24..].parse().unwrap()),
            Self::Reason => number(node.get("maintenance_reason")?.as_str()),
            Self::LastError => number(node.get("last_error")?.as_str()),
        })
    }
}

/// What the writer was told.
struct Board {
    client: Client,
    /// The last turn that was answered, for each field.
    answered: [AtomicU64; FIELDS.len()],
    /// The last turn whose password was in the clear and is one no more.
    hidden: AtomicU64,
    /// Rises by one as what is said of the reservation begins to change, and as it has: free, unsure, held, unsure.
    reservation: AtomicU64,
    is_over: AtomicBool,
}

impl Board {
    /// Reads once, and compares with what was known before.
    async fn check(&self, path: &str) {
        let answered = FIELDS.map(|field| self.answered[field as usize].load(SeqCst));
        let hidden = self.hidden.load(SeqCst);
        let reservation = self.reservation.load(SeqCst);
        let answer = self.client.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        let is_sure = reservation.is_multiple_of(2) && self.reservation.load(SeqCst) == reservation;

        let (node, other) = nodes(&answer);
        for (field, least) in FIELDS.into_iter().zip(answered) {
            if let Some(seen) = field.seen(&node) {
                // An instance is taken away before the next one comes.
                let is_taken_away =
                    matches!(field, Field::Associated) && self.answered[field as usize].load(SeqCst) != least;
                assert!(
                    seen >= least || is_taken_away,
                    "{path}: {field:?} is {seen}, {least} was answered before: {node}"
                );
            }
        }
        if let Some(reserved) = node.get("reservation").filter(|_| is_sure) {
            assert_eq!(reserved.is_string(), reservation % 4 == 2, "{path}: {node}");
        }
        if let Some(reserved) = other.get("reservation") {
            assert_eq!(*reserved, Value::Null, "{path}: nobody reserves {other}");
        }
        if let Some(password) = shown(&answer) {
            assert!(
                password > hidden,
                "{path}: a password of turn {password}, after {hidden}: {node}"
            );
        }
    }

    async fn check_all(&self) {
        for path in READS {
            self.check(path).await;
        }
    }

    /// Says what was answered; nobody holds the node any more.
    async fn told(&self, field: Field, turn: u64) {
        self.answered[field as usize].store(turn, SeqCst);
        self.free().await;
    }

    async fn free(&self) {
        self.reservation.fetch_add(3, SeqCst);
        self.check_all().await;
    }

    /// What follows may lock the node.
    fn unsure(&self) {
        self.reservation.fetch_add(1, SeqCst);
    }
}

/// The node, and the other one if it was read too.
fn nodes(answer: &Answer) -> (Value, Value) {
    let document = answer.json();
    let Some(nodes) = document["nodes"].as_array() else {
        return (document, Value::Null);
    };
    let is_the_node = |node: &&Value| node["uuid"] == UUID;
    let node = nodes.iter().find(is_the_node);
    let other = nodes.iter().find(|node| !is_the_node(node));
    (node.unwrap().clone(), other.unwrap().clone())
}

/// The turn of the password that an answer shows.
fn shown(answer: &Answer) -> Option<u64> {
    let text = answer.text();
    let (_, rest) = text.split_once("s3cret-")?;
    let end = rest.find('"').unwrap();
    Some(rest[..end].parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_is_what_is_read() {
    let probe = Probe::with("[conductor]\nlock_wait = \"60s\"\n").await;
    assert_eq!(probe.delete("/v1/nodes/n").await.status, 204);
    for body in [
        json!({"driver": "probe", "name": "n", "uuid": UUID}),
        json!({"driver": "probe", "name": "other"}),
    ] {
        assert_eq!(probe.post("/v1/nodes", &body).await.status, 201);
    }
    let board = Arc::new(Board {
        client: Client::clone(&probe),
        answered: Default::default(),
        hidden: AtomicU64::new(0),
        reservation: AtomicU64::new(0),
        is_over: AtomicBool::new(false),
    });
    let mut readers = JoinSet::new();
    for reader in 0..READERS {
        let board = Arc::clone(&board);
        readers.spawn(async move {
            // Each begins elsewhere.
            for path in READS.iter().cycle().skip(reader * READS.len() / READERS) {
                board.check(path).await;
                if board.is_over.load(SeqCst) {
                    break;
                }
            }
        });
    }
    for turn in 1..=TURNS {
        write(&probe, &board, turn).await;
    }
    board.is_over.store(true, SeqCst);
    readers.join_all().await;
}

/// Changes each field, each time in another way.
async fn write(probe: &Probe, board: &Board, turn: u64) {
    let patch = async |operations: Value| {
        board.unsure();
        let answer = probe.patch("/v1/nodes/n", &operations).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    };
    patch(json!([{"op": "add", "path": "/extra/patched", "value": turn}])).await;
    board.told(Field::Patched, turn).await;

    let instance = format!("10000000-0000-4000-8000-{turn:012}");
    if turn > 1 {
        board.answered[Field::Associated as usize].store(0, SeqCst);
        patch(json!([{"op": "remove", "path": "/instance_uuid"}])).await;
        board.free().await;
    }
    patch(json!([{"op": "add", "path": "/instance_uuid", "value": instance}])).await;
    board.told(Field::Associated, turn).await;

    board.unsure();
    let reason = json!({"reason": format!("turn {turn}")});
    let answer = probe.put("/v1/nodes/n/maintenance", &reason).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    board.told(Field::Reason, turn).await;

    board.unsure();
    let answer = probe.call("note", &json!({"key": "noted", "value": turn})).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    board.told(Field::Noted, turn).await;

    // What is told of the end of a task comes after the end, and so does what it left on the node; the lock is free
    // when it is seen to be.
    board.unsure();
    let gate = format!("task-{turn}");
    let answer = probe
        .call("hold_async", &json!({"gate": gate, "fail": format!("turn {turn}")}))
        .await;
    assert_eq!(answer.status, 202, "{answer:?}");
    probe.open(&gate).await;
    let task = answer.header("location").strip_prefix(probe.base()).unwrap().to_owned();
    until("the task's end", async || {
        let answer = probe.get(&task).await;
        (answer.json()["state"] == "failed").then_some(())
    })
    .await;
    board.answered[Field::LastError as usize].store(turn, SeqCst);
    board.check_all().await;
    until("a free node", async || {
        probe.node("reservation").await.is_null().then_some(())
    })
    .await;
    board.free().await;

    board.unsure();
    let gate = format!("call-{turn}");
    let held = probe.calling("hold", json!({ "gate": gate }));
    probe.entered(&gate, 1).await;
    board.reservation.fetch_add(1, SeqCst);
    board.check_all().await;
    board.unsure();
    probe.open(&gate).await;
    assert_eq!(held.await.unwrap().status, 200);
    board.reservation.fetch_add(1, SeqCst);
    board.check_all().await;

    // In the clear under a name that says nothing, then under one that does.
    for name in ["note", "password"] {
        let settings = json!({"address": "a", name: format!("s3cret-{turn}")});
        patch(json!([{"op": "add", "path": "/driver_info", "value": settings}])).await;
        if name == "password" {
            board.hidden.store(turn, SeqCst);
        }
        board.free().await;
    }
}

#[tokio::test]
async fn a_node_that_is_made_anew_is_not_the_one_before() {
    let server = Server::builder().config("").start().await;
    for turn in 1..=3 {
        let body = json!({"driver": "fake", "name": "n", "uuid": UUID, "extra": {"turn": turn}});
        assert_eq!(server.post("/v1/nodes", &body).await.status, 201);
        for _ in 0..2 {
            for path in ["/v1/nodes/n", &format!("/v1/nodes/{UUID}")] {
                assert_eq!(server.get(path).await.json()["extra"]["turn"], turn, "{path}");
            }
            let list = server.get("/v1/nodes/detail").await.json();
            assert_eq!(list["nodes"][0]["extra"]["turn"], turn, "{list}");
        }
        assert_eq!(server.delete("/v1/nodes/n").await.status, 204);
        assert_eq!(server.get("/v1/nodes/n").await.status, 404);
        assert_eq!(server.get("/v1/nodes/detail").await.json(), json!({"nodes": []}));
    }
}

#[tokio::test]
async fn an_answer_is_ready_for_who_asks_the_same_alone() {
    let server = Server::start().await;
    for host in ["a.example", "b.example:81", "say\"\\n"] {
        for path in ["/v1/nodes/demo-0", "/v1/nodes", "/v1/nodes/detail", "/v1/nodes?limit=1"] {
            let answer = server.send(server.request("GET", path).header("host", host)).await;
            let document = answer.json();
            let node = document["nodes"].get(0).unwrap_or(&document);
            let uuid = node["uuid"].as_str().unwrap();
            let links = json!([
                {"href": format!("http://{host}/v1/nodes/{uuid}"), "rel": "self"},
                {"href": format!("http://{host}/nodes/{uuid}"), "rel": "bookmark"},
            ]);
            assert_eq!(node["links"], links, "{answer:?}");
            if let Some(next) = document.get("next") {
                assert!(
                    next.as_str().unwrap().starts_with(&format!("http://{host}/v1/nodes?")),
                    "{next}"
                );
            }
        }
    }
    let path = "/v1/nodes?fields=uuid";
    assert_eq!(server.get(path).await.status, 200);
    let old = server
        .request("GET", path)
        .header("x-openstack-ironic-api-version", "1.5");
    assert_eq!(server.send(old).await.status, 406);
}
