//! Tokens as a forger makes them, who knows how ours look: with a right checksum.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// What stands in a token, behind its prefix and before its checksum.
pub fn payload(token: &str) -> Vec<u8> {
    let mut bytes = URL_SAFE_NO_PAD.decode(&token[4..]).unwrap();
    bytes.truncate(bytes.len() - 4);
    bytes
}

/// A token with this prefix and payload.
pub fn sealed(prefix: &str, payload: &[u8]) -> String {
    let mut sum = crc32fast::Hasher::new();
    sum.update(prefix.as_bytes());
    sum.update(payload);
    let bytes = [payload, &sum.finalize().to_be_bytes()].concat();
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The same token with one byte of its payload changed.
pub fn altered(token: &str, at: usize, flip: u8) -> String {
    let mut payload = payload(token);
    payload[at] ^= flip;
    sealed(&token[..4], &payload)
}

#[test]
fn sealing_is_what_the_server_does() {
    let token = sealed("rct_", &[7; 32]);
    assert_eq!((token.len(), payload(&token)), (52, vec![7; 32]));
}
