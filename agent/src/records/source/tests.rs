//! What the tests of all sources share: a stingy reader, and all rows of a source as owned text.

use std::io::{self, Read};

use super::*;

/// Gives a few bytes at a time, and is interrupted on the way; at its end it may fail.
pub(super) struct Drip {
    bytes: Vec<u8>,
    at: usize,
    n_calls: usize,
    fails: bool,
}

impl Drip {
    pub fn of(bytes: &[u8]) -> Self {
        Self { bytes: bytes.to_vec(), at: 0, n_calls: 0, fails: false }
    }

    pub fn failing_after(bytes: &[u8]) -> Self {
        Self { fails: true, ..Self::of(bytes) }
    }
}

impl Read for Drip {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.n_calls += 1;
        if self.n_calls % 5 == 2 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if rest.is_empty() && self.fails {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let n = rest.len().min(room.len()).min(1 + self.n_calls % 7 * if self.bytes.len() > 4096 { 4096 } else { 1 });
        room[..n].copy_from_slice(&rest[..n]);
        self.at += n;
        Ok(n)
    }
}

/// A row, owned.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FoundRow {
    pub sheet: usize,
    pub line: u32,
    pub cells: Vec<String>,
}

/// All that a source gives.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub sheets: Vec<Sheet>,
    pub rows: Vec<FoundRow>,
}

pub(super) fn rows(source: &mut dyn RowSource) -> Result<Found, SourceFault> {
    let sheets = source.sheets().to_vec();
    let mut rows = Vec::new();
    while let Some(SourceRow { sheet, line, cells }) = source.next_row()? {
        assert!(sheet < sheets.len() && !cells.is_blank());
        let cells = (0..cells.n()).map(|at| String::from_utf8_lossy(cells.cell(at)).into_owned()).collect();
        rows.push(FoundRow { sheet, line, cells });
    }
    assert_eq!(source.sheets(), sheets);
    Ok(Found { sheets, rows })
}

#[test]
fn cells_stand_one_byte_apart() {
    let cells = Cells::new(b"A,,B C,", &[1, 2, 6, 7]);
    let all: Vec<&[u8]> = (0..5).map(|at| cells.cell(at)).collect();
    assert_eq!(all, [&b"A"[..], b"", b"B C", b"", b""]);
    assert!(!cells.is_blank() && Cells::new(b" , ", &[1, 3]).is_blank());
}
