//! What machines ask to learn whether the server is well.

use bessemer_tests::{Answer, Probe, Server};
use serde_json::json;

use crate::until::until;

const PATHS: [&str; 4] = ["/livez", "/readyz", "/healthcheck", "/metrics"];

async fn server(config: &str) -> Server {
    Server::builder().config(config).start().await
}

#[track_caller]
fn is(answer: &Answer, status: u16, content_type: &str, text: &str) {
    assert_eq!(
        (answer.status, answer.header("content-type"), &*answer.text()),
        (status, content_type, text)
    );
}

#[tokio::test]
async fn a_server_that_is_well_says_so() {
    let server = server("").await;
    is(&server.get("/livez").await, 200, "text/plain; charset=UTF-8", "OK");
    is(
        &server.get("/healthcheck").await,
        200,
        "text/plain; charset=UTF-8",
        "OK",
    );
    let ready = server.get("/readyz").await;
    assert_eq!((ready.status, ready.header("content-type")), (200, "application/json"));
    let checks = json!([
        { "name": "drivers", "ok": true, "detail": "1 started" },
        { "name": "store", "ok": true, "detail": "can be written" },
        { "name": "workers", "ok": true, "detail": "0 of 300 calls are over their time and cannot be stopped" },
        { "name": "serving", "ok": true, "detail": "calls are accepted" },
    ]);
    assert_eq!(ready.json(), json!({ "ready": true, "checks": checks }));
    for path in PATHS {
        assert_eq!(server.get(path).await.header("cache-control"), "no-store", "{path}");
    }
}

#[tokio::test]
async fn head_is_answered_without_a_body() {
    let server = server("").await;
    for (path, status) in [
        ("/livez", 200),
        ("/readyz", 200),
        ("/healthcheck", 204),
        ("/metrics", 200),
    ] {
        let answer = server.send(server.request("HEAD", path)).await;
        assert_eq!((answer.status, answer.body.len()), (status, 0), "{path}: {answer:?}");
    }
}

#[tokio::test]
async fn other_verbs_are_not_allowed() {
    let server = server("").await;
    for path in PATHS {
        for verb in ["POST", "PUT", "DELETE", "OPTIONS"] {
            let answer = server.send(server.request(verb, path)).await;
            assert_eq!(
                (answer.status, answer.header("allow")),
                (405, "GET, HEAD"),
                "{verb} {path}"
            );
        }
    }
}

#[tokio::test]
async fn no_api_version_is_needed_and_none_is_told() {
    let server = server("").await;
    for path in PATHS {
        let request = server
            .request("GET", path)
            .header("OpenStack-API-Version", "baremetal 9.9");
        let answer = server
            .send(request.header("X-OpenStack-Ironic-API-Version", "none"))
            .await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        for header in ["openstack-api-version", "x-openstack-ironic-api-version", "vary"] {
            assert_eq!(answer.header(header), "", "{path}");
        }
        assert!(answer.header("x-openstack-request-id").starts_with("req-"), "{path}");
    }
}

#[tokio::test]
async fn the_access_log_has_them_at_the_level_debug_only() {
    for (level, times) in [("info", 0), ("debug", 1)] {
        let server = server(&format!("[log]\nlevel = \"{level}\"\n")).await;
        for path in PATHS {
            assert_eq!(server.get(path).await.status, 200, "{path}");
        }
        assert_eq!(server.get("/v1").await.status, 200);
        let log = server.stop().stderr;
        let lines = |part: &str| log.lines().filter(|line| line.contains(part)).count();
        for path in PATHS {
            assert_eq!(lines(&format!("\"path\":\"{path}\"")), times, "{level}: {log}");
        }
        assert_eq!(
            lines("\"level\":\"DEBUG\",\"message\":\"request\""),
            PATHS.len() * times,
            "{log}"
        );
        assert_eq!(lines("\"level\":\"INFO\",\"message\":\"request\""), 1, "{log}");
    }
}

#[tokio::test]
async fn the_healthcheck_of_ironic_can_be_turned_off() {
    let server = server("[healthcheck]\nenabled = false\n").await;
    assert_eq!(server.get("/healthcheck").await.status, 404);
    assert_eq!(server.get("/readyz").await.status, 200);
}

#[tokio::test]
async fn a_store_that_cannot_be_written_makes_the_server_unready() {
    let state = tempfile::tempdir().unwrap();
    let server = Server::builder().config("").state(state.path()).start().await;
    let database = rusqlite::Connection::open(state.path().join("bessemer.sqlite")).unwrap();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    let ready = ready_with(&server, 503).await;
    assert_eq!(ready.json()["ready"], json!(false));
    let store = &ready.json()["checks"][1];
    assert_eq!((&store["name"], &store["ok"]), (&json!("store"), &json!(false)));
    assert_ne!(store["detail"], json!("can be written"));
    assert_eq!(server.get("/livez").await.status, 200);
    let healthcheck = server.get("/healthcheck").await;
    assert_eq!(healthcheck.status, 503, "{healthcheck:?}");
    assert!(store["detail"].as_str().unwrap().len() > 10, "{store}");

    database.execute_batch("ROLLBACK").unwrap();
    ready_with(&server, 200).await;
    assert_eq!(server.get("/healthcheck").await.status, 200);
}

#[tokio::test]
async fn a_server_that_lost_half_its_places_to_threads_that_hang_is_unready() {
    let probe = Probe::with("[conductor]\nworkers_pool_size = 2\ndriver_workers_max = 2\n").await;
    assert_eq!(probe.call("hold_thread", &json!({"gate": "t"})).await.status, 504);
    let ready = ready_with(&probe.server, 503).await;
    let wanted =
        json!({ "name": "workers", "ok": false, "detail": "1 of 2 calls are over their time and cannot be stopped" });
    assert_eq!(ready.json()["checks"][2], wanted);
    probe.driver("unblock", &json!({})).await;
    ready_with(&probe.server, 200).await;
}

/// The first answer of this status. The one of a moment ago may stand for a second.
async fn ready_with(server: &Server, status: u16) -> Answer {
    until(&format!("/readyz says {status}"), async || {
        let ready = server.get("/readyz").await;
        (ready.status == status).then_some(ready)
    })
    .await
}
