//! As many arguments as a method can take: async and plain, on a node and not, with a call, by way of an adapter.

use bessemer::host::Takes;
use bessemer::{Call, Node, NodeSnapshot, Result, Verb, driver};

type Machine<'n> = &'n mut Node;

#[derive(Default)]
struct Many;

#[driver(name = "many")]
#[allow(clippy::too_many_arguments, clippy::many_single_char_names)]
#[rustfmt::skip]
impl Many {
    #[passthru(http = "POST")]
    async fn exclusive(
        &self, _node: &mut Node, a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8, i: u8, j: u8, k: u8, l: u8,
        m: u8, n: u8, o: u8, p: String,
    ) -> Result<String> {
        Ok(format!("{}{p}", [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o].len()))
    }

    #[passthru(http = "POST", require_exclusive_lock = false)]
    fn snapshot(
        &self, _node: NodeSnapshot, _call: &Call, a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8, i: u8,
        j: u8, k: u8, l: u8, m: u8, n: u8, o: u8, p: String,
    ) -> Result<String> {
        Ok(format!("{}{p}", [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o].len()))
    }

    /// The verb is one of them.
    #[driver_passthru(http = "POST")]
    async fn of_the_driver(
        &self, _call: &Call, a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8, i: u8, j: u8, k: u8, l: u8,
        m: u8, n: u8, verb: Verb, p: String,
    ) -> Result<String> {
        Ok(format!("{verb}{}{p}", [a, b, c, d, e, f, g, h, i, j, k, l, m, n].len()))
    }

    #[passthru(http = "POST")]
    async fn behind_an_alias(
        &self, _node: Machine<'_>, _call: &Call, a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8, i: u8,
        j: u8, k: u8, l: u8, m: u8, n: u8, o: u8, p: String,
    ) -> Result<String> {
        Ok(format!("{}{p}", [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o].len()))
    }
}

fn main() {
    for method in bessemer::host::blocks()[0].methods {
        let Takes::Named(arguments) = method.takes else {
            panic!("{} takes named arguments", method.name)
        };
        let verbs = usize::from(method.name == "of_the_driver");
        assert_eq!(arguments.len() + verbs, 16, "{}", method.name);
    }
}
