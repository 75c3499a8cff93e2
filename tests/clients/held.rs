//! Servers that have to refuse a call for a while, because its node is really locked, or because all workers are
//! really at work: what clients answer with is to ask again. What holds them is the driver of `fixtures/probe.rs`.

use std::sync::atomic::{AtomicUsize, Ordering};

use bessemer_tests::{Answer, Client, Probe, Server};
use serde_json::json;
use tokio::task::JoinHandle;

/// A node, `n`, that a call holds until it is freed.
pub(crate) struct Locked {
    client: Client,
    holder: JoinHandle<Answer>,
}

/// A server with one worker, which a task on the node `n` has until it is freed. The node `m` is at peace.
pub(crate) struct Busy {
    client: Client,
    task: String,
}

impl Locked {
    /// The server, and what frees its node.
    pub(crate) async fn start() -> (Server, Self) {
        // Whoever has to wait for the node is refused soon: to ask again is the client's part.
        let probe = Probe::with("[conductor]\nlock_wait = \"10ms\"\n").await;
        let holder = probe.calling("hold", json!({ "gate": "held" }));
        probe.entered("held", 1).await;
        let client = Client::clone(&probe);
        (probe.server, Self { client, holder })
    }

    /// Lets the call end.
    pub(crate) async fn free(self) {
        let open = "/v1/drivers/probe/vendor_passthru/open";
        let opened = self.client.post(open, &json!({ "gate": "held" })).await;
        assert_eq!(opened.status, 200, "{opened:?}");
        let ended = self.holder.await.expect("the call runs");
        assert_eq!(ended.status, 200, "{ended:?}");
    }
}

impl Busy {
    /// The server, and what frees its worker.
    pub(crate) async fn start() -> (Server, Self) {
        let probe = Probe::with("[conductor]\nworkers_pool_size = 1\ndriver_workers_max = 1\n").await;
        let other = probe
            .post("/v1/nodes", &json!({ "driver": "probe", "name": "m" }))
            .await;
        assert_eq!(other.status, 201, "{other:?}");
        let accepted = probe.call("hold_async", &json!({ "gate": "held" })).await;
        assert_eq!(accepted.status, 202, "{accepted:?}");
        let location = accepted.header("location");
        let task = location.strip_prefix(probe.base()).expect("a task has a place");
        let (client, task) = (Client::clone(&probe), task.to_owned());
        (probe.server, Self { client, task })
    }

    /// Ends the task. A gate could not be opened: that takes a worker.
    pub(crate) async fn free(self) {
        let cancelled = self.client.post(&format!("{}/cancel", self.task), &json!({})).await;
        assert_eq!(cancelled.status, 202, "{cancelled:?}");
    }
}

/// What the access log says of a request that was answered so.
pub(crate) fn line(verb: &str, path: &str, status: u16) -> String {
    format!("\"verb\":\"{verb}\",\"path\":\"{path}\",\"status\":{status},")
}

/// How often a request was answered so until now.
pub(crate) async fn answered(server: &Server, verb: &str, path: &str, status: u16) -> usize {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    // The log is written in the order of the answers, a while after them; this one is the last.
    let last = format!("/v1/last-{}", ASKED.fetch_add(1, Ordering::Relaxed));
    assert_eq!(server.get(&last).await.status, 404);
    server.logged(&line("GET", &last, 404));
    server.log().matches(&line(verb, path, status)).count()
}
