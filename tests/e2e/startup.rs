//! Starts that are refused: with 78 where the configuration, the binary or a driver is at fault, with 1 where the
//! machine is. Nothing listens, the text names the place and the way out, and every fault is told at once. And
//! starts that are not refused, for comparison.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};

use bessemer_tests::{Binary, Server, ServerBuilder, Stopped, path_of};

const MOODY: Binary = Binary::Fixture("moody");
const QUARREL: Binary = Binary::Fixture("quarrel");

fn with_config(binary: Binary, config: &str) -> ServerBuilder {
    Server::builder().binary(binary).config(config)
}

/// Checks that a start ended with this code before anything listened, and said all of this.
#[track_caller]
fn is_refused(stopped: &Stopped, code: i32, parts: &[&str]) {
    assert_eq!(stopped.code, Some(code), "{stopped:#?}");
    assert_eq!(stopped.stdout, "", "the banner is for those who serve: {stopped:#?}");
    for part in parts {
        assert!(stopped.stderr.contains(part), "no `{part}` in\n{}", stopped.stderr);
    }
    assert!(!stopped.stderr.contains("Cannot drop a runtime"), "{}", stopped.stderr);
}

/// Starts the moody fixture, which must be refused as misconfigured, with so many faults.
#[track_caller]
pub(super) fn refuses(config: &str, faults: usize, parts: &[&str]) {
    let stopped = with_config(MOODY, config).run_to_end();
    is_refused(&stopped, 78, parts);
    let told = stopped
        .stderr
        .lines()
        .filter(|line| line.starts_with("error: "))
        .count();
    assert_eq!(told, faults, "faults in\n{}", stopped.stderr);
}

// --- The configuration is at fault -------------------------------------------------------------------------------

#[test]
fn an_enabled_driver_that_is_not_compiled_in_is_refused_with_those_that_are() {
    refuses(
        "enabled_drivers = [\"fake-plain\", \"modoy\"]\n",
        1,
        &[
            "driver \"modoy\" is enabled, but is not compiled into this binary",
            "config.toml:1:34",
            "did you mean \"moody\" (bessemer-tests 0.1.0)?",
            "compiled in: fake-plain, moody, sullen",
            "name its crate in `bessemer_server::main!` and in Cargo.toml",
        ],
    );
}

#[test]
fn the_environment_is_named_where_it_enables_what_is_not_compiled_in() {
    let stopped = with_config(MOODY, "")
        .env("BESSEMER_ENABLED_DRIVERS", "sulen")
        .run_to_end();
    is_refused(&stopped, 78, &["BESSEMER_ENABLED_DRIVERS", "did you mean \"sullen\""]);
}

#[test]
fn every_wrong_option_is_told_at_once_and_at_its_place() {
    refuses(
        "hots = \"a\"\n[api]\nprot = 1\nmax_limit = \"many\"\n[conductor]\ndriver_start_timeout = -1\n",
        4,
        &[
            "config.toml:1:1",
            "did you mean \"host\"?",
            "config.toml:3:1",
            "did you mean \"port\"?",
            "config.toml:4:13",
            "config.toml:6:24",
        ],
    );
}

// --- The binary is at fault --------------------------------------------------------------------------------------

#[test]
fn two_drivers_of_one_name_are_refused_with_both_places() {
    is_refused(
        &with_config(QUARREL, "").run_to_end(),
        78,
        &[
            "two drivers of this binary are named \"fake\"",
            "one at bessemer-driver-fake 0.1.0 (drivers/fake/src/lib.rs:",
            "one at bessemer-tests 0.1.0 (tests/fixtures/quarrel.rs:",
            "leave one of the two crates out of `bessemer_server::main!`, or rename one driver",
        ],
    );
}

#[test]
fn two_methods_of_one_name_are_refused_with_both_places() {
    is_refused(
        &with_config(QUARREL, "").run_to_end(),
        78,
        &[
            "driver \"usurper\" has two methods named \"same\"",
            "one at bessemer-tests 0.1.0 (tests/fixtures/quarrel.rs:",
            "one at planted 1.2.3 (tests/fixtures/quarrel.rs:",
            "give one of them `name = \"…\"`",
        ],
    );
}

#[test]
fn a_crate_that_registered_nothing_is_refused() {
    is_refused(
        &with_config(QUARREL, "").run_to_end(),
        78,
        &[
            "crate `serde_json` is named in `main!` but registered no driver",
            "or leave it out of `main!`",
        ],
    );
}

#[test]
fn a_block_for_a_type_that_is_no_driver_is_refused() {
    is_refused(
        &with_config(QUARREL, "").run_to_end(),
        78,
        &[
            "quarrel::planted::Stray",
            "planted 1.2.3 (tests/fixtures/quarrel.rs:",
            "which is not a driver",
        ],
    );
}

#[test]
fn faults_of_binary_and_configuration_are_told_at_once() {
    is_refused(
        &with_config(QUARREL, "[api]\nprot = 1\n").run_to_end(),
        78,
        &[
            "did you mean \"port\"?",
            "are named \"fake\"",
            "methods named \"same\"",
            "crate `serde_json`",
        ],
    );
}

#[test]
fn what_is_enabled_is_judged_beside_faulty_options() {
    refuses(
        "enabled_drivers = [\"fakee\"]\n[api]\nprot = 1\n",
        2,
        &[
            "did you mean \"port\"?",
            "driver \"fakee\" is enabled, but is not compiled into this binary",
        ],
    );
}

#[test]
fn no_verb_but_those_without_drivers_works_in_a_binary_at_fault() {
    for verb in [&["drivers"][..], &["methods"], &["version"], &["config", "check"]] {
        let run = |builder: ServerBuilder, arg: &&str| builder.arg(*arg);
        let stopped = verb.iter().fold(with_config(QUARREL, ""), run).run_to_end();
        is_refused(&stopped, 78, &["are named \"fake\""]);
    }
}

// --- A driver is at fault ----------------------------------------------------------------------------------------

#[test]
fn a_driver_that_fails_at_its_start_is_named_with_its_place() {
    refuses(
        "[drivers.sullen]\nstart = \"fail\"\n",
        1,
        &[
            "driver \"moody\" cannot be started: no answer from the rack",
            "bessemer-tests 0.1.0 (tests/fixtures/moody.rs:",
            // What did start is not left hanging.
            "plain starts\n",
            "plain stops\n",
        ],
    );
}

#[test]
fn a_driver_that_panics_at_its_start_is_named() {
    refuses(
        "[drivers.moody]\nstart = \"panic\"\n",
        1,
        &["driver \"moody\" panicked at its start", "out of temper"],
    );
}

#[test]
fn a_driver_that_hangs_at_its_start_is_not_waited_for() {
    for way in ["hang", "block"] {
        refuses(
            // Alone, as another driver may not be quick enough for this time.
            &format!(
                "enabled_drivers = [\"moody\"]\n[conductor]\ndriver_start_timeout = \"200ms\"\n\
                 [drivers.moody]\nstart = \"{way}\"\n"
            ),
            1,
            &[
                "driver \"moody\" did not start within 0.2 s",
                "conductor.driver_start_timeout",
            ],
        );
    }
}

#[test]
fn nothing_listens_while_a_driver_starts() {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let config = directory.path().join("config.toml");
    std::fs::write(&config, "[drivers.moody]\nstart = \"hang\"\n").expect("a temporary file can be written");
    let port = free_port();
    let mut child = Command::new(path_of(MOODY))
        .env_clear()
        .arg("--config")
        .arg(&config)
        .arg("--state-dir")
        .arg(directory.path().join("state"))
        .args(["--port", &port.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary under test starts");
    let stderr = BufReader::new(child.stderr.take().expect("standard error is piped"));
    let starts = stderr.lines().map_while(Result::ok).any(|line| line == "moody starts");
    let answer = TcpStream::connect(("127.0.0.1", port));
    child.kill().expect("a child of ours can be killed");
    child.wait().expect("a child of ours can be waited for");
    assert!(starts, "the driver was not started");
    assert!(answer.is_err(), "something listens on port {port}");
}

#[test]
fn who_is_told_to_stop_while_a_driver_starts_ends_well() {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let config = directory.path().join("config.toml");
    std::fs::write(&config, "[drivers.moody]\nstart = \"hang\"\n").expect("a temporary file can be written");
    let mut child = Command::new(path_of(MOODY))
        .env_clear()
        .arg("--config")
        .arg(&config)
        .arg("--state-dir")
        .arg(directory.path().join("state"))
        .args(["--port", "0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary under test starts");
    let mut stderr = BufReader::new(child.stderr.take().expect("standard error is piped"));
    let starts = (&mut stderr)
        .lines()
        .map_while(Result::ok)
        .any(|line| line == "moody starts");
    assert!(starts, "the driver was not started");
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("a child of ours can be signalled");
    let rest: Vec<String> = stderr.lines().map_while(Result::ok).collect();
    let ended = child.wait_with_output().expect("a child of ours can be waited for");
    assert_eq!((ended.status.code(), &*ended.stdout), (Some(0), &b""[..]), "{rest:#?}");
    let told = "told to stop before all drivers had started";
    assert!(rest.iter().any(|line| line.contains(told)), "{rest:#?}");
}

#[tokio::test]
async fn after_a_refused_start_the_next_one_finds_its_state() {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let stopped = with_config(MOODY, "[drivers.moody]\nstart = \"fail\"\n")
        .state(directory.path())
        .run_to_end();
    is_refused(&stopped, 78, &["no answer from the rack"]);
    let server = with_config(MOODY, "").state(directory.path()).start().await;
    assert_eq!(server.get("/v1/nodes").await.status, 200);
}

// --- The machine is at fault -------------------------------------------------------------------------------------

#[tokio::test]
async fn a_second_server_on_a_state_directory_names_the_first() {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let first = Server::builder().state(directory.path()).start().await;
    let second = Server::builder().state(directory.path()).run_to_end();
    let pid = format!("in use by process {}", first.pid());
    is_refused(
        &second,
        1,
        &[&pid, directory.path().to_str().expect("temporary paths are text")],
    );
    assert_eq!(first.get("/v1").await.status, 200, "the first one goes on");
}

#[test]
fn a_state_directory_that_is_a_file_is_refused() {
    let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    let stopped = Server::builder().state(file.path()).run_to_end();
    let path = file.path().to_str().expect("temporary paths are text");
    is_refused(
        &stopped,
        1,
        &[path, "is not a directory", "give another state directory"],
    );
}

#[test]
fn a_file_on_the_way_to_the_state_directory_is_named() {
    let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    let path = file.path().to_str().expect("temporary paths are text");
    for below in ["x", "x/y"] {
        let stopped = Server::builder().state(file.path().join(below)).run_to_end();
        is_refused(
            &stopped,
            1,
            &[&format!("error: {path} is not a directory; move it away")],
        );
    }
}

#[test]
fn a_port_in_use_is_refused_and_started_drivers_are_stopped() {
    let other = TcpListener::bind(("127.0.0.1", 0)).expect("some port is free");
    let port = other.local_addr().expect("a listener has an address").port();
    let stopped = with_config(MOODY, "").port(port).run_to_end();
    let address = format!("cannot listen on 127.0.0.1:{port}");
    is_refused(
        &stopped,
        1,
        &[
            &address,
            "choose another api.host_ip or api.port",
            "moody starts\n",
            "moody stops\n",
        ],
    );
}

// --- Nothing is at fault -----------------------------------------------------------------------------------------

/// Starts, and returns the names of the drivers that are served, and the banner.
async fn serves(config: &str) -> (Vec<String>, String, String) {
    let server = with_config(MOODY, config).start().await;
    let drivers = server.get("/v1/drivers").await.json();
    let drivers = drivers["drivers"].as_array().expect("drivers are a list").iter();
    let names = drivers
        .map(|driver| driver["name"].as_str().expect("a driver has a name").to_owned())
        .collect();
    let banner = server.banner().to_owned();
    let stopped = server.stop();
    assert_eq!(stopped.code, Some(0), "{stopped:?}");
    (names, banner, stopped.stderr)
}

#[tokio::test]
async fn every_driver_is_served_where_none_is_named() {
    let (names, banner, log) = serves("").await;
    assert_eq!(names, ["fake-plain", "moody", "sullen"]);
    assert!(
        banner.contains("moody, sullen (bessemer-tests 0.1.0): 1 node methods, 0 driver methods"),
        "{banner}"
    );
    assert!(
        banner.contains("every driver of this binary, since enabled_drivers is not set"),
        "{banner}"
    );
    assert!(log.contains("moody starts\n") && log.contains("moody stops\n"), "{log}");
}

#[tokio::test]
async fn an_empty_list_serves_no_driver_and_warns() {
    let (names, banner, log) = serves("enabled_drivers = []\n").await;
    assert_eq!(names, [""; 0]);
    assert!(banner.contains("none: enabled_drivers is an empty list"), "{banner}");
    assert!(log.contains("WARN") && log.contains("no driver is offered"), "{log}");
    assert!(!log.contains("starts"), "{log}");
}

#[tokio::test]
async fn ironics_option_enables_drivers_too() {
    let (names, banner, log) = serves("enabled_hardware_types = [\"sullen\"]\n").await;
    assert_eq!(names, ["sullen"]);
    assert!(!banner.contains("every driver"), "{banner}");
    assert!(log.contains("moody starts\n") && !log.contains("plain starts"), "{log}");
}

#[tokio::test]
async fn a_driver_that_is_not_enabled_may_keep_its_section() {
    let (names, _, _) = serves("enabled_drivers = [\"fake-plain\"]\n[drivers.moody]\nstart = \"fail\"\n").await;
    assert_eq!(names, ["fake-plain"]);
}

/// A port that nothing listens on, as far as can be told.
fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("some port is free");
    listener.local_addr().expect("a listener has an address").port()
}
