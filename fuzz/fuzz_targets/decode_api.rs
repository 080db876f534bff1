#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| heliogram_fuzz::decode_api::run(data));
