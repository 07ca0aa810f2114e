//! A table of text whose bytes are UTF-16, either way round, with a mark and without.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::text_source(&fuzz::as_utf16(bytes)));
