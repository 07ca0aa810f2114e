//! All that this program ever logs: a few lines, with fields of a closed list.
//!
//! No other room names `tracing`, which `tests/it/tidy.rs` holds to. A field is who, which round, which submission, or the code
//! of a problem: public or nearly so. There is no function here that takes a number of anything, a size, a time of work or a
//! text, so that no caller can log one. `docs/privacy.md`, PC9 and PC11.

use shared::ids::{AuthorityId, Digest, RoundId};
use shared::problem::Problem;

/// A draw is kept in the ledger.
pub fn drawn(authority: AuthorityId, round: RoundId, sequence: u32, id: Digest) {
    tracing::info!(authority = %authority, round = %round, sequence = %sequence, id = %id, "drawn and kept");
}

/// A submission was sent and its receipt is kept.
pub fn sent(authority: AuthorityId, round: RoundId, sequence: u32, id: Digest) {
    tracing::info!(authority = %authority, round = %round, sequence = %sequence, id = %id, "sent");
}

/// A ledger was made whole from the public log.
pub fn recovered(authority: AuthorityId) {
    tracing::warn!(authority = %authority, "the ledger was recovered from the public log");
}

/// A request failed and is tried again.
pub fn tries_again(problem: Option<Problem>) {
    tracing::warn!(problem = %problem.map_or("fault", Problem::code), "trying again");
}
