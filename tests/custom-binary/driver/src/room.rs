//! The racks, and how one talks to them. A real driver has its protocol here, and the library that speaks it; these
//! racks are made up, and forgotten when the server ends.

use std::collections::BTreeMap;
use std::thread;

use parking_lot::Mutex;

use crate::error::RackError;

/// The address at which nothing answers, to try what happens then.
const UNPLUGGED: &str = "unplugged";

/// All racks, by their addresses; `None` while the room is closed.
pub(crate) struct Room {
    lamps_max: u8,
    racks: Mutex<Option<BTreeMap<String, State>>>,
}

/// One rack.
#[derive(Default)]
struct State {
    lit: u8,
    logbook: String,
}

impl Room {
    pub(crate) fn new(lamps_max: u8) -> Self {
        Self {
            lamps_max,
            racks: Mutex::default(),
        }
    }

    /// Lets people in.
    pub(crate) fn open(&self) {
        *self.racks.lock() = Some(BTreeMap::new());
    }

    /// Puts all lamps out, and lets nobody in any more.
    pub(crate) fn close(&self) {
        *self.racks.lock() = None;
    }

    /// How many lamps a rack has.
    pub(crate) fn lamps_max(&self) -> u8 {
        self.lamps_max
    }

    /// How many lamps are lit.
    pub(crate) fn lamps(&self, address: &str) -> Result<u8, RackError> {
        self.ask(address, |rack| rack.lit)
    }

    /// Lights so many lamps.
    pub(crate) fn light(&self, address: &str, lamps: u8) -> Result<(), RackError> {
        if lamps > self.lamps_max {
            return Err(RackError::TooManyLamps {
                asked: lamps,
                has: self.lamps_max,
            });
        }
        self.ask(address, |rack| {
            rack.lit = lamps;
            rack.logbook += &format!("{lamps} lamps lit\n");
        })
    }

    /// Tries a lamp, as libraries do that know nothing of `async`: the thread waits for the answer.
    pub(crate) fn try_blocking(&self, address: &str, lamp: u8) -> Result<bool, RackError> {
        let last = self.lamps_max;
        // In each rack it is the last lamp that is broken.
        let answer = thread::spawn(move || lamp != last).join();
        self.ask(address, |_| answer.unwrap_or(false))
    }

    /// Writes firmware.
    pub(crate) fn flash(&self, address: &str, version: &str) -> Result<(), RackError> {
        self.ask(address, |rack| rack.logbook += &format!("firmware {version} written\n"))
    }

    /// What happened, a line each.
    pub(crate) fn logbook(&self, address: &str) -> Result<String, RackError> {
        self.ask(address, |rack| rack.logbook.clone())
    }

    fn ask<T>(&self, address: &str, question: impl FnOnce(&mut State) -> T) -> Result<T, RackError> {
        let mut racks = self.racks.lock();
        let racks = racks.as_mut().ok_or(RackError::Closed)?;
        if address == UNPLUGGED {
            return Err(RackError::NoAnswer(address.into()));
        }
        Ok(question(racks.entry(address.into()).or_default()))
    }
}
