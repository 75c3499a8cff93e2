//! Tasks over REST: one, many, and how one is cancelled.

use bessemer_tests::{Answer, Probe};
use serde_json::{Value, json};

use crate::until::until;

/// Where the task of a 202 is, as a path.
#[track_caller]
pub(crate) fn accepted(answer: &Answer) -> String {
    assert_eq!(answer.status, 202, "{answer:?}");
    let location = answer.header("location");
    let path = location.find("/v1/tasks/").map(|at| &location[at..]);
    path.unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

/// Calls an asynchronous method, which is accepted.
pub(crate) async fn begin(probe: &Probe, method: &str, arguments: Value) -> String {
    accepted(&probe.call(method, &arguments).await)
}

/// A document that is there.
async fn document(probe: &Probe, path: &str) -> Value {
    let answer = probe.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    answer.json()
}

/// The task when it has ended.
pub(crate) async fn ended(probe: &Probe, path: &str) -> Value {
    until("the task ends", async || {
        let task = document(probe, path).await;
        (task["state"] != "running").then_some(task)
    })
    .await
}

async fn is_free(probe: &Probe) {
    let answer = probe.call("count", &json!({})).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

fn uuids(list: &Value) -> Vec<String> {
    let tasks = list["tasks"].as_array().unwrap();
    tasks.iter().map(|task| task["uuid"].as_str().unwrap().into()).collect()
}

fn uuid(path: &str) -> String {
    path.rsplit('/').next().unwrap().into()
}

async fn create(probe: &Probe, name: &str) -> String {
    let created = probe
        .post("/v1/nodes", &json!({ "driver": "probe", "name": name }))
        .await;
    assert_eq!(created.status, 201, "{created:?}");
    created.json()["uuid"].as_str().unwrap().into()
}

#[tokio::test]
async fn a_202_leads_to_its_task() {
    let probe = Probe::start().await;
    let answer = probe.call("hold_async", &json!({ "gate": "a" })).await;
    let path = accepted(&answer);
    probe.entered("a", 1).await;
    let task = document(&probe, &path).await;
    let base = probe.base();
    for (field, value) in [
        ("uuid", json!(uuid(&path))),
        ("node", probe.node("uuid").await),
        ("driver", json!("probe")),
        ("method", json!("hold_async")),
        ("state", json!("running")),
        ("cancelling", json!(false)),
        ("error", Value::Null),
        ("progress", Value::Null),
        ("finished_at", Value::Null),
        ("caller", Value::Null),
        ("request_id", json!(answer.header("x-openstack-request-id"))),
        ("arguments", json!({ "gate": "a" })),
        (
            "links",
            json!([
                { "href": format!("{base}{path}"), "rel": "self" },
                { "href": format!("{base}{}", path.replace("/v1", "")), "rel": "bookmark" },
            ]),
        ),
    ] {
        assert_eq!(task[field], value, "{field}: {task:#}");
    }
    assert_eq!(task["conductor"], probe.node("reservation").await);
    let (started, deadline) = (task["started_at"].as_str().unwrap(), task["deadline"].as_str().unwrap());
    // Texts of one length: they sort as times do.
    assert!(started < deadline && started.len() == deadline.len(), "{task:#}");

    assert_eq!(document(&probe, &path.replace("/v1", "")).await["uuid"], task["uuid"]);

    probe.open("a").await;
    is_free(&probe).await;
    let task = document(&probe, &path).await;
    assert_eq!((&task["state"], &task["error"]), (&json!("succeeded"), &Value::Null));
    assert!(task["finished_at"].as_str().unwrap() >= started, "{task:#}");
    assert_eq!((&task["arguments"], &task["deadline"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn progress_is_that_of_the_last_report() {
    let probe = Probe::start().await;
    let path = begin(&probe, "tells", json!({ "gate": "a", "lines": 3, "more": 2 })).await;
    probe.entered("a", 1).await;
    let third = json!({ "done": 3, "total": 3, "text": "step 3" });
    assert_eq!(document(&probe, &path).await["progress"], third);
    assert_eq!(document(&probe, "/v1/tasks").await["tasks"][0]["progress"], third);
    probe.open("a").await;
    is_free(&probe).await;
    // Reported right before the end, and written with it.
    let fifth = json!({ "done": 5, "total": 5, "text": "step 5" });
    assert_eq!(document(&probe, &path).await["progress"], fifth);
}

#[tokio::test]
async fn a_listing_has_the_newest_first_and_filters() {
    let probe = Probe::start().await;
    let other = create(&probe, "other").await;
    probe.open("open").await;
    let failed = begin(&probe, "hold_async", json!({ "gate": "open", "fail": "no" })).await;
    is_free(&probe).await;
    let told = begin(&probe, "tells", json!({ "gate": "open", "lines": 0 })).await;
    is_free(&probe).await;
    let runs = probe
        .post("/v1/nodes/other/vendor_passthru/hold_async", &json!({ "gate": "shut" }))
        .await;
    let runs = accepted(&runs);
    let [failed, told, runs] = [failed, told, runs].map(|path| uuid(&path));
    let since = document(&probe, &format!("/v1/tasks/{told}")).await["started_at"].clone();
    let since = since.as_str().unwrap().replace('+', "%2B");
    let node = probe.node("uuid").await;
    let node = node.as_str().unwrap();

    for (query, tasks) in [
        (String::new(), vec![&runs, &told, &failed]),
        ("?driver=probe".into(), vec![&runs, &told, &failed]),
        ("?driver=fake".into(), vec![]),
        ("?node=n".into(), vec![&told, &failed]),
        (format!("?node={node}"), vec![&told, &failed]),
        (format!("?node={other}"), vec![&runs]),
        ("?method=hold_async".into(), vec![&runs, &failed]),
        ("?state=running".into(), vec![&runs]),
        ("?state=failed&method=hold_async&node=n".into(), vec![&failed]),
        ("?state=cancelled".into(), vec![]),
        (format!("?since={since}"), vec![&runs, &told]),
        ("?since=2000-01-01T00:00:00Z".into(), vec![&runs, &told, &failed]),
        ("?since=2200-01-01T00:00:00Z".into(), vec![]),
    ] {
        let list = document(&probe, &format!("/v1/tasks{query}")).await;
        assert_eq!(uuids(&list).iter().collect::<Vec<_>>(), tasks, "{query}");
        assert!(list.get("next").is_none(), "{query}");
        assert!(list["tasks"][0].get("arguments").is_none(), "{query}");
    }
    for (query, status, part) in [
        ("?state=done", 400, "running, succeeded, failed, cancelled, interrupted"),
        ("?since=yesterday", 400, "2026-01-31T12:00:00Z"),
        ("?node=nobody", 404, "Node nobody could not be found"),
        ("?limit=0", 400, "limit=0"),
        ("?marker=x", 400, "marker="),
        ("?colour=red", 400, "Unexpected arguments: colour"),
        ("?state=failed&state=running", 400, "more than once"),
        ("?marker=1be26c0b-03f2-4d2e-ae87-c02d7f33c123", 404, "is not known"),
    ] {
        let answer = probe.get(&format!("/v1/tasks{query}")).await;
        assert_eq!(answer.status, status, "{query}: {answer:?}");
        assert!(answer.faultstring().contains(part), "{query}: {answer:?}");
    }
    probe.open("shut").await;
}

#[tokio::test]
async fn a_listing_comes_in_pages_that_keep_the_filter() {
    let probe = Probe::with("[api]\nmax_limit = 3\n").await;
    probe.open("open").await;
    let mut begun = Vec::new();
    for turn in 0..7 {
        begun.push(uuid(&begin(&probe, "hold_async", json!({ "gate": "open" })).await));
        is_free(&probe).await;
        if turn == 3 {
            begin(&probe, "tells", json!({ "gate": "open", "lines": 0 })).await;
            is_free(&probe).await;
        }
    }
    begun.reverse();
    for limit in ["limit=2&", "limit=100&", ""] {
        let mut path = format!("/v1/tasks?{limit}method=hold_async");
        let mut listed = Vec::new();
        loop {
            let page = document(&probe, &path).await;
            let tasks = uuids(&page);
            assert!(tasks.len() <= if limit == "limit=2&" { 2 } else { 3 }, "{page:#}");
            listed.extend(tasks);
            let Some(next) = page.get("next") else { break };
            path = next.as_str().unwrap().strip_prefix(probe.base()).unwrap().to_owned();
        }
        assert_eq!(listed, begun, "{limit}");
    }
}

#[tokio::test]
async fn what_is_no_task_is_not_found() {
    let probe = Probe::start().await;
    let nobody = "1be26c0b-03f2-4d2e-ae87-c02d7f33c123";
    for task in [nobody, "x", "../nodes"] {
        for path in ["", "/events"] {
            let path = format!("/v1/tasks/{}{path}", task.replace('/', "%2F"));
            assert_eq!(probe.get(&path).await.status, 404, "{path}");
        }
        let path = format!("/v1/tasks/{}/cancel", task.replace('/', "%2F"));
        assert_eq!(probe.post(&path, &json!({})).await.status, 404, "{path}");
    }
    for (path, allow) in [
        ("/v1/tasks", "GET"),
        ("/v1/tasks/x", "GET"),
        ("/v1/tasks/x/events", "GET"),
    ] {
        let answer = probe.post(path, &json!({})).await;
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, allow),
            "{path}: {answer:?}"
        );
    }
    let answer = probe.get("/v1/tasks/x/cancel").await;
    assert_eq!((answer.status, answer.header("allow")), (405, "POST"), "{answer:?}");
}

#[tokio::test]
async fn a_cancelled_task_says_who_cancelled_it_and_frees_its_node() {
    let probe = Probe::start().await;
    let path = begin(&probe, "hold_async", json!({ "gate": "a", "note": "kept?" })).await;
    probe.entered("a", 1).await;
    let cancelled = probe.post(&format!("{path}/cancel"), &json!({})).await;
    assert_eq!(cancelled.status, 202, "{cancelled:?}");
    assert_eq!(cancelled.json()["cancelling"], true);
    // It never asked whether it should stop, so it is dropped where it waits.
    is_free(&probe).await;
    let task = document(&probe, &path).await;
    assert_eq!(
        (&task["state"], &task["cancelling"]),
        (&json!("cancelled"), &json!(false))
    );
    let (error, request) = (
        task["error"].as_str().unwrap(),
        cancelled.header("openstack-request-id"),
    );
    assert_eq!(
        error,
        format!("the method hold_async was cancelled by request {request}")
    );
    let last_error = probe.node("last_error").await;
    assert!(last_error.as_str().unwrap().contains(error), "{last_error}");
    assert_eq!(probe.node("extra").await, json!({}));

    let again = probe.post(&format!("{path}/cancel"), &json!({})).await;
    assert_eq!(again.status, 409, "{again:?}");
    assert!(again.faultstring().contains("has ended as cancelled"), "{again:?}");
}

#[tokio::test]
async fn a_method_that_listens_ends_a_cancelled_task_in_its_own_words() {
    let probe = Probe::start().await;
    let path = begin(&probe, "heeds", json!({ "gate": "a" })).await;
    for _ in 0..2 {
        let cancelled = probe.send(probe.request("POST", &format!("{path}/cancel"))).await;
        assert_eq!(cancelled.status, 202, "{cancelled:?}");
    }
    probe.entered("a", 1).await;
    let task = document(&probe, &path).await;
    // On a very slow machine its grace may be over.
    if task["state"] == "running" {
        assert_eq!(task["cancelling"], true, "{task:#}");
    }
    probe.open("a").await;
    is_free(&probe).await;
    let task = document(&probe, &path).await;
    assert_eq!(task["state"], "cancelled");
    let error = task["error"].as_str().unwrap();
    assert!(
        error == "stopped half-way" || error.contains("was cancelled by request"),
        "{error}"
    );
    assert_eq!(probe.node("extra").await, json!({}));
}

#[tokio::test]
async fn a_thread_that_cannot_be_stopped_keeps_its_lock_and_its_success() {
    let probe = Probe::with("[conductor]\nlock_wait = \"50ms\"\n").await;
    let path = begin(&probe, "blocks_async", json!({ "gate": "a" })).await;
    probe.entered("a", 1).await;
    let cancelled = probe.post(&format!("{path}/cancel"), &json!({})).await;
    assert_eq!(cancelled.status, 202, "{cancelled:?}");
    let refused = probe.call("count", &json!({})).await;
    assert_eq!(refused.status, 409, "{refused:?}");
    let task = document(&probe, &path).await;
    assert_eq!((&task["state"], &task["cancelling"]), (&json!("running"), &json!(true)));
    let listed = document(&probe, "/v1/tasks?state=running").await;
    assert_eq!(listed["tasks"][0]["cancelling"], true, "{listed:#}");
    probe.driver("unblock", &json!({})).await;
    assert_eq!(ended(&probe, &path).await["state"], "succeeded");
}

#[tokio::test]
async fn to_cancel_takes_no_arguments() {
    let probe = Probe::start().await;
    let path = begin(&probe, "hold_async", json!({ "gate": "a" })).await;
    let cancel = format!("{path}/cancel");
    let answer = probe.post(&cancel, &json!({ "force": true })).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(answer.faultstring().contains("force"), "{answer:?}");
    assert_eq!(probe.post(&format!("{cancel}?force=1"), &json!({})).await.status, 400);
    assert_eq!(document(&probe, &path).await["cancelling"], false);
    probe.open("a").await;
    is_free(&probe).await;
    assert_eq!(document(&probe, &path).await["state"], "succeeded");
}

#[tokio::test]
async fn arguments_are_shown_without_secrets_and_kept_nowhere() {
    const SECRET: &str = "c4n4ry-in-a-c0al-mine";
    let state = tempfile::tempdir().unwrap();
    let probe = Probe::at(state.path()).await;
    let arguments = json!({ "gate": "a", "note": 1, "password": SECRET });
    let path = begin(&probe, "hold_async", arguments).await;
    probe.entered("a", 1).await;
    let task = document(&probe, &path).await;
    assert_eq!(
        task["arguments"],
        json!({ "gate": "a", "note": 1, "password": "******" }),
        "{task:#}"
    );
    probe.open("a").await;
    is_free(&probe).await;
    assert_eq!(document(&probe, &path).await["arguments"], Value::Null);
    let stopped = probe.server.stop();
    assert!(!stopped.stderr.contains(SECRET));
    for file in std::fs::read_dir(state.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()));
    }
}

#[tokio::test]
async fn a_driver_has_tasks_too() {
    let probe = Probe::start().await;
    let answer = probe
        .post("/v1/drivers/probe/vendor_passthru/hold_driver", &json!({ "gate": "a" }))
        .await;
    let path = accepted(&answer);
    let task = document(&probe, &path).await;
    assert_eq!((&task["node"], &task["state"]), (&Value::Null, &json!("running")));
    let cancelled = probe.post(&format!("{path}/cancel"), &json!({})).await;
    assert_eq!(cancelled.status, 202, "{cancelled:?}");
    assert_eq!(ended(&probe, &path).await["state"], "cancelled");
}

#[tokio::test]
async fn tasks_outlive_their_nodes_and_their_server() {
    let state = tempfile::tempdir().unwrap();
    let probe = Probe::at(state.path()).await;
    let other = create(&probe, "other").await;
    probe.open("open").await;
    let gone = probe
        .post("/v1/nodes/other/vendor_passthru/hold_async", &json!({ "gate": "open" }))
        .await;
    let gone = accepted(&gone);
    assert_eq!(ended(&probe, &gone).await["state"], "succeeded");
    assert_eq!(probe.delete("/v1/nodes/other").await.status, 204);
    let lost = begin(&probe, "hold_async", json!({ "gate": "shut" })).await;
    probe.server.kill();

    let probe = Probe::at(state.path()).await;
    let list = document(&probe, &format!("/v1/tasks?node={other}")).await;
    assert_eq!(uuids(&list), [uuid(&gone)]);
    let task = document(&probe, &lost).await;
    assert_eq!(
        (&task["state"], &task["deadline"]),
        (&json!("interrupted"), &Value::Null)
    );
    assert!(
        task["error"].as_str().unwrap().contains("its outcome is unknown"),
        "{task:#}"
    );
    let cancelled = probe.post(&format!("{lost}/cancel"), &json!({})).await;
    assert_eq!(cancelled.status, 409, "{cancelled:?}");
}
