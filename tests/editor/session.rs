//! A session with rust-analyzer: its process, the frames of the protocol, requests and their answers. What is asked
//! and what must come back is in the tests.
//!
//! Nothing here sleeps: the server says when it has loaded everything (`experimental/serverStatus`), and it answers
//! requests in the order of the changes before them.

use std::collections::VecDeque;
use std::env;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// For loading the workspace, which builds its macros first, and for any answer: only what hangs takes this long.
const PATIENCE: Duration = Duration::from_secs(600);

/// What the server answers where the text changed while it was thinking: ask again.
const ASK_AGAIN: [i64; 2] = [-32801, -32802];

pub(crate) struct Session {
    process: Child,
    to_server: ChildStdin,
    from_server: Receiver<Value>,
    /// Where the server writes what it has to complain about.
    log: PathBuf,
    last_id: u64,
    /// The last messages that nobody waited for, to be shown when something goes wrong.
    heard: VecDeque<String>,
}

impl Session {
    /// Starts rust-analyzer over the workspace and waits until it knows all of it.
    pub(crate) fn start(root: &Path) -> Self {
        let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rust-analyzer.log");
        let program = program(root);
        let mut process = Command::new(&program)
            .current_dir(root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).expect("the log can be written"))
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", program.display()));
        let to_server = process.stdin.take().expect("it is piped");
        let mut output = BufReader::new(process.stdout.take().expect("it is piped"));
        let (sender, from_server) = channel();
        thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut session = Self {
            process,
            to_server,
            from_server,
            log,
            last_id: 0,
            heard: VecDeque::new(),
        };
        session.request(
            "initialize",
            json!({
                "processId": std::process::id(),
                "rootUri": uri(root),
                "workspaceFolders": [{ "uri": uri(root), "name": "workspace" }],
                "capabilities": {
                    "general": { "positionEncodings": ["utf-8"] },
                    "textDocument": {
                        "diagnostic": {},
                        "hover": { "contentFormat": ["plaintext"] },
                        "definition": { "linkSupport": false },
                    },
                    "experimental": { "serverStatusNotification": true },
                },
                "initializationOptions": options(root),
            }),
        );
        session.notify("initialized", json!({}));
        session.wait_until_ready();
        session
    }

    fn wait_until_ready(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let message = self.next(deadline, "a word that everything is loaded");
            if message["method"] == "experimental/serverStatus" && message["params"]["quiescent"] == true {
                let health = &message["params"]["health"];
                assert_eq!(health, "ok", "{}\n{}", message["params"]["message"], self.told());
                return;
            }
        }
    }

    /// Asks, and waits for the answer.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.last_id += 1;
            let id = self.last_id;
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
            let mut answer = loop {
                let message = self.next(deadline, method);
                if message["id"] == id {
                    break message;
                }
            };
            match answer["error"]["code"].as_i64() {
                None => return answer["result"].take(),
                Some(code) if ASK_AGAIN.contains(&code) => {}
                Some(_) => panic!("{method}: {}\n{}", answer["error"], self.told()),
            }
        }
    }

    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.to_server, "Content-Length: {}\r\n\r\n{text}", text.len())
            .and_then(|()| self.to_server.flush())
            .unwrap_or_else(|error| panic!("rust-analyzer hears nothing: {error}\n{}", self.told()));
    }

    /// The next answer or notification. What the server itself asks is answered here.
    fn next(&mut self, deadline: Instant, waited_for: &str) -> Value {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let message = self
                .from_server
                .recv_timeout(left)
                .unwrap_or_else(|error| panic!("waited for {waited_for}: {error}\n{}", self.told()));
            if message.get("method").is_none() {
                return message;
            }
            if let Some(id) = message.get("id") {
                // It wants to show progress and to watch files; `null` agrees.
                self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": null }));
                continue;
            }
            if self.heard.len() == 20 {
                self.heard.pop_front();
            }
            self.heard.push_back(message.to_string());
            return message;
        }
    }

    /// What the server said of late, for whoever has to find out why.
    fn told(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let heard: Vec<_> = self.heard.iter().map(String::as_str).collect();
        format!("it said:\n{}\nits log:\n{log}", heard.join("\n"))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The address of a file.
pub(crate) fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// The server that `RUST_ANALYZER` names, or the one that `tests/run` brought.
fn program(root: &Path) -> PathBuf {
    let brought = || root.join("tests/.tools/rust-analyzer/bin/rust-analyzer");
    env::var_os("RUST_ANALYZER").map_or_else(brought, PathBuf::from)
}

/// How it is set: as an editor sets it, except that it does not work ahead of what it is asked. The standard library's
/// source is the one that `tests/run` brought, or else the toolchain's.
fn options(root: &Path) -> Value {
    let brought = root.join("tests/.tools/rust-src/library");
    json!({
        "cachePriming": { "enable": false },
        "cargo": { "sysrootSrc": brought.exists().then_some(brought) },
        "checkOnSave": false,
    })
}

/// One message, or nothing more.
fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut text = vec![0; length];
    output.read_exact(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
