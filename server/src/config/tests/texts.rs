//! The table and the result as text: sample, show, markdown.

use super::*;
use crate::config::options::{Opt, env_name};
use crate::config::table::OPTIONS;
use crate::config::{Origins, markdown, sample};

/// The sample with every option uncommented.
fn uncommented() -> String {
    let lines = sample();
    let lines = lines.lines().map(|line| match line.strip_prefix('#') {
        Some(option) if !option.starts_with('#') => option,
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn sample_uncommented_is_the_defaults() {
    let sample = config(&uncommented());
    let default = config("");
    assert_eq!(sample.show(Origins::Left), default.show(Origins::Left));
    for setting in sample.settings() {
        assert_ne!(
            setting.origin.to_string(),
            "default",
            "{} is missing in the sample",
            setting.key
        );
    }
}

/// The figures of the design; a change here is a change for operators.
#[test]
fn defaults() {
    let expected = r#"
enabled_drivers = ["*"]
host = "box"
state_path = "/home/op/.local/state/bessemer"

[api]
host_ip = "127.0.0.1"
port = 6385
public_endpoint = ""
max_limit = 1000
max_json_body_size = 1024
max_json_body_depth = 25
header_timeout = 10
body_timeout = 30
idle_timeout = 75
max_header_size = 64
headers_max = 100
patch_operations_max = 1000
page_size_max = 16384
connections_max = 1024
connections_per_address_max = 0
task_listeners_max = 16
event_heartbeat = 15
accept_queue_max = 1024
allow_noauth_beyond_loopback = false

[conductor]
lock_wait = 3
lock_waiters_per_node_max = 64
lock_waiters_max = 4096
workers_pool_size = 300
driver_workers_max = 150
node_workers_max = 16
driver_threads = 1
driver_blocking_threads = 64
sync_timeout = 60
async_timeout = 1800
sync_timeout_max = 600
async_timeout_max = 86400
answer_size_max = 16384
attachment_size_max = 1024
error_size_max = 4096
nodes_max = 1000000
node_size_max = 1024
task_retention = 604800
tasks_per_node_max = 1000
driver_start_timeout = 10
driver_stop_timeout = 5
graceful_shutdown_timeout = 60
drain_shutdown_timeout = 1800
conductor_group = ""

[database]
connection = "sqlite:///home/op/.local/state/bessemer/bessemer.sqlite"

[healthcheck]
enabled = true

[log]
level = "info"
format = "auto"
access = true
call_lines_max = 1000
call_line_bytes_max = 4096

[metrics]
enabled = true
"#;
    assert_eq!(config("").show(Origins::Left), expected.trim_start());
}

#[test]
fn sample_as_it_is_sets_nothing() {
    let sample = config(&sample());
    assert_eq!(sample.show(Origins::Told), config("").show(Origins::Told));
}

#[test]
fn sample_says_what_an_operator_asks() {
    let sample = sample();
    assert!(sample.lines().all(|line| line.len() <= 82), "lines fit a terminal");
    let port = "\
## Port to listen on; 0 takes any free one, and the log says which. Accepts an
## integer from 0 to 65535. Ironic: [api] port.
#port = 6385
";
    assert!(sample.contains(port), "{sample}");
    let drivers = "\
## The drivers to offer, by name, out of those compiled into the binary. An empty
## list offers none. Accepts a list of names. [\"*\"] means every driver compiled
## in. Ironic: [DEFAULT] enabled_hardware_types.
#enabled_drivers = [\"*\"]
";
    assert!(sample.contains(drivers), "{sample}");
}

#[test]
fn table_is_whole() {
    let mut names: Vec<&str> = OPTIONS.iter().flat_map(Opt::names).collect();
    for opt in OPTIONS {
        assert!(opt.doc.ends_with('.'), "{} has no doc", opt.key);
        assert!(
            opt.key.matches('.').count() <= 1,
            "{} is deeper than a section",
            opt.key
        );
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "two options have one name");
    // Two keys could share a variable only by a double underscore in a name.
    assert!(names.iter().all(|name| !name.contains("__")));
    assert_eq!(env_name("api.max_limit"), "BESSEMER_API__MAX_LIMIT");
}

#[test]
fn show_tells_origins_and_what_was_derived() {
    let text = "[conductor]\nnode_locked_retry_attempts = 5\nworkers_pool_size = 40\n[drivers.acme]\ntls.verify = false\n\"odd key\" = 2024-01-01\n";
    let shown = config(text).show(Origins::Told);
    for line in [
        "enabled_drivers = [\"*\"]                        # default",
        "host = \"box\"                                   # default",
        "state_path = \"/home/op/.local/state/bessemer\"  # environment HOME",
        "lock_wait = 5                   # config.toml:2:30",
        "workers_pool_size = 40          # config.toml:3:21",
        "driver_workers_max = 20         # default",
        "connection = \"sqlite:///home/op/.local/state/bessemer/bessemer.sqlite\"  # default",
        "[drivers.acme]",
        "\"odd key\" = \"2024-01-01\"  # config.toml:6:13",
        "tls.verify = false        # config.toml:5:14",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line}\n---\n{shown}");
    }
    assert!(!shown.contains("node_locked"));
}

#[test]
fn what_is_shown_can_be_read_again() {
    let text = "host = \"q\\\"\"\n".replace("q\\\"", "q")
        + "[api]\nheader_timeout = 0.5\n[log]\nlevel = 'warn'\n[drivers.\"a b\"]\nx = [{ y = 'z' }, 1.5]\nempty = {}\n";
    let shown = config(&text).show(Origins::Told);
    assert_eq!(config(&shown).show(Origins::Left), config(&text).show(Origins::Left));
    assert!(shown.contains("header_timeout = \"500ms\""));
}

#[test]
fn markdown_has_a_row_for_each_option() {
    let table = markdown();
    assert_eq!(table.lines().count(), OPTIONS.len() + 2);
    let row = "| `api.port`<br>`BESSEMER_API__PORT` | an integer from 0 to 65535 | `6385` | [api] port | Port to listen on; 0 takes any free one, and the log says which. |";
    assert!(table.lines().any(|line| line == row), "{table}");
    assert!(
        table.lines().skip(2).all(|line| line.matches(" | ").count() == 4),
        "{table}"
    );
}
