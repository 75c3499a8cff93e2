//! `bessemer locks`: which nodes of a running server are locked, by whom, and who waits.

use clap::Args;
use serde_json::Value;

use super::Failure;
use super::client::{Client, ask, items, segment};
use super::list::{align, pretty, word};
use crate::config::{Config, Faults};

#[derive(Args)]
pub(super) struct LocksArgs {
    /// One node, by its uuid or its name
    node: Option<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// Where the server listens [default: api.host_ip and api.port]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

/// What there is to print.
pub(super) fn run(args: &LocksArgs, config: impl FnOnce() -> Result<Config, Faults>) -> Result<String, Failure> {
    let client = Client::new(args.url.as_deref(), config)?;
    let locks = ask(async {
        match &args.node {
            Some(node) => Ok(vec![client.get(&format!("/v1/locks/{}", segment(node))).await?]),
            None => Ok(items(&client, "/v1/locks", "locks", &[], usize::MAX).await?.0),
        }
    })?;
    Ok(if args.json { pretty(&locks.into()) } else { table(locks) })
}

/// Holders and waiters, a line each; first the nodes that are held longest.
fn table(mut locks: Vec<Value>) -> String {
    let held = |lock: &Value| lock["holders"][0]["seconds"].as_f64().unwrap_or(0.0);
    locks.sort_by(|a, b| held(b).total_cmp(&held(a)));
    let mut table = vec![["NODE", "NAME", "LOCK", "METHOD", "FOR", "REQUEST", "TASK", "UNTIL"].map(String::from)];
    for lock in &locks {
        let line = |state: String, asker: &Value, until: &Value| {
            [
                word(&lock["node"]),
                word(&lock["name"]),
                state,
                word(&asker["method"]),
                format!("{:.1} s", asker["seconds"].as_f64().unwrap_or(0.0)),
                word(&asker["request_id"]),
                word(&asker["task"]),
                word(until),
            ]
        };
        for holder in list(&lock["holders"]) {
            table.push(line(word(&lock["mode"]), holder, &Value::Null));
        }
        for waiter in list(&lock["waiters"]) {
            table.push(line(
                format!("waits: {}", word(&waiter["mode"])),
                waiter,
                &waiter["deadline"],
            ));
        }
    }
    match table.len() {
        1 => "no node is locked\n".into(),
        _ => align(&table),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
