//! The system's randomness, handed in: for keys, nonces and waiting times, never for noise.
//!
//! The operating system's own generator is asked. That of the cryptographic library would gather jitter of the processor
//! first, which takes a program that lives for 10 ms another 15.

use crate::stop::Stop;

/// Fills bytes that nobody can foresee.
pub trait Randomness {
    /// Fills them all, or fails.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Stop>;
}

/// The system's. Named by `main` alone.
pub struct SystemRandomness(());

impl SystemRandomness {
    /// Opens it.
    pub fn open() -> Self {
        Self(())
    }
}

impl Randomness for SystemRandomness {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Stop> {
        getrandom::fill(bytes).map_err(|_| Stop::fault("the system gives no randomness"))
    }
}

/// A whole number below `bound`, or 0 when there is none. Good enough for waiting times: the bias is below 2^-30.
pub fn below(randomness: &dyn Randomness, bound: u64) -> Result<u64, Stop> {
    let mut bytes = [0; 8];
    randomness.fill(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes).checked_rem(bound).unwrap_or(0))
}
