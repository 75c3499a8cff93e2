//! Running tasks on the command line, as they go on: bars on a terminal, else a line for each event, as text or as
//! JSON. A connection that breaks is made again, and goes on behind the last line that was seen.

use std::collections::HashMap;
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, header};
use http_body_util::BodyExt as _;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use tokio::sync::mpsc::{self, Sender};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::client::Client;
use super::list::word;
use super::tasks::progress;
use crate::serve::Ended;

/// Between two connections for one task.
const PAUSE: Duration = Duration::from_secs(1);

/// As much of a uuid as tells two tasks apart: its end.
const UUID_END: usize = 12;

/// What a task told.
struct Told {
    task: String,
    name: String,
    data: Value,
}

/// Follows these tasks until all have ended.
pub(super) async fn run(client: Client, tasks: Vec<Value>, mut show: Show) -> Result<(), Ended> {
    let client = Arc::new(client);
    let (sender, mut told) = mpsc::channel(64);
    let mut following = JoinSet::new();
    for task in &tasks {
        show.expect(task);
        following.spawn(follow(Arc::clone(&client), word(&task["uuid"]), sender.clone()));
    }
    drop(sender);
    let mut ends = Vec::new();
    while let Some(told) = told.recv().await {
        show.tell(&told);
        if told.name == "end" {
            ends.push(told);
        }
    }
    show.close(tasks.is_empty());
    while let Some(followed) = following.join_next().await {
        followed.map_err(|error| Ended::Failed(error.to_string()))??;
    }
    let is_bad = |end: &&Told| end.data["state"] != "succeeded";
    let bad: Vec<&Told> = ends.iter().filter(is_bad).collect();
    match bad[..] {
        [] => Ok(()),
        [end] if ends.len() == 1 => Err(Ended::Failed(format!(
            "the task {} {}: {}",
            end.task,
            phrase(&end.data["state"]),
            word(&end.data["error"])
        ))),
        _ => Err(Ended::Failed(format!(
            "{} of {} tasks did not succeed",
            bad.len(),
            ends.len()
        ))),
    }
}

fn phrase(state: &Value) -> String {
    match state.as_str() {
        Some("failed") => "failed".into(),
        _ => format!("was {}", word(state)),
    }
}

/// Follows one task.
async fn follow(client: Arc<Client>, task: String, to: Sender<Told>) -> Result<(), Ended> {
    let mut last_id = None;
    loop {
        if listen(&client, &task, &mut last_id, &to).await? {
            return Ok(());
        }
        sleep(PAUSE).await;
        let now = client.get(&format!("/v1/tasks/{task}")).await?;
        if now["state"] == "running" && now["deadline"].is_null() {
            return Err(Ended::Failed(format!(
                "the task {task} runs no more, but its end could not be saved; at the server's next start it counts as interrupted"
            )));
        }
    }
}

/// Listens until the task or the connection ends. Returns whether it was the task.
async fn listen(client: &Client, task: &str, last_id: &mut Option<String>, to: &Sender<Told>) -> Result<bool, Ended> {
    let mut headers = vec![(header::ACCEPT, "text/event-stream".to_owned())];
    headers.extend(last_id.clone().map(|id| (HeaderName::from_static("last-event-id"), id)));
    let mut body = client
        .open(&format!("/v1/tasks/{task}/events"), &headers)
        .await?
        .into_body();
    let mut text = Vec::new();
    while let Some(Ok(frame)) = body.frame().await {
        text.extend_from_slice(frame.data_ref().map_or(&[], |data| &data[..]));
        while let Some(end) = text.windows(2).position(|pair| pair == b"\n\n") {
            let event: Vec<u8> = text.drain(..end + 2).collect();
            let Some((name, id, data)) = event_of(&String::from_utf8_lossy(&event)) else {
                continue;
            };
            *last_id = id.or(last_id.take());
            let is_end = name == "end";
            let task = task.to_owned();
            // Nobody receives any more where this is dropped.
            let _ = to.send(Told { task, name, data }).await;
            if is_end {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Name, id and data of an event; `None` of a comment.
fn event_of(text: &str) -> Option<(String, Option<String>, Value)> {
    let field = |name: &str| {
        let mut lines = text.lines();
        lines.find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(": ")?.to_owned()))
    };
    let data = serde_json::from_str(&field("data")?).ok()?;
    Some((field("event")?, field("id"), data))
}

/// Where it is shown.
pub(super) struct Show {
    form: Form,
    print: fn(&str),
    /// What each task is called in its lines.
    names: HashMap<String, String>,
}

enum Form {
    Json,
    Lines,
    Bars(MultiProgress, HashMap<String, ProgressBar>),
}

impl Show {
    pub(super) fn new(json: bool, print: fn(&str)) -> Self {
        let form = if json {
            Form::Json
        } else if std::io::stdout().is_terminal() {
            let bars = MultiProgress::with_draw_target(ProgressDrawTarget::stdout());
            Form::Bars(bars, HashMap::new())
        } else {
            Form::Lines
        };
        Self {
            form,
            print,
            names: HashMap::new(),
        }
    }

    fn expect(&mut self, task: &Value) {
        let id = word(&task["uuid"]);
        let mut name = format!("{id} {}", word(&task["method"]));
        if let Form::Bars(bars, of) = &mut self.form {
            // On a terminal there is more to show beside it.
            name = name.split_off(name.floor_char_boundary(id.len().saturating_sub(UUID_END)));
            let bar = bars.add(ProgressBar::new(0).with_prefix(name.clone()));
            style(&bar, 0);
            bar.enable_steady_tick(Duration::from_millis(200));
            of.insert(id.clone(), bar);
        }
        self.names.insert(id, name);
    }

    fn tell(&mut self, told: &Told) {
        let Told { task, name, data } = told;
        let who = self.names.get(task).unwrap_or(task);
        match &self.form {
            Form::Json => (self.print)(&format!("{}\n", json!({ "task": task, "event": name, "data": data }))),
            Form::Lines => (self.print)(&format!("{who}: {}\n", line(name, data))),
            Form::Bars(bars, of) => {
                let Some(bar) = of.get(task) else { return };
                match &**name {
                    "state" => advance(bar, &data["progress"]),
                    "progress" => advance(bar, data),
                    "end" => {
                        bar.set_message(line(name, data));
                        bar.abandon();
                    }
                    // An error says that the terminal is gone.
                    _ => drop(bars.println(format!("{who}: {}", line(name, data)))),
                }
            }
        }
    }

    fn close(&self, is_empty: bool) {
        if is_empty && !matches!(self.form, Form::Json) {
            (self.print)("no task runs, or none that was asked for\n");
        }
    }
}

/// An event in words.
fn line(name: &str, data: &Value) -> String {
    match name {
        "state" => match progress(&data["progress"]) {
            far if far.is_empty() => word(&data["state"]),
            far => format!("{}, {far}", word(&data["state"])),
        },
        "progress" => progress(data),
        "log" => format!("| {}", word(&data["text"])),
        "lagged" => format!("{} lines of its log are gone", data["missed"]),
        "cancelling" => format!("is cancelled by request {}", word(&data["by"])),
        "end" if data["error"].is_null() => word(&data["state"]),
        "end" => format!("{}: {}", word(&data["state"]), word(&data["error"])),
        other => other.to_owned(),
    }
}

fn advance(bar: &ProgressBar, told: &Value) {
    if told.is_null() {
        return;
    }
    let count = |key: &str| told[key].as_u64().unwrap_or(0);
    style(bar, count("total"));
    bar.set_length(count("total"));
    bar.set_position(count("done"));
    bar.set_message(word(&told["text"]));
}

/// Who knows no total has no bar to fill.
fn style(bar: &ProgressBar, total: u64) {
    let template = match total {
        0 => "{prefix} {spinner} {wide_msg}",
        _ => "{prefix} [{bar:24}] {pos}/{len} {wide_msg}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
}
