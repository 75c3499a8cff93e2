//! The access log: a line for each request. Lines are put together by hand in a buffer that one thread writes
//! out; a formatted event for each request would cost twice what the rest of the request does. The query is not
//! logged: arguments may be secrets.

use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{Method, StatusCode};
use jiff::Timestamp;
use parking_lot::{Condvar, Mutex};

use crate::config::LogLevel;

/// Beyond this the writing thread is behind its disk or pipe: lines are counted instead of kept.
const BUFFER_MAX: usize = 4 << 20;

/// How long a line may wait for others.
const PATIENCE: Duration = Duration::from_millis(100);

/// The log, or the knowledge that it is off.
pub(crate) struct AccessLog {
    shared: Option<Arc<Shared>>,
    human: bool,
    level: LogLevel,
}

struct Shared {
    pending: Mutex<Pending>,
    wake: Condvar,
}

#[derive(Default)]
struct Pending {
    lines: Vec<u8>,
    lost: u64,
    // The second that the last line began in, with its text: most lines share it.
    second: u64,
    second_text: String,
    stopping: bool,
}

/// A request that was answered.
pub(crate) struct Line<'a> {
    /// Its verb.
    pub(crate) verb: &'a Method,
    /// Its path.
    pub(crate) path: &'a str,
    /// The client's address.
    pub(crate) peer: &'a str,
    /// The request's id.
    pub(crate) request: &'a [u8],
    /// The answer's status.
    pub(crate) status: StatusCode,
    /// How long that took.
    pub(crate) took: Duration,
    /// Whether a machine only asked if this server is well, which it does every few seconds: a line of the level debug.
    pub(crate) is_probe: bool,
}

impl AccessLog {
    /// A log that writes nothing.
    pub(crate) fn off() -> Self {
        Self {
            shared: None,
            human: false,
            level: LogLevel::Info,
        }
    }

    /// A log on standard error, of what is as important as this.
    pub(crate) fn start(human: bool, level: LogLevel) -> Self {
        let shared = Arc::new(Shared {
            pending: Mutex::default(),
            wake: Condvar::new(),
        });
        let writer = Arc::clone(&shared);
        let spawned = std::thread::Builder::new()
            .name("access-log".into())
            .spawn(move || writer.write_out());
        match spawned {
            Ok(_) => Self {
                shared: Some(shared),
                human,
                level,
            },
            Err(error) => {
                tracing::error!(%error, "no thread for the access log, so there is none");
                Self::off()
            }
        }
    }

    /// Adds a line.
    pub(crate) fn write(&self, line: &Line<'_>) {
        let Some(shared) = &self.shared else { return };
        if line.is_probe && self.level < LogLevel::Debug {
            return;
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut pending = shared.pending.lock();
        if pending.lines.len() > BUFFER_MAX {
            pending.lost += 1;
            return;
        }
        pending.line(self.human, line, now);
    }

    /// Writes out what is pending and ends the thread.
    pub(crate) fn stop(&self) {
        if let Some(shared) = &self.shared {
            shared.pending.lock().stopping = true;
            shared.wake.notify_one();
            let lines = std::mem::take(&mut shared.pending.lock().lines);
            let _ = io::stderr().lock().write_all(&lines);
        }
    }
}

impl Pending {
    fn line(&mut self, human: bool, line: &Line<'_>, now: Duration) {
        if self.second != now.as_secs() || self.second_text.is_empty() {
            self.second = now.as_secs();
            let second = i64::try_from(self.second).unwrap_or_default();
            let text = Timestamp::from_second(second).unwrap_or_default().to_string();
            text.trim_end_matches('Z').clone_into(&mut self.second_text);
        }
        let Self { lines, second_text, .. } = self;
        let (mut millis, mut micros) = (itoa::Buffer::new(), itoa::Buffer::new());
        // Three digits: a thousand more, without its one.
        let millis = &millis.format(1000 + now.subsec_millis())[1..];
        let micros = micros.format(u64::try_from(line.took.as_micros()).unwrap_or(u64::MAX));
        let Line {
            path, peer, request, ..
        } = *line;
        let (verb, status) = (line.verb.as_str(), line.status.as_str());
        if human {
            push(lines, &[second_text, ".", millis, "Z ", peer, " ", verb, " "]);
            escape(lines, path, false);
            push(lines, &[" ", status, " ", micros, "us "]);
            lines.extend_from_slice(request);
            lines.push(b'\n');
        } else {
            let level = if line.is_probe { "DEBUG" } else { "INFO" };
            push(
                lines,
                &["{\"timestamp\":\"", second_text, ".", millis, "Z\",\"level\":\"", level],
            );
            push(
                lines,
                &["\",\"message\":\"request\",\"peer\":\"", peer, "\",\"verb\":\""],
            );
            // Of the verbs that there are, none needs a look.
            match *line.verb {
                Method::GET | Method::POST | Method::PUT | Method::PATCH | Method::DELETE => push(lines, &[verb]),
                _ => escape(lines, verb, true),
            }
            push(lines, &["\",\"path\":\""]);
            escape(lines, path, true);
            push(
                lines,
                &[
                    "\",\"status\":",
                    status,
                    ",\"duration_us\":",
                    micros,
                    ",\"request_id\":\"",
                ],
            );
            lines.extend_from_slice(request);
            push(lines, &["\"}\n"]);
        }
    }
}

fn push(lines: &mut Vec<u8>, parts: &[&str]) {
    for part in parts {
        lines.extend_from_slice(part.as_bytes());
    }
}

/// A request's own text, such that it can end neither the line nor the JSON string.
fn escape(lines: &mut Vec<u8>, text: &str, json: bool) {
    if is_plain(text.as_bytes()) {
        lines.extend_from_slice(text.as_bytes());
        return;
    }
    for c in text.chars() {
        match c {
            '"' | '\\' if json => {
                lines.extend([b'\\', c as u8]);
            }
            c if c.is_control() => {
                let _ = write!(lines, "\\u{:04x}", u32::from(c));
            }
            c => lines.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// Whether all are printable ASCII, and neither `"` nor `\`. Sixteen are looked at together, and all of them, not only
/// up to the first that is not plain: so they are compared at once.
fn is_plain(text: &[u8]) -> bool {
    let plain = |byte: u8| (0x20..0x7f).contains(&byte) & (byte != b'"') & (byte != b'\\');
    let (chunks, rest) = text.as_chunks::<16>();
    let mut last = [b' '; 16];
    last[..rest.len()].copy_from_slice(rest);
    let mut chunks = chunks.iter().chain([&last]);
    chunks.all(|chunk| chunk.iter().fold(true, |all, byte| all & plain(*byte)))
}

impl Shared {
    fn write_out(&self) {
        let mut lines = Vec::new();
        loop {
            let (lost, stopping) = {
                let mut pending = self.pending.lock();
                if pending.lines.is_empty() && !pending.stopping {
                    self.wake.wait_for(&mut pending, PATIENCE);
                }
                std::mem::swap(&mut lines, &mut pending.lines);
                (std::mem::take(&mut pending.lost), pending.stopping)
            };
            if lost > 0 {
                tracing::warn!(
                    lost,
                    "access log lines were lost: standard error was not read fast enough"
                );
            }
            if !lines.is_empty() {
                // Nobody could be told of a standard error that is gone.
                let _ = io::stderr().lock().write_all(&lines);
                lines.clear();
            }
            if stopping {
                return;
            }
            std::thread::sleep(PATIENCE);
        }
    }
}
