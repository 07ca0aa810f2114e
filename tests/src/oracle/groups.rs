//! The groups of the breakdowns, by the names of the framework.

use crate::councils::codes::{Ethnic, Place, Sex};
use crate::councils::state::Child;

/// Sex as the year's return has it: not known exists from the return of 2025 on.
#[must_use]
pub fn sex(child: &Child, year: i16) -> &'static str {
    if year >= 2025 && child.sex_not_known {
        return "not_known";
    }
    match child.sex {
        Sex::Female => "female",
        Sex::Male => "male",
    }
}

/// Age of a child in care.
#[must_use]
pub fn age(years: i16) -> &'static str {
    match years {
        i16::MIN..=0 => "under_1",
        1..=4 => "1-4",
        5..=9 => "5-9",
        10..=15 => "10-15",
        _ => "16-17",
    }
}

/// Age of a care leaver; none outside 17 to 25.
#[must_use]
pub fn age_of_care_leaver(years: i16) -> Option<&'static str> {
    match years {
        17 | 18 => Some("17-18"),
        19..=21 => Some("19-21"),
        22..=25 => Some("22-25"),
        _ => None,
    }
}

/// Ethnic group.
#[must_use]
pub fn ethnicity(ethnic: Ethnic) -> &'static str {
    match ethnic {
        Ethnic::Wbri | Ethnic::Wiri | Ethnic::Woth | Ethnic::Wirt | Ethnic::Wrom => "white",
        Ethnic::Mwbc | Ethnic::Mwba | Ethnic::Mwas | Ethnic::Moth => "mixed",
        Ethnic::Aind | Ethnic::Apkn | Ethnic::Aban | Ethnic::Aoth | Ethnic::Chne => "asian",
        Ethnic::Bcrb | Ethnic::Bafr | Ethnic::Both => "black",
        Ethnic::Ooth => "other",
        Ethnic::Refu | Ethnic::Nobt => "not_known",
    }
}

/// Kind of home. A temporary stay that belongs to no placement is other.
#[must_use]
pub fn placement(place: Place) -> &'static str {
    match place {
        Place::U1 | Place::U2 | Place::U3 => "foster_relative",
        Place::U4 | Place::U5 | Place::U6 => "foster_other",
        Place::A3 | Place::A4 | Place::A5 | Place::A6 => "adoption",
        Place::K1 | Place::K2 => "homes",
        Place::Supported | Place::Independent => "supported",
        Place::P1 => "parents",
        Place::P3 | Place::R1 | Place::R2 | Place::R3 | Place::R5 | Place::S1 => "residential_other",
        Place::Other | Place::T0 | Place::T1 | Place::T2 | Place::T3 | Place::T4 => "other",
    }
}
