//! Why input as a whole is not used, as the inbox tells it: what cannot be read, and what speaks against the rest.

use std::fmt;

use shared::ids::ReportingYear;

use crate::io::live::LiveFault;
use crate::records::changed::ChangedIdsFault;
use crate::records::postcodes::PostcodesFault;
use crate::records::refusals::{RefusalCode, sentence};
use crate::records::{Refusal, YEAR_FIRST, YEAR_LAST};

/// Why a folder or file cannot be read.
#[derive(Debug)]
pub struct InboxError {
    pub(super) path: String,
    pub(super) why: String,
}

impl InboxError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        RefusalCode::PathUnreadable.words().code
    }
}

impl fmt::Display for InboxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&sentence(RefusalCode::PathUnreadable, &format!("{}: {}", self.path, self.why)))
    }
}

impl std::error::Error for InboxError {}

/// Why the input as a whole is not to be used.
#[derive(Debug)]
pub enum InputRefusal {
    /// No folder holds the return of the reporting year.
    YearAbsent {
        /// The reporting year.
        year: ReportingYear,
        /// The folder that was looked through.
        folder: String,
        /// The folders of other years in it.
        others: Vec<String>,
    },
    /// Two folders name one year, or a folder and the live source.
    YearTwice {
        /// The year.
        year: ReportingYear,
        /// One of them.
        first: String,
        /// The other.
        second: String,
    },
    /// No return of this year is read by this version.
    YearNotRead {
        /// The year.
        year: ReportingYear,
    },
    /// The identifiers that were replaced are not clear.
    ChangedIds {
        /// The reporting year.
        year: ReportingYear,
        /// The file.
        file: String,
        /// What is wrong, and in which line.
        why: ChangedIdsFault,
    },
    /// The postcode directory cannot be used.
    Postcodes {
        /// The reporting year.
        year: ReportingYear,
        /// The file.
        file: String,
        /// What is wrong, and in which line.
        why: PostcodesFault,
    },
    /// The database of a return, or one of its queries, cannot be used.
    Live {
        /// The year.
        year: ReportingYear,
        /// Why.
        fault: LiveFault,
    },
    /// One return is not to be used.
    Return {
        /// Its year.
        year: ReportingYear,
        /// Why.
        refusal: Refusal,
    },
}

impl InputRefusal {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::YearAbsent { .. } => RefusalCode::YearAbsent.words().code,
            Self::YearTwice { .. } => RefusalCode::YearTwice.words().code,
            Self::YearNotRead { .. } => RefusalCode::YearNotRead.words().code,
            Self::ChangedIds { .. } => RefusalCode::ChangedIds.words().code,
            Self::Postcodes { .. } => RefusalCode::Postcodes.words().code,
            Self::Live { fault, .. } => fault.kind().words().code,
            Self::Return { refusal, .. } => refusal.code(),
        }
    }

    /// The return year that it speaks of.
    pub fn year(&self) -> ReportingYear {
        match self {
            Self::YearAbsent { year, .. }
            | Self::YearTwice { year, .. }
            | Self::YearNotRead { year }
            | Self::ChangedIds { year, .. }
            | Self::Postcodes { year, .. }
            | Self::Live { year, .. }
            | Self::Return { year, .. } => *year,
        }
    }
}

impl fmt::Display for InputRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::YearAbsent { year, folder, others } => {
                let found = if others.is_empty() { "no return".to_owned() } else { others.join(", ") };
                f.write_str(&sentence(RefusalCode::YearAbsent, &format!("{year} is not in {folder}, which holds {found}")))
            }
            Self::YearTwice { year, first, second } => {
                f.write_str(&sentence(RefusalCode::YearTwice, &format!("{first} and {second} both name {year}")))
            }
            Self::YearNotRead { year } => {
                let place = format!("{year}; returns of {YEAR_FIRST} to {YEAR_LAST} are read");
                f.write_str(&sentence(RefusalCode::YearNotRead, &place))
            }
            Self::ChangedIds { file, why, .. } => f.write_str(&sentence(RefusalCode::ChangedIds, &format!("{file}{why}"))),
            Self::Postcodes { file, why, .. } => f.write_str(&sentence(RefusalCode::Postcodes, &format!("{file}{why}"))),
            Self::Live { year, fault } => write!(f, "return {year}: {fault}"),
            Self::Return { year, refusal } => write!(f, "return {year}: {refusal}"),
        }
    }
}
