//! How values are read: durations, sizes, parts, Ironic's names, addresses, URLs, databases.

use std::path::Path;
use std::time::Duration;

use super::*;
use crate::config::{Connection, LogFormat, LogLevel, duration};

#[test]
fn durations() {
    #[track_caller]
    fn check(toml: &str, expected_ms: Option<u64>) {
        let read = read(&format!("[conductor]\nlock_wait = {toml}\n"));
        let expected = expected_ms.map(Duration::from_millis);
        assert_eq!(
            read.ok().map(|(config, _)| config.conductor.lock_wait),
            expected,
            "{toml}"
        );
    }
    check("3", Some(3000));
    check("0", Some(0));
    check("0x10", Some(16_000));
    check("0.25", Some(250));
    check("1e1", Some(10_000));
    check("\"7\"", Some(7000));
    check("\"1.5\"", Some(1500));
    check("\"500ms\"", Some(500));
    check("\"3s\"", Some(3000));
    check("\"3 s\"", Some(3000));
    check("\"2m\"", Some(120_000));
    check("\"1h\"", Some(3_600_000));
    check("\"0.5h\"", Some(1_800_000));
    check("\"61m\"", None);
    check("99999999999999999999", None);
    check("-1", None);
    check("nan", None);
    check("inf", None);
    check("\"\"", None);
    check("\"s\"", None);
    check("\"-1s\"", None);
    check("\"3 weeks\"", None);
    check("\"1.2.3s\"", None);
    check("true", None);
    check("[3]", None);
}

#[test]
fn durations_for_people() {
    let text = |ms| duration::text(Duration::from_millis(ms));
    assert_eq!(
        [0, 500, 1500, 3000, 90_000, 120_000, 3_600_000].map(text),
        ["0s", "500ms", "1500ms", "3s", "90s", "2m", "1h"]
    );
    let literal = |ms| duration::literal(Duration::from_millis(ms));
    assert_eq!([500, 3_600_000].map(literal), ["\"500ms\"", "3600"]);
}

#[test]
fn every_duration_is_shown_so_that_it_is_read_again() {
    for nanos in [1, 999, 1_000_001, 100_000_000, 1_234_567_891, 3_599_999_999_999] {
        let duration = Duration::from_nanos(nanos);
        let literal = duration::literal(duration);
        assert_eq!(duration::parse(literal.trim_matches('"')), Some(duration), "{literal}");
    }
}

#[test]
fn sizes_are_kib() {
    let config = config("[api]\nmax_json_body_size = 2\nmax_header_size = 8\n");
    assert_eq!(
        (config.api.max_json_body_size_bytes, config.api.max_header_size_bytes),
        (2048, 8192)
    );
}

#[test]
fn driver_workers_are_a_number_or_a_part() {
    #[track_caller]
    fn check(toml: &str, expected: Option<usize>) {
        let read = read(&format!("[conductor]\nworkers_pool_size = 30\n{toml}\n"));
        assert_eq!(
            read.ok().map(|(config, _)| config.conductor.driver_workers_max),
            expected,
            "{toml}"
        );
    }
    check("", Some(15));
    check("driver_workers_max = 30", Some(30));
    check("driver_workers_max = 31", None);
    check("driver_workers_max = \"10%\"", Some(3));
    check("driver_workers_max = \"1%\"", Some(1));
    check("driver_workers_max = \"101%\"", None);
    check("driver_workers_max = \"0%\"", None);
    check("driver_workers_max = \"half\"", None);
    check("driver_workers_max = 0", None);
}

#[test]
fn lock_wait_in_ironics_words() {
    #[track_caller]
    fn check(toml: &str, seconds: u64, origin: &str) {
        let config = config(&format!("[conductor]\n{toml}"));
        assert_eq!(config.conductor.lock_wait, Duration::from_secs(seconds));
        assert_eq!(config.origin("conductor.lock_wait").to_string(), origin);
    }
    check("", 3, "default");
    check("lock_wait = 7", 7, "config.toml:2:13");
    check("node_locked_retry_attempts = 5", 5, "config.toml:2:30");
    check("node_locked_retry_interval = 5", 15, "config.toml:2:30");
    check(
        "node_locked_retry_attempts = 4\nnode_locked_retry_interval = 5",
        20,
        "config.toml:3:30",
    );
    check(
        "node_locked_retry_interval = 5\nnode_locked_retry_attempts = 4",
        20,
        "config.toml:3:30",
    );
    check("node_locked_retry_attempts = 0", 0, "config.toml:2:30");
    let told = told(read("[conductor]\nnode_locked_retry_attempts = 100000\n"));
    assert!(told.contains("must be at most 1h, not 100000 x 1s"), "{told}");
}

#[test]
fn lock_wait_of_a_later_source_wins_whichever_words_it_uses() {
    let wait = |sources: Sources| Config::load(&sources).unwrap().0.conductor.lock_wait.as_secs();
    let ironic = machine().env("BESSEMER_CONDUCTOR__NODE_LOCKED_RETRY_ATTEMPTS", "9");
    assert_eq!(wait(ironic.clone()), 9);
    assert_eq!(wait(ironic.clone().flag("conductor.lock_wait", "2", "--lock-wait")), 2);
    assert_eq!(
        wait(ironic.flag("conductor.node_locked_retry_interval", "2", "--interval")),
        18
    );
    let ours = machine().env("BESSEMER_CONDUCTOR__LOCK_WAIT", "9");
    assert_eq!(
        wait(ours.flag("conductor.node_locked_retry_interval", "2", "--interval")),
        6
    );
}

#[test]
fn enabled_drivers_all_some_and_none() {
    let names = |toml: &str| {
        let drivers = config(toml).enabled_drivers;
        drivers.map(|drivers| drivers.into_iter().map(|driver| driver.value).collect::<Vec<_>>())
    };
    assert_eq!(names(""), None);
    assert_eq!(names("enabled_drivers = ['*']"), None);
    assert_eq!(names("enabled_drivers = []"), Some(vec![]));
    assert_eq!(
        names("enabled_hardware_types = ['redfish']"),
        Some(vec!["redfish".to_owned()])
    );
    assert!(told(read("enabled_drivers = ['*', 'redfish']")).contains("it stands alone"));
    let (_, warnings) = read("enabled_drivers = []").unwrap();
    assert_eq!(warnings[0].message(), "enabled_drivers is empty: no driver is offered");
    assert!(warnings[0].render(Colour::Plain).starts_with("warning: "));
}

#[test]
fn addresses() {
    let ip = |ip: &str| read(&format!("api.host_ip = '{ip}'")).map(|(config, _)| config.api.host_ip.to_string());
    assert_eq!(ip("127.0.0.2").unwrap(), "127.0.0.2");
    assert_eq!(ip("::1").unwrap(), "::1");
    assert_eq!(ip("::ffff:127.0.0.1").unwrap(), "::ffff:127.0.0.1");
    assert!(told(ip("localhost")).contains("use 127.0.0.1 or ::1"));
    assert!(told(ip("::")).contains("no authentication yet"));
    assert!(told(ip("192.0.2.1")).contains("no authentication yet"));
    let (config, warnings) = read("api.host_ip = '0.0.0.0'\napi.allow_noauth_beyond_loopback = true").unwrap();
    assert_eq!(config.api.host_ip.to_string(), "0.0.0.0");
    assert!(warnings[0].message().contains("without authentication"));
}

#[test]
fn public_endpoints() {
    let url = |url: &str| read(&format!("api.public_endpoint = '{url}'")).map(|(config, _)| config.api.public_endpoint);
    assert_eq!(url("").unwrap(), None);
    assert_eq!(
        url("https://metal.example:6385/").unwrap().unwrap(),
        "https://metal.example:6385"
    );
    assert_eq!(
        url("http://[::1]/baremetal").unwrap().unwrap(),
        "http://[::1]/baremetal"
    );
    for wrong in [
        "metal.example",
        "ftp://x",
        "https://",
        "http://:80",
        "http://u:p@x",
        "http://x/?a",
        "http://x y",
    ] {
        assert!(url(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn databases() {
    let path = |url: &str| {
        read(&format!("database.connection = '{url}'")).map(|(config, _)| match config.database.connection {
            Connection::Sqlite { path } => path,
        })
    };
    assert_eq!(
        path("").unwrap(),
        Path::new("/home/op/.local/state/bessemer/bessemer.sqlite")
    );
    assert_eq!(path("sqlite:///var/x.db").unwrap(), Path::new("/var/x.db"));
    assert_eq!(path("sqlite:////var/x.db").unwrap(), Path::new("/var/x.db"));
    for wrong in [
        "sqlite://x",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///x?mode=ro",
        "mysql://x",
        "/var/x.db",
    ] {
        assert!(path(wrong).is_err(), "{wrong}");
    }
    for postgres in ["postgresql://x", "postgres://x", "postgresql+psycopg2://u:p@x/y"] {
        assert!(
            told(path(postgres)).contains("PostgreSQL is not built into this version"),
            "{postgres}"
        );
    }
}

#[test]
fn words_and_switches() {
    let config = config("[log]\nlevel = 'debug'\nformat = 'json'\naccess = false\n");
    assert_eq!(
        (config.log.level, config.log.format, config.log.access),
        (LogLevel::Debug, LogFormat::Json, false)
    );
    let flag = |text| Config::load(&machine().flag("log.access", text, "--log-access"));
    assert!(!flag("false").unwrap().0.log.access);
    assert!(told(flag("perhaps")).contains("expected true or false"));
}

#[test]
fn names_and_paths() {
    assert_eq!(config("host = 'rack-7.metal_1'").host, "rack-7.metal_1");
    assert!(told(read("host = 'a b'")).contains("' ' cannot be part of it"));
    assert!(told(read("state_path = '~/state'")).contains("write the whole path"));
    assert!(config("state_path = 'relative'").state_path.is_absolute());
    assert!(told(read(&format!("host = '{}'", "x".repeat(300)))).contains("at most 255 characters"));
}

/// A rule between two options says nothing when one of them was refused: what it would say could be wrong.
#[test]
fn rules_between_options_wait_for_both() {
    let faults = read("[conductor]\nsync_timeout = '20m'\nsync_timeout_max = 'long'\n").unwrap_err();
    assert_eq!(faults.len(), 1);
}
