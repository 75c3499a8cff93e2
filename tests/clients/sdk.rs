//! openstacksdk in an environment of its own: a program in Python, `sdk/calls.py`, that makes the calls which a test
//! tells it, on one connection to one server. A file below for each of its nouns, and one for what it does when it is
//! refused.

mod conductors;
mod drivers;
mod nodes;
mod passthru;
mod retries;

use std::fs::{File, read_to_string};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use bessemer_tests::Server;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A server, and the program that is connected to it.
pub(crate) struct Sdk {
    /// The server.
    pub(crate) server: Server,
    program: Child,
    asks: ChildStdin,
    tells: BufReader<ChildStdout>,
    home: TempDir,
}

/// What a call raised.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Raised {
    /// The exception's class.
    pub(crate) error: String,
    /// The status it carries, if it has one.
    pub(crate) status: Option<u64>,
    /// Its text.
    pub(crate) text: String,
}

impl Sdk {
    /// With the stock server and its demo node.
    pub(crate) async fn start() -> Self {
        Self::of(Server::builder().env("BESSEMER_HOST", "rack-1").start().await)
    }

    /// With this server.
    pub(crate) fn of(server: Server) -> Self {
        Self::with(server, &json!({}))
    }

    /// With this server, and options of the connection.
    pub(crate) fn with(server: Server, options: &Value) -> Self {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = tests.join(".tools/venv/bin/python");
        assert!(
            python.exists(),
            "openstacksdk is not installed; `tests/run --only tools` does that"
        );
        let home = tempfile::tempdir().expect("a temporary directory can be made");
        let complaints = File::create(home.path().join("stderr")).expect("a file can be made there");
        let mut program = Command::new(python)
            .arg(tests.join("clients/sdk/calls.py"))
            .arg(server.base())
            .arg(options.to_string())
            .env_clear()
            .env("HOME", home.path())
            .env("LANG", "C.UTF-8")
            .env("NO_PROXY", "*")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(complaints)
            .spawn()
            .expect("a program in Python starts");
        let asks = program.stdin.take().expect("standard input is piped");
        let tells = program.stdout.take().expect("standard output is piped");
        Self {
            server,
            program,
            asks,
            tells: BufReader::new(tells),
            home,
        }
    }

    /// Begins a call with these arguments, by their names.
    pub(crate) fn begin(&mut self, call: &str, arguments: &Value) {
        let line = json!({ "call": call, "with": arguments });
        writeln!(self.asks, "{line}").expect("the program reads");
    }

    /// Waits for what came of the call that was begun.
    #[track_caller]
    pub(crate) fn end(&mut self) -> Result<Value, Raised> {
        let mut line = String::new();
        let read = self.tells.read_line(&mut line).expect("the program prints text");
        let complaints = || read_to_string(self.home.path().join("stderr")).unwrap_or_default();
        assert_ne!(read, 0, "the program ended: {}", complaints());
        let mut told: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in {line}"));
        match told["error"].as_str() {
            None => Ok(told["result"].take()),
            Some(error) => Err(Raised {
                error: error.to_owned(),
                status: told["status"].as_u64(),
                text: told["text"].as_str().unwrap_or_default().to_owned(),
            }),
        }
    }

    /// What a call returns, where it must succeed.
    #[track_caller]
    pub(crate) fn call(&mut self, call: &str, arguments: &Value) -> Value {
        self.begin(call, arguments);
        self.end()
            .unwrap_or_else(|raised| panic!("{call} {arguments}: {raised:?}"))
    }

    /// What a call raises, where it must fail.
    #[track_caller]
    pub(crate) fn raised(&mut self, call: &str, arguments: &Value) -> Raised {
        self.begin(call, arguments);
        match self.end() {
            Err(raised) => raised,
            Ok(returned) => panic!("{call} {arguments}: {returned:#}"),
        }
    }
}

impl Drop for Sdk {
    fn drop(&mut self) {
        // Already ended where it failed.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// The names in a list of records.
fn names(list: &Value) -> Vec<&str> {
    let records = list.as_array().unwrap_or_else(|| panic!("no list: {list:#}"));
    records.iter().filter_map(|record| record["name"].as_str()).collect()
}
