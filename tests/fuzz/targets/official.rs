//! A file of published figures, as it is downloaded.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::official(bytes));
