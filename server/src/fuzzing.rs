//! For fuzz targets alone, behind the feature `fuzzing`: the parts of the server that read what clients send, as functions
//! of plain types. Each is written in the file whose code it asks, so that nothing there has to be more visible for it.
//! What must hold of them is in `tests/fuzz`.

/// See the functions.
#[derive(Debug)]
pub enum Parts {}
