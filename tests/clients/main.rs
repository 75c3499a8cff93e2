//! Ironic's own command line against the real binary.
