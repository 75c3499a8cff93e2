//! What the macros accept and how they refuse. One file for each mistake, named after it, with the compiler's
//! whole answer beside it: exactly one error for one mistake, at the author's token, with the way out. What is not
//! one file but a graph of packages is in `builds.rs`.
//!
//! The goldens hold the words of the compiler in `rust-toolchain.toml`. To write them anew:
//!
//! ```text
//! TRYBUILD=overwrite cargo test -p bessemer-ui-tests -- cases
//! ```
//!
//! and then read each changed `.stderr` line by line: a golden is a text that an author meets on a bad day.
//! One case alone, which is any whose path holds the word:
//!
//! ```text
//! cargo test -p bessemer-ui-tests -- cases trybuild=unknown_option
//! ```

mod builds;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Cases with more than one error, each with their number.
const SEVERAL: &[(&str, usize)] = &[
    // They are about that.
    ("all_mistakes_at_once", 5),
    ("properties_all_mistakes_at_once", 3),
    // These are rustc's alone, which no macro can keep from it.
    ("extend_on_a_type_of_another_crate", 2),
    // Once for the driver, and once for each of its `async fn`, which borrow it.
    ("driver_cannot_be_shared", 2),
];

#[test]
fn cases() {
    let cases = trybuild::TestCases::new();
    cases.pass("pass/*.rs");
    cases.compile_fail("fail/*.rs");
}

#[test]
fn one_mistake_is_one_error() {
    let files: BTreeSet<String> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fail"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let goldens = files.iter().filter_map(|file| file.strip_suffix(".stderr"));
    for name in goldens {
        assert!(files.contains(&format!("{name}.rs")), "fail/{name}.stderr has no case");
        let path = format!("{}/fail/{name}.stderr", env!("CARGO_MANIFEST_DIR"));
        let text = fs::read_to_string(path).unwrap();
        let errors = text.lines().filter(|line| line.starts_with("error")).count();
        let wanted = SEVERAL.iter().find(|(several, _)| *several == name);
        let wanted = wanted.map_or(1, |(_, wanted)| *wanted);
        assert_eq!(errors, wanted, "errors in fail/{name}.stderr");
        assert!(
            !text.contains("warning: "),
            "fail/{name}.stderr warns of what the case is not about"
        );
    }
}
