//! Columns of a result become cells of a table: which of them are read, and each value as text, exactly.
//!
//! A value is handed on as the database writes it, with three exceptions, all of them only another spelling: a date and a
//! timestamp at midnight are written day first, a number loses a fraction of zeros, true and false are 1 and 0.

use super::ColumnsFault;
use super::LiveFault;
use crate::records::limits::COLUMNS_MAX;
use crate::records::tables::{Recognised, Table, recognise};

/// A type of a database, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text, and whole numbers: as they stand.
    AsItStands,
    /// A decimal number.
    Decimal,
    /// True or false, written `t` and `f`.
    Flag,
    /// A day, written year first.
    Day,
    /// A day and a time without a zone, written year first.
    Moment,
    /// Any other.
    Other(String),
}

/// How one column is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// A column that the table does not have: its values are not looked at.
    Spare,
    AsItStands,
    Decimal,
    Flag,
    Day,
    Moment,
}

/// Holds the columns of a query against the table that it must give. Names in upper case.
pub(super) fn readings(table: Table, year: i16, names: &[String], kinds: &[Kind]) -> Result<Vec<Reading>, LiveFault> {
    let fault = |why| LiveFault::Columns { table, why };
    if names.len() > COLUMNS_MAX {
        return Err(fault(ColumnsFault::TooMany));
    }
    let is_there = |column: &str| names.iter().any(|name| is_column(table, column, name));
    let lacks = || table.required_columns().iter().copied().filter(|column| !is_there(column)).collect::<Vec<_>>();
    match recognise(names, year) {
        Recognised::Table { table: given, .. } if given == table => {}
        Recognised::ColumnTwice(_, column) => return Err(fault(ColumnsFault::Twice(column))),
        Recognised::Table { table: other, .. } | Recognised::NotYet(other) if lacks().is_empty() && other != table => {
            return Err(fault(ColumnsFault::Other(other)));
        }
        Recognised::Several(first, second) => {
            return Err(fault(ColumnsFault::Other(if first == table { second } else { first })));
        }
        Recognised::Table { .. } | Recognised::NotYet(_) | Recognised::Unknown(_) => {
            return Err(fault(ColumnsFault::Lacks(lacks())));
        }
    }
    names.iter().zip(kinds).map(|(name, kind)| reading(table, name, kind)).collect()
}

/// Whether a name is that of a column, or one that it has elsewhere.
fn is_column(table: Table, column: &str, name: &str) -> bool {
    column == name || table.other_names(column).contains(&name)
}

fn reading(table: Table, name: &str, kind: &Kind) -> Result<Reading, LiveFault> {
    let Some(column) = table.columns().iter().find(|column| is_column(table, column, name)) else { return Ok(Reading::Spare) };
    Ok(match kind {
        Kind::AsItStands => Reading::AsItStands,
        Kind::Decimal => Reading::Decimal,
        Kind::Flag => Reading::Flag,
        Kind::Day => Reading::Day,
        Kind::Moment => Reading::Moment,
        Kind::Other(kind) => return Err(LiveFault::Type { table, column, kind: kind.clone() }),
    })
}

/// Writes a value as a cell.
pub(super) fn write(reading: Reading, value: &str, cell: &mut Vec<u8>) {
    match reading {
        Reading::Spare => {}
        Reading::AsItStands => cell.extend_from_slice(value.as_bytes()),
        Reading::Decimal => cell.extend_from_slice(whole(value).as_bytes()),
        Reading::Flag => cell.extend_from_slice(match value {
            "t" => b"1",
            "f" => b"0",
            other => other.as_bytes(),
        }),
        Reading::Day => day(value, cell),
        Reading::Moment => day(value.strip_suffix(" 00:00:00").unwrap_or(value), cell),
    }
}

/// A number without a fraction of zeros.
fn whole(value: &str) -> &str {
    match value.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|byte| byte == b'0') => whole,
        Some(_) | None => value,
    }
}

/// `2024-05-01` as `01/05/2024`; what is no such day (before the common era, without an end) as it stands, for the rules.
fn day(value: &str, cell: &mut Vec<u8>) {
    let bytes = value.as_bytes();
    let is_digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    match bytes {
        [year @ .., b'-', m1, m2, b'-', d1, d2] if year.len() == 4 && is_digits(year) && is_digits(&[*m1, *m2, *d1, *d2]) => {
            cell.extend_from_slice(&[*d1, *d2, b'/', *m1, *m2, b'/']);
            cell.extend_from_slice(year);
        }
        _ => cell.extend_from_slice(bytes),
    }
}
