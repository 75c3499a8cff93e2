//! `/metrics`: what happens is counted, and nothing that a client says becomes a name. That the page is OpenMetrics as
//! others read it is tried in `tests/openapi`; who may ask for it is in `health.rs`.

mod page;
mod readme;
mod things;

use std::collections::HashSet;

use bessemer_tests::{Client, Probe, Server};
use serde_json::json;

use self::page::{Page, read};
use crate::until::until;

/// The labels of a method of the probe's nodes.
fn of(method: &str) -> [(&'static str, &str); 3] {
    [("driver", "probe"), ("level", "node"), ("method", method)]
}

#[tokio::test]
async fn it_is_served_as_open_metrics() {
    let server = Server::start().await;
    let answer = server.get("/metrics").await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "application/openmetrics-text; version=1.0.0; charset=utf-8")
    );
    assert!(answer.text().ends_with("\n# EOF\n"), "{answer:?}");
}

#[tokio::test]
async fn it_can_be_turned_off() {
    let server = Server::builder().config("[metrics]\nenabled = false\n").start().await;
    let (metrics, nowhere) = (server.get("/metrics").await, server.get("/metricx").await);
    assert_eq!((metrics.status, &metrics.body), (404, &nowhere.body));
    assert_eq!(server.get("/readyz").await.status, 200);
}

#[tokio::test]
async fn no_word_of_a_client_becomes_a_label() {
    let server = Server::start().await;
    let before = read(&server).await;
    for path in [
        "/v1/nodes/demo-0/vendor_passthru/canary",
        "/v1/nodes/demo-0/vendor_passthru?method=canary",
        "/v1/nodes/canary/vendor_passthru/echo",
        "/v1/drivers/fake/vendor_passthru/canary",
        "/v1/drivers/canary/vendor_passthru/echo",
    ] {
        let answer = server.post(path, &json!({})).await;
        assert!(matches!(answer.status, 400 | 404), "{path}: {answer:?}");
    }
    // A verb that there is not, and a path.
    let verb = server.request("CANARY", "/v1/nodes/demo-0/vendor_passthru/echo");
    assert_eq!(server.send(verb).await.status, 400);
    assert_eq!(server.get("/canary").await.status, 404);

    let after = read(&server).await;
    assert!(
        !after.text.contains("canary") && !after.text.contains("CANARY"),
        "{}",
        after.text
    );
    // The one series that is new says what became of the verb.
    let names = |page: &Page| {
        page.samples
            .iter()
            .map(|sample| sample.to_string())
            .collect::<HashSet<_>>()
    };
    let (before, names) = (names(&before), names(&after));
    let new: Vec<&String> = names
        .difference(&before)
        .filter(|name| name.contains("calls_total"))
        .collect();
    assert_eq!(
        new,
        ["bessemer_calls_total{driver=fake,level=node,method=echo,status=400}"]
    );
    let requests = |route, class| after.one("bessemer_http_requests_total", &[("route", route), ("class", class)]);
    assert_eq!(requests("vendor_passthru", "4xx"), 6.0);
    assert_eq!(requests("api", "4xx"), 1.0);
}

#[tokio::test]
async fn a_driver_has_one_name_however_it_is_called() {
    let server = Server::start().await;
    for name in ["fake", "fake-hardware"] {
        let answer = server
            .post(&format!("/v1/drivers/{name}/vendor_passthru/echo"), &json!({}))
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let page = read(&server).await;
    let echoed = [
        ("driver", "fake"),
        ("level", "driver"),
        ("method", "echo"),
        ("status", "200"),
    ];
    assert_eq!(page.one("bessemer_calls_total", &echoed), 2.0);
    assert!(!page.text.contains("fake-hardware"), "{}", page.text);
}

/// What is read while calls come and go is whole: no counter falls, and of each histogram the last bucket has all.
#[tokio::test(flavor = "multi_thread")]
async fn it_is_consistent_under_load() {
    const CALLERS: usize = 8;
    const CALLS: usize = 50;
    let probe = Probe::start().await;
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let client = Client::clone(&probe);
            tokio::spawn(async move {
                for _ in 0..CALLS {
                    let answer = client.post("/v1/nodes/n/vendor_passthru/count", &json!({})).await;
                    assert_eq!(answer.status, 200, "{answer:?}");
                }
            })
        })
        .collect();
    let mut before = read(&probe).await;
    let mut pages = 0;
    while !callers.iter().all(tokio::task::JoinHandle::is_finished) {
        let page = read(&probe).await;
        page.is_whole();
        page.follows(&before);
        before = page;
        pages += 1;
    }
    for caller in callers {
        caller.await.unwrap();
    }
    assert!(pages > 1, "nothing was read meanwhile");
    let page = read(&probe).await;
    page.follows(&before);
    let wanted = (CALLERS * CALLS) as f64;
    let labels = of("count");
    let [driver, level, method] = labels;
    let answered = [driver, level, method, ("status", "200")];
    assert_eq!(page.one("bessemer_calls_total", &answered), wanted);
    assert_eq!(page.one("bessemer_call_seconds_count", &labels), wanted);
    let ok = [("route", "vendor_passthru"), ("class", "2xx")];
    assert_eq!(page.one("bessemer_http_requests_total", &ok), wanted);
    let waits = page.one("bessemer_lock_wait_seconds_count", &[("lock", "exclusive")]);
    assert!(waits > 0.0 && waits < wanted, "{waits} of {wanted} calls waited");
}

/// A scrape is answered while the server waits for its calls, and says so.
#[tokio::test]
async fn it_is_served_while_the_server_stops() {
    let probe = Probe::start().await;
    let call = probe.calling("hold", json!({"gate": "g"}));
    probe.entered("g", 1).await;
    assert_eq!(read(&probe).await.one("bessemer_healthy", &[("check", "serving")]), 1.0);
    probe.terminate();
    until("the page says that the server stops", async || {
        let page = read(&probe).await;
        (page.one("bessemer_healthy", &[("check", "serving")]) == 0.0).then_some(())
    })
    .await;
    assert_eq!(read(&probe).await.one("bessemer_calls_running", &[]), 1.0);
    // Nobody could open the gate any more.
    call.abort();
    probe.terminate();
    probe.server.ended();
}
