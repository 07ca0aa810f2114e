//! D7 to D9: referrals to mental-health services, as things stood on 31 March.
//!
//! What a row says, which referral counts and how long a wait is: `docs/extracts.md`, "MentalHealth".

use std::cmp::Reverse;

use shared::ids::ReportingYear;

use super::answer::{Answer, Category, Code, Moment, answers};
use super::wellbeing;
use crate::day::Day;
use crate::histories::ChildHistory;
use crate::records::rows::extracts::Decision;
use crate::records::rows::extracts::ReferralRow;
use crate::records::tables::Table;

/// The measures of this room.
pub(super) const MEASURES: &[Code] =
    &[Code::share("D7", D7::NAMES, d7), Code::share("D8", D8::NAMES, d8), Code::share("D9", D9::NAMES, d9)];

/// Days of a wait of up to four weeks, and of up to eighteen.
const WEEKS_4: i32 = 28;
const WEEKS_18: i32 = 126;

answers!(D7 {
    Seen = "seen", Waiting = "waiting", NotAccepted = "not_accepted", Closed = "closed", NotDecided = "not_decided",
    NotKnown = "not_known", TableNotSupplied = "table_not_supplied",
});

answers!(D8 {
    Seen4 = "seen_4_weeks", Seen18 = "seen_18_weeks", SeenLater = "seen_over_18_weeks", Waiting4 = "waiting_4_weeks",
    Waiting18 = "waiting_18_weeks", WaitingLonger = "waiting_over_18_weeks", TableNotSupplied = "table_not_supplied",
});

answers!(D9 { Yes = "yes", No = "no", TableNotSupplied = "table_not_supplied" });

/// What a referral came to by 31 March, in the order in which it counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Seen,
    NotAccepted,
    Closed,
    Waiting,
    NotDecided,
    NotKnown,
}

impl State {
    fn of(row: &ReferralRow) -> Self {
        match (row.first_seen, row.decision, row.closed) {
            (Some(_), ..) => Self::Seen,
            (None, Some(Decision::Not), _) => Self::NotAccepted,
            (None, _, Some(_)) => Self::Closed,
            (None, Some(Decision::Accepted), None) => Self::Waiting,
            (None, Some(Decision::Wait), None) => Self::NotDecided,
            (None, None, None) => Self::NotKnown,
        }
    }
}

/// In care on a day of the year, or a care leaver of its return.
fn is_known_in(history: &ChildHistory, year: ReportingYear) -> bool {
    history.last_episode_in_year(year).is_some() || history.leaver_of(year).is_some()
}

/// The referral of the year that counts: the earliest; of several on one day the one whose state stands first, and of those
/// the one with the longest wait.
fn first_referral(history: &ChildHistory, year: ReportingYear) -> Option<&ReferralRow> {
    let (first, last) = (Day::first_of(year), Day::last_of(year));
    let of_year = history.extracts.referrals.of(year).filter(|row| first <= row.referred && row.referred <= last);
    of_year.min_by_key(|row| (row.referred, State::of(row), Reverse(wait(row, year))))
}

/// D7: what became of the first referral of the year.
fn d7(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    if !is_known_in(history, year) {
        return None;
    }
    if !history.supplied.table(year, Table::MentalHealth) {
        return Some(D7::TableNotSupplied.at(Moment::InYear));
    }
    let answer = match State::of(first_referral(history, year)?) {
        State::Seen => D7::Seen,
        State::NotAccepted => D7::NotAccepted,
        State::Closed => D7::Closed,
        State::Waiting => D7::Waiting,
        State::NotDecided => D7::NotDecided,
        State::NotKnown => D7::NotKnown,
    };
    Some(answer.at(Moment::InYear))
}

/// Days of the wait of a referral up to 31 March, and whether it has ended; `None` where there is no wait to tell.
fn wait(row: &ReferralRow, year: ReportingYear) -> Option<(i32, bool)> {
    match (State::of(row), row.first_seen) {
        (State::Seen, Some(seen)) => Some((seen.days_since(row.referred), true)),
        (State::Waiting | State::NotDecided, _) => Some((Day::last_of(year).days_since(row.referred), false)),
        (State::Seen | State::NotAccepted | State::Closed | State::NotKnown, _) => None,
    }
}

/// D8: the longest wait for a first appointment: of the first referral of the year, and of those that waited since before.
fn d8(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    if !is_known_in(history, year) {
        return None;
    }
    if !history.supplied.table(year, Table::MentalHealth) {
        return Some(D8::TableNotSupplied.at(Moment::InYear));
    }
    let first = Day::first_of(year);
    let was_waiting = |row: &&ReferralRow| {
        let is_open = row.first_seen.is_none_or(|seen| seen >= first) && row.closed.is_none_or(|closed| closed >= first);
        row.referred < first && is_open
    };
    let since_before = history.extracts.referrals.of(year).filter(was_waiting);
    let waits = since_before.chain(first_referral(history, year)).filter_map(|row| wait(row, year));
    let (days, has_ended) = waits.max()?;
    let answer = match (days, has_ended) {
        (..=WEEKS_4, true) => D8::Seen4,
        (..=WEEKS_18, true) => D8::Seen18,
        (_, true) => D8::SeenLater,
        (..=WEEKS_4, false) => D8::Waiting4,
        (..=WEEKS_18, false) => D8::Waiting18,
        (_, false) => D8::WaitingLonger,
    };
    Some(answer.at(Moment::InYear))
}

/// D9: of children with a high score, whether they were referred or in treatment in the two years to 31 March.
fn d9(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    if !wellbeing::is_asked(history, year) {
        return None;
    }
    if !history.supplied.table(year, Table::Oc2) {
        return Some(D9::TableNotSupplied.on_last_day());
    }
    if !wellbeing::is_high(wellbeing::score(history, year)?) {
        return None;
    }
    if !history.supplied.table(year, Table::MentalHealth) {
        return Some(D9::TableNotSupplied.on_last_day());
    }
    let is_referred = history.extracts.referrals.of(year).next().is_some();
    Some(if is_referred { D9::Yes } else { D9::No }.on_last_day())
}
