//! A block for one type of a generic family, lifetimes wherever a signature may have them, arguments of types with
//! parameters.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::marker::PhantomData;

use bessemer::{Call, Node, NodeSnapshot, Result, driver};

trait Protocol: Send + Sync + 'static {
    type Address;
    const PORT: u16;
}

struct Http;

impl Protocol for Http {
    type Address = String;
    const PORT: u16 = 443;
}

struct Rack<P: Protocol, const SLOTS: usize> {
    protocol: PhantomData<P>,
}

impl<P: Protocol, const SLOTS: usize> Default for Rack<P, SLOTS> {
    fn default() -> Self {
        Self { protocol: PhantomData }
    }
}

#[bessemer::model]
struct Fixed<const N: usize> {
    #[serde(default)]
    slots: Vec<u8>,
}

#[bessemer::model]
struct Pair<A, B> {
    a: A,
    b: B,
}

const SLOTS: usize = 4;

#[driver(name = "rack")]
impl Rack<Http, SLOTS> {
    const PORT: u16 = Http::PORT;

    #[passthru(http = "POST")]
    async fn named<'driver, 'node>(&'driver self, node: &'node mut Node, call: &'node Call) -> Result<()> {
        let _ = (node, call);
        Ok(())
    }

    #[passthru(http = "POST", require_exclusive_lock = false)]
    async fn bounded<'a, 'b: 'a>(&'a self, node: &'b Node, text: Cow<'static, str>) -> Result<Cow<'static, str>>
    where
        Self: Sized,
        'b: 'a,
    {
        let _ = node;
        Ok(text)
    }

    #[passthru(http = "GET", require_exclusive_lock = false)]
    fn of_a_trait(
        &self,
        _node: NodeSnapshot,
        address: <Http as Protocol>::Address,
        #[arg(default = Self::PORT)] port: u16,
    ) -> Result<Pair<<Http as Protocol>::Address, u16>> {
        Ok(Pair { a: address, b: port })
    }

    #[driver_passthru(http = "POST")]
    async fn nested(
        &self,
        slots: [u8; 3],
        fixed: Fixed<{ SLOTS + 1 }>,
        pairs: Vec<Pair<u8, Option<String>>>,
        by_name: BTreeMap<String, (u8, bool)>,
    ) -> Result<[u8; 3], std::io::Error> {
        let _ = (fixed.slots, pairs.len(), by_name);
        Ok(slots)
    }
}

trait Door<'a, T> {
    fn open(&self, key: T) -> Result<T>;
}

#[driver(extend)]
impl Door<'static, u8> for Rack<Http, SLOTS> {
    #[driver_passthru(http = "POST")]
    fn open(&self, key: u8) -> Result<u8> {
        Ok(key)
    }
}

/// Another one of the family is another driver.
#[driver(name = "shelf")]
impl Rack<Http, 2> {
    #[driver_passthru(http = "GET")]
    async fn named(&self) -> Result<()> {
        Ok(())
    }
}

fn main() {
    let targets: std::collections::BTreeSet<_> =
        bessemer::host::blocks().iter().map(|block| (block.target)()).collect();
    assert_eq!(targets.len(), 2);
}
