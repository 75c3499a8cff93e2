//! No registration is lost, however a binary is linked: each linker that Debian has with each profile, and what else
//! makes a linker leave things out. A crate that is named keeps all of its drivers; one that only stands in
//! `Cargo.toml` has none, and a lint says so.
//!
//! Each cell of the matrix is one test, and says what it found:
//!
//! ```text
//! cargo test --manifest-path tests/linkers/Cargo.toml                  one profile, the toolchain's own linker
//! cargo test --manifest-path tests/linkers/Cargo.toml -- --long        all of them
//! cargo test --manifest-path tests/linkers/Cargo.toml -- --long mold   those with a word in their names
//! ```
//!
//! `dev` with the toolchain's linker is missing in the short form: every server that another suite starts is one.

mod cargo;
mod cells;
mod elf;

use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let (options, words): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|it| it.starts_with('-'));
    let is_long = options.iter().any(|option| option == "--long");
    let mut cells = cells::short();
    if is_long {
        cells.extend(cells::long());
    }
    let all = cells.len();
    cells.retain(|cell| words.iter().all(|word| cell.name.contains(word)));

    let began = Instant::now();
    let mut failures = Vec::new();
    println!("\nrunning {} tests", cells.len());
    for cell in &cells {
        match (cell.check)() {
            Ok(found) => println!("test {} ... ok: {found}", cell.name),
            Err(wrong) => {
                println!("test {} ... FAILED", cell.name);
                failures.push(format!("---- {} ----\n{wrong}\n", cell.name));
            }
        }
    }
    for failure in &failures {
        println!("\n{failure}");
    }
    println!(
        "\ntest result: {}. {} passed; {} failed; 0 ignored; 0 measured; {} filtered out; finished in {:.2}s\n",
        if failures.is_empty() { "ok" } else { "FAILED" },
        cells.len() - failures.len(),
        failures.len(),
        all - cells.len(),
        began.elapsed().as_secs_f64()
    );
    if failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
