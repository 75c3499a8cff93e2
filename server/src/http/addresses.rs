//! How many connections each client address has, so that one of them cannot take all the places there are. What the
//! bound is, and for whom there is none, is the configuration's word (`Api::connections_max_of`).

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;

/// The addresses that have connections.
#[derive(Default)]
pub(crate) struct Addresses(Mutex<HashMap<IpAddr, Crowd>>);

/// The connections of one address.
#[derive(Default)]
struct Crowd {
    connections: usize,
    /// Whether one was refused since it had none.
    refused: bool,
}

/// An address has as many connections as it may.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Crowded {
    /// How many that is.
    pub(crate) max: usize,
    /// Whether this is the first that is refused since it had none.
    pub(crate) is_news: bool,
}

impl Addresses {
    /// A place for one more connection of this address; `None` where it may have any number.
    pub(crate) fn enter(self: &Arc<Self>, address: IpAddr, max: Option<usize>) -> Result<Option<Place>, Crowded> {
        let Some(max) = max else { return Ok(None) };
        // What comes over IPv6 to a socket of both is the same machine.
        let address = address.to_canonical();
        let mut addresses = self.0.lock();
        let crowd = addresses.entry(address).or_default();
        if crowd.connections >= max {
            let is_news = !std::mem::replace(&mut crowd.refused, true);
            return Err(Crowded { max, is_news });
        }
        crowd.connections += 1;
        Ok(Some(Place {
            addresses: Arc::clone(self),
            address,
        }))
    }
}

/// Given back when dropped.
pub(crate) struct Place {
    addresses: Arc<Addresses>,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Entry::Occupied(mut crowd) = self.addresses.0.lock().entry(self.address) {
            crowd.get_mut().connections -= 1;
            if crowd.get().connections == 0 {
                crowd.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_its_own_places_and_nothing_is_left_of_those_that_went() {
        let addresses = Arc::new(Addresses::default());
        let [one, other] = ["192.0.2.1", "192.0.2.2"].map(|text| text.parse().unwrap());
        let places = [(); 2].map(|()| addresses.enter(one, Some(2)).ok().unwrap());
        for is_news in [true, false] {
            assert_eq!(addresses.enter(one, Some(2)).err(), Some(Crowded { max: 2, is_news }));
        }
        let mapped = "::ffff:192.0.2.1".parse().unwrap();
        assert!(addresses.enter(mapped, Some(2)).is_err(), "it is the same");
        assert!(addresses.enter(other, Some(2)).is_ok());
        drop(places);
        assert!(addresses.0.lock().is_empty());
        assert!(addresses.enter(one, Some(1)).is_ok());
    }
}
