//! A file of a few megabytes that is there to be deleted: on a full disk, even the end of a task could not be
//! written otherwise. Deleted when space runs out, made again when there is twice as much.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::{Errno, retry_on_intr};

use super::open::beside;

pub(super) struct Reserve {
    path: PathBuf,
    bytes: u64,
    retry: Duration,
    tried_at: Option<Instant>,
}

impl Reserve {
    pub(super) fn new(database: &Path, bytes: u64, retry: Duration) -> Self {
        Self {
            path: beside(database, "reserve"),
            bytes,
            retry,
            tried_at: None,
        }
    }

    /// Whether the file is there, or could be made.
    pub(super) fn is_kept(&self) -> bool {
        let kept = fs::metadata(&self.path).is_ok_and(|file| file.len() == self.bytes && has_space(&file));
        kept || self.fill().is_ok()
    }

    /// Frees the space. It is a success too if it was free already.
    pub(super) fn spend(&mut self) {
        self.tried_at = Some(Instant::now());
        match fs::remove_file(&self.path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => tracing::error!(file = %self.path.display(), error = %error, "cannot free the reserve"),
        }
    }

    /// Whether there is space again, looked at not more often than `retry`.
    pub(super) fn try_restore(&mut self) -> bool {
        if self.tried_at.is_some_and(|tried_at| tried_at.elapsed() < self.retry) {
            return false;
        }
        self.tried_at = Some(Instant::now());
        self.fill().is_ok()
    }

    /// Takes twice as much as is kept, lest the next change hit the end again, and nothing if that fails.
    fn fill(&self) -> io::Result<()> {
        let made = self.make();
        if made.is_err() {
            let _ = fs::remove_file(&self.path);
        }
        made
    }

    fn make(&self) -> io::Result<()> {
        let mut file: File = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&self.path)?;
        let twice = self.bytes * 2;
        if !allocate(&file, twice)? {
            write_noise(&mut file, twice)?;
        }
        file.set_len(self.bytes)
    }
}

/// Whether the file has the space that its length says.
fn has_space(file: &Metadata) -> bool {
    file.blocks() * 512 >= file.len()
}

/// Takes space without writing to it. False if the file system has no way to, or took none.
fn allocate(file: &File, bytes: u64) -> io::Result<bool> {
    match retry_on_intr(|| fallocate(file, FallocateFlags::empty(), 0, bytes)) {
        Ok(()) => Ok(has_space(&file.metadata()?)),
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Not zeros: a file system that compresses would keep next to nothing free for them.
fn write_noise(file: &mut File, bytes: u64) -> io::Result<()> {
    let mut chunk = vec![0_u8; 64 * 1024];
    let mut noise = 0x9e37_79b9_7f4a_7c15_u64;
    let mut left = bytes;
    while left > 0 {
        for word in chunk.chunks_exact_mut(8) {
            noise ^= noise << 13;
            noise ^= noise >> 7;
            noise ^= noise << 17;
            word.copy_from_slice(&noise.to_ne_bytes());
        }
        let part = usize::try_from(left).map_or(chunk.len(), |left| left.min(chunk.len()));
        file.write_all(&chunk[..part])?;
        left -= part as u64;
    }
    // Only now is it known that there was space for it.
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_space_cannot_be_taken_it_is_written_to() {
        let mut file = tempfile::tempfile().unwrap();
        write_noise(&mut file, 300_000).unwrap();
        let written = file.metadata().unwrap();
        assert_eq!(written.len(), 300_000);
        assert!(has_space(&written));
    }

    #[test]
    fn a_file_that_only_says_so_has_no_space() {
        let file = tempfile::tempfile().unwrap();
        file.set_len(300_000).unwrap();
        assert!(!has_space(&file.metadata().unwrap()));
    }
}
