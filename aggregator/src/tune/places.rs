//! England, its regions and its authorities: how many authorities add up to a figure, and what part of the children live
//! there.
//!
//! Parts follow the official counts of children looked after by authority when an operator hands them in; else regions and
//! authorities are taken as equal parts, and that is said.

use std::collections::BTreeMap;

use shared::ids::AuthorityId;
use shared::plan::Cohort;

/// One area.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Authorities whose noise adds up in it.
    pub authorities: f64,
    /// Its part of England's children, 0 to 1.
    pub part: f64,
}

/// The areas of three levels.
#[derive(Clone, Debug)]
pub struct Places {
    /// The sum over all authorities that are asked.
    pub england: Area,
    /// Its regions.
    pub regions: Vec<Area>,
    /// Its authorities.
    pub authorities: Vec<Area>,
    /// How the parts were found, in words.
    pub said: String,
}

/// Children looked after by authority, from an official file.
#[derive(Clone, Debug, PartialEq)]
pub struct Official {
    /// Reporting year of the counts.
    pub year: i16,
    /// By authority; those whose count is suppressed are left out.
    pub children: BTreeMap<AuthorityId, u32>,
}

impl Places {
    /// The areas of those who are `asked`, out of `all` authorities of England in that year.
    ///
    /// An authority without an official count (suppressed, since very small) has the smallest one that is published.
    pub fn of(asked: &Cohort, all: &Cohort, official: Option<&Official>) -> Self {
        let smallest = official.and_then(|o| o.children.values().min().copied()).unwrap_or(1);
        let weight = |authority: AuthorityId| match official {
            Some(official) => f64::from(official.children.get(&authority).copied().unwrap_or(smallest)),
            None => 1.0,
        };
        let whole: f64 = all.members.iter().map(|m| weight(m.authority)).sum();
        let area = |codes: &mut dyn Iterator<Item = AuthorityId>| {
            let none = Area { authorities: 0.0, part: 0.0 };
            codes.fold(none, |sum, code| Area { authorities: sum.authorities + 1.0, part: sum.part + weight(code) / whole })
        };
        let of_region = |code: &str| area(&mut asked.members.iter().filter(|m| m.region == code).map(|m| m.authority));
        let said = match official {
            Some(official) => format!(
                "areas by children looked after on 31 March {}, of {} authorities; care leavers taken in the same proportion",
                official.year,
                official.children.len()
            ),
            None => "no official file: regions by their number of authorities, every authority an equal part".to_owned(),
        };
        Self {
            england: area(&mut asked.members.iter().map(|m| m.authority)),
            regions: asked.regions.iter().map(|r| of_region(&r.code)).filter(|a| a.authorities > 0.0).collect(),
            authorities: asked.members.iter().map(|m| area(&mut std::iter::once(m.authority))).collect(),
            said,
        }
    }
}

/// The middle of values; of an even number the upper middle. `None` of none.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
