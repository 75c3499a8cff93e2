//! What goes wrong with racks, and which of the framework's kinds each of it is: the kind decides the status that a
//! client is answered.

use bessemer::Error;

/// What can go wrong with a rack.
#[derive(Clone, Debug, PartialEq)]
pub enum RackError {
    /// More lamps are to be lit than there are.
    TooManyLamps {
        /// How many were asked for.
        asked: u8,
        /// How many there are.
        has: u8,
    },
    /// There is no firmware of this version.
    NoSuchFirmware(String),
    /// The controller at this address does not answer.
    NoAnswer(String),
    /// The room is not open.
    Closed,
}

impl From<RackError> for Error {
    fn from(error: RackError) -> Self {
        match error {
            RackError::TooManyLamps { asked, has } => {
                Self::invalid(format!("lamps is {asked}, but the rack has {has}"))
            }
            RackError::NoSuchFirmware(version) => Self::not_found(format!("there is no firmware {version:?}")),
            RackError::NoAnswer(address) => Self::silent(format!("the rack at {address} does not answer")),
            // Clients send what is answered with this kind again: nothing was carried out.
            RackError::Closed => Self::busy("the room is closed"),
        }
    }
}
