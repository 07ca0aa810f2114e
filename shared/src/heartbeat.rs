//! The heartbeat: what an agent says when it begins to run, and all that it says. `docs/protocol.md`, section 7.6.
//!
//! It is sent before anything is read, and it is the same for every authority, every day and every round: 4096 bytes that
//! are written here. It tells that the agent ran, and nothing that the agent could know.

use crate::submission::padded_body;

/// What stands before the spaces.
const TEXT: &str = r#"{"schema":"goldenthread.heartbeat/1"}"#;

/// The body, padded like every body.
pub fn body() -> Vec<u8> {
    padded_body(TEXT.as_bytes().to_vec())
}

/// Whether bytes are the heartbeat: these bytes and no others.
pub fn is_heartbeat(bytes: &[u8]) -> bool {
    bytes == body()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heartbeat_is_these_bytes() {
        let expected: Vec<u8> =
            b"{\"schema\":\"goldenthread.heartbeat/1\"}".iter().copied().chain(std::iter::repeat(b' ')).take(4096).collect();
        assert_eq!(body(), expected);
        assert!(is_heartbeat(&expected));
        for i in 0..expected.len() {
            let mut other = expected.clone();
            other[i] ^= 1;
            assert!(!is_heartbeat(&other), "byte {i}");
        }
        assert!(!is_heartbeat(&expected[..4095]) && !is_heartbeat(&[&expected[..], b" "].concat()) && !is_heartbeat(b""));
    }
}
