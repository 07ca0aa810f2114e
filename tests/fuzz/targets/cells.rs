//! Identifiers, codes and dates: the bytes are the cells of one row of Episodes.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::one_row(bytes));
