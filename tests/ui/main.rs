//! What the macros accept and how they refuse. One file for each mistake, named after it, with the compiler's
//! whole answer beside it: exactly one error for one mistake, at the author's token, with the way out.
//!
//! The goldens hold the words of the compiler in `rust-toolchain.toml`. To write them anew:
//!
//! ```text
//! TRYBUILD=overwrite cargo test -p bessemer-tests --test ui
//! ```
//!
//! and then read each changed `.stderr` line by line: a golden is a text that an author meets on a bad day.
//! One case alone: `cargo test -p bessemer-tests --test ui -- trybuild=unknown_option`.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    cases.compile_fail("ui/fail/*.rs");
}
