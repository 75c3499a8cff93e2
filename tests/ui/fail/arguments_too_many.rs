//! One argument more than a method can take.

use bessemer::{Node, Result, Verb, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    #[allow(clippy::too_many_arguments)]
    #[rustfmt::skip]
    async fn reset(
        &self, node: &mut Node, verb: Verb, a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8, i: u8, j: u8,
        k: u8, l: u8, m: u8, n: u8, o: u8, #[arg(name = "seventeenth")] p: u8, q: u8,
    ) -> Result<()> {
        let _ = (node, verb, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q);
        Ok(())
    }
}

fn main() {}
