//! What the service manager is told, over a socket that stands in for systemd's; and the unit that it runs us from.

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use bessemer_tests::{Binary, Client, Server, ServerBuilder};
use serde_json::json;
use tempfile::TempDir;

use crate::until::until;

/// The service manager's end.
struct Manager {
    socket: UnixDatagram,
    directory: TempDir,
}

impl Manager {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let socket = UnixDatagram::bind(directory.path().join("notify")).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Self { socket, directory }
    }

    fn server(&self) -> ServerBuilder {
        let socket = self.directory.path().join("notify");
        Server::builder()
            .binary(Binary::Fixture("leaving"))
            .config("")
            .env("NOTIFY_SOCKET", socket.to_str().unwrap())
    }

    /// The next message, which comes within a minute.
    fn next(&self) -> String {
        let mut message = [0; 4096];
        let length = self.socket.recv(&mut message).expect("the server tells something");
        String::from_utf8(message[..length].to_vec()).unwrap()
    }

    /// The next message that has this line, and what came before it.
    fn until(&self, line: &str) -> Vec<String> {
        let mut messages = vec![self.next()];
        while !messages
            .last()
            .is_some_and(|message| message.lines().any(|it| it == line))
        {
            messages.push(self.next());
        }
        messages
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_told_when_the_server_listens_and_when_it_stops() {
    let manager = Manager::new();
    let server = manager.server().start().await;
    let ready = manager.next();
    let address = server.base().trim_start_matches("http://");
    assert_eq!(
        ready,
        format!("READY=1\nSTATUS=listens on {address}; drivers: 2, nodes: 0\n")
    );
    // The first thing it hears of a server is true of it.
    assert_eq!(server.get("/readyz").await.status, 200);
    server.terminate();
    assert_eq!(manager.next(), "STOPPING=1\n");
    assert_eq!(server.ended().code, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_asked_for_more_time_while_calls_run() {
    let manager = Manager::new();
    let server = manager.server().start().await;
    let node = json!({ "driver": "leaving", "name": "n" });
    assert_eq!(server.post("/v1/nodes", &node).await.status, 201);
    let file = manager.directory.path().join("go");
    let (client, arguments) = (Client::clone(&server), json!({ "file": file.to_str().unwrap() }));
    let call = tokio::spawn(async move { client.post("/v1/nodes/n/vendor_passthru/waits", &arguments).await });
    server.logged("waits for");
    server.terminate();
    manager.until("STOPPING=1");
    for _ in 0..2 {
        let more = manager.next();
        assert_eq!(
            more,
            "EXTEND_TIMEOUT_USEC=15000000\nSTATUS=stops; calls that still run: 1\n"
        );
    }
    std::fs::write(file, "").unwrap();
    assert_eq!(call.await.unwrap().status, 200);
    assert_eq!(server.ended().code, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_watchdog_is_fed_as_long_as_the_store_answers() {
    let manager = Manager::new();
    let state = manager.directory.path().join("state");
    let server = manager
        .server()
        .state(&state)
        .env("WATCHDOG_USEC", "400000")
        .start()
        .await;
    manager.until("READY=1");
    for _ in 0..3 {
        assert_eq!(manager.next(), "WATCHDOG=1\n");
    }
    // The thread that writes stands before a closed door.
    let database = rusqlite::Connection::open(state.join("bessemer.sqlite")).unwrap();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    let times = || {
        server
            .log()
            .matches("the service manager's watchdog is not told")
            .count()
    };
    let is_not_told = async || {
        let before = times();
        until("the watchdog is not told", async || (times() > before).then_some(())).await;
    };
    is_not_told().await;
    // Nor is it a second time: what was told before the first is read here.
    manager.socket.set_nonblocking(true).unwrap();
    while manager.socket.recv(&mut [0; 64]).is_ok() {}
    is_not_told().await;
    assert!(manager.socket.recv(&mut [0; 64]).is_err(), "it is told in between");
    manager.socket.set_nonblocking(false).unwrap();

    database.execute_batch("ROLLBACK").unwrap();
    assert_eq!(manager.next(), "WATCHDOG=1\n");
    server.terminate();
    manager.until("STOPPING=1");
    assert_eq!(server.ended().code, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_watchdog_none_is_fed() {
    let manager = Manager::new();
    let server = manager
        .server()
        .env("WATCHDOG_USEC", "100000")
        .env("WATCHDOG_PID", "1")
        .start()
        .await;
    manager.until("READY=1");
    // It is another process that is watched.
    server.terminate();
    assert_eq!(manager.next(), "STOPPING=1\n");
    assert_eq!(server.ended().code, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_that_does_not_listen_is_no_reason_not_to_serve() {
    let server = Server::builder()
        .config("")
        .env("NOTIFY_SOCKET", "/nowhere/at/all")
        .start()
        .await;
    assert_eq!(server.get("/readyz").await.status, 200);
    let stopped = server.stop();
    assert_eq!(stopped.code, Some(0), "{stopped:?}");
    assert!(stopped.stderr.contains("NOTIFY_SOCKET"), "{stopped:?}");
}
