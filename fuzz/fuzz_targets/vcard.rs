#![no_main]

use libfuzzer_sys::fuzz_target;
use roster_transfer::SourceFormat;

fuzz_target!(|bytes: &[u8]| roster_fuzz::read(Some(SourceFormat::VCard), bytes));
