//! `draw`: the drawing process. Hidden: the agent starts it, for one draw, with a request on standard input.
//!
//! It opens nothing, logs nothing and knows no configuration. It answers with noisy cells, or with one fixed word.

use std::io::{Read, Write};

use shared::problem::Exit;

use crate::noise::{NoiseError, REQUEST_BYTES_MAX, decode_request, draw, encode_answer};

/// Runs the command.
pub fn run(input: &mut dyn Read, output: &mut dyn Write) -> Exit {
    let (exit, answer) = match answer(input) {
        Ok(bytes) => (Exit::Done, bytes),
        Err(error) => (Exit::PrivacyGuard, error.word().as_bytes().to_vec()),
    };
    match output.write_all(&answer).and_then(|()| output.flush()) {
        Ok(()) => exit,
        Err(_) => Exit::Fault,
    }
}

fn answer(input: &mut dyn Read) -> Result<Vec<u8>, NoiseError> {
    let limit = u64::try_from(REQUEST_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    input.take(limit).read_to_end(&mut bytes).map_err(|_| NoiseError::Message)?;
    encode_answer(&draw(decode_request(&bytes)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_request_is_answered_with_one_word() {
        for request in [&b""[..], b"goldenthread-draw/1\n", b"garbage"] {
            let mut output = Vec::new();
            assert_eq!(run(&mut &request[..], &mut output), Exit::PrivacyGuard);
            assert_eq!(output, b"message");
        }
    }
}
