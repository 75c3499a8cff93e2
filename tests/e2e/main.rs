//! The real binary over real HTTP: a file for each route or subject.

mod passthru;
