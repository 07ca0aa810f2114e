//! A table of text under a first line that is known.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::text_source(&[fuzz::REVIEWS, bytes].concat()));
