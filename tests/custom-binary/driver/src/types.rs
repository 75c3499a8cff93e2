//! What methods take and return beyond texts and numbers. Their schemas stand in listings.

use std::collections::BTreeMap;

/// What is in a rack.
#[bessemer::model]
#[derive(Clone, Debug)]
pub struct Plan {
    /// The machines by their names, each with its place from the bottom.
    pub machines: BTreeMap<String, u8>,
}

/// Where a rack is.
#[bessemer::model]
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The address of its controller.
    pub address: String,
    /// The row it stands in.
    pub row: u8,
    /// The firmware that was last written, if any was.
    pub firmware: Option<String>,
}

/// Which lamps are in order.
#[bessemer::model]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Those that shine.
    pub good: Vec<u8>,
    /// Those that do not.
    pub broken: Vec<u8>,
}
