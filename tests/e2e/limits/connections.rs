//! Connections: in all, from one address, and those that wait to be accepted.

use std::time::Duration;

use bessemer_tests::Probe;
use tokio::net::TcpStream;

use super::{ask, connect};

const ONCE: &str = "GET /v1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn one_address_cannot_take_all_places() {
    // One is the client's, which made the node.
    let probe = Probe::with("[api]\nconnections_per_address_max = 2\n").await;
    let silent = connect(&probe).await;
    for _ in 0..2 {
        let text = ask(connect(&probe).await, ONCE).await;
        assert!(text.starts_with("HTTP/1.1 503 "), "{text}");
        assert!(text.contains("\r\nretry-after: 1\r\n"), "{text}");
        assert!(text.contains("\r\nconnection: close\r\n"), "{text}");
        assert!(text.contains("127.0.0.1 has 2 connections"), "{text}");
        assert!(text.contains("api.connections_per_address_max"), "{text}");
    }
    // Those that have a place are served.
    assert_eq!(probe.get("/v1").await.status, 200);
    drop(silent);
    // The server learns of it in its own time.
    while !ask(connect(&probe).await, ONCE).await.starts_with("HTTP/1.1 200 ") {}
    let log = probe.server.stop().stderr;
    assert_eq!(log.matches("127.0.0.1 has 2 connections").count(), 1, "{log}");
}

#[tokio::test]
async fn the_machine_itself_may_have_them_all() {
    let probe = Probe::start().await;
    let mut silent = Vec::new();
    for _ in 0..100 {
        silent.push(connect(&probe).await);
    }
    let text = ask(connect(&probe).await, ONCE).await;
    assert!(text.starts_with("HTTP/1.1 200 "), "{text}");
}

#[tokio::test]
async fn further_connections_wait_until_one_is_closed() {
    let probe = Probe::with("[api]\nconnections_max = 2\n").await;
    let silent = connect(&probe).await;
    let waits = ask(connect(&probe).await, ONCE);
    tokio::pin!(waits);
    // Not accepted while the places are taken: others are answered many times over.
    for _ in 0..50 {
        assert_eq!(probe.get("/v1").await.status, 200);
        tokio::select! {
            biased;
            text = &mut waits => panic!("it had no place: {text}"),
            () = std::future::ready(()) => {}
        }
    }
    drop(silent);
    let text = waits.await;
    assert!(text.starts_with("HTTP/1.1 200 "), "{text}");
}

#[tokio::test]
async fn the_queue_of_those_is_bounded() {
    let probe = Probe::with("[api]\nconnections_max = 1\naccept_queue_max = 1\n").await;
    let address = probe.base().strip_prefix("http://").unwrap();
    let mut waiting = Vec::new();
    // The kernel has room for one or two more than it says.
    for _ in 0..8 {
        match tokio::time::timeout(Duration::from_millis(300), TcpStream::connect(address)).await {
            Ok(stream) => waiting.push(stream.unwrap()),
            Err(_) => return,
        }
    }
    panic!("{} connections wait", waiting.len());
}
