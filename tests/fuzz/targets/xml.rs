//! An XML return, from its first element on.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::any_source(&[b"<EXPSSDA903>".as_slice(), bytes].concat()));
