//! What an operator sets: for all racks in the configuration, for each of them in its node's `driver_info`.

/// The section `[drivers.rack]` of the configuration. A key that is not here is refused when the server starts.
#[bessemer::model]
#[derive(Clone, Debug)]
#[serde(default)]
pub struct RackConfig {
    /// How many lamps each rack has.
    pub lamps: u8,
    /// The versions of firmware that can be written, newest first.
    pub firmware: Vec<String>,
}

impl Default for RackConfig {
    fn default() -> Self {
        Self {
            lamps: 8,
            firmware: vec!["2.1".into(), "2.0".into()],
        }
    }
}

/// What is read of a node. A value that does not fit is refused as soon as somebody writes it.
#[bessemer::properties]
pub struct RackInfo {
    /// Where the rack's controller answers.
    pub rack_address: String,
    /// The row it stands in.
    #[property(default = 1)]
    pub rack_row: u8,
    /// The user to log in as; without one nobody logs in.
    pub rack_username: Option<String>,
    /// That user's password.
    #[property(secret)]
    pub rack_password: Option<String>,
}
