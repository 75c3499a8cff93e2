//! What a binary tells of itself without serving.

use std::process::Command;

use bessemer_tests::{Binary, path_of};
use serde_json::{Value, json};

/// How a binary answered.
struct Told {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Told {
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {}", self.stdout))
    }
}

/// Asks the moody fixture, whose drivers are known here.
fn ask(args: &[&str]) -> Told {
    ask_with(args, &[])
}

fn ask_with(args: &[&str], env: &[(&str, &str)]) -> Told {
    let home = tempfile::tempdir().expect("a temporary directory can be made");
    let mut command = moody(args);
    let told = answer(command.env("HOME", home.path()).envs(env.iter().copied()));
    assert!(
        std::fs::read_dir(home.path()).expect("it is there").next().is_none(),
        "asking leaves nothing behind"
    );
    told
}

fn moody(args: &[&str]) -> Command {
    let mut command = Command::new(path_of(Binary::Fixture("moody")));
    command.args(args).env_clear();
    command
}

fn answer(command: &mut Command) -> Told {
    let output = command.output().expect("the binary under test starts");
    Told {
        code: output.status.code().expect("no signal ends it"),
        stdout: String::from_utf8(output.stdout).expect("it prints text"),
        stderr: String::from_utf8(output.stderr).expect("it prints text"),
    }
}

/// What it prints, where it must succeed silently.
#[track_caller]
fn told(args: &[&str]) -> String {
    let told = ask(args);
    assert_eq!((told.code, told.stderr.as_str()), (0, ""), "{}", told.stdout);
    told.stdout
}

#[test]
fn drivers_are_listed_with_their_names_crate_and_methods() {
    assert_eq!(
        told(&["drivers"]),
        "NAME        ENABLED  CRATE           VERSION  METHODS\n\
         fake-plain  yes      bessemer-tests  0.1.0    2+1      for tests\n\
         moody       yes      bessemer-tests  0.1.0    1+0\n\
         sullen      yes      bessemer-tests  0.1.0    1+0      alias of moody\n"
    );
}

#[test]
fn drivers_tell_which_of_them_are_enabled() {
    let list = ask_with(&["drivers"], &[("BESSEMER_ENABLED_DRIVERS", "sullen")]).stdout;
    let enabled: Vec<&str> = list
        .lines()
        .skip(1)
        .filter_map(|line| line.split_whitespace().nth(1))
        .collect();
    assert_eq!(enabled, ["no", "no", "yes"], "{list}");
}

#[test]
fn drivers_are_listed_as_json_for_programs() {
    let list = ask(&["drivers", "--json"]).json();
    let [plain, moody] = &list.as_array().expect("a list")[..] else {
        panic!("{list:#}")
    };
    assert_eq!(plain["name"], "fake-plain");
    assert_eq!(plain["test"], true);
    assert_eq!(moody["name"], "moody");
    assert_eq!(moody["aliases"], json!(["sullen"]));
    assert_eq!(moody["enabled"], json!(["moody", "sullen"]));
    assert_eq!(moody["test"], false);
    assert_eq!(
        (&moody["crate"], &moody["version"]),
        (&json!("bessemer-tests"), &json!("0.1.0"))
    );
    let mut method = moody["node_methods"][0].clone();
    let line = method.as_object_mut().and_then(|method| method.remove("line"));
    assert!(line.is_some_and(|line| line.is_u64()), "{moody:#}");
    assert_eq!(
        method,
        json!({
            "name": "mood",
            "description": "Says how it is.\n\nAt length.",
            "http_methods": ["GET"],
            "async": false,
            "attach": false,
            "lock": "none",
            "file": "tests/fixtures/moody.rs",
        })
    );
}

#[test]
fn what_lists_needs_no_place_for_state() {
    for args in [
        &["drivers"][..],
        &["drivers", "--json"],
        &["methods"],
        &["methods", "moody", "--json"],
        &["version"],
        &["config", "sample"],
        &["completions", "bash"],
    ] {
        let told = answer(&mut moody(args));
        assert_eq!((told.code, told.stderr.as_str()), (0, ""), "{args:?}");
        assert_eq!(told.stdout, ask(args).stdout, "{args:?}");
    }
    // A start needs one, and so does what tells of a start.
    for args in [&["serve"][..], &["config", "check"], &["config", "show"]] {
        let told = answer(&mut moody(args));
        assert_eq!((told.code, told.stdout.as_str()), (78, ""), "{args:?}");
        assert!(
            told.stderr.contains("no place for the state directory"),
            "{}",
            told.stderr
        );
    }
}

#[test]
fn a_wrong_configuration_is_told_before_drivers_are_listed() {
    let told = ask_with(&["drivers"], &[("BESSEMER_API__PORT", "many")]);
    assert_eq!((told.code, told.stdout.as_str()), (78, ""));
    assert!(told.stderr.contains("BESSEMER_API__PORT"), "{}", told.stderr);
    assert!(told.stderr.ends_with('\n'), "{}", told.stderr);
}

#[test]
fn methods_are_listed_with_verbs_mode_and_lock() {
    assert_eq!(
        told(&["methods"]),
        "DRIVER      LEVEL   METHOD  VERBS     MODE   LOCK       DESCRIPTION\n\
         fake-plain  node    read    GET       sync   shared     Reads beside others.\n\
         fake-plain  node    work    POST,PUT  async  exclusive  Works in the background.\n\
         fake-plain  driver  file    GET       sync   none       A file.\n\
         moody       node    mood    GET       sync   none       Says how it is.\n"
    );
}

#[test]
fn methods_of_one_driver_are_found_by_any_of_its_names() {
    assert_eq!(told(&["methods", "sullen"]), told(&["methods", "moody"]));
    let list = ask(&["methods", "sullen", "--json"]).json();
    assert_eq!(list[0]["name"], "moody");
    assert_eq!(list[0]["node_methods"][0]["name"], "mood");
    assert!(list[1].is_null(), "{list:#}");
}

#[test]
fn methods_of_an_unknown_driver_are_refused_with_the_known_ones() {
    let told = ask(&["methods", "moodi"]);
    assert_eq!((told.code, told.stdout.as_str()), (2, ""), "as a wrong command line");
    assert!(
        told.stderr
            .starts_with("error: no driver \"moodi\" is compiled into this binary\n"),
        "{}",
        told.stderr
    );
    assert!(told.stderr.contains("did you mean \"moody\"?"), "{}", told.stderr);
    assert!(
        told.stderr.contains("compiled in: fake-plain, moody, sullen"),
        "{}",
        told.stderr
    );
}

#[test]
fn the_version_tells_what_is_in_the_binary() {
    let version = told(&["version"]);
    let lines: Vec<&str> = version.lines().collect();
    let path = path_of(Binary::Fixture("moody"));
    assert_eq!(
        lines,
        [
            "bessemer 0.1.0",
            path.to_str().expect("our paths are text"),
            "fake-plain (bessemer-tests 0.1.0)",
            "moody (bessemer-tests 0.1.0)",
        ]
    );
    let version = ask(&["version", "--json"]).json();
    assert_eq!(version["version"], "0.1.0");
    assert_eq!(
        version["drivers"][1],
        json!({"name": "moody", "crate": "bessemer-tests", "version": "0.1.0"})
    );
    assert_eq!(told(&["--version"]), "bessemer 0.1.0\n");
}

#[test]
fn a_sound_configuration_is_called_so() {
    assert_eq!(told(&["config", "check"]), "the configuration is sound\n");
}

#[test]
fn a_check_tells_what_a_start_would_tell() {
    let told = ask_with(&["config", "check"], &[("BESSEMER_ENABLED_DRIVERS", "modoy")]);
    assert_eq!((told.code, told.stdout.as_str()), (78, ""));
    assert!(told.stderr.contains("did you mean \"moody\""), "{}", told.stderr);
}

#[test]
fn a_check_does_not_start_drivers() {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let config = directory.path().join("config.toml");
    std::fs::write(&config, "[drivers.moody]\nstart = \"hang\"\n").expect("a temporary file can be written");
    let config = config.to_str().expect("temporary paths are text");
    assert_eq!(
        told(&["config", "check", "--config", config]),
        "the configuration is sound\n"
    );
}

#[test]
fn the_configuration_in_force_is_shown_with_its_origins() {
    let told = ask_with(
        &["config", "show", "--origin", "--port", "7000"],
        &[("BESSEMER_HOST", "rack-1")],
    );
    assert_eq!(told.code, 0, "{}", told.stderr);
    let line = |key: &str| {
        let line = told.stdout.lines().find(|line| line.starts_with(key));
        line.unwrap_or_else(|| panic!("no {key} in\n{}", told.stdout))
    };
    assert!(
        line("host = \"rack-1\"").ends_with("# environment BESSEMER_HOST"),
        "{}",
        told.stdout
    );
    assert!(line("port = 7000").ends_with("--port"), "{}", told.stdout);
    assert!(line("max_limit = 1000").ends_with("# default"), "{}", told.stdout);
}

#[test]
fn what_is_shown_and_the_sample_are_configurations() {
    for verb in ["show", "sample"] {
        let text = told(&["config", verb]);
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let config = directory.path().join("config.toml");
        std::fs::write(&config, &text).expect("a temporary file can be written");
        let config = config.to_str().expect("temporary paths are text");
        assert_eq!(
            told(&["config", "check", "--config", config]),
            "the configuration is sound\n",
            "{text}"
        );
    }
    assert!(told(&["config", "sample", "--form", "markdown"]).contains("| `api.port`"));
}

#[test]
fn completions_are_there_for_each_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = told(&["completions", shell]);
        assert!(
            script.contains("moody") && script.contains("completions"),
            "{shell}: {script}"
        );
    }
}

#[test]
fn a_binary_calls_itself_as_it_is_called() {
    use std::os::unix::process::CommandExt as _;

    for (args, part) in [
        (&["completions", "bash"][..], "complete -F _racks "),
        (&["completions", "zsh"], "#compdef racks\n"),
        (&["--help"], "Usage: racks [OPTIONS]"),
        (&["config", "show", "--help"], "Usage: racks config show"),
        (&["frobnicate"], "Usage: racks [OPTIONS]"),
        (&["methods", "a", "b"], "Usage: racks methods"),
    ] {
        // As it would be found under this name.
        let told = answer(moody(args).arg0("/opt/racks/bin/racks"));
        let text = told.stdout + &told.stderr;
        assert!(text.contains(part), "no `{part}` in\n{text}");
        // But for the variable and the path that bear the project's name.
        let own = text.replace("BESSEMER_CONFIG", "").replace("/etc/bessemer", "");
        assert!(!own.to_lowercase().contains("bessemer"), "{args:?}: {text}");
    }
}

#[test]
fn a_wrong_command_line_exits_with_2() {
    for args in [
        &["frobnicate"][..],
        &["--frob"],
        &["completions", "basch"],
        &["methods", "a", "b"],
    ] {
        let told = ask(args);
        assert_eq!((told.code, told.stdout.as_str()), (2, ""), "{args:?}");
        assert!(told.stderr.contains("error: "), "{}", told.stderr);
    }
}

#[test]
fn every_wrong_flag_for_an_option_is_told_at_once() {
    let told = ask(&[
        "config",
        "check",
        "--port",
        "99999",
        "--set",
        "api.prot=3",
        "--set",
        "x",
    ]);
    assert_eq!((told.code, told.stdout.as_str()), (78, ""));
    for part in [
        "--port 99999",
        "at most 65535",
        "api.prot",
        "--set wants KEY=VALUE, not \"x\"",
    ] {
        assert!(told.stderr.contains(part), "no `{part}` in\n{}", told.stderr);
    }
}

#[test]
fn a_reader_that_has_read_enough_is_no_error() {
    let mut child = Command::new(path_of(Binary::Fixture("moody")))
        .args(["config", "sample"])
        .env_clear()
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the binary under test starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("a child of ours can be waited for");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
