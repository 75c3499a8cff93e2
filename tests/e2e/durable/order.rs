//! The order of system calls: whatever an answer promises was written to the write-ahead log, and the log was synced
//! after that, before the first byte of the answer is sent.

use bessemer_tests::Client;
use serde_json::{Value, json};

use super::load::Load;
use super::strace::{self, Syscall, Trace};

/// What is asked, and how many commits lie between the answer before and its own.
const ASKED: &[(&str, &str, &str, u16, usize)] = &[
    ("POST", "", r#"{"driver": "ledger", "name": "n"}"#, 201, 1),
    (
        "PATCH",
        "/n",
        r#"[{"op": "add", "path": "/extra/k", "value": 1}]"#,
        200,
        1,
    ),
    ("PUT", "/n/maintenance", r#"{"reason": "fan"}"#, 202, 1),
    ("DELETE", "/n/maintenance", "null", 202, 1),
    ("POST", "/n/vendor_passthru/write", "{}", 200, 1),
    ("GET", "/n", "null", 200, 0),
    ("POST", WORK, r#"{"milliseconds": 0}"#, 202, 1),
    // It waits for the lock, which is free when the end of the task before is on disk.
    ("POST", "/n/vendor_passthru/write", "{}", 200, 2),
    ("DELETE", "/n", "null", 204, 1),
    ("POST", "", r#"{"driver": "ledger", "name": "m"}"#, 201, 1),
    ("POST", "/m/vendor_passthru/hang", "{}", 202, 1),
];

/// Its end may be on disk before its beginning is answered.
const WORK: &str = "/n/vendor_passthru/work";

#[tokio::test]
async fn a_sync_lies_between_the_write_and_the_answer() {
    if !strace::is_there("a_sync_lies_between_the_write_and_the_answer") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let load = Load::new(&directory.path().join("state"), &directory.path().join("ledger"), 0);
    let trace = Trace::new(&["-e", "trace=pwrite64,fsync,fdatasync,sendto,sendmsg,write,writev"]);
    let server = load.server().under(trace.command()).start().await;
    for (verb, path, body, status, _) in ASKED {
        ask(&server, verb, path, body, *status).await;
    }
    server.kill();
    let calls = trace.calls();
    let answers: Vec<&Syscall> = calls.iter().filter(|call| is_answer(call)).collect();
    assert_eq!(answers.len(), ASKED.len(), "{answers:#?}");
    // What it says on standard output is the end of its start.
    let started = calls.iter().find(|call| call.is_on(&["write"], "1<pipe:"));
    let kept = commits(&calls, started.unwrap().ended);
    let mut promised = 0;
    for (answer, (verb, path, .., commits)) in answers.into_iter().zip(ASKED) {
        promised += commits;
        let synced = kept.iter().filter(|ended| **ended < answer.began).count();
        let more = synced.checked_sub(promised);
        assert!(
            more == Some(0) || more == Some(1) && *path == WORK,
            "{verb} {path}: before {answer:?} there are {synced} commits instead of {promised}: {calls:#?}"
        );
    }
}

/// When writes of the log were followed by a sync that began after the last of them: the ends of these syncs.
fn commits(calls: &[Syscall], after: usize) -> Vec<usize> {
    let (mut written, mut kept) = (None, Vec::new());
    for call in calls.iter().filter(|call| call.began > after) {
        if is_write_of_log(call) {
            written = written.max(Some(call.ended));
        } else if call.is_sync_of_log() && written.is_some_and(|written| written < call.began) {
            kept.push(call.ended);
            written = None;
        }
    }
    kept
}

async fn ask(client: &Client, verb: &str, path: &str, body: &str, status: u16) {
    let mut request = client.request(verb, &format!("/v1/nodes{path}"));
    let body: Value = serde_json::from_str(body).unwrap();
    if body != json!(null) {
        request = request.json(&body);
    }
    let answer = client.send(request).await;
    assert_eq!(answer.status, status, "{verb} {path}: {answer:?}");
}

fn is_answer(call: &Syscall) -> bool {
    call.is_on(&["sendto", "sendmsg", "write", "writev"], "socket:") && call.text.contains("\"HTTP/1.1 ")
}

fn is_write_of_log(call: &Syscall) -> bool {
    call.is_on(&["pwrite64"], "bessemer.sqlite-wal")
}
