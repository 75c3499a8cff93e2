//! The events of a task, as they are sent while it runs, to who comes late, and to who does not read.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use bessemer_tests::{Client, Probe};
use serde_json::{Value, json};

use crate::tasks_rest::{accepted, begin, ended};
use crate::until::until;

/// One event.
#[derive(Debug)]
struct Event {
    name: String,
    id: Option<u64>,
    data: Value,
}

/// Takes the events out of a text, up to the last whole one. Comments count for nothing.
fn take_events(text: &mut String) -> Vec<Event> {
    let mut events = Vec::new();
    let Some(end) = text.rfind("\n\n") else { return events };
    let whole: String = text.drain(..end + 2).collect();
    for block in whole.split_terminator("\n\n").filter(|block| !block.starts_with(':')) {
        let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
        events.push(Event {
            name: field("event: ").unwrap_or_else(|| panic!("{block}")).to_owned(),
            id: field("id: ").map(|id| id.parse().unwrap()),
            data: serde_json::from_str(field("data: ").unwrap_or_else(|| panic!("{block}"))).unwrap(),
        });
    }
    events
}

/// Somebody who listens.
struct Listener {
    response: reqwest::Response,
    text: String,
    ready: std::collections::VecDeque<Event>,
}

impl Listener {
    /// To a task that is there.
    async fn of(client: &Client, task: &str, last_event_id: Option<&str>) -> Self {
        let mut request = client
            .request("GET", &format!("{task}/events"))
            .header("accept", "text/event-stream");
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200, "{response:?}");
        Self {
            response,
            text: String::new(),
            ready: Default::default(),
        }
    }

    /// The next event; `None` at the end of the stream.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            let piece = self.response.chunk().await.unwrap()?;
            self.text.push_str(std::str::from_utf8(&piece).unwrap());
            self.ready.extend(take_events(&mut self.text));
        }
    }

    /// The next one that is called so, and those before it.
    async fn up_to(&mut self, name: &str) -> Vec<Event> {
        let mut events = Vec::new();
        loop {
            let event = self.next().await.unwrap_or_else(|| panic!("no {name} in {events:?}"));
            let is_last = event.name == name;
            events.push(event);
            if is_last {
                return events;
            }
        }
    }

    /// Up to the line of the log with this number.
    async fn up_to_line(&mut self, number: u64) -> Vec<Event> {
        let mut events = Vec::new();
        while events.last().is_none_or(|event: &Event| event.id != Some(number)) {
            events.push(
                self.next()
                    .await
                    .unwrap_or_else(|| panic!("no line {number} in {events:?}")),
            );
        }
        events
    }
}

/// The numbers of the log's lines.
fn lines(events: &[Event]) -> Vec<u64> {
    let logs = events.iter().filter(|event| event.name == "log");
    logs.map(|event| {
        let id = event.id.unwrap();
        let text = event.data["text"].as_str().unwrap();
        assert_eq!(text.trim_end_matches('-'), format!("line {id}"));
        assert!(event.data["at"].is_string());
        id
    })
    .collect()
}

fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| &*event.name).collect()
}

#[tokio::test]
async fn a_listener_is_told_the_state_then_each_line_and_at_last_the_end() {
    let probe = Probe::start().await;
    let task = begin(&probe, "tells", json!({ "gate": "a", "lines": 2, "more": 3 })).await;
    let mut listener = Listener::of(&probe, &task, None).await;
    let headers = listener.response.headers();
    assert_eq!(headers["content-type"], "text/event-stream");
    assert_eq!(headers["cache-control"], "no-store");
    let state = listener.next().await.unwrap();
    assert_eq!((&*state.name, state.id), ("state", None));
    assert_eq!(
        (&state.data["state"], &state.data["method"]),
        (&json!("running"), &json!("tells"))
    );
    assert_eq!(state.data["arguments"]["gate"], "a");
    assert_eq!(lines(&listener.up_to_line(2).await), [1, 2]);
    probe.open("a").await;
    let rest = listener.up_to("end").await;
    assert_eq!(lines(&rest), [3, 4, 5]);
    let progress: Vec<&Event> = rest.iter().filter(|event| event.name == "progress").collect();
    let last = json!({ "done": 5, "total": 5, "text": "step 5" });
    assert_eq!(progress.last().map(|event| &event.data), Some(&last));
    let end = rest.last().unwrap();
    assert_eq!(
        (&end.data["state"], &end.data["error"]),
        (&json!("succeeded"), &Value::Null)
    );
    assert!(end.data["finished_at"].is_string(), "{end:?}");
    assert!(listener.next().await.is_none(), "the stream ends with the task");
    // What was told is so.
    assert_eq!(probe.get(&task).await.json()["state"], "succeeded");
}

#[tokio::test]
async fn who_comes_when_it_is_over_is_told_how_it_ended() {
    let probe = Probe::start().await;
    probe.open("a").await;
    let task = begin(&probe, "hold_async", json!({ "gate": "a", "fail": "it rusted" })).await;
    assert_eq!(probe.call("count", &json!({})).await.status, 200);
    let mut listener = Listener::of(&probe, &task, None).await;
    let events = listener.up_to("end").await;
    assert_eq!(names(&events), ["state", "end"]);
    for event in events {
        assert_eq!(
            (&event.data["state"], &event.data["error"]),
            (&json!("failed"), &json!("it rusted"))
        );
    }
    assert!(listener.next().await.is_none());
}

#[tokio::test]
async fn who_comes_late_is_told_what_came_before() {
    let probe = Probe::start().await;
    let task = begin(&probe, "tells", json!({ "gate": "a", "lines": 3, "more": 1 })).await;
    probe.entered("a", 1).await;
    let mut late = Listener::of(&probe, &task, None).await;
    assert_eq!(lines(&late.up_to_line(3).await), [1, 2, 3]);
    // One who was there before, and saw one line.
    let mut again = Listener::of(&probe, &task, Some("1")).await;
    assert_eq!(lines(&again.up_to_line(3).await), [2, 3]);
    // Ids of something else are nobody's.
    let mut stranger = Listener::of(&probe, &task, Some("x")).await;
    let mut ahead = Listener::of(&probe, &task, Some("99")).await;
    probe.open("a").await;
    assert_eq!(lines(&late.up_to("end").await), [4]);
    assert_eq!(lines(&again.up_to("end").await), [4]);
    assert_eq!(lines(&stranger.up_to("end").await), [1, 2, 3, 4]);
    assert!(lines(&ahead.up_to("end").await).iter().all(|line| *line == 4));
}

#[tokio::test]
async fn who_comes_too_late_is_told_how_many_lines_are_gone() {
    let probe = Probe::start().await;
    let task = begin(&probe, "tells", json!({ "gate": "a", "lines": 300, "more": 1 })).await;
    probe.entered("a", 1).await;
    let mut listener = Listener::of(&probe, &task, None).await;
    let events = listener.up_to_line(300).await;
    assert_eq!(names(&events[..3]), ["state", "lagged", "log"]);
    let missed = events[1].data["missed"].as_u64().unwrap();
    assert!(missed > 0, "{events:?}");
    assert_eq!(lines(&events), (missed + 1..=300).collect::<Vec<_>>());
    probe.open("a").await;
    assert_eq!(lines(&listener.up_to("end").await), [301]);
}

/// The most memory that a server ever had, in KiB.
fn peak(probe: &Probe) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", probe.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test]
async fn who_does_not_read_costs_no_memory_and_delays_nobody() {
    const LINES: u64 = 30_000;
    const PAD: usize = 1000;
    // Nobody is sent away for being slow.
    let probe = Probe::with("[log]\ncall_lines_max = 1000000\n[api]\nidle_timeout = \"10m\"\n").await;
    let task = begin(
        &probe,
        "tells",
        json!({ "gate": "a", "lines": 1000, "more": LINES, "pad": PAD }),
    )
    .await;
    probe.entered("a", 1).await;
    let address = probe.base().strip_prefix("http://").unwrap();
    let mut slow: Vec<TcpStream> = (0..8)
        .map(|_| {
            let mut slow = TcpStream::connect(address).unwrap();
            slow.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
            let request = format!("GET {task}/events HTTP/1.0\r\n\r\n");
            slow.write_all(request.as_bytes()).unwrap();
            // It listens when the head of the answer comes.
            slow.read_exact(&mut [0; 12]).unwrap();
            slow
        })
        .collect();
    let before = peak(&probe);
    probe.open("a").await;
    assert_eq!(ended(&probe, &task).await["state"], "succeeded");
    // Linux counts it a little late.
    let grown = peak(&probe).saturating_sub(before);
    assert!(grown < 12 << 10, "the server grew by {grown} KiB");
    for slow in &mut slow {
        let mut text = String::new();
        slow.read_to_string(&mut text).unwrap();
        let (_, text) = text.split_once("\r\n\r\n").unwrap();
        let events = take_events(&mut text.to_owned());
        assert_eq!((names(&events)[0], *names(&events).last().unwrap()), ("state", "end"));
        let lines = lines(&events);
        assert!(lines.is_sorted() && lines.last() == Some(&(1000 + LINES)));
        let lagged = events.iter().filter(|event| event.name == "lagged");
        let missed: u64 = lagged.map(|event| event.data["missed"].as_u64().unwrap()).sum();
        assert_eq!(
            missed + lines.len() as u64,
            1000 + LINES,
            "each line was told or is known to be missed"
        );
    }
}

#[tokio::test]
async fn so_many_listen_and_a_place_is_free_when_one_leaves() {
    let probe = Probe::with("[api]\ntask_listeners_max = 1\n").await;
    let task = begin(&probe, "hold_async", json!({ "gate": "a" })).await;
    let first = Listener::of(&probe, &task, None).await;
    let refused = probe.get(&format!("{task}/events")).await;
    assert_eq!(
        (refused.status, refused.header("retry-after")),
        (503, "1"),
        "{refused:?}"
    );
    assert!(refused.faultstring().contains("api.task_listeners_max"), "{refused:?}");
    // Of another task.
    let created = probe
        .post("/v1/nodes", &json!({ "driver": "probe", "name": "m" }))
        .await;
    assert_eq!(created.status, 201, "{created:?}");
    let other = probe
        .post("/v1/nodes/m/vendor_passthru/hold_async", &json!({ "gate": "a" }))
        .await;
    Listener::of(&probe, &accepted(&other), None).await;
    drop(first);
    let mut next = until("the place is free", async || {
        let answer = probe.request("GET", &format!("{task}/events")).send().await.unwrap();
        (answer.status() == 200).then_some(Listener {
            response: answer,
            text: String::new(),
            ready: Default::default(),
        })
    })
    .await;
    probe.open("a").await;
    assert_eq!(next.up_to("end").await.last().unwrap().data["state"], "succeeded");
    // Who comes when it is over takes no place.
    let (mut one, mut two) = (
        Listener::of(&probe, &task, None).await,
        Listener::of(&probe, &task, None).await,
    );
    assert_eq!(one.up_to("end").await.len(), two.up_to("end").await.len());
}

#[tokio::test]
async fn while_nothing_happens_a_comment_says_so() {
    let probe = Probe::with("[api]\nevent_heartbeat = \"10ms\"\n").await;
    let task = begin(&probe, "hold_async", json!({ "gate": "a" })).await;
    let mut listener = Listener::of(&probe, &task, None).await;
    let mut text = String::new();
    while text.matches("\n\n: ").count() < 2 {
        let piece = listener.response.chunk().await.unwrap().unwrap();
        text.push_str(std::str::from_utf8(&piece).unwrap());
    }
    probe.open("a").await;
    assert_eq!(listener.up_to("end").await.last().unwrap().data["state"], "succeeded");
}

#[tokio::test]
async fn listeners_are_told_who_cancels() {
    let probe = Probe::start().await;
    let task = begin(&probe, "hold_async", json!({ "gate": "a" })).await;
    probe.entered("a", 1).await;
    let mut listener = Listener::of(&probe, &task, None).await;
    listener.up_to("state").await;
    let cancelled = probe.post(&format!("{task}/cancel"), &json!({})).await;
    assert_eq!(cancelled.status, 202, "{cancelled:?}");
    let events = listener.up_to("end").await;
    assert_eq!(names(&events), ["cancelling", "end"]);
    assert_eq!(events[0].data["by"], cancelled.header("openstack-request-id"));
    assert_eq!(events[1].data["state"], "cancelled");
}

#[tokio::test]
async fn a_stop_of_the_server_ends_what_it_interrupts() {
    let probe = Probe::with("[conductor]\ngraceful_shutdown_timeout = \"100ms\"\n").await;
    let task = begin(&probe, "hold_async", json!({ "gate": "a" })).await;
    probe.entered("a", 1).await;
    let mut listener = Listener::of(&probe, &task, None).await;
    listener.up_to("state").await;
    probe.terminate();
    let events = listener.up_to("end").await;
    assert_eq!(events.last().unwrap().data["state"], "interrupted", "{events:?}");
    assert!(listener.next().await.is_none());
    let stopped = probe.server.ended();
    assert_eq!(stopped.code, Some(0), "{stopped:?}");
}

#[tokio::test]
async fn events_take_no_query() {
    let probe = Probe::start().await;
    let task = begin(&probe, "hold_async", json!({ "gate": "a" })).await;
    let answer = probe.get(&format!("{task}/events?since=1")).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    probe.open("a").await;
}
