//! A server under strace: what it asked of the kernel, in the order in which the kernel was asked and answered.

use std::fs;
use std::path::Path;
use std::thread::JoinHandle;

use bessemer_tests::Server;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// A trace that is being written.
pub(super) struct Trace {
    command: Vec<String>,
    reader: JoinHandle<String>,
    // The pipe between the two.
    _directory: TempDir,
}

/// A system call. The two numbers are places in the order of all that happened.
#[derive(Debug)]
pub(super) struct Syscall {
    pub(super) began: usize,
    pub(super) ended: usize,
    /// From its name to its result.
    pub(super) text: String,
}

impl Trace {
    /// Options say what to trace.
    pub(super) fn new(options: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("trace");
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        // -D: the server keeps its place as our child. -y: descriptors are shown with what they are.
        let mut command: Vec<String> = ["strace", "-D", "-f", "-q", "-y", "-e", "signal=none", "-o"]
            .map(String::from)
            .into();
        command.push(pipe.to_str().unwrap().to_owned());
        command.extend(options.iter().map(|option| (*option).to_owned()));
        Self {
            command,
            reader: std::thread::spawn(move || fs::read_to_string(&pipe).unwrap()),
            _directory: directory,
        }
    }

    /// What to start the server under.
    pub(super) fn command(&self) -> Vec<String> {
        self.command.clone()
    }

    /// All calls in the order of their beginnings, once the server has ended.
    pub(super) fn calls(self) -> Vec<Syscall> {
        let text = self.reader.join().unwrap();
        let mut calls: Vec<Syscall> = Vec::new();
        for (place, line) in text.lines().enumerate() {
            let (thread, what) = line.split_once(' ').unwrap();
            let what = what.trim_start();
            if let Some(rest) = what.strip_prefix("<... ") {
                // The last one of this thread that was cut short by another thread's line.
                let (_, rest) = rest.split_once(" resumed>").unwrap();
                let begun = calls
                    .iter_mut()
                    .rev()
                    .find(|call| call.text.starts_with(&unfinished(thread)));
                let begun = begun.unwrap();
                begun.ended = place;
                begun.text = begun.text[unfinished(thread).len()..].to_owned() + rest;
            } else if let Some(start) = what.strip_suffix(" <unfinished ...>") {
                calls.push(Syscall {
                    began: place,
                    ended: usize::MAX,
                    text: unfinished(thread) + start,
                });
            } else if what.contains('(') {
                calls.push(Syscall {
                    began: place,
                    ended: place,
                    text: what.to_owned(),
                });
            }
        }
        calls
    }
}

impl Syscall {
    /// A call of one of these names on a descriptor that is shown like this.
    pub(super) fn is_on(&self, names: &[&str], descriptor: &str) -> bool {
        let Some((name, arguments)) = self.text.split_once('(') else {
            return false;
        };
        let first = arguments.split_once('>').map_or("", |(first, _)| first);
        names.contains(&name) && first.contains(descriptor)
    }

    /// A sync of the write-ahead log that succeeded.
    pub(super) fn is_sync_of_log(&self) -> bool {
        self.is_on(&["fsync", "fdatasync"], "bessemer.sqlite-wal") && self.text.trim_end().contains(" = 0")
    }
}

/// Marks a call that has not ended.
fn unfinished(thread: &str) -> String {
    format!("[{thread}] ")
}

/// Whether strace can be used here; if not, says so.
pub(super) fn is_there(test: &str) -> bool {
    let works = std::process::Command::new("strace")
        .args(["-D", "-o", "/dev/null", "true"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !works {
        bessemer_tests::skipped(test, "strace cannot be used on this machine");
    }
    works
}

/// The strace that a server is under. Killed when dropped: what it delays it keeps from ending, too.
pub(super) struct Tracer(Pid);

impl Tracer {
    pub(super) fn of(server: &Server) -> Self {
        let status = fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
        let tracer = status.lines().find_map(|line| line.strip_prefix("TracerPid:"));
        Self(Pid::from_raw(tracer.unwrap().trim().parse().unwrap()).unwrap())
    }
}

impl Drop for Tracer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = kill_process(self.0, Signal::KILL);
    }
}

/// The same of a path that a call must concern.
pub(super) fn path_option(path: &Path) -> String {
    format!("--trace-path={}", path.display())
}
