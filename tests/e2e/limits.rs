//! Whatever can grow or wait has a bound: what is beyond it is refused with a text that names the bound and the option
//! that sets it, and where nothing was carried out with a time after which to try again. Those of a client that is
//! slow are in `slow_clients.rs`, those of the queue for a lock in `locks.rs`, of tasks that are kept in
//! `tasks_kept.rs`, of what a call logs in `work_left.rs`.

mod connections;
mod nodes;
mod requests;
mod results;
mod running;

use bessemer_tests::{Answer, Probe};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Refused with this status, and a text that says all of this.
#[track_caller]
fn is_refused(answer: &Answer, status: u16, parts: &[&str]) {
    assert_eq!(answer.status, status, "{answer:?}");
    let text = answer.text();
    for part in parts {
        assert!(text.contains(part), "no `{part}` in {answer:?}");
    }
    // What may be sent again says when, and nothing else does.
    let retry = if status == 503 { "1" } else { "" };
    assert_eq!(answer.header("retry-after"), retry, "{answer:?}");
}

async fn connect(probe: &Probe) -> TcpStream {
    let address = probe.base().strip_prefix("http://").unwrap();
    TcpStream::connect(address).await.unwrap()
}

/// Sends this, and returns all that comes until the server closes.
async fn ask(mut stream: TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = Vec::new();
    // A connection that is reset is closed as well.
    let _ = stream.read_to_end(&mut text).await;
    String::from_utf8(text).unwrap()
}
