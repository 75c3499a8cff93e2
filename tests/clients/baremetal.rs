//! `baremetal` in an environment of its own: pointed at one server, with a home where what it remembers of servers
//! is found by no other test. A file below for each of its nouns, and one for what it does when it is refused.

mod conductors;
mod drivers;
mod nodes;
mod passthru;
mod retries;

use std::path::Path;
use std::process::{Command, Stdio};

use bessemer_tests::Server;
use serde_json::Value;
use tempfile::TempDir;

/// A server, and the command line that talks to it.
pub(crate) struct Baremetal {
    /// The server.
    pub(crate) server: Server,
    home: TempDir,
}

/// What a command printed.
#[derive(Debug)]
pub(crate) struct Printed {
    /// Its exit code.
    pub(crate) code: i32,
    /// Its standard output.
    pub(crate) stdout: String,
    /// Its standard error.
    pub(crate) stderr: String,
}

impl Baremetal {
    /// With the stock server and its demo node.
    pub(crate) async fn start() -> Self {
        Self::of(Server::builder().env("BESSEMER_HOST", "rack-1").start().await)
    }

    /// With this server.
    pub(crate) fn of(server: Server) -> Self {
        let home = tempfile::tempdir().expect("a temporary directory can be made");
        Self { server, home }
    }

    /// Runs a command, which is split at blanks.
    pub(crate) fn run(&self, command: &str) -> Printed {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join(".tools/venv/bin/baremetal");
        assert!(
            program.exists(),
            "Ironic's command line is not installed; `tests/run --only tools` does that"
        );
        let output = Command::new(program)
            .args(command.split_whitespace())
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("HOME", self.home.path())
            .env("LANG", "C.UTF-8")
            .env("OS_AUTH_TYPE", "none")
            .env("OS_ENDPOINT", self.server.base())
            .env("NO_PROXY", "*")
            .stdin(Stdio::null())
            .output()
            .expect("Ironic's command line starts");
        Printed {
            code: output.status.code().expect("no signal ends it"),
            stdout: String::from_utf8(output.stdout).expect("it prints text"),
            stderr: String::from_utf8(output.stderr).expect("it prints text"),
        }
    }

    /// What a command prints, where it must succeed without complaint.
    #[track_caller]
    pub(crate) fn text(&self, command: &str) -> String {
        let printed = self.run(command);
        assert_eq!(
            (printed.code, printed.stderr.as_str()),
            (0, ""),
            "baremetal {command}: {}",
            printed.stdout
        );
        printed.stdout
    }

    /// What a command prints for programs.
    #[track_caller]
    pub(crate) fn json(&self, command: &str) -> Value {
        let text = self.text(&format!("{command} -f json"));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"))
    }

    /// What a command complains of, where it must fail.
    #[track_caller]
    pub(crate) fn complaint(&self, command: &str) -> String {
        let printed = self.run(command);
        assert_eq!(
            (printed.code, printed.stdout.trim()),
            (1, ""),
            "baremetal {command}: {}",
            printed.stderr
        );
        printed.stderr
    }
}
