//! Attachments that are made while they are sent: what they cost, how they end, and how long they keep the node.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use bessemer_tests::Probe;
use reqwest::Response;
use serde_json::json;

use crate::until::until;

/// Short, so that a held lock is seen soon.
const LOCK_WAIT: &str = "[conductor]\nlock_wait = \"200ms\"\n";

/// The answer's head; its body is the test's to read.
async fn get(probe: &Probe, call: &str) -> Response {
    let request = probe.request("GET", &format!("/v1/nodes/n/vendor_passthru/{call}"));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200, "{response:?}");
    response
}

/// All that comes, and whether it came to its end. What comes right before a break this client may not show.
async fn read(mut response: Response) -> (String, bool) {
    let mut text = String::new();
    loop {
        match response.chunk().await {
            Ok(Some(piece)) => text.push_str(std::str::from_utf8(&piece).unwrap()),
            Ok(None) => return (text, true),
            Err(_) => return (text, false),
        }
    }
}

fn request_id(response: &Response) -> String {
    response.headers()["openstack-request-id"].to_str().unwrap().to_owned()
}

/// It is, or is just being freed.
async fn is_free(probe: &Probe) {
    let called = until("the node is free", async || {
        let answer = probe.call("count", &json!({})).await;
        (answer.status != 409).then_some(answer)
    });
    let answer = called.await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

async fn is_held_by(probe: &Probe, method: &str) {
    let answer = probe.call("count", &json!({})).await;
    assert_eq!(answer.status, 409, "{answer:?}");
    assert!(answer.faultstring().contains(method), "{answer:?}");
}

/// The most memory that a server ever had, in KiB.
fn peak(probe: &Probe) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", probe.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test]
async fn a_long_attachment_costs_no_memory() {
    const BYTES: usize = 32 << 20;
    let probe = Probe::start().await;
    // What a first stream needs is there then.
    read(get(&probe, "stream?bytes=1000000&piece=10000").await).await;
    read(get(&probe, "stream_read?bytes=1000000").await).await;
    let before = peak(&probe);
    for call in [
        format!("stream?bytes={BYTES}&piece=32768"),
        format!("stream_read?bytes={BYTES}"),
    ] {
        let mut response = get(&probe, &call).await;
        let mut got = 0;
        while let Some(piece) = response.chunk().await.unwrap() {
            got += piece.len();
        }
        assert_eq!(got, BYTES, "{call}");
        let grown = peak(&probe) - before;
        assert!(grown < 8 << 10, "{call}: the server grew by {grown} KiB");
    }
    is_free(&probe).await;
}

#[tokio::test]
async fn pieces_arrive_while_the_next_is_made_and_the_node_is_held() {
    let probe = Probe::with(LOCK_WAIT).await;
    let mut response = get(&probe, "stream_gate?gate=g").await;
    let headers = response.headers();
    assert_eq!(headers["content-type"], "text/plain");
    assert_eq!(headers["content-disposition"], "attachment; filename=\"gate.txt\"");
    assert_eq!(headers["transfer-encoding"], "chunked");
    assert_eq!(response.chunk().await.unwrap().unwrap(), "first ");
    probe.entered("g", 1).await;
    is_held_by(&probe, "stream_gate").await;
    probe.open("g").await;
    assert_eq!(read(response).await, ("second".into(), true));
    assert_eq!(probe.at_gate("dropped").await, 1);
    is_free(&probe).await;
}

#[tokio::test]
async fn an_error_midway_breaks_the_connection_and_is_logged() {
    let probe = Probe::start().await;
    probe.open("g").await;
    let failed = get(&probe, "stream_gate?gate=g&end=fail").await;
    let id = request_id(&failed);
    let (text, whole) = read(failed).await;
    assert!(text.starts_with("first") && !whole, "{text}");
    is_free(&probe).await;
    probe.server.logged("the attachment broke off: the cable is broken");
    let log = probe.log();
    let line = log.lines().find(|line| line.contains("broke off")).unwrap();
    for part in [&*id, "stream_gate", "\"kind\":\"silent\"", "it rusted"] {
        assert!(line.contains(part), "{line}");
    }

    let panicked = get(&probe, "stream_gate?gate=g&end=panic").await;
    let id = request_id(&panicked);
    assert!(!read(panicked).await.1);
    is_free(&probe).await;
    let text = "\"panic\":\"secret text of a panic\"";
    probe.server.logged(text);
    let log = probe.log();
    let panic = log.lines().find(|line| line.contains(text)).unwrap();
    assert!(panic.contains(&id), "{panic}");
}

#[tokio::test]
async fn what_came_before_a_break_reaches_the_client() {
    let probe = Probe::start().await;
    probe.open("g").await;
    let address = probe.base().trim_start_matches("http://").to_owned();
    let answer = move || {
        let mut stream = TcpStream::connect(&address).unwrap();
        let path = "/v1/nodes/n/vendor_passthru/stream_gate?gate=g&end=fail";
        write!(stream, "GET {path} HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let answers = tokio::task::spawn_blocking(move || [(); 50].map(|()| answer()));
    for answer in answers.await.unwrap() {
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        // The chunk of no length, which says that nothing is missing, is not there.
        assert!(answer.ends_with("\r\n6\r\nfirst \r\n6\r\nsecond\r\n"), "{answer}");
    }
}

#[tokio::test]
async fn a_reader_that_fails_breaks_the_connection_and_is_logged() {
    let probe = Probe::start().await;
    for (call, logged) in [
        (
            "stream_torn",
            "the attachment broke off: the attachment cannot be read: the tape is torn",
        ),
        ("stream_torn?panic=true", "\"panic\":\"secret text of a panic\""),
    ] {
        let torn = get(&probe, call).await;
        let id = request_id(&torn);
        assert!(!read(torn).await.1);
        is_free(&probe).await;
        probe.server.logged(logged);
        let log = probe.log();
        let line = log.lines().find(|line| line.contains(logged)).expect(logged);
        assert!(line.contains(&id), "{line}");
    }
}

#[tokio::test]
async fn a_client_that_leaves_ends_the_stream_and_frees_the_node() {
    let probe = Probe::start().await;
    let mut response = get(&probe, "stream_gate?gate=never").await;
    assert_eq!(response.chunk().await.unwrap().unwrap(), "first ");
    probe.entered("never", 1).await;
    drop(response);
    probe.entered("dropped", 1).await;
    is_free(&probe).await;
}

#[tokio::test]
async fn the_deadline_is_that_of_the_whole() {
    let probe = Probe::start().await;
    let response = get(&probe, "stream_forever").await;
    let id = request_id(&response);
    assert_eq!(read(response).await, ("first".into(), false));
    is_free(&probe).await;
    probe.server.logged("time is over");
    let log = probe.log();
    let line = log.lines().find(|line| line.contains("time is over")).unwrap();
    assert!(line.contains(&id) && line.contains("stream_forever"), "{line}");
}

#[tokio::test]
async fn a_read_that_cannot_be_stopped_keeps_the_node_but_not_the_client() {
    let probe = Probe::with(LOCK_WAIT).await;
    let response = get(&probe, "stream_thread?gate=t").await;
    // The time is over while it reads.
    assert_eq!(read(response).await, ("first".into(), false));
    probe.entered("t", 1).await;
    is_held_by(&probe, "stream_thread").await;
    probe.driver("unblock", &json!({})).await;
    is_free(&probe).await;
}
