//! Methods with signatures that generic code cannot call, or only just: an adapter stands between, or there are as
//! many arguments as there may be. To their callers they are like all others, also when they panic.

use bessemer::testing::{self, LockMode, Reason, Request};
use bessemer::{Call, Node, Result, Verb, driver};

type Machine<'n> = &'n mut Node;
type Seen<'n> = &'n Node;

#[derive(Default)]
struct Rack;

#[driver(name = "rack-of-signatures")]
impl Rack {
    /// Takes its node behind an alias.
    #[passthru(http = "POST")]
    async fn alias(
        &self,
        node: Machine<'_>,
        call: &Call,
        key: String,
        verb: Verb,
        value: Option<u8>,
    ) -> Result<String> {
        call.log("called");
        node.extra_mut().insert(key, value.into());
        assert_ne!(value, Some(0), "value is zero");
        Ok(verb.to_string())
    }

    /// The same on a thread, with a bound.
    #[passthru(http = "POST")]
    fn plain<'a: 'b, 'b>(&'a self, node: Machine<'b>, key: String, value: Option<u8>) -> Result<()> {
        node.extra_mut().insert(key, value.into());
        assert_ne!(value, Some(0), "value is zero");
        Ok(())
    }

    /// Takes all that a method can take.
    #[passthru(http = "POST", require_exclusive_lock = false)]
    #[allow(clippy::too_many_arguments, clippy::many_single_char_names)]
    async fn sixteen(
        &self,
        _node: Seen<'_>,
        a: u8,
        b: u8,
        c: u8,
        d: u8,
        e: u8,
        f: u8,
        g: u8,
        h: u8,
        i: u8,
        j: u8,
        k: u8,
        l: u8,
        m: u8,
        n: u8,
        #[arg(default = 15)] o: u8,
        p: String,
    ) -> Result<(Vec<u8>, String)> {
        Ok((vec![a, b, c, d, e, f, g, h, i, j, k, l, m, n, o], p))
    }
}

trait Door {
    fn open<'a, 'b>(&'a self, node: Seen<'b>) -> Result<String>
    where
        'a: 'b;
}

#[driver(extend)]
impl Door for Rack {
    /// Opens.
    #[passthru(http = "POST", require_exclusive_lock = false)]
    fn open<'a, 'b>(&'a self, node: Seen<'b>) -> Result<String>
    where
        'a: 'b,
    {
        Ok(node.name().unwrap_or_default().to_owned())
    }
}

fn call(method: &str) -> Request<Rack> {
    testing::call::<Rack>(method).node(testing::node("rack7"))
}

#[test]
fn a_method_behind_an_adapter_is_called_as_any_other() {
    let outcome = call("alias").arg("key", "k").arg("value", 1).run();
    assert_eq!(
        (outcome.lock(), outcome.log()),
        (LockMode::Exclusive, &["called".to_owned()][..])
    );
    assert_eq!(
        (outcome.node().extra()["k"].as_u64(), outcome.json::<String>()),
        (Some(1), "POST".into())
    );
    let outcome = call("plain").arg("key", "k").run();
    assert!(outcome.node().extra()["k"].is_null());
    let outcome = call("open").run();
    assert_eq!(
        (outcome.lock(), outcome.json::<String>()),
        (LockMode::Shared, "rack7".into())
    );
}

#[test]
fn a_panic_behind_an_adapter_is_contained() {
    for method in ["alias", "plain"] {
        let outcome = call(method).arg("key", "k").arg("value", 0).run();
        let error = outcome.error();
        assert_eq!(error.reason(), Reason::Panic, "{method}");
        assert!(error.to_string().contains("value is zero"), "{error}");
        assert!(outcome.changes().is_empty(), "{method}");
    }
}

#[test]
fn sixteen_arguments_arrive_in_their_order() {
    let names = ('a'..='n').zip(1..);
    let request = names.fold(call("sixteen"), |request, (name, value)| {
        request.arg(&name.to_string(), value)
    });
    let outcome = request.arg("p", "last").run();
    assert_eq!(outcome.json::<(Vec<u8>, String)>(), ((1..=15).collect(), "last".into()));
}
