//! Not a method.

use bessemer::driver;

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "GET")]
    const LIMIT: u8 = 3;
}

fn main() {}
