//! A rack whose lamps can be lit.

use bessemer::{Node, Result, driver};

#[derive(Default)]
pub struct Rack;

#[driver(name = "rack")]
impl Rack {
    /// Lights so many lamps.
    #[passthru(http = "POST")]
    async fn light(&self, node: &mut Node, lamps: u8) -> Result<u8> {
        node.extra_mut().insert("lamps".into(), lamps.into());
        Ok(lamps)
    }
}
