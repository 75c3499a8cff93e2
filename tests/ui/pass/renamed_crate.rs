//! The framework under another name.

extern crate bessemer as steel;

use steel::{Node, Result};

#[derive(Default)]
struct Renamed;

#[steel::model(crate = steel)]
struct Size {
    #[serde(rename = "w")]
    width: u8,
}

#[steel::properties(crate = steel)]
struct Info {
    /// Where it answers.
    #[property(default = 1)]
    port: u16,
}

#[steel::driver(name = "renamed", crate = steel, properties = Info)]
impl Renamed {
    #[steel::passthru(http = "POST")]
    async fn resize(&self, node: &mut Node, size: Size) -> Result<Size> {
        let _ = node.info::<Info>()?.port;
        Ok(size)
    }
}

fn main() {}
