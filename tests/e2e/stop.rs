//! How a server ends: what it waits for, what its clients are answered meanwhile, what is on disk afterwards, and with
//! which code. Calls are made beside the tests, which block while they wait for the log: hence the second thread.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use bessemer_tests::{Answer, Binary, Client, Server, ServerBuilder, Stopped};
use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// More than any test lasts: what is waited for so long is waited for.
const LONG: &str = "[conductor]\ngraceful_shutdown_timeout = \"1h\"\nlock_wait = \"1h\"\n";

/// Hardly anything.
const SHORT: &str = "[conductor]\ngraceful_shutdown_timeout = \"50ms\"\n";

/// A server with the driver of `fixtures/leaving.rs` and its node `n`, whose methods wait for files of this directory.
struct Stopping {
    server: Server,
    directory: TempDir,
}

impl Stopping {
    async fn start(config: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let server = builder(config).state(directory.path().join("state")).start().await;
        let node = server.request("POST", "/v1/nodes").header("connection", "close");
        let node = server
            .send(node.json(&json!({ "driver": "leaving", "name": "n" })))
            .await;
        assert_eq!(node.status, 201, "{node:?}");
        Self { server, directory }
    }

    fn file(&self, name: &str) -> String {
        self.directory.path().join(name).to_str().unwrap().to_owned()
    }

    /// Calls a method that waits for this file, beside the test.
    fn calling(&self, method: &str, file: &str) -> JoinHandle<Answer> {
        let (client, path) = (
            Client::clone(&self.server),
            format!("/v1/nodes/n/vendor_passthru/{method}"),
        );
        let arguments = json!({ "file": self.file(file) });
        tokio::spawn(async move { client.post(&path, &arguments).await })
    }

    /// Returns when a method waits for this file.
    fn waits_for(&self, file: &str) {
        self.server.logged(&format!("waits for {}\n", self.file(file)));
    }

    /// Lets those go on who wait for this file.
    fn open(&self, file: &str) {
        std::fs::write(self.file(file), "").unwrap();
    }

    /// `SIGTERM`, and waits until it was heard.
    fn told(&self) {
        self.server.terminate();
        self.server.logged("no call begins any more");
    }

    /// The node's record as the next life of the server finds it.
    async fn afterwards(state: &Path) -> Value {
        let server = builder("").state(state).start().await;
        let record = server.get("/v1/nodes/n").await;
        assert_eq!(record.status, 200, "{record:?}");
        assert_eq!(record.json()["reservation"], Value::Null);
        record.json()
    }
}

/// The states of all tasks, read from the database.
fn tasks(state: &Path) -> Vec<String> {
    let database = rusqlite::Connection::open(state.join("bessemer.sqlite")).unwrap();
    let mut states = database.prepare("SELECT state FROM tasks").unwrap();
    states
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

fn builder(config: &str) -> ServerBuilder {
    Server::builder().binary(Binary::Fixture("leaving")).config(config)
}

#[track_caller]
fn is_clean(stopped: &Stopped) {
    assert_eq!(stopped.code, Some(0), "{stopped:#?}");
    assert!(!stopped.stderr.contains("ERROR"), "{stopped:#?}");
}

/// 503 before anything was carried out.
#[track_caller]
fn is_refused(answer: &Answer) {
    assert_eq!(answer.status, 503, "{answer:?}");
    assert_eq!(answer.header("retry-after"), "5");
    assert_eq!(answer.header("connection"), "close");
    assert!(
        answer
            .faultstring()
            .contains("this server stops; nothing was carried out"),
        "{answer:?}"
    );
}

// --- What is waited for --------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn running_calls_end_and_their_answers_arrive() {
    for (method, status) in [("waits", 200), ("waits_on_a_thread", 200), ("waits_async", 202)] {
        let it = Stopping::start(LONG).await;
        let call = it.calling(method, "go");
        it.waits_for("go");
        it.told();
        it.open("go");
        assert_eq!(call.await.unwrap().status, status, "{method}");
        is_clean(&it.server.ended());
        let record = Stopping::afterwards(&it.directory.path().join("state")).await;
        assert_eq!(record["extra"], json!({ "waited": true }), "{method}");
        assert_eq!(record["last_error"], Value::Null, "{method}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn new_calls_are_refused_and_reads_are_answered_while_it_waits() {
    let it = Stopping::start(LONG).await;
    let call = it.calling("waits", "go");
    it.waits_for("go");
    it.told();
    let server = &it.server;
    let arguments = json!({ "lines": 1, "characters": 1 });
    is_refused(&server.post("/v1/nodes/n/vendor_passthru/logs", &arguments).await);
    let record = server.get("/v1/nodes/n").await;
    assert_eq!((record.status, record.header("connection")), (200, "close"));
    let ready = server.get("/readyz").await;
    assert_eq!((ready.status, ready.json()["ready"].as_bool()), (503, Some(false)));
    let serving = json!({ "name": "serving", "ok": false, "detail": "the server stops" });
    assert!(
        ready.json()["checks"].as_array().unwrap().contains(&serving),
        "{ready:?}"
    );
    let healthcheck = server.get("/healthcheck").await;
    assert_eq!(
        (healthcheck.status, healthcheck.text()),
        (503, "the server stops".into())
    );
    assert_eq!(server.get("/livez").await.status, 200);
    it.open("go");
    assert_eq!(call.await.unwrap().status, 200);
    let stopped = it.server.ended();
    is_clean(&stopped);
    assert!(!stopped.stderr.contains("\"method\":\"logs\""), "{stopped:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_wait_for_a_lock_are_refused_at_once() {
    let it = Stopping::start(LONG).await;
    let call = it.calling("waits", "go");
    it.waits_for("go");
    let waiting = [it.calling("waits", "never"), it.calling("waits_async", "never")];
    let (client, patch) = (
        Client::clone(&it.server),
        json!([{ "op": "add", "path": "/extra/k", "value": 1 }]),
    );
    let patching = tokio::spawn(async move { client.patch("/v1/nodes/n", &patch).await });
    // Whether they wait already or come too late makes no difference to them.
    it.told();
    for refused in waiting {
        is_refused(&refused.await.unwrap());
    }
    is_refused(&patching.await.unwrap());
    it.open("go");
    assert_eq!(call.await.unwrap().status, 200);
    let stopped = it.server.ended();
    is_clean(&stopped);
    assert!(!stopped.stderr.contains("never"), "{stopped:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_runs_when_the_time_is_over_is_interrupted() {
    for (method, is_async) in [
        ("waits", false),
        ("waits_async", true),
        ("waits_on_a_thread", false),
        ("waits_on_a_thread_async", true),
    ] {
        let it = Stopping::start(SHORT).await;
        let call = it.calling(method, "never");
        it.waits_for("never");
        it.server.terminate();
        let answer = call.await.unwrap();
        if is_async {
            assert_eq!(answer.status, 202, "{method}: {answer:?}");
        } else {
            // Not 503, which promises that nothing was carried out.
            assert_eq!(answer.status, 500, "{method}: {answer:?}");
            assert!(
                answer.faultstring().contains("was stopped before its end"),
                "{answer:?}"
            );
        }
        let stopped = it.server.ended();
        is_clean(&stopped);
        assert!(stopped.stderr.contains("calls were still running"), "{stopped:?}");
        // All have their answer before the last connection is closed.
        assert!(!stopped.stderr.contains("requests were still"), "{stopped:?}");
        let state = it.directory.path().join("state");
        // By the server that stops, not by the next one.
        let wanted = if is_async {
            vec!["interrupted".to_owned()]
        } else {
            vec![]
        };
        assert_eq!(tasks(&state), wanted, "{method}");
        let record = Stopping::afterwards(&state).await;
        assert_eq!(record["extra"], json!({}), "{method}");
        if is_async {
            let last_error = record["last_error"].as_str().unwrap_or_default();
            for part in [method, "interrupted", "its outcome is unknown"] {
                assert!(last_error.contains(part), "{part}: {record}");
            }
        }
    }
}

// --- Signals -------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_signal_ends_the_waiting() {
    for (first, second) in [
        (Signal::TERM, Signal::TERM),
        (Signal::INT, Signal::TERM),
        (Signal::TERM, Signal::INT),
    ] {
        let it = Stopping::start(LONG).await;
        let call = it.calling("waits", "never");
        it.waits_for("never");
        it.server.signal(first);
        it.server.logged("no call begins any more");
        it.server.signal(second);
        assert_eq!(call.await.unwrap().status, 500);
        let stopped = it.server.ended();
        is_clean(&stopped);
        assert!(stopped.stderr.contains("told to stop again"), "{stopped:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drain_has_a_time_of_its_own() {
    let it = Stopping::start("[conductor]\ngraceful_shutdown_timeout = \"0s\"\n").await;
    let call = it.calling("waits", "go");
    it.waits_for("go");
    it.server.signal(Signal::USR2);
    it.server.logged("no call begins any more");
    is_refused(&it.server.post("/v1/nodes/n/vendor_passthru/leaves", &json!({})).await);
    it.open("go");
    assert_eq!(call.await.unwrap().status, 200);
    is_clean(&it.server.ended());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drain_is_cut_short_by_a_stop() {
    let it = Stopping::start(SHORT).await;
    let call = it.calling("waits", "never");
    it.waits_for("never");
    it.server.signal(Signal::USR2);
    it.server.logged("no call begins any more");
    // Once more is no news.
    it.server.signal(Signal::USR2);
    it.server.terminate();
    assert_eq!(call.await.unwrap().status, 500);
    let stopped = it.server.ended();
    is_clean(&stopped);
    assert!(stopped.stderr.contains("the time to drain is cut short"), "{stopped:?}");
}

// --- Connections ---------------------------------------------------------------------------------------------------

/// A connection of its own.
fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.base().trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream
}

fn ask(stream: &mut TcpStream, path: &str) {
    write!(stream, "GET {path} HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
}

/// Reads up to the end of a connection. A connection that breaks is an error.
fn rest(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

/// Reads one answer, which has this body.
fn answer(stream: &mut TcpStream, body: &str) -> String {
    let mut text = Vec::new();
    while !text.ends_with(body.as_bytes()) {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        text.extend(byte);
    }
    String::from_utf8(text).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_are_closed_when_they_rest_or_after_their_next_answer() {
    let it = Stopping::start(LONG).await;
    let (mut idle, mut busy, unused) = (connect(&it.server), connect(&it.server), connect(&it.server));
    for stream in [&mut idle, &mut busy] {
        ask(stream, "/livez");
        let text = answer(stream, "\r\n\r\nOK");
        assert!(!text.contains("connection"), "{text}");
    }
    let call = it.calling("waits", "go");
    it.waits_for("go");
    it.told();
    // Still there, and told to go.
    ask(&mut busy, "/livez");
    let text = rest(busy);
    assert!(
        text.starts_with("HTTP/1.1 200 OK") && text.contains("connection: close"),
        "{text}"
    );
    it.open("go");
    assert_eq!(call.await.unwrap().status, 200);
    assert_eq!((rest(idle), rest(unused)), (String::new(), String::new()));
    is_clean(&it.server.ended());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_has_begun_is_answered() {
    let it = Stopping::start(LONG).await;
    let mut slow = connect(&it.server);
    let body = json!({ "driver": "leaving", "name": "slow" }).to_string();
    let length = body.len();
    write!(
        slow,
        "POST /v1/nodes HTTP/1.1\r\nHost: test\r\nContent-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
    )
    .unwrap();
    // Its body is waited for now.
    answer(&mut slow, "HTTP/1.1 100 Continue\r\n\r\n");
    it.told();
    write!(slow, "{body}").unwrap();
    let text = rest(slow);
    assert!(
        text.starts_with("HTTP/1.1 201 Created") && text.contains("connection: close"),
        "{text}"
    );
    is_clean(&it.server.ended());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_could_not_be_accepted_yet_is_answered() {
    let it = Stopping::start(&format!("{LONG}[api]\nconnections_max = 1\n")).await;
    // The only one: nothing else has asked since the node was made.
    let mut first = connect(&it.server);
    let body = json!({ "file": it.file("go") }).to_string();
    let length = body.len();
    write!(
        first,
        "POST /v1/nodes/n/vendor_passthru/waits HTTP/1.1\r\nHost: test\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    it.waits_for("go");
    let mut second = connect(&it.server);
    ask(&mut second, "/v1/nodes/n");
    it.told();
    it.open("go");
    assert!(rest(first).starts_with("HTTP/1.1 200 OK"));
    let text = rest(second);
    assert!(
        text.starts_with("HTTP/1.1 200 OK") && text.contains("connection: close"),
        "{text}"
    );
    is_clean(&it.server.ended());
}

// --- Drivers -------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_driver_that_stops_badly_keeps_neither_the_others_nor_the_server() {
    // Those that do not end are waited for so long that the others have ended, however busy the machine is.
    for (stop, timeout, logged) in [
        ("well", "1h", ""),
        ("fail", "1h", "the driver's stop failed: the rack does not say goodbye"),
        ("panic", "1h", "the driver's stop panicked"),
        ("hang", "2s", "the driver did not stop in time"),
        ("block", "2s", "the driver did not stop in time"),
    ] {
        let config =
            format!("[conductor]\ndriver_stop_timeout = \"{timeout}\"\n[drivers.leaving]\nstop = \"{stop}\"\n");
        let stopped = builder(&config).start().await.stop();
        assert_eq!(stopped.code, Some(0), "{stop}: {stopped:#?}");
        for part in ["leaving stops\n", "plain stops\n", logged] {
            assert!(stopped.stderr.contains(part), "{stop}: no `{part}` in {stopped:#?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_driver_that_takes_its_time_to_stop_is_left_at_a_second_signal() {
    let config = "[conductor]\ndriver_stop_timeout = \"1h\"\n[drivers.leaving]\nstop = \"hang\"\n";
    let server = builder(config).start().await;
    server.terminate();
    server.logged("leaving stops\n");
    server.terminate();
    let stopped = server.ended();
    is_clean(&stopped);
    assert!(stopped.stderr.contains("told to stop again"), "{stopped:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_with_nothing_to_do_ends_at_once() {
    let server = builder(LONG).start().await;
    // A connection of the client's rests.
    assert_eq!(server.get("/v1").await.status, 200);
    let began = Instant::now();
    is_clean(&server.stop());
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
}
