//! The log: one event is one line, whatever clients and drivers put into it, and what belongs to a call or a request
//! says to which.

mod fields;
mod lines;
