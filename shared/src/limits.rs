//! Every maximum of the formats, with its reason.

/// Bytes of an envelope that are read at all, before its plan is known: four times the largest layout foreseen.
pub const ENVELOPE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Bytes beside the cells that a submission's body may have (`docs/protocol.md`, section 5).
pub const BODY_BYTES_BESIDE_CELLS: usize = 16 * 1024;
/// Bytes of body allowed for one cell: eight bytes of word in base64 twice, with room.
pub const BODY_BYTES_PER_CELL: usize = 16;
/// Signatures of one envelope.
pub const SIGNATURES_MAX: usize = 8;
/// Bytes of one log entry: its length is written in two bytes.
pub const ENTRY_BYTES_MAX: usize = 65_535;
/// Bytes of a signed note, as C2SP tlog-witness allows.
pub const NOTE_BYTES_MAX: usize = 64 * 1024;
/// Signature lines of a signed note that are looked at.
pub const NOTE_SIGNATURES_MAX: usize = 64;
/// Witnesses that a trust file names.
pub const WITNESSES_MAX: usize = 32;
/// Seconds for which a cosignature counts before a draw: a day, in which a witness that was away comes back.
pub const COSIGNATURE_AGE_S_MAX: i64 = 86_400;
/// Seconds by which a witness's clock may be ahead.
pub const COSIGNATURE_AHEAD_S_MAX: i64 = 300;
/// Hashes of a proof: a tree of 2^63 leaves needs no more.
pub const PROOF_HASHES_MAX: usize = 63;
/// Entries of a log that a reader holds at once: 200 years of rounds.
pub const LOG_ENTRIES_MAX: u64 = 1 << 20;
/// Blocks of a plan: each has a scale of its own.
pub const BLOCKS_MAX: usize = 6;
/// Cells of a layout.
pub const CELLS_MAX: usize = 100_000;
/// Greatest absolute bound of a mean: its square, summed over all tables, fits 64 bits.
pub const BOUND_ABS_MAX: i32 = 1_000_000;
/// Greatest absolute value of a cell: a thousand authorities' sums stay exact in a double, and nobody can spoil a sum.
pub const CELL_ABS_MAX: u64 = 1 << 40;
/// Least scale of noise, in thousandths: below it the noise is often exactly zero.
pub const SCALE_MILLI_MIN: u64 = 2_000;
/// Greatest scale of noise, in thousandths: above the floor of the greatest unit, and so that a cell holds the noise beside a sum.
pub const SCALE_MILLI_MAX: u64 = 100_000_000_000;
/// Greatest unit of a table: how many units of noise's grain a child counts in it.
pub const UNIT_MAX: u32 = 1 << 20;
/// Greatest amount of one child in one cell, in units: with it no sum of cells leaves 64 bits.
pub const CELL_AMOUNT_MAX: u64 = 1 << 20;
/// Seconds over which the agents' slots of sending are spread at most: sixty days.
pub const SPREAD_S_MAX: u32 = 60 * 86_400;
/// Bytes of the reason for a plan whose intervals are wide.
pub const REASON_BYTES_MAX: usize = 200;
/// Authorities of a cohort.
pub const COHORT_MAX: usize = 1_000;
/// Children who live in one authority: many times the largest one, and a whole cohort's sum fits 32 bits.
pub const POPULATION_MAX: u64 = 4_000_000;
/// Bytes of the name of a population estimate.
pub const SOURCE_BYTES_MAX: usize = 200;
/// Files of an export.
pub const EXPORT_FILES_MAX: usize = 100_000;
/// Bytes of one file of an export.
pub const EXPORT_FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Greatest body of a submission over a layout of `n_cells` cells, in bytes.
pub fn body_bytes_max(n_cells: usize) -> usize {
    n_cells.saturating_mul(BODY_BYTES_PER_CELL).saturating_add(BODY_BYTES_BESIDE_CELLS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_holds_its_noise_beside_the_sum_of_a_large_authority() {
        // a hundred thousand children of the greatest amount each, and eight standard deviations of the greatest noise
        let (sum, noise) = (100_000 * CELL_AMOUNT_MAX, 8 * (SCALE_MILLI_MAX / 1_000));
        assert!(sum + noise < CELL_ABS_MAX, "{sum} + {noise}");
        // no unit is so great that its floor lies above every scale
        assert!(crate::privacy::floor_milli(UNIT_MAX) < SCALE_MILLI_MAX);
    }

    #[test]
    fn the_greatest_scale_has_an_exact_cost() {
        // by hand: 2^53 times 5 times 10^14 over 10^22, rounded up, and one
        assert_eq!(crate::privacy::cost(1 << 53, SCALE_MILLI_MAX), Some(crate::privacy::RhoNano(450_359_964)));
        assert_eq!(crate::privacy::cost(1 << 53, SCALE_MILLI_MAX + 1), None);
        assert!(crate::privacy::cost(u64::MAX, SCALE_MILLI_MAX).is_some(), "no sum leaves its bits");
    }
}
