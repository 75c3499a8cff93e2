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

#[steel::driver(name = "renamed", crate = steel)]
impl Renamed {
    #[steel::passthru(http = "POST")]
    async fn resize(&self, _node: &mut Node, size: Size) -> Result<Size> {
        Ok(size)
    }
}

fn main() {}
