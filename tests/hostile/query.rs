//! Queries of vendor passthru, which takes most of them apart by hand: what a method is given is what any reader of
//! forms sees in the same line.

use bessemer_tests::Server;
use serde_json::{Map, Value, json};

/// What lines are put together from.
const PIECES: &[&str] = &[
    "a", "b", "method", "echo", "=", "=", "=", "&", "&", "&", "+", "%61", "%6d", "%3D", "%26", "%", "%f", "%zz", "%ff",
    "%C3%A4", "%00", ";", "?", "/", "ä", "\"", "[]", "1.10", "true",
];
const LINES: u32 = 3000;

#[tokio::test]
async fn a_query_is_read_as_any_form_is() {
    let server = Server::start().await;
    let mut chance = Chance(1);
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..LINES {
        let line: String = (0..chance.below(14)).map(|_| *chance.of(PIECES)).collect();
        let named = *chance.of(&["", "/echo"]);
        let path = format!("/v1/drivers/fake/vendor_passthru{named}?{line}");
        let request = server.request("GET", &path).build().unwrap();
        let url = request.url().clone();
        // Whoever made the URL reads it as well; it is the library that browsers' rules are written down in.
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let (methods, others): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(name, _)| name == "method");
        let is_called = match (named, &*methods) {
            ("/echo", []) => true,
            ("", [(_, method)]) => method == "echo",
            _ => false,
        };
        let answer = server.send(server.request("GET", &path)).await;
        if is_called {
            assert_eq!(answer.status, 200, "{url}: {answer:?}");
            assert_eq!(answer.json()["args"], arguments(others), "{url}");
            taken += 1;
        } else {
            assert!([400, 404].contains(&answer.status), "{url}: {answer:?}");
            refused += 1;
        }
    }
    assert!(
        taken > 500 && refused > 500,
        "{taken} were taken, {refused} were refused"
    );
}

fn arguments(pairs: Vec<(String, String)>) -> Value {
    let mut object = Map::new();
    for (name, value) in pairs {
        match object.get_mut(&name) {
            None => {
                object.insert(name, value.into());
            }
            Some(Value::Array(values)) => values.push(value.into()),
            Some(first) => *first = json!([first, value]),
        }
    }
    object.into()
}

/// The same numbers each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}
