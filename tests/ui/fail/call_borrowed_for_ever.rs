//! A call that is to be borrowed for longer than it lasts.

use bessemer::{Call, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[driver_passthru(http = "POST")]
    fn reset(&self, call: &'static Call) -> Result<()> {
        let _ = call;
        Ok(())
    }
}

fn main() {}
