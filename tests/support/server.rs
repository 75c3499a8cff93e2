//! Starts a server binary, finds out where it listens, and ends it with the test.

use std::io::{BufRead, BufReader, Read};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use rustix::process::{Pid, Signal};
use tempfile::TempDir;

use crate::binary::{Binary, path_of};
use crate::http::Client;

/// A running server. Reads as its [`Client`]; killed when dropped.
pub struct Server {
    client: Client,
    child: Child,
    banner: String,
    log: Arc<Log>,
    reader: Option<JoinHandle<()>>,
    state: State,
}

/// What a server writes to standard error.
#[derive(Default)]
struct Log {
    text: Mutex<String>,
    grown: Condvar,
}

/// A directory that lives as long as the server, or one that the test keeps; the configuration file is in the first
/// one in either case.
enum State {
    Own(TempDir),
    Given { path: PathBuf, _config: TempDir },
}

/// How long a test waits for what must happen.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a server ended.
#[derive(Debug)]
pub struct Stopped {
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// All of its standard output.
    pub stdout: String,
    /// All of its standard error.
    pub stderr: String,
}

/// What to start.
pub struct ServerBuilder {
    binary: Binary,
    under: Vec<String>,
    args: Vec<String>,
    env: Vec<(String, String)>,
    config: Option<String>,
    state: Option<PathBuf>,
    port: u16,
}

impl Server {
    /// The stock binary with nothing configured but its state directory and its port.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// Something else.
    pub fn builder() -> ServerBuilder {
        ServerBuilder {
            binary: Binary::Stock,
            under: vec![],
            args: vec![],
            env: vec![],
            config: None,
            state: None,
            port: 0,
        }
    }

    /// What it printed before it listened.
    pub fn banner(&self) -> &str {
        &self.banner
    }

    /// What it has written to standard error until now.
    pub fn log(&self) -> String {
        self.log.text.lock().clone()
    }

    /// Waits until it has written this to standard error.
    ///
    /// # Panics
    /// If it does not.
    pub fn logged(&self, part: &str) {
        let mut text = self.log.text.lock();
        let deadline = Instant::now() + PATIENCE;
        while !text.contains(part) {
            let waited = self.log.grown.wait_until(&mut text, deadline);
            assert!(!waited.timed_out(), "no `{part}` in\n{text}");
        }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What of its memory is in use, in KiB.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("the server runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.map(|line| line.trim().trim_end_matches(" kB"));
        kib.and_then(|kib| kib.parse().ok()).expect("the system tells")
    }

    /// Its state directory.
    pub fn state(&self) -> &Path {
        match &self.state {
            State::Own(directory) => directory.path(),
            State::Given { path, .. } => path,
        }
    }

    /// `SIGKILL`, and waits.
    pub fn kill(mut self) {
        self.child.kill().expect("a child of ours can be killed");
        self.child.wait().expect("a child of ours can be waited for");
    }

    /// `SIGTERM`, and waits for the end.
    pub fn stop(self) -> Stopped {
        self.terminate();
        self.ended()
    }

    /// Waits for the end. A server that takes too long to end is killed: then there is no code.
    pub fn ended(mut self) -> Stopped {
        let (has_ended, ends) = mpsc::channel::<()>();
        let pid = self.process();
        std::thread::spawn(move || {
            if ends.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
                // It may have ended right now.
                let _ = rustix::process::kill_process(pid, Signal::KILL);
            }
        });
        let status = self.child.wait().expect("a child of ours can be waited for");
        drop(has_ended);
        let mut stdout = self.banner.clone();
        if let Some(mut rest) = self.child.stdout.take() {
            rest.read_to_string(&mut stdout).expect("the server prints text");
        }
        self.reader.take().map(JoinHandle::join);
        Stopped {
            code: status.code(),
            stdout,
            stderr: self.log(),
        }
    }

    /// `SIGTERM`.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Any signal.
    pub fn signal(&self, signal: Signal) {
        rustix::process::kill_process(self.process(), signal).expect("a child of ours can be signalled");
    }

    fn process(&self) -> Pid {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        pid.expect("a child has a pid")
    }
}

impl Deref for Server {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already ended where a test stopped it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl ServerBuilder {
    /// Another binary.
    #[must_use]
    pub fn binary(mut self, binary: Binary) -> Self {
        self.binary = binary;
        self
    }

    /// Another program with its arguments, which is given the binary and is to become it: the process must be the same
    /// one. `strace -D`, or a shell that makes a mount first.
    #[must_use]
    pub fn under(mut self, command: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.under = command.into_iter().map(Into::into).collect();
        self
    }

    /// A command-line argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// An environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// A configuration file with this text. There is no demo node then.
    #[must_use]
    pub fn config(mut self, toml: impl Into<String>) -> Self {
        self.config = Some(toml.into());
        self
    }

    /// A state directory that outlives the server.
    #[must_use]
    pub fn state(mut self, directory: impl Into<PathBuf>) -> Self {
        self.state = Some(directory.into());
        self
    }

    /// A port that the test chooses; else any that is free.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Starts it and waits until it listens.
    ///
    /// # Panics
    /// If it ends instead.
    pub async fn start(self) -> Server {
        let (server, url) = tokio::task::spawn_blocking(|| self.spawn())
            .await
            .expect("starting does not panic");
        if url.is_none() {
            panic!("the server did not start: {:#?}", server.ended());
        }
        server
    }

    /// Starts it where it is expected to end by itself. It is killed if it listens, or takes too long.
    pub fn run_to_end(self) -> Stopped {
        let (mut server, url) = self.spawn();
        if url.is_some() {
            server.child.kill().expect("a child of ours can be killed");
        }
        server.ended()
    }

    /// Starts it and waits until it listens, which gives its URL, or ends, or has taken too long and is killed.
    fn spawn(self) -> (Server, Option<String>) {
        let (mut command, state) = self.command();
        let mut child = command.spawn().expect("the binary under test starts");
        let log = Arc::new(Log::default());
        let reader = std::thread::spawn({
            let (log, stderr) = (Arc::clone(&log), child.stderr.take().expect("standard error is piped"));
            move || {
                for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                    let mut text = log.text.lock();
                    text.push_str(&line);
                    text.push('\n');
                    log.grown.notify_all();
                }
            }
        });
        let (sender, receiver) = mpsc::channel();
        let stdout = child.stdout.take().expect("standard output is piped");
        // Nobody listens any more where it took too long.
        std::thread::spawn(move || sender.send(read_banner(stdout)));
        let (banner, url) = match receiver.recv_timeout(PATIENCE) {
            Ok((banner, url, stdout)) => {
                child.stdout = Some(stdout);
                (banner, url)
            }
            Err(_) => {
                child.kill().expect("a child of ours can be killed");
                (format!("(no end after {PATIENCE:?})"), None)
            }
        };
        let server = Server {
            client: Client::new(url.clone().unwrap_or_default()),
            child,
            banner,
            log,
            reader: Some(reader),
            state,
        };
        (server, url)
    }

    fn command(self) -> (Command, State) {
        let own = TempDir::new().expect("a temporary directory can be made");
        let config = self.config.map(|text| {
            let path = own.path().join("config.toml");
            std::fs::write(&path, text).expect("a temporary file can be written");
            path
        });
        let state = match self.state {
            Some(path) => State::Given { path, _config: own },
            None => State::Own(own),
        };
        let directory = match &state {
            State::Own(own) => own.path().join("state"),
            State::Given { path, .. } => path.clone(),
        };
        let binary = path_of(self.binary);
        let mut command = match self.under.split_first() {
            None => Command::new(binary),
            Some((program, args)) => {
                let mut command = Command::new(program);
                command.args(args).arg(binary);
                command
            }
        };
        command
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command
            .args(&self.args)
            .arg("--state-dir")
            .arg(directory)
            .args(["--port", &self.port.to_string()]);
        if let Some(config) = config {
            command.arg("--config").arg(config);
        }
        command
            .envs(self.env)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        (command, state)
    }
}

/// Reads until the line that says where the server listens; the URL is `None` if the output ends before.
fn read_banner(stdout: std::process::ChildStdout) -> (String, Option<String>, std::process::ChildStdout) {
    let mut reader = BufReader::new(stdout);
    let mut banner = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return (banner, None, reader.into_inner());
        }
        banner.push_str(&line);
        if let Some(url) = line.strip_prefix("api ") {
            let url = url.trim().to_owned();
            // What follows is in the buffer already: the server writes its banner at once.
            banner.push_str(&String::from_utf8_lossy(reader.buffer()));
            return (banner, Some(url), reader.into_inner());
        }
    }
}
