//! Methods in several blocks, of the type and of its traits; two traits with a method of the same name.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Many;

#[driver(name = "many")]
impl Many {}

#[driver(extend)]
impl Many {
    #[passthru(http = "POST")]
    async fn one(&self, _node: &mut Node) -> Result<()> {
        Ok(())
    }
}

trait Console {
    fn open(&self) -> Result<u8>;
    fn answer(&self) -> u8 {
        Self::ANSWER
    }
    const ANSWER: u8;
}

#[driver(extend)]
impl Console for Many {
    #[driver_passthru(http = "GET", name = "open_console")]
    fn open(&self) -> Result<u8> {
        Ok(self.answer())
    }
    const ANSWER: u8 = { 42 };
}

trait Door<T> {
    type Key;
    fn open(&self, key: T) -> Result<T>;
}

#[driver(extend)]
impl Door<u8> for Many {
    type Key = u8;
    #[driver_passthru(http = "POST", name = "open-door")]
    fn open(&self, key: u8) -> Result<u8> {
        Ok(key)
    }
}

/// The same name at both levels is two methods.
#[driver(extend)]
impl Many {
    #[driver_passthru(http = "GET", name = "one")]
    async fn one_of_the_driver(&self) -> Result<()> {
        Ok(())
    }
}

fn main() {
    assert_eq!(bessemer::host::blocks().len(), 5);
}
