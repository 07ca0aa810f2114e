//! The drawing process: this program once more, for one draw, with nothing but a pipe.
//!
//! A fresh process holds no random state that a copied machine could repeat, and no file, log or key lies in its reach. It is
//! given no argument but its name, an empty environment, and the request on its standard input.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use shared::problem::Exit;

use crate::noise::{ANSWER_BYTES_MAX, DrawRequest, Mechanism, NoiseError, NoisyCells, decode_answer, encode_request};

/// Longest time that a draw may take: a hundred times what the largest layout needs.
const DRAW_TIME_MAX: Duration = Duration::from_secs(120);

/// Draws in a child process of a program that understands `draw`.
pub struct DrawingProcess {
    program: PathBuf,
}

impl DrawingProcess {
    /// Of this program.
    pub fn of(program: PathBuf) -> Self {
        Self { program }
    }
}

impl Mechanism for DrawingProcess {
    fn draw(&self, request: DrawRequest) -> Result<NoisyCells, NoiseError> {
        let shape = request.shape().ok_or(NoiseError::Message)?;
        let message = encode_request(request)?;
        let mut command = Command::new(&self.program);
        command.arg("draw").env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut process = command.spawn().map_err(|_| NoiseError::Process)?;
        let (input, output) = (process.stdin.take(), process.stdout.take());
        let (Some(mut input), Some(output)) = (input, output) else { return Err(NoiseError::Process) };
        let (done, answer) = mpsc::channel();
        thread::spawn(move || {
            let limit = u64::try_from(ANSWER_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
            let mut bytes = Vec::new();
            let written = input.write_all(&message);
            drop(input);
            let read = output.take(limit).read_to_end(&mut bytes);
            // nobody listens any more once the time is over
            let _ = done.send(written.and(read).map(|_| bytes));
        });
        let answer = answer.recv_timeout(DRAW_TIME_MAX);
        if answer.is_err() {
            // it may have ended meanwhile, which is as good
            let _ = process.kill();
        }
        let ended = process.wait().map_err(|_| NoiseError::Process)?;
        let bytes = answer.map_err(|_| NoiseError::Process)?;
        match ended.code() {
            Some(0) => decode_answer(&bytes.map_err(|_| NoiseError::Process)?, &shape),
            Some(code) if code == i32::from(Exit::PrivacyGuard.code()) => Err(NoiseError::of_word(&bytes.unwrap_or_default())),
            Some(_) | None => Err(NoiseError::Process),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::{ChildDomain, DomainTable, NoiseBlock, NoiseTable};
    use shared::privacy::RhoNano;

    fn drawn_by(program: &str) -> Result<NoisyCells, NoiseError> {
        let domain = ChildDomain::new(vec![DomainTable {
            n_cells: 2,
            abs_max: 1,
            ages: [0, 25],
            on_31_march: shared::framework::Presence::Either,
        }])
        .unwrap();
        let block =
            NoiseBlock { scale_milli: 2_000, rho_nano: RhoNano(1_000_000_000), tables: vec![NoiseTable { table: 0, unit: 1 }] };
        DrawingProcess::of(program.into()).draw(DrawRequest::from_parts(domain, vec![block], Vec::new()))
    }

    #[test]
    fn a_program_that_does_not_draw_gives_no_cells() {
        // one that does not exist, one that fails, one that says nothing, one that is no program
        for program in ["/nowhere/agent", "/bin/false", "/bin/true", "/"] {
            let error = drawn_by(program).unwrap_err();
            assert!(matches!(error, NoiseError::Process | NoiseError::Message), "{program}");
        }
    }
}
