//! Which files are read, and reading them: the file named or the default one, then `conf.d/*.toml`
//! beside it in the order of names.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::diagnostic::Diagnostic;
use super::draft::Draft;
use super::load::{FILE_VARIABLE, Sources};
use super::origin::{Located, Origin, Source};
use super::tree;

/// A configuration of more than this is something else: a device, a log, a database.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Why a file cannot be read.
#[derive(Debug, Error)]
enum FileError {
    #[error("does not exist")]
    Missing,
    #[error("is a directory, not a file")]
    Directory,
    #[error("is larger than {} KiB", FILE_BYTES_MAX / 1024)]
    TooLarge,
    #[error("cannot be read: {0}")]
    Unreadable(#[source] io::Error),
    #[error("is not UTF-8")]
    NotUtf8 { start: String, valid: usize },
}

/// Lays the files over the draft.
pub(super) fn lay_files(sources: &Sources, draft: &mut Draft) {
    let (main, fragments) = match named(sources) {
        Some(named) => {
            let fragments = fragments_of(&named);
            (Some(named), fragments)
        }
        // No file is needed where none is named. Fragments without it are read: packages put them
        // there.
        None => match &sources.default_file {
            Some(path) => {
                let default = Located {
                    value: path.clone(),
                    origin: Origin::Default,
                };
                let fragments = fragments_of(&default);
                (may_exist(path).then_some(default), fragments)
            }
            None => return,
        },
    };
    if let Some(path) = main {
        lay_file(path, "configuration file", draft);
    }
    match fragments {
        Ok(paths) => paths
            .into_iter()
            .for_each(|path| lay_file(path, "configuration fragment", draft)),
        Err(fault) => draft.faults.push(*fault),
    }
}

/// The file that the flag names, else the one that the variable names.
fn named(sources: &Sources) -> Option<Located<PathBuf>> {
    if let Some(path) = &sources.file {
        return Some(Located {
            value: path.clone(),
            origin: Origin::flag("--config", &path.to_string_lossy()),
        });
    }
    let path = sources.variable(FILE_VARIABLE)?;
    Some(Located {
        origin: Origin::env(FILE_VARIABLE, &path.to_string_lossy()),
        value: path.into(),
    })
}

/// A file that cannot even be looked for counts as there: to pass over it in silence would start
/// the server with other settings than its operator wrote.
fn may_exist(path: &Path) -> bool {
    path.try_exists().unwrap_or(true)
}

fn lay_file(path: Located<PathBuf>, what: &str, draft: &mut Draft) {
    let name = path.value.display().to_string();
    match read(&path.value) {
        Ok(text) => {
            let source = Source::new(name, text);
            draft.files.push(path);
            tree::lay(&source, draft);
        }
        Err(FileError::NotUtf8 { start, valid }) => {
            let source = Source::new(name.clone(), start);
            let fault = Diagnostic::fault(format!("{what} {name} is not UTF-8"));
            let end = valid + char::REPLACEMENT_CHARACTER.len_utf8();
            draft
                .faults
                .push(fault.at(&Origin::file(&source, valid..end)).label("not a character"));
        }
        Err(error) => {
            let fault = Diagnostic::fault(format!("{what} {name} {error}"));
            draft.faults.push(fault.at(&path.origin));
        }
    }
}

fn read(path: &Path) -> Result<String, FileError> {
    let file = fs::File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => FileError::Missing,
        _ => FileError::Unreadable(error),
    })?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(FileError::Directory);
    }
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(FileError::Unreadable)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(FileError::TooLarge);
    }
    // Some editors begin a file with a byte order mark; it is no part of the text.
    if bytes.starts_with(BYTE_ORDER_MARK) {
        bytes.drain(..BYTE_ORDER_MARK.len());
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        // The replacement character stands exactly where the valid part ends, so the caret needs no
        // translation.
        FileError::NotUtf8 {
            start: String::from_utf8_lossy(error.as_bytes()).into_owned(),
            valid,
        }
    })
}

/// `conf.d/*.toml` beside the file, hidden files left out: editors leave theirs there.
fn fragments_of(main: &Located<PathBuf>) -> Result<Vec<Located<PathBuf>>, Box<Diagnostic>> {
    let directory = main.value.with_file_name("conf.d");
    let unreadable = |error: io::Error| {
        let fault = Diagnostic::fault(format!("{} cannot be read: {error}", directory.display()));
        Box::new(fault.at(&main.origin))
    };
    let entries = match fs::read_dir(&directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(unreadable)?.path();
        let hidden = path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if !hidden && path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(Located {
                value: path,
                origin: main.origin.clone(),
            });
        }
    }
    paths.sort_by(|a, b| a.value.cmp(&b.value));
    Ok(paths)
}

/// The name of this machine, without running a program; `localhost` if the system does not tell.
pub(super) fn machine_host() -> String {
    ["/proc/sys/kernel/hostname", "/etc/hostname"]
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .map(|name| name.trim().to_owned())
        .find(|name| !name.is_empty())
        .unwrap_or_else(|| "localhost".to_owned())
}
