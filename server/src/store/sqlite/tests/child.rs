//! Tests that need a process of their own: this very binary, told to run one test again with `BESSEMER_CHILD`
//! naming the directory to work in. Called as an ordinary test, such a test has nothing to do.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

const VARIABLE: &str = "BESSEMER_CHILD";

/// The directory to work in, if this process was started for that.
pub(super) fn task() -> Option<PathBuf> {
    std::env::var_os(VARIABLE).map(PathBuf::from)
}

/// A line for the parent. Not by stdout, where the test harness writes too.
pub(super) fn tell(line: std::fmt::Arguments<'_>) {
    eprintln!("{line}");
}

pub(super) struct Running {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStderr>>,
    // Closed when this is dropped, which tells the child that its parent is gone.
    _stdin: Option<ChildStdin>,
}

impl Running {
    /// Starts the test called `name` of this directory, with `directory` to work in.
    pub(super) fn start(name: &str, directory: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", &full_name(name), "--nocapture"])
            .env(VARIABLE, directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            lines: BufReader::new(child.stderr.take().unwrap()).lines(),
            _stdin: child.stdin.take(),
            child,
        }
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn line(&mut self) -> String {
        self.lines.next().expect("the child ended early").unwrap()
    }

    /// `kill -9`, and what it had still said.
    pub(super) fn kill(mut self) -> Vec<String> {
        self.child.kill().unwrap();
        let rest = self.lines.by_ref().map(Result::unwrap).collect();
        self.child.wait().unwrap();
        rest
    }
}

/// Runs the calling test, called `name`, again where a small file system of its own is mounted, which nobody
/// else sees. True: this is that run, in the directory of [`task`].
pub(super) fn in_small_file_system(name: &str, bytes: u64) -> bool {
    if task().is_some() {
        return true;
    }
    let directory = tempfile::tempdir().unwrap();
    let unshare = |script: &str| {
        let mut command = Command::new("unshare");
        command
            .args(["--user", "--map-root-user", "--mount", "sh", "-ec", script])
            .arg(std::env::current_exe().unwrap())
            .env(VARIABLE, directory.path());
        command
    };
    let mount = format!("mount -t tmpfs -o size={bytes} none {}", directory.path().display());
    if !unshare(&mount).status().is_ok_and(|status| status.success()) {
        eprintln!("{name}: not run, as this system lets nobody mount a file system");
        return false;
    }
    let run = unshare(&format!("{mount}; exec \"$0\" --exact {} --nocapture", full_name(name)))
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "{}{}",
        String::from_utf8_lossy(&run.stdout),
        String::from_utf8_lossy(&run.stderr)
    );
    false
}

/// Without the crate's name, as the test harness has it.
fn full_name(name: &str) -> String {
    let (_, module) = module_path!().split_once("::").unwrap();
    let (parent, _) = module.rsplit_once("::").unwrap();
    format!("{parent}::{name}")
}
