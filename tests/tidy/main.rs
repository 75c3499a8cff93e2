//! The shape of the project, held by tests: who may depend on whom, who may name what, what every file and manifest
//! looks like. Read from `cargo metadata` and from the text of the files that git knows or would add.
//!
//! A failure says what to do. Where a rule must give way, its exception stands beside it with a reason.

mod dependencies;
mod documents;
mod files;
mod manifests;
mod sources;
mod tree;
mod unit;
