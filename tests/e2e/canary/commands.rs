//! What the binary prints.

use std::fs;
use std::process::{Command, Stdio};

use bessemer_tests::{Binary, Server, path_of};
use serde_json::json;

use super::{Outputs, SECTION};
use crate::tasks_rest::accepted;

struct Printed {
    code: Option<i32>,
    text: String,
}

/// Standard output and standard error of a command with this configuration.
async fn run(config: &str, args: &[&str], env: &[(&str, &str)]) -> Printed {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    fs::write(&path, config).unwrap();
    let mut command = Command::new(path_of(Binary::Fixture("vault")));
    command
        .args(args)
        .arg("--config")
        .arg(&path)
        .arg("--state-dir")
        .arg(directory.path().join("state"))
        .env_clear()
        .envs(env.iter().copied())
        .stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).expect("it prints text");
    Printed {
        code: output.status.code(),
        text: text(output.stdout) + &text(output.stderr),
    }
}

#[tokio::test]
async fn no_command_tells_what_stands_in_the_configuration() {
    let mut outputs = Outputs::default();
    let url = "connection = \"postgresql://u:canary-in-a-url@h/b\"";
    for (args, code) in [
        (&["config", "show"][..], 0),
        (&["config", "show", "--origin"], 0),
        (&["config", "check"], 0),
        (&["drivers"], 0),
        (&["drivers", "--json"], 0),
        (&["methods"], 0),
        (&["openapi"], 0),
        (&["version"], 0),
    ] {
        let printed = run(SECTION, args, &[]).await;
        assert_eq!(printed.code, Some(code), "{args:?}: {}", printed.text);
        outputs.keep(args.join(" "), printed.text);
    }
    outputs.tell("config show", "master_password = \"******\"");

    // What is wrong is shown with its line.
    for config in [
        format!("{SECTION}mastr = 1\n"),
        format!("{SECTION}fails = \"canary-is-no-secret\"\n").replace("canary-is-no-secret", "maybe"),
        format!("{SECTION}refuses = true\n"),
        SECTION.replace("\"canary-section\"", "[\"canary-of-a-wrong-type\"]"),
        SECTION.replace("\"canary-section\"", "\"canary-without-an-end"),
        SECTION.replace("\"canary-section\"", "canary-without-quotes"),
        SECTION.replace("drivers.vault", "drivers.valt"),
        SECTION.replace("master_password", "mastr_password"),
        format!("[database]\n{url}\n"),
        format!("[api]\npublic_endpoint = \"ftp://u:canary-in-a-url@h/\"\n{SECTION}"),
        format!("[api]\npassword = \"canary-in-another-section\"\n{SECTION}"),
    ] {
        for args in [&["config", "check"][..], &["config", "show"], &["serve"]] {
            let printed = run(&config, args, &[]).await;
            // What a driver's section may hold is not looked at to show it.
            assert!(
                printed.code != Some(0) || args[1..] == ["show"],
                "{config}: {args:?}: {}",
                printed.text
            );
            outputs.keep(
                format!("{} of {config:?}", args.join(" ")).replace(super::CANARY, "c-"),
                printed.text,
            );
        }
    }
    // This one is found when it starts.
    let printed = run(&format!("{SECTION}fails = true\n"), &["serve"], &[]).await;
    assert!(
        printed.text.contains("the door does not open with ******"),
        "{}",
        printed.text
    );
    assert!(printed.text.contains("not even by ******"), "{}", printed.text);
    outputs.keep("serve", printed.text);
    outputs.tell_nothing();
}

#[tokio::test]
async fn no_command_tells_what_stands_in_its_environment_or_its_options() {
    let mut outputs = Outputs::default();
    for (args, env) in [
        (
            &[
                "config",
                "check",
                "--set",
                "drivers.vault.master_password=canary-option",
            ][..],
            &[][..],
        ),
        (&["config", "check", "--set", "api.password=canary-option"], &[]),
        (
            &[
                "config",
                "check",
                "--set",
                "database.connection=pg://u:canary-option@h/b",
            ],
            &[],
        ),
        (
            &["config", "check"],
            &[("BESSEMER_DATABASE__CONNECTION", "pg://u:canary-variable@h/b")],
        ),
        (&["config", "show"], &[("BESSEMER_API__PASSWORD", "canary-variable")]),
        (
            &["config", "show", "--origin"],
            &[("BESSEMER_DRIVERS__VAULT__MASTER_PASSWORD", "canary-variable")],
        ),
    ] {
        let printed = run(SECTION, args, env).await;
        outputs.keep(format!("{args:?} {env:?}").replace(super::CANARY, "c-"), printed.text);
    }
    outputs.tell_nothing();
}

#[tokio::test]
async fn no_command_tells_what_a_server_keeps() {
    let server = Server::builder()
        .binary(Binary::Fixture("vault"))
        .config(SECTION)
        .start()
        .await;
    let info = json!({"combination": "canary-declared", "admin_password": "canary-named"});
    let node = json!({"driver": "vault", "name": "n", "driver_info": info});
    assert_eq!(server.post("/v1/nodes", &node).await.status, 201);
    let call = "/v1/nodes/n/vendor_passthru/open_async";
    let failed = accepted(&server.post(call, &json!({"how": "error"})).await);
    server.get(&format!("{failed}/events")).await;
    let arguments = json!({"how": "waits", "password": "canary-argument"});
    let running = accepted(&server.post(call, &arguments).await);
    let uuid = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let mut outputs = Outputs::default();
    for args in [
        vec!["tasks".to_owned()],
        vec!["tasks".into(), "--json".into()],
        vec!["locks".into()],
        vec!["locks".into(), "--json".into()],
    ] {
        let args: Vec<&str> = args
            .iter()
            .map(String::as_str)
            .chain(["--url", server.base()])
            .collect();
        let printed = run(SECTION, &args, &[]).await;
        assert_eq!(printed.code, Some(0), "{args:?}: {}", printed.text);
        outputs.keep(args.join(" "), printed.text);
    }
    outputs.tell("tasks", "open_async");
    outputs.tell("locks", "open_async");
    let cancelled = server.post(&format!("{running}/cancel"), &json!({})).await;
    assert_eq!(cancelled.status, 202, "{} {cancelled:?}", uuid(&running));
    // Who follows it hears all that it said, and its end.
    let printed = run(SECTION, &["tasks", "--follow", "--url", server.base()], &[]).await;
    outputs.keep("tasks --follow", printed.text);
    outputs.tell_nothing();
}
