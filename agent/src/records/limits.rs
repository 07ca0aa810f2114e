//! The limits on a return, named once.

/// Most files, sheets or queries in one return.
pub const FILES_MAX: usize = 64;
/// Most columns in one sheet.
pub const COLUMNS_MAX: usize = 64;
/// Longest cell of a row that is read, in bytes.
pub const CELL_BYTES_MAX: usize = 256;
/// Most rows of one table.
pub const ROWS_MAX: u32 = 20_000_000;
/// Most rows of `changed_ids.csv`.
pub const CHANGED_IDS_MAX: usize = 1_000_000;
