//! The list in README.md is what a server gives.

use bessemer_tests::{Probe, Server};
use serde_json::json;

use super::page::{Family, Page, read};
use crate::until::until;

const README: &str = include_str!("../../../README.md");

/// What the series of a family are called.
fn sample_name(family: &Family) -> String {
    let suffix = match family.kind.as_str() {
        "counter" => "_total",
        "info" => "_info",
        _ => "",
    };
    format!("{}{suffix}", family.name)
}

fn row(page: &Page, family: &Family) -> String {
    format!(
        "| `{}` | {} | {} | {} |",
        sample_name(family),
        family.kind,
        page.labels(&family.name).join(", "),
        family.help
    )
}

/// After a change that is meant, the table that this prints is to be put there.
#[tokio::test]
async fn the_readme_lists_exactly_what_is_there() {
    let probe = Probe::start().await;
    // A series of each: also of what seldom happens.
    assert_eq!(probe.call("deaf", &json!({})).await.status, 504);
    let task = probe.call("hold_async", &json!({"gate": "t"})).await;
    assert_eq!(task.status, 202, "{task:?}");
    probe.open("t").await;
    let call = probe.calling("hold", json!({"gate": "g"}));
    probe.entered("g", 1).await;
    call.abort();
    let page = until("each family has a series", async || {
        let page = read(&probe).await;
        let has_series = |family: &Family| page.samples.iter().any(|sample| sample.name.starts_with(&family.name));
        let has_labels =
            !page.labels("bessemer_calls_left").is_empty() && !page.labels("bessemer_task_seconds").is_empty();
        (page.families.iter().all(has_series) && has_labels).then_some(page)
    })
    .await;
    let wanted: Vec<String> = page.families.iter().map(|family| row(&page, family)).collect();
    let listed: Vec<&str> = README
        .lines()
        .filter(|line| line.starts_with("| `bessemer_") || line.starts_with("| `process_"))
        .collect();
    assert!(wanted == listed, "README.md should list\n{}", wanted.join("\n"));
}

/// The rules for alerts speak of what there is.
#[tokio::test]
async fn the_examples_name_what_is_there() {
    let server = Server::start().await;
    let page = read(&server).await;
    let names: Vec<String> = page.families.iter().map(sample_name).collect();
    let of_code = README.split("```").skip(1).step_by(2);
    let words = of_code.flat_map(|code| code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
    let mut found = 0;
    for word in words.filter(|word| is_metric(word)) {
        assert!(
            names.iter().any(|name| name == word),
            "README.md speaks of {word}; there are {names:?}"
        );
        found += 1;
    }
    assert!(found > 4, "{found}");
}

fn is_metric(word: &str) -> bool {
    let crates = ["bessemer_driver_", "bessemer_server"];
    word.starts_with("bessemer_") && !crates.iter().any(|name| word.starts_with(name))
}
