//! A power cut, on a file system in a file: what the server had only in memory is not in a copy of the file.

use std::path::{Path, PathBuf};
use std::process::Command;

use bessemer_tests::{Server, mounted, skipped};
use rustix::process::Signal;

use super::load::Load;
use crate::until::until;

const ROUNDS: u32 = if cfg!(feature = "long") { 40 } else { 4 };
const WRITERS: usize = 16;

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn whatever_was_answered_survives_a_power_cut() {
    let directory = tempfile::tempdir().unwrap();
    let mount = directory.path().join("mount");
    std::fs::create_dir(&mount).unwrap();
    let mut image = directory.path().join("0");
    if let Err(reason) = make_image(&image).and_then(|()| try_mount(&image, &mount)) {
        return skipped("whatever_was_answered_survives_a_power_cut", &reason);
    }
    // The ledger is the hardware: it remembers what was done to it.
    let mut load = Load::new(&mount.join("state"), &directory.path().join("ledger"), WRITERS);
    for round in 1..=ROUNDS {
        let server = load.server().under(disk(&image, &mount)).start().await;
        if round > 1 {
            load.check(&server).await;
        }
        let next = directory.path().join(round.to_string());
        load.run(server, 50 + round * 37 % 400, async |server| {
            stop(&server).await;
            std::fs::copy(&image, &next).unwrap();
            server.kill();
        })
        .await;
        std::fs::remove_file(&image).unwrap();
        image = next;
    }
    let server = load.server().under(disk(&image, &mount)).start().await;
    load.check(&server).await;
}

/// Every thread: those that were in the kernel have come out of it.
async fn stop(server: &Server) {
    server.signal(Signal::STOP);
    let threads = PathBuf::from(format!("/proc/{}/task", server.pid()));
    let is_stopped = |thread: PathBuf| {
        // One that has just ended has no state.
        let stat = std::fs::read_to_string(thread.join("stat")).unwrap_or_default();
        stat.rsplit_once(") ").is_none_or(|(_, state)| state.starts_with('T'))
    };
    until("the server stands still", async || {
        let mut threads = std::fs::read_dir(&threads).unwrap();
        threads.all(|thread| is_stopped(thread.unwrap().path())).then_some(())
    })
    .await;
}

/// The file system in the image. Its own timer would write to it at any time.
fn disk(image: &Path, mount: &Path) -> Vec<String> {
    mounted(&format!(
        "mount -o loop,commit=300 '{}' '{}'",
        image.display(),
        mount.display()
    ))
}

fn make_image(image: &Path) -> Result<(), String> {
    let made = std::fs::File::create(image).and_then(|file| file.set_len(64 << 20));
    made.map_err(|error| error.to_string())?;
    let made = Command::new("mkfs.ext4").arg("-q").arg(image).output();
    success(made, "mkfs.ext4")
}

fn try_mount(image: &Path, mount: &Path) -> Result<(), String> {
    let command = disk(image, mount);
    let mounted = Command::new(&command[0]).args(&command[1..]).arg("true").output();
    success(mounted, "a mount of a file system in a file")
}

fn success(output: std::io::Result<std::process::Output>, what: &str) -> Result<(), String> {
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!("{what}: {}", String::from_utf8_lossy(&output.stderr).trim())),
        Err(error) => Err(format!("{what}: {error}")),
    }
}
