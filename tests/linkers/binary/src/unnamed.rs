//! Has drivers in its `Cargo.toml` but does not name their crates. It says which blocks it has: none. What to do
//! against that is in `named.rs`.

mod report;

fn main() {
    report::print();
}
