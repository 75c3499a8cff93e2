//! A sync that fails: nobody knows what is on the disk then, so nothing more is promised and the server ends. And one
//! that never returns.

use bessemer_tests::Client;
use serde_json::json;

use super::load::Load;
use super::strace::{self, Trace, Tracer, path_option};
use super::writer::call;
use crate::until::until;

#[tokio::test]
async fn a_failed_sync_is_never_tried_again_and_ends_the_server() {
    if !strace::is_there("a_failed_sync_is_never_tried_again_and_ends_the_server") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state");
    let load = Load::new(&state, &directory.path().join("ledger"), 0);
    // The first few syncs of the writer's thread are for what was created.
    let fault = [
        "-e",
        "trace=fsync,fdatasync",
        "-e",
        "inject=fsync,fdatasync:error=EIO:when=9+",
    ];
    let log = path_option(&state.join("bessemer.sqlite-wal"));
    let trace = Trace::new(&[&fault[..], &[&log]].concat());
    let server = load.server().under(trace.command()).start().await;
    let mut created = 0;
    let failed = loop {
        let answer = create(&server, created).await;
        if answer.status != 201 {
            break answer;
        }
        created += 1;
        assert!(created < 100, "syncs fail, and nobody says so");
    };
    assert_eq!(failed.status, 500, "{failed:?}");
    let text = failed.faultstring();
    assert!(
        text.contains("cannot be relied on any more") && text.contains("must be restarted"),
        "{text}"
    );
    // It ends by itself, as failed.
    let stopped = server.ended();
    assert_eq!(stopped.code, Some(1), "{stopped:?}");
    assert!(
        stopped.stderr.contains("error: ") && stopped.stderr.contains("cannot be relied on any more"),
        "{stopped:?}"
    );
    let failures = trace.calls().iter().filter(|call| call.text.contains("EIO")).count();
    assert_eq!(failures, 1, "a sync was tried again");

    let server = load.server().start().await;
    for number in 0..created {
        assert_eq!(
            server.get(&format!("/v1/nodes/n-{number}")).await.status,
            200,
            "n-{number} is lost"
        );
    }
    assert_eq!(server.stop().code, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_hangs_does_not_keep_the_server_from_its_end() {
    if !strace::is_there("a_disk_that_hangs_does_not_keep_the_server_from_its_end") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state");
    let load = Load::new(&state, &directory.path().join("ledger"), 0);
    // An hour.
    let hangs = "inject=fsync,fdatasync:delay_enter=3600000000:when=9+";
    let log = path_option(&state.join("bessemer.sqlite-wal"));
    let trace = Trace::new(&["-e", "trace=fsync,fdatasync", "-e", hangs, &log]);
    let server = load.server().under(trace.command()).start().await;
    let tracer = Tracer::of(&server);
    assert_eq!(create(&server, 0).await.status, 201);
    // Its end will have to be written.
    let running = call(&server, "n-0", "hang", json!({})).await;
    assert_eq!(running.unwrap().status, 202);
    let mut created = 0;
    until("the disk hangs", async || {
        created += 1;
        let node = json!({ "driver": "ledger", "name": format!("n-{created}") });
        // Those of the end are never answered.
        tokio::spawn(server.request("POST", "/v1/nodes").json(&node).send());
        (server.get("/readyz").await.status == 503).then_some(())
    })
    .await;
    assert_eq!(server.get("/livez").await.status, 200);
    server.terminate();
    server.logged("no call begins any more");
    server.terminate();
    server.logged("error: the store did not close within 10 s");
    drop(tracer);
    assert_eq!(server.ended().code, Some(1));
}

async fn create(client: &Client, number: u32) -> bessemer_tests::Answer {
    let node = json!({ "driver": "ledger", "name": format!("n-{number}") });
    client.post("/v1/nodes", &node).await
}
