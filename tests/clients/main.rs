//! Ironic's own command line, unchanged, against the real binary: what an operator types and what a script reads of
//! the answer. `tests/run` installs it; a file for each of its nouns.

mod baremetal;
mod conductors;
mod drivers;
mod nodes;
mod passthru;
