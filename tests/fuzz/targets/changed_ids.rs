//! The table of identifiers that were replaced.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::changed_ids(bytes));
