//! The type instead of its block.

use bessemer::driver;

#[driver(name = "acme")]
#[derive(Default)]
struct Acme;

fn main() {
    let _ = Acme;
}
