//! Each option reaches the field of its name, and no other.

use std::time::Duration;

use super::*;
use crate::config::{Api, Conductor, Connection, Database, Healthcheck, Log, LogFormat, LogLevel, Metrics, sample};

/// The sample with every option at another value than its default.
fn all_different() -> String {
    let mut text = String::new();
    for line in sample().lines().filter(|line| !line.starts_with("##")) {
        let Some((name, default)) = line.trim_start_matches('#').split_once(" = ") else {
            text.extend([line, "\n"]);
            continue;
        };
        let value = match (name, default) {
            ("enabled_drivers", _) => "['a']".to_owned(),
            ("state_path", _) => "'/srv'".to_owned(),
            ("host_ip", _) => "'::1'".to_owned(),
            ("public_endpoint", _) => "'http://x'".to_owned(),
            ("connection", _) => "'sqlite:///x'".to_owned(),
            ("level", _) => "'trace'".to_owned(),
            ("format", _) => "'json'".to_owned(),
            ("driver_workers_max", _) => "7".to_owned(),
            (name, "\"\"") => format!("'{name}'"),
            (_, "true") => "false".to_owned(),
            (_, "false") => "true".to_owned(),
            (_, number) => (number.parse::<u64>().unwrap() + 1).to_string(),
        };
        text.extend([name, " = ", &value, "\n"]);
    }
    text
}

#[test]
fn every_option_reaches_its_field() {
    let config = config(&all_different());
    let seconds = Duration::from_secs;
    assert_eq!(config.enabled_drivers.unwrap()[0].value, "a");
    assert_eq!(config.host, "host");
    assert_eq!(config.state_path.to_str(), Some("/srv"));
    let api = Api {
        host_ip: "::1".parse().unwrap(),
        port: 6386,
        public_endpoint: Some("http://x".to_owned()),
        max_limit: 1001,
        max_json_body_size_bytes: 1025 * 1024,
        max_json_body_depth: 26,
        header_timeout: seconds(11),
        body_timeout: seconds(31),
        idle_timeout: seconds(76),
        max_header_size_bytes: 65 * 1024,
        headers_max: 101,
        patch_operations_max: 1001,
        page_size_max_bytes: 16385 * 1024,
        connections_max: 1025,
        connections_per_address_max: Some(1),
        task_listeners_max: 17,
        event_heartbeat: seconds(16),
        accept_queue_max: 1025,
        allow_noauth_beyond_loopback: true,
    };
    assert_eq!(config.api, api);
    let conductor = Conductor {
        lock_wait: seconds(4),
        lock_waiters_per_node_max: 65,
        lock_waiters_max: 4097,
        workers_pool_size: 301,
        driver_workers_max: 7,
        node_workers_max: 17,
        driver_threads: 2,
        driver_blocking_threads: 65,
        sync_timeout: seconds(61),
        async_timeout: seconds(1801),
        sync_timeout_max: seconds(601),
        async_timeout_max: seconds(86401),
        answer_size_max_bytes: 16385 * 1024,
        attachment_size_max_bytes: 1025 * 1024 * 1024,
        error_size_max_bytes: 4097,
        nodes_max: 1_000_001,
        node_size_max_bytes: 1025 * 1024,
        task_retention: seconds(604_801),
        tasks_per_node_max: 1001,
        driver_start_timeout: seconds(11),
        driver_stop_timeout: seconds(6),
        graceful_shutdown_timeout: seconds(61),
        drain_shutdown_timeout: seconds(1801),
        conductor_group: "conductor_group".to_owned(),
    };
    assert_eq!(config.conductor, conductor);
    let connection = Connection::Sqlite { path: "/x".into() };
    assert_eq!(config.database, Database { connection });
    assert_eq!(config.healthcheck, Healthcheck { enabled: false });
    let log = Log {
        level: LogLevel::Trace,
        format: LogFormat::Json,
        access: false,
        call_lines_max: 1001,
        call_line_bytes_max: 4097,
    };
    assert_eq!(config.log, log);
    assert_eq!(config.metrics, Metrics { enabled: false });
}
