//! Clients that take their time: what each may keep waiting, for how long, and who is never taken for one.

use bessemer_tests::Probe;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Nobody is quick enough for the head; idle connections and readers are not what is looked at.
const SHORT_HEAD: &str = "[api]\nheader_timeout = \"1s\"\nidle_timeout = \"1h\"\n";
/// The other way round.
const SHORT_IDLE: &str = "[api]\nheader_timeout = \"1h\"\nidle_timeout = \"1s\"\n";

async fn connect(probe: &Probe) -> TcpStream {
    let address = probe.base().strip_prefix("http://").unwrap();
    TcpStream::connect(address).await.unwrap()
}

/// All that comes until the server closes.
async fn rest(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    // A connection that is reset is closed as well.
    let _ = stream.read_to_end(&mut text).await;
    String::from_utf8(text).unwrap()
}

/// An answer with a body of known length, read to its end and no further.
async fn answer(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let whole = |text: &str| {
        let (head, body) = text.split_once("\r\n\r\n")?;
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?;
        Some(body.len() == length.parse::<usize>().unwrap())
    };
    while whole(&text) != Some(true) {
        let mut piece = [0; 4096];
        let length = stream.read(&mut piece).await.unwrap();
        assert_ne!(length, 0, "closed after {text}");
        text.push_str(std::str::from_utf8(&piece[..length]).unwrap());
    }
    text
}

#[tokio::test]
async fn a_head_that_does_not_end_is_not_waited_for() {
    let probe = Probe::with(SHORT_HEAD).await;
    let mut stream = connect(&probe).await;
    stream
        .write_all(b"GET /v1/nodes HTTP/1.1\r\nHost: x\r\n")
        .await
        .unwrap();
    assert_eq!(rest(stream).await, "");
}

#[tokio::test]
async fn nor_is_the_second_head_of_a_connection() {
    let probe = Probe::with(SHORT_HEAD).await;
    let mut stream = connect(&probe).await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200"));
    stream.write_all(b"GET /v1").await.unwrap();
    assert_eq!(rest(stream).await, "");
}

#[tokio::test]
async fn a_connection_on_which_nothing_is_asked_is_closed() {
    let probe = Probe::with(SHORT_IDLE).await;
    let silent = connect(&probe).await;
    let mut used = connect(&probe).await;
    used.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert!(answer(&mut used).await.starts_with("HTTP/1.1 200"));
    assert_eq!(rest(silent).await, "");
    assert_eq!(rest(used).await, "");
}

/// The first byte ends the idle time, whatever the head's is.
#[tokio::test]
async fn a_head_under_way_is_not_idle() {
    let probe = Probe::with(SHORT_IDLE).await;
    let (mut slow, silent) = (connect(&probe).await, connect(&probe).await);
    slow.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n").await.unwrap();
    // Closed after the idle time, which the slow one outlives.
    assert_eq!(rest(silent).await, "");
    assert_eq!(rest(connect(&probe).await).await, "");
    slow.write_all(b"\r\n").await.unwrap();
    assert!(answer(&mut slow).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn who_waits_for_a_call_is_not_idle() {
    let probe = Probe::with(SHORT_IDLE).await;
    let mut waiting = connect(&probe).await;
    let body = r#"{"gate": "g"}"#;
    let request = format!(
        "POST /v1/nodes/n/vendor_passthru/hold HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    waiting.write_all(request.as_bytes()).await.unwrap();
    probe.entered("g", 1).await;
    assert_eq!(rest(connect(&probe).await).await, "");
    assert_eq!(rest(connect(&probe).await).await, "");
    probe.open("g").await;
    assert!(answer(&mut waiting).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn who_waits_for_the_next_piece_of_an_attachment_is_not_idle() {
    let probe = Probe::with(SHORT_IDLE).await;
    let mut reading = connect(&probe).await;
    let request = b"GET /v1/nodes/n/vendor_passthru/stream_gate?gate=g HTTP/1.1\r\nHost: x\r\n\r\n";
    reading.write_all(request).await.unwrap();
    let mut piece = [0; 4096];
    // Its head, at least: the rest is made when the gate opens.
    assert_ne!(reading.read(&mut piece).await.unwrap(), 0);
    probe.entered("g", 1).await;
    assert_eq!(rest(connect(&probe).await).await, "");
    assert_eq!(rest(connect(&probe).await).await, "");
    probe.open("g").await;
    let text = rest(reading).await;
    assert!(text.ends_with("0\r\n\r\n"), "the last chunk is missing: {text}");
}

#[tokio::test]
async fn who_does_not_read_the_answer_loses_it_and_frees_the_node() {
    let probe = Probe::with(&format!("{SHORT_IDLE}\n[conductor]\nlock_wait = \"1h\"\n")).await;
    let mut stream = connect(&probe).await;
    // More than any buffer on the way.
    let request = b"GET /v1/nodes/n/vendor_passthru/stream?bytes=1000000000&piece=65536 HTTP/1.1\r\nHost: x\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut piece = [0; 16];
    assert_ne!(stream.read(&mut piece).await.unwrap(), 0);
    // Waits for the node, which the unread attachment holds until its connection is closed.
    let answer = probe.call("count", &json!({})).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    drop(stream);
}
