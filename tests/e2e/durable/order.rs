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
    ("POST", "/n/vendor_passthru/work", r#"{"milliseconds": 0}"#, 202, 1),
    // It waits for the lock, which is free when the end of the task before is on disk.
    ("POST", "/n/vendor_passthru/write", "{}", 200, 2),
    ("DELETE", "/n", "null", 204, 1),
    ("POST", "", r#"{"driver": "ledger", "name": "m"}"#, 201, 1),
    ("POST", "/m/vendor_passthru/hang", "{}", 202, 1),
];

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
    let mut last = started.unwrap().ended;
    for (answer, (verb, path, .., commits)) in answers.into_iter().zip(ASKED) {
        let between: Vec<&Syscall> = calls
            .iter()
            .filter(|call| call.began > last && call.began < answer.began)
            .filter(|call| is_write_of_log(call) || call.is_sync_of_log())
            .collect();
        last = answer.ended;
        // Groups of writes, each with its sync behind it, which has ended.
        let groups = between.chunk_by(|first, second| first.is_sync_of_log() == second.is_sync_of_log());
        let groups: Vec<_> = groups.collect();
        let synced = groups.chunks(2).all(|pair| {
            matches!(pair, [writes, syncs] if is_write_of_log(writes[0])
                && syncs.iter().any(|sync| sync.ended < answer.began && sync.began > writes[writes.len() - 1].ended))
        });
        assert!(
            synced && groups.len() == 2 * commits,
            "{verb} {path}: before {answer:?} only {between:#?}"
        );
    }
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
