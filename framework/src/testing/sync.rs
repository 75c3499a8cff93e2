//! The kit's mutex: std's, without poisoning, because a panic in a method under test is an outcome like any
//! other. Not parking_lot's, so that the feature adds no dependency to a driver's tests.

use std::sync::{MutexGuard, PoisonError};

#[allow(
    clippy::disallowed_types,
    reason = "poisoning is undone right here, and no guard of the kit lives over an await"
)]
#[derive(Default)]
pub(super) struct Mutex<T>(std::sync::Mutex<T>);

impl<T> Mutex<T> {
    #[allow(clippy::disallowed_types, reason = "see the type")]
    pub(super) const fn new(value: T) -> Self {
        Self(std::sync::Mutex::new(value))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
