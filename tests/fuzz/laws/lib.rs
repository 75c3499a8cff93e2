//! What must hold of the code that reads requests, whatever is sent: a law for each part, as a function of any bytes
//! that panics when its law is broken. The kept inputs are given to them by `replay.rs`, made-up ones by the fuzzer in
//! `libfuzzer/`. Each law compares two ways to the same answer, one of which is not ours.

mod arguments;
mod document;
mod head;
mod path;
mod query;
mod typed;

/// A law and its name, which is that of the folder in `corpus/` as well.
pub type Target = (&'static str, fn(&[u8]));

/// All laws.
pub const TARGETS: &[Target] = &[
    ("arguments", arguments::hold),
    ("document", document::hold),
    ("head", head::hold),
    ("path", path::hold),
    ("query", query::hold),
];
