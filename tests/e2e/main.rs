//! The real binary over real HTTP: a file for each route or subject.

mod locks;
mod passthru;
mod tasks;
mod work;
