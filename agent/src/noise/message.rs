//! The message between the agent and its drawing process: binary, versioned, every length checked.
//!
//! It crosses a pipe between two processes of one machine and one user and is never stored. Little-endian throughout.

use shared::framework::{ChildKind, Presence};
use shared::limits::BLOCKS_MAX;
use shared::privacy::RhoNano;

use super::{Child, ChildDomain, DomainTable, DrawRequest, NoiseBlock, NoiseError, NoiseTable, NoisyCells};
use crate::bounds::BoundedCell;

const REQUEST: &[u8; 20] = b"goldenthread-draw/3\n";
const ANSWER: &[u8; 20] = b"goldenthread-cell/1\n";
/// Greatest request: half a million children in a hundred tables each.
pub const REQUEST_BYTES_MAX: usize = 512 * 1024 * 1024;
/// Greatest answer: the largest layout.
pub const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Presences by the byte that stands for them.
const PRESENCES: [Presence; 3] = [Presence::Either, Presence::InCare, Presence::NotInCare];

fn presence(of: Presence) -> u8 {
    match of {
        Presence::Either => 0,
        Presence::InCare => 1,
        Presence::NotInCare => 2,
    }
}

/// Writes a request, consuming it.
pub fn encode_request(request: DrawRequest) -> Result<Vec<u8>, NoiseError> {
    let mut out = Writer(REQUEST.to_vec());
    out.length(request.domain().tables().len())?;
    for t in request.domain().tables() {
        out.0.extend(t.n_cells.to_le_bytes());
        out.0.extend(t.abs_max.to_le_bytes());
        out.0.extend(t.ages);
        out.0.push(presence(t.on_31_march));
    }
    out.length(request.blocks().len())?;
    for b in request.blocks() {
        out.0.extend(b.scale_milli.to_le_bytes());
        out.0.extend(b.rho_nano.0.to_le_bytes());
        out.length(b.tables.len())?;
        for t in &b.tables {
            out.0.extend(t.table.to_le_bytes());
            out.0.extend(t.unit.to_le_bytes());
        }
    }
    out.length(request.children().len())?;
    for child in request.children() {
        out.0.extend([child.kind.age, u8::from(child.kind.in_care)]);
        out.length(child.cells.len())?;
        for c in &child.cells {
            out.0.extend(c.table.to_le_bytes());
            out.0.extend(c.cell.to_le_bytes());
            out.0.extend(c.amount.to_le_bytes());
        }
    }
    if out.0.len() <= REQUEST_BYTES_MAX { Ok(out.0) } else { Err(NoiseError::Message) }
}

/// Reads a request. Whether its children are in the domain is asked later, by the guards.
pub fn decode_request(bytes: &[u8]) -> Result<DrawRequest, NoiseError> {
    let mut rest = Reader(bytes.strip_prefix(&REQUEST[..]).ok_or(NoiseError::Message)?);
    let table = |r: &mut Reader<'_>| {
        let (n_cells, abs_max) = (u32::from_le_bytes(r.array()?), u32::from_le_bytes(r.array()?));
        let (ages, [presence]) = (r.array()?, r.array()?);
        let on_31_march = PRESENCES.get(usize::from(presence)).copied().ok_or(NoiseError::Message)?;
        Ok(DomainTable { n_cells, abs_max, ages, on_31_march })
    };
    let domain = ChildDomain::new(rest.list(11, table)?).ok_or(NoiseError::Message)?;
    let blocks = rest.list(20, |r| {
        let (scale_milli, rho_nano) = (u64::from_le_bytes(r.array()?), RhoNano(u64::from_le_bytes(r.array()?)));
        let table =
            |r: &mut Reader<'_>| Ok(NoiseTable { table: u16::from_le_bytes(r.array()?), unit: u32::from_le_bytes(r.array()?) });
        Ok(NoiseBlock { scale_milli, rho_nano, tables: r.list(6, table)? })
    })?;
    let children = rest.list(6, |r| {
        let [age, in_care @ (0 | 1)] = r.array()? else { return Err(NoiseError::Message) };
        let kind = ChildKind { age, in_care: in_care == 1 };
        let cell = |r: &mut Reader<'_>| {
            let (table, cell) = (u16::from_le_bytes(r.array()?), u32::from_le_bytes(r.array()?));
            Ok(BoundedCell { table, cell, amount: i32::from_le_bytes(r.array()?) })
        };
        Ok(Child { kind, cells: r.list(10, cell)? })
    })?;
    if rest.0.is_empty() && blocks.len() <= BLOCKS_MAX {
        Ok(DrawRequest::from_parts(domain, blocks, children))
    } else {
        Err(NoiseError::Message)
    }
}

/// Writes an answer.
pub fn encode_answer(cells: &NoisyCells) -> Result<Vec<u8>, NoiseError> {
    let mut out = Writer(ANSWER.to_vec());
    out.length(cells.blocks.len())?;
    for block in &cells.blocks {
        out.length(block.len())?;
        block.iter().for_each(|word| out.0.extend(word.to_le_bytes()));
    }
    Ok(out.0)
}

/// Reads an answer of exactly this shape.
pub fn decode_answer(bytes: &[u8], shape: &[usize]) -> Result<NoisyCells, NoiseError> {
    let mut rest = Reader(bytes.strip_prefix(&ANSWER[..]).ok_or(NoiseError::Message)?);
    let blocks = rest.list(4, |r| r.list(8, |r| Ok(i64::from_le_bytes(r.array()?))))?;
    let same = rest.0.is_empty() && blocks.iter().map(Vec::len).eq(shape.iter().copied());
    if same { Ok(NoisyCells { blocks }) } else { Err(NoiseError::Message) }
}

struct Writer(Vec<u8>);

impl Writer {
    fn length(&mut self, n: usize) -> Result<(), NoiseError> {
        let n = u32::try_from(n).map_err(|_| NoiseError::Message)?;
        self.0.extend(n.to_le_bytes());
        Ok(())
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], NoiseError> {
        let (head, rest) = self.0.split_first_chunk::<N>().ok_or(NoiseError::Message)?;
        self.0 = rest;
        Ok(*head)
    }
    /// A list with its length in front; the length is refused when the rest cannot hold so many of `least` bytes.
    fn list<T>(&mut self, least: usize, item: impl Fn(&mut Self) -> Result<T, NoiseError>) -> Result<Vec<T>, NoiseError> {
        let n = usize::try_from(u32::from_le_bytes(self.array()?)).map_err(|_| NoiseError::Message)?;
        if n.saturating_mul(least) > self.0.len() {
            return Err(NoiseError::Message);
        }
        (0..n).map(|_| item(self)).collect()
    }
}
