//! `bessemer tasks` and `bessemer locks`, as clients of a running server.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Output, Stdio};

use bessemer_tests::{Binary, Probe, path_of};
use serde_json::{Value, json};

use crate::tasks_rest::begin;

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(path_of(Binary::Fixture("probe")));
    command.args(args).env_clear().stdin(Stdio::null());
    command
}

/// How the binary answered.
#[derive(Debug)]
struct Told {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl From<Output> for Told {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Asks about any server.
async fn ask(args: &[&str]) -> Told {
    let mut command = command(args);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap());
    output.await.unwrap().into()
}

/// Asks about this server; it must succeed silently.
async fn told(probe: &Probe, args: &[&str]) -> String {
    let told = ask(&[args, &["--url", probe.base()]].concat()).await;
    assert_eq!((told.code, &*told.stderr), (Some(0), ""), "{told:?}");
    told.stdout
}

async fn json_of(probe: &Probe, args: &[&str]) -> Value {
    serde_json::from_str(&told(probe, &[args, &["--json"]].concat()).await).unwrap()
}

fn uuid(task: &str) -> &str {
    task.rsplit('/').next().unwrap()
}

/// A command that goes on, read line by line.
struct Following {
    child: Child,
    lines: std::sync::mpsc::Receiver<String>,
}

impl Following {
    fn begin(probe: &Probe, args: &[&str]) -> Self {
        let mut command = command(&[args, &["--url", probe.base()]].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                // Nobody asks any more where the test has failed.
                let _ = sender.send(line);
            }
        });
        Self { child, lines }
    }

    /// Waits for a line, and returns those up to it.
    fn up_to(&self, part: &str) -> Vec<String> {
        let mut lines = Vec::new();
        while lines.last().is_none_or(|line: &String| !line.contains(part)) {
            let line = self.lines.recv_timeout(std::time::Duration::from_secs(60));
            lines.push(line.unwrap_or_else(|error| panic!("{error}: no `{part}` in {lines:#?}")));
        }
        lines
    }

    fn ended(self) -> Told {
        let output = self.child.wait_with_output().unwrap();
        Told {
            stdout: self.lines.iter().map(|line| line + "\n").collect(),
            ..output.into()
        }
    }
}

/// Blocks its thread, so it has one of its own.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

#[tokio::test]
async fn tasks_are_listed_newest_first() {
    let probe = Probe::start().await;
    assert_eq!(
        told(&probe, &["tasks"]).await,
        "there are no tasks, or none that was asked for\n"
    );
    probe.open("open").await;
    let failed = begin(&probe, "hold_async", json!({ "gate": "open", "fail": "it\nrusted" })).await;
    assert_eq!(probe.call("count", &json!({})).await.status, 200);
    let runs = begin(&probe, "tells", json!({ "gate": "shut", "lines": 2 })).await;
    probe.entered("shut", 1).await;
    let (failed, runs) = (uuid(&failed), uuid(&runs));

    let list = told(&probe, &["tasks"]).await;
    let lines: Vec<Vec<&str>> = list.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["TASK", "STATE", "STARTED", "METHOD", "NODE"], "{list}");
    assert_eq!(lines.len(), 3, "{list}");
    let node = probe.node("uuid").await;
    let node = node.as_str().unwrap();
    assert_eq!(
        (lines[1][0], lines[1][1], lines[1][3], lines[1][4]),
        (runs, "running", "tells", node)
    );
    assert_eq!(lines[1][5..], ["2/2", "step", "2"], "{list}");
    assert_eq!((lines[2][0], lines[2][1]), (failed, "failed"));
    // As one line, whatever a driver says.
    assert_eq!(lines[2][5..], ["it\\nrusted"], "{list}");

    let list = json_of(&probe, &["tasks", "--state", "failed", "--node", "n"]).await;
    assert_eq!(list.as_array().unwrap().len(), 1, "{list:#}");
    assert_eq!(list[0]["uuid"], failed);
    assert_eq!(json_of(&probe, &["tasks", "--method", "count"]).await, json!([]));
    let one = json_of(&probe, &["tasks", runs]).await;
    assert_eq!(
        (&one["uuid"], &one["arguments"]["gate"]),
        (&json!(runs), &json!("shut"))
    );
    assert!(told(&probe, &["tasks", runs]).await.contains("2/2 step 2"));

    let first = ask(&["tasks", "--limit", "1", "--json", "--url", probe.base()]).await;
    assert_eq!(first.code, Some(0), "{first:?}");
    assert!(first.stderr.contains("more than 1"), "{first:?}");
    assert!(
        first.stdout.contains(runs) && !first.stdout.contains(failed),
        "{first:?}"
    );
    probe.open("shut").await;
}

#[tokio::test]
async fn all_pages_are_listed_up_to_the_limit() {
    let probe = Probe::with("[api]\nmax_limit = 2\n").await;
    probe.open("open").await;
    for _ in 0..5 {
        begin(&probe, "hold_async", json!({ "gate": "open" })).await;
        assert_eq!(probe.call("count", &json!({})).await.status, 200);
    }
    assert_eq!(json_of(&probe, &["tasks"]).await.as_array().unwrap().len(), 5);
    let three = ask(&["tasks", "--limit", "3", "--url", probe.base()]).await;
    assert_eq!(three.stdout.lines().count(), 4, "{three:?}");
}

#[tokio::test]
async fn a_task_is_followed_to_its_end() {
    let probe = Probe::start().await;
    let task = begin(&probe, "tells", json!({ "gate": "a", "lines": 2, "more": 1 })).await;
    let following = Following::begin(&probe, &["tasks", "--follow", uuid(&task)]);
    let (following, lines) = aside(move || {
        let lines = following.up_to("| line 2");
        (following, lines)
    })
    .await;
    let name = format!("{} tells: ", uuid(&task));
    assert!(lines.iter().all(|line| line.starts_with(&name)), "{lines:#?}");
    assert!(lines[0].contains("running"), "{lines:#?}");
    probe.open("a").await;
    let end = aside(|| following.ended()).await;
    assert_eq!((end.code, &*end.stderr), (Some(0), ""), "{end:?}");
    assert!(end.stdout.contains("| line 3"), "{end:?}");
    assert!(end.stdout.ends_with(&format!("{name}succeeded\n")), "{end:?}");
    // Who comes late reads how it ended.
    assert!(
        told(&probe, &["tasks", "--follow", uuid(&task)])
            .await
            .ends_with("succeeded\n")
    );
}

#[tokio::test]
async fn all_that_run_are_followed_and_one_that_fails_is_told_by_the_exit_code() {
    let probe = Probe::start().await;
    let created = probe
        .post("/v1/nodes", &json!({ "driver": "probe", "name": "m" }))
        .await;
    assert_eq!(created.status, 201, "{created:?}");
    assert_eq!(
        told(&probe, &["tasks", "--follow"]).await,
        "no task runs, or none that was asked for\n"
    );
    let good = begin(&probe, "hold_async", json!({ "gate": "a" })).await;
    let other = json!({ "gate": "a", "fail": "it rusted" });
    let bad = probe.post("/v1/nodes/m/vendor_passthru/hold_async", &other).await;
    assert_eq!(bad.status, 202, "{bad:?}");
    let following = Following::begin(&probe, &["tasks", "--follow", "--json"]);
    let following = aside(move || {
        following.up_to("\"state\"");
        following
    })
    .await;
    probe.entered("a", 2).await;
    probe.open("a").await;
    let end = aside(|| following.ended()).await;
    assert_eq!(end.code, Some(1), "{end:?}");
    assert!(end.stderr.contains("error: 1 of 2 tasks did not succeed"), "{end:?}");
    let events: Vec<Value> = end
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|event: &Value| event["event"] == "end")
        .collect();
    assert_eq!(events.len(), 2, "{end:?}");
    for event in events {
        let is_good = event["task"] == uuid(&good);
        let state = if is_good { "succeeded" } else { "failed" };
        assert_eq!(event["data"]["state"], state, "{event:#}");
    }

    let alone = ask(&["tasks", "--follow", uuid(bad.header("location")), "--url", probe.base()]).await;
    assert_eq!(alone.code, Some(1), "{alone:?}");
    assert!(alone.stderr.contains("failed: it rusted"), "{alone:?}");
}

#[tokio::test]
async fn locks_are_listed_with_holders_and_waiters() {
    let probe = Probe::with("[conductor]\nlock_wait = \"10m\"\n").await;
    assert_eq!(told(&probe, &["locks"]).await, "no node is locked\n");
    let task = begin(&probe, "hold_async", json!({ "gate": "a" })).await;
    let waits = probe.calling("count", json!({}));
    crate::until::until("the call waits", async || {
        let lock = probe.get("/v1/locks/n").await.json();
        (lock["waiters"] != json!([])).then_some(())
    })
    .await;
    let list = told(&probe, &["locks"]).await;
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines.len(), 3, "{list}");
    for part in ["exclusive", "hold_async", "req-", uuid(&task)] {
        assert!(lines[1].contains(part), "{part}: {list}");
    }
    for part in ["waits: exclusive", "count", "req-"] {
        assert!(lines[2].contains(part), "{part}: {list}");
    }
    let locks = json_of(&probe, &["locks"]).await;
    assert_eq!(locks[0]["holders"][0]["task"], uuid(&task));
    assert_eq!(json_of(&probe, &["locks", "n"]).await[0]["name"], "n");
    let absent = ask(&["locks", "nobody", "--url", probe.base()]).await;
    assert_eq!(absent.code, Some(1), "{absent:?}");
    assert_eq!(absent.stderr, "error: Node nobody could not be found.\n");
    probe.open("a").await;
    assert_eq!(waits.await.unwrap().status, 200);
}

#[tokio::test]
async fn the_server_is_where_the_configuration_says() {
    let probe = Probe::start().await;
    let port = probe.base().rsplit(':').next().unwrap();
    for args in [&["tasks", "--port", port][..], &["--port", port, "locks"]] {
        let told = ask(args).await;
        assert_eq!((told.code, &*told.stderr), (Some(0), ""), "{args:?}: {told:?}");
    }
    let any = ask(&["tasks", "--port", "0"]).await;
    assert_eq!(any.code, Some(1), "{any:?}");
    assert!(any.stderr.contains("--url"), "{any:?}");
    let url = probe.base().to_owned();
    drop(probe);
    for args in [&["tasks", "--url", &url][..], &["locks", "--url", &url]] {
        let told = ask(args).await;
        assert_eq!((told.code, &*told.stdout), (Some(1), ""), "{told:?}");
        assert!(
            told.stderr.contains(&url) && told.stderr.contains("is the server running?"),
            "{told:?}"
        );
    }
}

#[tokio::test]
async fn wrong_command_lines_are_told_as_others_are() {
    for args in [
        &["tasks", "--url", "https://h"][..],
        &["locks", "--url", "h:1"],
        &["tasks", "--limit", "0"],
        &["tasks", "x", "--state", "failed"],
        &["tasks", "--follow", "--state", "failed"],
        &["locks", "a", "b"],
    ] {
        let told = ask(args).await;
        assert_eq!((told.code, &*told.stdout), (Some(2), ""), "{args:?}: {told:?}");
        assert!(told.stderr.contains("error"), "{args:?}: {told:?}");
    }
    let faulty = ask(&["tasks", "--set", "api.port=many"]).await;
    assert_eq!((faulty.code, &*faulty.stdout), (Some(78), ""), "{faulty:?}");
    let probe = Probe::start().await;
    let unknown = ask(&["tasks", "x/../y", "--url", probe.base()]).await;
    assert_eq!(unknown.code, Some(1), "{unknown:?}");
    assert!(unknown.stderr.contains("could not be found"), "{unknown:?}");
    let wrong = ask(&["tasks", "--state", "done", "--url", probe.base()]).await;
    assert_eq!(wrong.code, Some(1), "{wrong:?}");
    assert!(wrong.stderr.contains("interrupted"), "{wrong:?}");
}
