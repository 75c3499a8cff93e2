//! One process per database: the lock on `<database>.lock`, and in it who holds it. The operating system
//! frees the lock with the process, so it is never stale; the text stays behind after a crash, and that is how
//! the next start knows that the last stop was not a clean one.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use jiff::Timestamp;

use super::open::{beside, open_or_create};
use crate::store::{Refusal, text};

pub(super) struct LockFile {
    file: File,
}

/// How the process before this one ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LastStop {
    Clean,
    Unclean,
}

impl LockFile {
    /// Takes the lock, or names the process that has it.
    pub(super) fn take(database: &Path, server: &str) -> Result<(Self, LastStop), Refusal> {
        let path = beside(database, "lock");
        let refuse = |cause: io::Error| Refusal::from_io(&path, cause);
        let mut file = open_or_create(&path).map_err(refuse)?;
        let locked = file.try_lock();
        let mut holder = String::new();
        // Only a name to show: what cannot be read is shown as unknown.
        let _ = file.read_to_string(&mut holder);
        match locked {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = holder.trim();
                return Err(Refusal::Held {
                    path: database.into(),
                    holder: if holder.is_empty() { "another process" } else { holder }.into(),
                });
            }
            Err(TryLockError::Error(cause)) => return Err(refuse(cause)),
        }
        let last_stop = if holder.is_empty() {
            LastStop::Clean
        } else {
            LastStop::Unclean
        };
        let mut lock = Self { file };
        let since = text::time_to_words(Timestamp::now());
        lock.write(&format!("process {} ({server}) since {since}\n", std::process::id()))
            .map_err(refuse)?;
        Ok((lock, last_stop))
    }

    /// Gives the lock back after a clean stop. Merely dropping it says that the stop was none.
    pub(super) fn release(mut self) -> io::Result<()> {
        self.write("")
    }

    /// Gives the lock back as it was found, when nothing was opened after all.
    pub(super) fn give_up(self, last_stop: LastStop) {
        if last_stop == LastStop::Clean {
            // If it fails, the next start checks the file once more than needed.
            let _ = self.release();
        }
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(text.as_bytes())?;
        self.file.sync_all()
    }
}

impl Drop for LockFile {
    fn drop(&mut self) {
        // Not left to the end of the file: a child process of this one, between its making and its program, has the
        // same file open, and would keep the lock for so long. Closed it is in any case.
        let _ = self.file.unlock();
    }
}
