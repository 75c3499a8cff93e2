//! Every source, alone and over the others: files, fragments, environment, flags.

use std::fs;
use std::path::Path;

use super::*;
use crate::config::{Located, Origin, Purpose};

/// A directory with files.
fn directory(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    directory
}

fn with_file(path: &Path) -> Sources {
    Sources {
        file: Some(path.to_owned()),
        ..machine()
    }
}

fn load(sources: &Sources) -> Config {
    Config::load(sources).unwrap_or_else(|faults| panic!("{faults}")).0
}

/// What is told, with the directory's own name taken out.
fn told_in(directory: &tempfile::TempDir, sources: &Sources) -> String {
    told(Config::load(sources)).replace(&directory.path().display().to_string(), "DIR")
}

#[test]
fn nothing_is_needed() {
    let config = load(&machine());
    assert_eq!(config.enabled_drivers, None);
    assert_eq!(config.host, "box");
    assert_eq!(
        (config.api.host_ip.to_string().as_str(), config.api.port),
        ("127.0.0.1", 6385)
    );
    assert_eq!(config.state_path, Path::new("/home/op/.local/state/bessemer"));
    assert!(config.files.is_empty());
}

#[test]
fn each_source_wins_over_those_before_it() {
    let directory = directory(&[
        (
            "config.toml",
            b"[api]\nport = 1\nmax_limit = 1\nconnections_max = 1\nmax_json_body_depth = 1",
        ),
        (
            "conf.d/10-a.toml",
            b"[api]\nmax_limit = 2\nconnections_max = 2\nmax_json_body_depth = 2",
        ),
        (
            "conf.d/20-b.toml",
            b"api.connections_max = 3\napi.max_json_body_depth = 3",
        ),
        ("conf.d/.20-b.toml", b"not even TOML"),
        ("conf.d/README", b"not even TOML"),
    ]);
    let sources = with_file(&directory.path().join("config.toml"))
        .env("BESSEMER_API__MAX_JSON_BODY_DEPTH", "4")
        .env("BESSEMER_API__PORT", "4")
        .flag("api.port", "5", "--port");
    let config = load(&sources);
    let origin = |key: &str| {
        config
            .origin(key)
            .to_string()
            .replace(&directory.path().display().to_string(), "DIR")
    };
    assert_eq!(
        (config.api.max_limit, origin("api.max_limit")),
        (2, "DIR/conf.d/10-a.toml:2:13".to_owned())
    );
    assert_eq!(
        (config.api.connections_max, origin("api.connections_max")),
        (3, "DIR/conf.d/20-b.toml:1:23".to_owned())
    );
    let depth = "environment BESSEMER_API__MAX_JSON_BODY_DEPTH".to_owned();
    assert_eq!(
        (config.api.max_json_body_depth, origin("api.max_json_body_depth")),
        (4, depth)
    );
    assert_eq!((config.api.port, origin("api.port")), (5, "flag --port".to_owned()));
    assert_eq!(origin("log.level"), "default");
    let names: Vec<_> = config
        .files
        .iter()
        .map(|file| file.value.file_name().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["config.toml", "10-a.toml", "20-b.toml"]);
    assert!(
        config
            .files
            .iter()
            .all(|file| file.origin.to_string() == "flag --config")
    );
}

#[test]
fn flag_names_the_file_before_the_variable_does_and_both_before_the_default() {
    let directory = directory(&[("a", b"host = 'a'"), ("b", b"host = 'b'"), ("c", b"host = 'c'")]);
    let path = |name: &str| directory.path().join(name);
    let default = Sources {
        default_file: Some(path("c")),
        ..machine()
    };
    assert_eq!(load(&default).host, "c");
    let variable = default.clone().env("BESSEMER_CONFIG", path("b").to_str().unwrap());
    assert_eq!(load(&variable).host, "b");
    assert_eq!(
        load(&variable).files[0].origin.to_string(),
        "environment BESSEMER_CONFIG"
    );
    let flag = Sources {
        file: Some(path("a")),
        ..variable
    };
    assert_eq!(load(&flag).host, "a");
    let nothing = Sources {
        default_file: Some(path("d")),
        ..machine()
    };
    assert_eq!(load(&nothing).host, "box");
}

#[test]
fn fragments_beside_an_absent_default_file_are_read() {
    let directory = directory(&[("conf.d/a.toml", b"host = 'a'")]);
    let sources = Sources {
        default_file: Some(directory.path().join("config.toml")),
        ..machine()
    };
    assert_eq!(load(&sources).host, "a");
}

#[test]
fn faults_of_all_sources_come_at_once() {
    let directory = directory(&[("config.toml", b"zebra = 1"), ("conf.d/a.toml", b"[api]\nport = -1")]);
    let sources = with_file(&directory.path().join("config.toml"))
        .env("BESSEMER_LOG__LEVEL", "loud")
        .flag("api.port", "http", "--port");
    let expected = r#"
error: unknown option zebra
 --> DIR/config.toml:1:1
  |
1 | zebra = 1
  | ^^^^^ no such option
  |
  = help: `bessemer config sample` shows every option

error: api.port must be an integer from 0 to 65535, not -1
 --> DIR/conf.d/a.toml:2:8
  |
2 | port = -1
  |        ^^ at least 0

error: log.level must be one of error, warn, info, debug, trace, not "loud"
 |
 | BESSEMER_LOG__LEVEL=loud
 |                     ^^^^ no such word

error: api.port must be an integer from 0 to 65535, not "http"
 |
 | --port http
 |        ^^^^ expected an integer"#;
    assert_eq!(told_in(&directory, &sources), expected.trim_start());
}

#[test]
fn file_that_cannot_be_read_is_told_with_what_named_it() {
    let directory = directory(&[
        ("bytes", b"host = 'x'\n# \xff\n"),
        ("big", &vec![b'#'; 1024 * 1024 + 1]),
    ]);
    let path = |name: &str| directory.path().join(name);
    let check = |sources: Sources, expected: &str| assert_eq!(told_in(&directory, &sources), expected.trim());
    check(
        with_file(&path("none")),
        r"
error: configuration file DIR/none does not exist
 |
 | --config DIR/none
 |          REPLACED"
            .replace("REPLACED", &"^".repeat(path("none").as_os_str().len()))
            .as_str(),
    );
    assert!(
        told_in(&directory, &with_file(&path("")))
            .starts_with("error: configuration file DIR/ is a directory, not a file")
    );
    assert!(
        told_in(&directory, &with_file(&path("big")))
            .starts_with("error: configuration file DIR/big is larger than 1024 KiB")
    );
    let variable = machine().env("BESSEMER_CONFIG", path("none").to_str().unwrap());
    assert!(told_in(&directory, &variable).contains("| BESSEMER_CONFIG=DIR/none"));
    check(
        with_file(&path("bytes")),
        "
error: configuration file DIR/bytes is not UTF-8
 --> DIR/bytes:2:3
  |
2 | # \u{fffd}
  |   ^ not a character",
    );
}

#[test]
fn byte_order_mark_is_no_part_of_the_text() {
    let directory = directory(&[("a", "\u{feff}zebra = 1".as_bytes())]);
    assert!(told_in(&directory, &with_file(&directory.path().join("a"))).contains("DIR/a:1:1"));
}

#[test]
fn unknown_variables() {
    #[track_caller]
    fn check(name: &str, label: &str) {
        let told = told(Config::load(&machine().env(name, "s3cret")));
        let expected = format!("error: unknown variable {name}\n |\n | {name}=");
        assert!(told.starts_with(&expected), "{told}");
        assert!(told.contains(&format!("{} {label}", "^".repeat(name.len()))), "{told}");
        assert!(!told.contains("s3cret"), "{told}");
    }
    check("BESSEMER_API__PRT", "did you mean BESSEMER_API__PORT?");
    check("BESSEMER_API_PORT", "did you mean BESSEMER_API__PORT?");
    check("BESSEMER_PORT", "did you mean BESSEMER_API__PORT?");
    check("BESSEMER_api__port", "did you mean BESSEMER_API__PORT?");
    check(
        "BESSEMER_ENABLED_HARDWARE_TYPE",
        "did you mean BESSEMER_ENABLED_HARDWARE_TYPES?",
    );
    check("BESSEMER_TOKEN", "no option has this name");
    check(
        "BESSEMER_DRIVERS__ACME__PASSWORD",
        "a driver's settings have no variables",
    );
}

#[test]
fn variables_of_others_are_left_alone() {
    let sources = machine()
        .env("API__PORT", "x")
        .env("BESSEMER_SERVICE_HOST", "10.0.0.1")
        .env("BESSEMER_SERVICE_PORT", "6385")
        .env("BESSEMER_SERVICE_PORT_HTTP", "6385")
        .env("BESSEMER_PORT", "tcp://10.0.0.1:6385")
        .env("BESSEMER_PORT_6385_TCP", "tcp://10.0.0.1:6385")
        .env("BESSEMER_PORT_6385_TCP_PROTO", "tcp")
        .env("BESSEMER_API_PORT", "tcp://10.0.0.1:6385");
    assert_eq!(load(&sources).api.port, 6385);
}

#[test]
fn lists_in_variables_are_separated_by_commas_and_each_name_has_its_place() {
    let config = load(&machine().env("BESSEMER_ENABLED_HARDWARE_TYPES", "redfish, acmee"));
    let drivers = config.enabled_drivers.unwrap();
    let names: Vec<&str> = drivers.iter().map(|driver| driver.value.as_str()).collect();
    assert_eq!(names, ["redfish", "acmee"]);
    let fault = Diagnostic::fault("no").at(&drivers[1].origin).label("this");
    let expected = "\
error: no
 |
 | BESSEMER_ENABLED_HARDWARE_TYPES=redfish, acmee
 |                                          ^^^^^ this";
    assert_eq!(fault.render(Colour::Plain), expected);
    let empty = load(&machine().env("BESSEMER_ENABLED_DRIVERS", ""));
    assert_eq!(empty.enabled_drivers, Some(vec![]));
    let all = load(&machine().env("BESSEMER_ENABLED_DRIVERS", "*"));
    assert_eq!(all.enabled_drivers, None);
}

#[test]
fn name_and_alias_are_a_fault_in_one_source_and_an_override_across_two() {
    let both = machine()
        .env("BESSEMER_ENABLED_DRIVERS", "a")
        .env("BESSEMER_ENABLED_HARDWARE_TYPES", "b");
    assert!(told(Config::load(&both)).starts_with("error: enabled_drivers and enabled_hardware_types are two names"));
    let over = machine()
        .env("BESSEMER_ENABLED_HARDWARE_TYPES", "b")
        .flag("enabled_drivers", "a", "--drivers");
    assert_eq!(load(&over).enabled_drivers.unwrap()[0].value, "a");
}

#[test]
fn state_path_by_source() {
    #[track_caller]
    fn check(sources: Sources, path: &str, origin: &str) {
        let config = load(&sources);
        assert_eq!(config.state_path, Path::new(path));
        assert_eq!(config.origin("state_path").to_string(), origin);
    }
    check(machine(), "/home/op/.local/state/bessemer", "environment HOME");
    let xdg = machine().env("XDG_STATE_HOME", "/xdg");
    check(xdg.clone(), "/xdg/bessemer", "environment XDG_STATE_HOME");
    check(
        machine().env("XDG_STATE_HOME", "xdg"),
        "/home/op/.local/state/bessemer",
        "environment HOME",
    );
    let systemd = xdg.env("STATE_DIRECTORY", "/var/lib/bessemer:/var/lib/other");
    check(systemd.clone(), "/var/lib/bessemer", "environment STATE_DIRECTORY");
    check(
        systemd.flag("state_path", "/srv", "--state-dir"),
        "/srv",
        "flag --state-dir",
    );
    let told = told(Config::load(&Sources::default()));
    assert!(told.starts_with("error: no place for the state directory"), "{told}");
}

#[test]
fn who_only_lists_needs_no_place_for_state() {
    let listing = Sources {
        purpose: Purpose::List,
        ..Sources::default()
    };
    assert_eq!(load(&listing).enabled_drivers, None);
    let told = told(Config::load(&listing.env("BESSEMER_API__PORT", "many")));
    assert!(told.contains("BESSEMER_API__PORT"), "other faults are told: {told}");
}

#[test]
fn flag_of_no_option_is_a_fault() {
    let told = told(Config::load(&machine().flag("api.prot", "1", "--port")));
    assert!(
        told.starts_with("error: --port sets api.prot, which is no option"),
        "{told}"
    );
}

#[test]
fn the_process_has_a_name_and_a_default_file() {
    let sources = Sources::of_process(None, Vec::new());
    assert!(!sources.machine_host.is_empty());
    assert_eq!(sources.default_file.unwrap(), Path::new("/etc/bessemer/config.toml"));
    let Located { origin, .. } = Located {
        value: (),
        origin: Origin::default(),
    };
    assert_eq!(origin, Origin::Default);
}
