//! What is in a binary: by its file, which binutils' `readelf` shows, and by its own words.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A binary by its file.
pub(crate) struct Elf {
    path: PathBuf,
    /// The bytes of the section with the records of all blocks.
    pub(crate) records: usize,
    pub(crate) has_symbols: bool,
    /// Which linker has made it, as far as that can be told.
    pub(crate) linker: String,
}

/// A binary by its own words.
pub(crate) struct Told {
    /// The bytes of one record.
    pub(crate) record: usize,
    /// A line for each block, sorted: a linker gives them any order.
    pub(crate) blocks: Vec<String>,
}

impl Elf {
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let arguments = ["--wide", "--section-headers", "--string-dump=.comment"];
        let shown = said(Command::new("readelf").args(arguments).arg(path))?;
        Ok(Self {
            path: path.into(),
            records: bytes_of("linkme_BLOCKS", &shown).unwrap_or(0),
            has_symbols: bytes_of(".symtab", &shown).is_some(),
            linker: linker(&shown),
        })
    }

    /// Runs it.
    pub(crate) fn run(&self) -> Result<Told, String> {
        let said = said(&mut Command::new(&self.path))?;
        let mut lines = said.lines().map(String::from);
        let record = lines.next().and_then(|line| line.parse().ok());
        let mut blocks: Vec<String> = lines.collect();
        blocks.sort();
        Ok(Told {
            record: record.ok_or("it does not tell the bytes of a record")?,
            blocks,
        })
    }
}

/// The size of a section in a line such as `[24] .data PROGBITS 0000000000048000 047000 000298 00 WA 0 0 16`.
fn bytes_of(section: &str, shown: &str) -> Option<usize> {
    let columns = |line: &str| -> Vec<String> {
        let line = line.split_once(']').map_or("", |(_, line)| line);
        line.split_whitespace().map(String::from).collect()
    };
    let found = shown
        .lines()
        .map(columns)
        .find(|columns| columns.first().is_some_and(|it| it == section))?;
    usize::from_str_radix(found.get(4)?, 16).ok()
}

/// LLD and mold put a line into `.comment`, gold has a section of its own, the oldest one leaves nothing.
fn linker(shown: &str) -> String {
    let comment = |name: &str| {
        let (_, version) = shown.lines().find_map(|line| line.split_once(name))?;
        Some(format!("{name}{}", version.split(' ').next().unwrap_or_default()))
    };
    let gold = || bytes_of(".note.gnu.gold-version", shown).map(|_| "GNU gold".to_owned());
    let known = comment("LLD ").or_else(|| comment("mold ")).or_else(gold);
    known.unwrap_or_else(|| "GNU ld (bfd)".to_owned())
}

/// What a program writes to its standard output.
fn said(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if !output.status.success() {
        let wrong = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{command:?}: {}\n{wrong}", output.status));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{command:?}: {error}"))
}
