//! A workbook: either its bytes, or a sound one around the sheet that they make.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::workbook_source(&fuzz::as_workbook(bytes)));
