//! Rows of Header, Episodes and UASC.

use crate::day::Day;
use crate::pseudonym::{PseudonymKey, Token};
use crate::records::ChildIndex;
use crate::records::cells::{Cell, InYear, RowCells};
use crate::records::codes::{EthnicOrigin, Ethnicity, LegalStatus, MoveReason, Need, Place, Provider, Rec, Rne, Sex};
use crate::records::findings::Recorder;
use crate::records::marks::{Marks, UpnKind, is_same_postcode};
use crate::records::postcodes::{Location, PostcodeDirectory};
use crate::records::rules::RuleId;

/// A row of Header.
#[derive(Clone, Copy)]
pub struct HeaderRow {
    /// Child.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// DOB; without it the child is counted nowhere.
    pub birth: Option<Day>,
    /// SEX.
    pub sex: Cell<Sex>,
    /// ETHNIC.
    pub ethnic: Option<EthnicOrigin>,
    /// What stands in UPN.
    pub upn_kind: UpnKind,
    /// UPN.
    pub upn: Token,
    /// MOTHER.
    pub mother: Cell<bool>,
    /// MC_DOB.
    pub mother_since: Cell<Day>,
}

impl HeaderRow {
    pub(in crate::records) fn parse(row: &RowCells<'_>, key: &PseudonymKey, found: &mut Recorder<'_>) -> Self {
        let sex = row.code(found, 1, |code| Sex::parse(code, row.year.number));
        row.required(found, 1, sex, RuleId::R101);
        let birth = row.date(found, 2);
        let birth = row.required(found, 2, birth, RuleId::R102);
        let ethnic = row.code(found, 3, |code| EthnicOrigin::parse(code, row.year.number));
        let ethnic = row.required(found, 3, ethnic, RuleId::R103);
        let upn = row.text(4);
        let mother = row.yes_or_no(found, 5);
        let mother_since = row.date(found, 6);
        let (upn_kind, upn) = (UpnKind::of(upn), key.token(upn));
        Self { child: row.child, line: row.line, birth, sex, ethnic, upn_kind, upn, mother, mother_since }
    }

    /// Sex as the breakdown has it.
    pub fn sex_group(&self) -> Sex {
        self.sex.known().unwrap_or(Sex::NotKnown)
    }

    /// Ethnic group as the breakdown has it.
    pub fn ethnicity(&self) -> Ethnicity {
        self.ethnic.map_or(Ethnicity::NotKnown, EthnicOrigin::group)
    }
}

/// A row of Episodes.
#[derive(Clone, Copy)]
pub struct EpisodeRow {
    /// Child.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// DECOM.
    pub start: Day,
    /// DEC; open when blank.
    pub end: Option<Day>,
    /// RNE.
    pub rne: Rne,
    /// LS.
    pub legal: LegalStatus,
    /// CIN.
    pub need: Option<Need>,
    /// PLACE.
    pub place: Place,
    /// PLACE_PROVIDER.
    pub provider: Cell<Provider>,
    /// REC; blank for an open episode whatever stands there.
    pub rec: Option<Rec>,
    /// REASON_PLACE_CHANGE.
    pub reason: Cell<MoveReason>,
    /// What stands in HOME_POST, PL_POST and URN, and how far from home the placement lies.
    pub marks: Marks,
    /// PL_POST.
    pub postcode: Token,
    /// URN.
    pub urn: Token,
}

impl EpisodeRow {
    pub(in crate::records) fn parse(
        row: &RowCells<'_>,
        key: &PseudonymKey,
        postcodes: Option<&PostcodeDirectory>,
        found: &mut Recorder<'_>,
    ) -> (InYear, Option<Self>) {
        let year = row.year.number;
        let start = row.date(found, 1);
        let start = row.required(found, 1, start, RuleId::R141);
        let rne = row.code(found, 2, |code| Rne::parse(code, year));
        let rne = row.required(found, 2, rne, RuleId::R143);
        let legal = row.code(found, 3, |code| LegalStatus::parse(code, year));
        let legal = row.required(found, 3, legal, RuleId::R144);
        let need = row.code(found, 4, |code| Need::parse(code, year));
        let need = row.required(found, 4, need, RuleId::R145);
        let place = row.code(found, 5, |code| Place::parse(code, year));
        let place = row.required(found, 5, place, RuleId::R146);
        let provider = row.code(found, 6, |code| Provider::parse(code, year));
        let provider = row.optional(found, 6, provider, RuleId::R178);
        let end = row.date(found, 7);
        let end = row.optional(found, 7, end, RuleId::R147);
        let rec = row.code(found, 8, |code| Rec::parse(code, year));
        let rec = row.optional(found, 8, rec, RuleId::R149);
        let reason = row.code(found, 9, |code| MoveReason::parse(code, year));
        let reason = row.optional(found, 9, reason, RuleId::R1009);
        if end.is_blank() != rec.is_blank() {
            row.report(found, 8, RuleId::R148);
        }
        let Some(start) = start else { return (InYear::Undated, None) };
        let in_year = InYear::of(row.year, start, end.known());
        if in_year == InYear::Outside && start <= row.year.last {
            row.report(found, 7, RuleId::Gt05);
        }
        if matches!(end, Cell::Unreadable) || (end.is_filled() && matches!(rec, Cell::Unreadable)) {
            return (in_year, None);
        }
        // an open episode stays open whatever REC says, so that an unreadable REC matters only where DEC is given
        let rec = if end.is_blank() { None } else { rec.known() };
        let (Some(rne), Some(legal), Some(place)) = (rne, legal, place) else { return (in_year, None) };
        let (home, placement, urn) = (row.text(10), row.text(11), row.text(12));
        let postcode = key.token(placement);
        let location = postcodes.map_or(Location::NotKnown, |postcodes| postcodes.locate(home, placement));
        let marks = Marks::of(home, placement, urn, is_same_postcode(home, placement)).located(location);
        let (child, line, end, urn) = (row.child, row.line, end.known(), key.token(urn));
        let kept = Self { child, line, start, end, rne, legal, need, place, provider, rec, reason, marks, postcode, urn };
        (in_year, Some(kept))
    }

    /// Whether it holds on a day.
    pub fn holds_on(&self, day: Day) -> bool {
        self.start <= day && self.end.is_none_or(|end| end > day)
    }
}

/// A row of UASC.
#[derive(Clone, Copy)]
pub struct UascRow {
    /// Child.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// SEX.
    pub sex: Cell<Sex>,
    /// DOB.
    pub birth: Cell<Day>,
    /// DUC, the day on which the status ceased.
    pub ceased: Cell<Day>,
}

impl UascRow {
    pub(in crate::records) fn parse(row: &RowCells<'_>, found: &mut Recorder<'_>) -> Self {
        let sex = row.code(found, 1, |code| Sex::parse(code, row.year.number));
        let birth = row.date(found, 2);
        let ceased = row.date(found, 3);
        let ceased = row.optional(found, 3, ceased, RuleId::R104);
        Self { child: row.child, line: row.line, sex, birth, ceased }
    }
}

#[cfg(test)]
mod tests {
    use super::EpisodeRow;

    #[test]
    fn five_million_episodes_fit() {
        assert_eq!(size_of::<EpisodeRow>(), 40);
    }
}
