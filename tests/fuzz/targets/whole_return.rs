//! A return of several files, cut out of the bytes at each NUL.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::whole_return(bytes));
