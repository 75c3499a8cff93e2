//! `bessemer tasks`: the tasks of a running server, and with `--follow` what those tell that run. What is printed while
//! a task is followed is in `cli/follow.rs`.

use clap::Args;
use serde_json::Value;

use super::Failure;
use super::client::{Client, ask, items, segment};
use super::follow::{self, Show};
use super::list::{align, pretty, word};
use crate::config::{Config, Faults};
use crate::serve::Ended;

#[derive(Args)]
pub(super) struct TasksArgs {
    /// One task, by its uuid
    #[arg(conflicts_with_all = ["node", "driver", "method", "state", "since", "limit"])]
    task: Option<String>,
    /// Shows what running tasks tell until they have ended; exits 1 if one of them does not succeed
    #[arg(long, conflicts_with = "state")]
    follow: bool,
    /// Those of one node, by its uuid or its name
    #[arg(long)]
    node: Option<String>,
    /// Those of one driver
    #[arg(long)]
    driver: Option<String>,
    /// Those of one method
    #[arg(long)]
    method: Option<String>,
    /// Those that are running, succeeded, failed, cancelled or interrupted
    #[arg(long)]
    state: Option<String>,
    /// Those that began then or later: 2026-01-31T12:00:00Z
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// So many at most, the newest first
    #[arg(long, value_name = "COUNT", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    limit: u64,
    /// As JSON; with --follow a line for each event
    #[arg(long)]
    json: bool,
    /// Where the server listens [default: api.host_ip and api.port]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

impl TasksArgs {
    fn query(&self) -> Vec<(&'static str, String)> {
        let filters = [
            ("node", &self.node),
            ("driver", &self.driver),
            ("method", &self.method),
            ("state", &self.state),
            ("since", &self.since),
        ];
        let filters = filters.into_iter();
        let mut query: Vec<(&str, String)> = filters.filter_map(|(key, value)| Some((key, value.clone()?))).collect();
        query.push(("limit", self.limit.to_string()));
        if self.follow {
            query.push(("state", "running".into()));
        }
        query
    }

    async fn tasks(&self, client: &Client) -> Result<(Vec<Value>, bool), Ended> {
        match &self.task {
            Some(task) => Ok((vec![client.get(&format!("/v1/tasks/{}", segment(task))).await?], false)),
            None => {
                let max = usize::try_from(self.limit).unwrap_or(usize::MAX);
                items(client, "/v1/tasks", "tasks", &self.query(), max).await
            }
        }
    }
}

/// Carries it out, and prints what there is as it comes.
pub(super) fn run(
    args: &TasksArgs,
    config: impl FnOnce() -> Result<Config, Faults>,
    print: fn(&str),
) -> Result<(), Failure> {
    let client = Client::new(args.url.as_deref(), config)?;
    ask(async {
        let (tasks, more) = args.tasks(&client).await?;
        if more {
            eprintln!(
                "there are more than {} such tasks; --limit says how many are shown",
                args.limit
            );
        }
        if args.follow {
            return follow::run(client, tasks, Show::new(args.json, print)).await;
        }
        print(&match (args.json, &args.task, tasks) {
            (true, Some(_), mut tasks) => pretty(&tasks.remove(0)),
            (true, None, tasks) => pretty(&tasks.into()),
            (false, _, tasks) => table(&tasks),
        });
        Ok(())
    })?;
    Ok(())
}

fn table(tasks: &[Value]) -> String {
    if tasks.is_empty() {
        return "there are no tasks, or none that was asked for\n".into();
    }
    let mut table = vec![["TASK", "STATE", "STARTED", "METHOD", "NODE", ""].map(String::from)];
    for task in tasks {
        let state = match task["cancelling"] == true {
            true => "cancelling".into(),
            false => word(&task["state"]),
        };
        let node = match &task["node"] {
            Value::Null => format!("driver {}", word(&task["driver"])),
            node => word(node),
        };
        let more = match &task["error"] {
            Value::Null => progress(&task["progress"]),
            error => word(error),
        };
        let started = word(&task["started_at"]);
        // To the second.
        let started = started.get(..19).map_or(started.clone(), |time| format!("{time}Z"));
        table.push([word(&task["uuid"]), state, started, word(&task["method"]), node, more]);
    }
    align(&table)
}

/// How far a task is, in words; empty if it did not say.
pub(super) fn progress(progress: &Value) -> String {
    let count = |key: &str| progress[key].as_u64().unwrap_or(0);
    let text = word(&progress["text"]);
    let counted = match (count("done"), count("total")) {
        (0, 0) => String::new(),
        (done, 0) => done.to_string(),
        (done, total) => format!("{done}/{total}"),
    };
    [counted, text].join(" ").trim().to_owned()
}
