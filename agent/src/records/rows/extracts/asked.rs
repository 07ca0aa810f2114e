//! Rows of SDQ and Wellbeing: what children, and those who know them, say.

use super::codes::{Amount, Informant, Siblings, Sometimes, Trend, YesNo};
use super::in_days;
use crate::day::Day;
use crate::records::ChildIndex;
use crate::records::cells::{Cell, InYear, RowCells};
use crate::records::codes::NoScore;
use crate::records::findings::Recorder;
use crate::records::rules::RuleId;

/// Months after 31 March of which questionnaires and assessments are taken too.
pub(super) const MONTHS_AFTER: i32 = 2;

/// A strengths and difficulties questionnaire.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SdqRow {
    /// Child.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// SDQ_DATE.
    pub on: Day,
    /// INFORMANT.
    pub informant: Informant,
    /// SDQ_SCORE, 0 to 40.
    pub score: Cell<u8>,
    /// SDQ_REASON.
    pub no_score: Cell<NoScore>,
}

impl SdqRow {
    pub(in crate::records) fn parse(row: &RowCells<'_>, found: &mut Recorder<'_>) -> (InYear, Option<Self>) {
        let on = row.date(found, 1);
        let on = row.required(found, 1, on, RuleId::Ex10);
        let informant = row.code(found, 2, Informant::parse);
        let informant = row.required(found, 2, informant, RuleId::Ex12);
        let score = row.whole(found, 3, 0, 40);
        let score = row.optional(found, 3, score, RuleId::Ex13);
        let no_score = row.code(found, 4, |code| NoScore::parse(code, row.year.number));
        let no_score = row.optional(found, 4, no_score, RuleId::Ex14);
        let in_year = in_days(on, row.year.first, row.year.last.plus_months(MONTHS_AFTER));
        if in_year == InYear::Outside {
            row.report(found, 1, RuleId::Ex11);
            return (in_year, None);
        }
        let (Some(on), Some(informant)) = (on, informant) else { return (in_year, None) };
        let read = Self { child: row.child, line: row.line, on, informant, score, no_score };
        match (score, no_score) {
            (Cell::Known(_), Cell::Known(_)) => found.row(RuleId::Ex15, &read),
            (Cell::Blank, Cell::Blank) => found.row(RuleId::Ex16, &read),
            (Cell::Blank | Cell::Unreadable | Cell::Known(_), _) => (),
        }
        (in_year, Some(read))
    }
}

/// The answer to one question of a survey.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reply<T> {
    /// The question was not asked of this child: `X`, or the file lacks the column.
    NotAsked,
    /// It was asked and not answered, or the answer cannot be read.
    NotAnswered,
    /// The answer.
    Given(T),
}

impl<T: Copy> Reply<T> {
    /// The answer, if there is one.
    pub fn given(self) -> Option<T> {
        match self {
            Self::Given(value) => Some(value),
            Self::NotAsked | Self::NotAnswered => None,
        }
    }

    /// What is known of it without the answer itself.
    fn mark(self) -> Reply<()> {
        match self {
            Self::NotAsked => Reply::NotAsked,
            Self::NotAnswered => Reply::NotAnswered,
            Self::Given(_) => Reply::Given(()),
        }
    }
}

/// A child's answers to one survey.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct WellbeingRow {
    /// Child.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// SURVEY_DATE.
    pub on: Day,
    /// ONS_SATISFIED, 0 to 10.
    pub satisfied: Reply<u8>,
    /// ONS_WORTHWHILE, 0 to 10.
    pub worthwhile: Reply<u8>,
    /// ONS_HAPPY, 0 to 10.
    pub happy: Reply<u8>,
    /// ONS_ANXIOUS, 0 to 10; 10 is the most anxious.
    pub anxious: Reply<u8>,
    /// SWEMWBS1 to SWEMWBS7, 1 to 5 each.
    pub scale: [Reply<u8>; 7],
    /// TRUSTED_ADULT.
    pub trusted_adult: Reply<Sometimes>,
    /// FEELS_SAFE.
    pub feels_safe: Reply<Sometimes>,
    /// BETTER.
    pub better: Reply<Trend>,
    /// INCLUDED.
    pub included: Reply<Sometimes>,
    /// SEES_MOTHER.
    pub sees_mother: Reply<Amount>,
    /// SEES_FATHER.
    pub sees_father: Reply<Amount>,
    /// SEES_SIBLINGS.
    pub sees_siblings: Reply<Amount>,
    /// SIBLINGS_HOME: a fact of the record, no question.
    pub siblings_home: Cell<Siblings>,
    /// FRIEND.
    pub friend: Reply<YesNo>,
    /// AFTER_18.
    pub after_18: Reply<YesNo>,
}

/// A question of a survey: its column, and the age on 31 March from which it is counted.
#[derive(Clone, Copy)]
pub struct Question {
    /// Position in the columns of `Wellbeing`.
    pub column: u8,
    /// Completed years.
    pub age_min: u8,
}

/// The questions, in the order of [`WellbeingRow::replies`].
pub const QUESTIONS: [Question; 20] = {
    const fn question(column: u8, age_min: u8) -> Question {
        Question { column, age_min }
    }
    [
        question(2, 11),
        question(3, 11),
        question(4, 11),
        question(5, 11),
        question(6, 15),
        question(7, 15),
        question(8, 15),
        question(9, 15),
        question(10, 15),
        question(11, 15),
        question(12, 15),
        question(13, 4),
        question(14, 4),
        question(15, 8),
        question(16, 8),
        question(17, 4),
        question(18, 4),
        question(19, 4),
        question(21, 4),
        question(22, 16),
    ]
};

const SIBLINGS_HOME: usize = 20;

impl WellbeingRow {
    pub(in crate::records) fn parse(row: &RowCells<'_>, found: &mut Recorder<'_>) -> (InYear, Option<Self>) {
        let on = row.date(found, 1);
        let on = row.required(found, 1, on, RuleId::Ex20);
        let in_year = in_days(on, row.year.first, row.year.last);
        let Some(on) = on else { return (in_year, None) };
        if in_year == InYear::Outside {
            row.report(found, 1, RuleId::Ex21);
            return (in_year, None);
        }
        let siblings_home = row.code(found, SIBLINGS_HOME, Siblings::parse);
        let siblings_home = row.optional(found, SIBLINGS_HOME, siblings_home, RuleId::Ex29);
        let mut ten = |column| reply(row, found, column, RuleId::Ex22, |code| whole(code, 0, 10));
        let (satisfied, worthwhile, happy, anxious) = (ten(2), ten(3), ten(4), ten(5));
        let scale = [6, 7, 8, 9, 10, 11, 12].map(|column| reply(row, found, column, RuleId::Ex23, |code| whole(code, 1, 5)));
        let mut sometimes = |column| reply(row, found, column, RuleId::Ex24, Sometimes::parse);
        let (trusted_adult, feels_safe, included) = (sometimes(13), sometimes(14), sometimes(16));
        let better = reply(row, found, 15, RuleId::Ex24, Trend::parse);
        let mut amount = |column| reply(row, found, column, RuleId::Ex24, Amount::parse);
        let (sees_mother, sees_father, sees_siblings) = (amount(17), amount(18), amount(19));
        let mut yes_or_no = |column| reply(row, found, column, RuleId::Ex24, YesNo::parse);
        let (friend, after_18) = (yes_or_no(21), yes_or_no(22));
        let read = Self {
            child: row.child,
            line: row.line,
            on,
            satisfied,
            worthwhile,
            happy,
            anxious,
            scale,
            trusted_adult,
            feels_safe,
            better,
            included,
            sees_mother,
            sees_father,
            sees_siblings,
            siblings_home,
            friend,
            after_18,
        };
        let n_given = scale.iter().filter(|reply| reply.given().is_some()).count();
        if n_given != 0 && n_given != scale.len() {
            found.row(RuleId::Ex26, &read);
        }
        if siblings_home.is_blank() && read.replies().iter().all(|reply| *reply == Reply::NotAsked) {
            found.row(RuleId::Ex27, &read);
        }
        (in_year, Some(read))
    }

    /// Which of the [`QUESTIONS`] were asked and answered.
    pub fn replies(&self) -> [Reply<()>; 20] {
        let [one, two, three, four, five, six, seven] = self.scale.map(Reply::mark);
        [
            self.satisfied.mark(),
            self.worthwhile.mark(),
            self.happy.mark(),
            self.anxious.mark(),
            one,
            two,
            three,
            four,
            five,
            six,
            seven,
            self.trusted_adult.mark(),
            self.feels_safe.mark(),
            self.better.mark(),
            self.included.mark(),
            self.sees_mother.mark(),
            self.sees_father.mark(),
            self.sees_siblings.mark(),
            self.friend.mark(),
            self.after_18.mark(),
        ]
    }

    /// Sum of the seven items, 7 to 35, when all are answered.
    pub fn scale_sum(&self) -> Option<u8> {
        self.scale.iter().try_fold(0_u8, |sum, reply| sum.checked_add(reply.given()?))
    }
}

fn whole(code: &[u8], least: u8, most: u8) -> Option<u8> {
    crate::records::cells::whole(code).filter(|number| (least..=most).contains(number))
}

/// The answer in a cell; a problem when something else stands there.
fn reply<T: Copy>(
    row: &RowCells<'_>,
    found: &mut Recorder<'_>,
    column: usize,
    rule: RuleId,
    parse: impl Fn(&[u8]) -> Option<T>,
) -> Reply<T> {
    if row.position(column).is_none() {
        return Reply::NotAsked;
    }
    let cell = row.code(found, column, |code| match code {
        b"X" => Some(Reply::NotAsked),
        _ => parse(code).map(Reply::Given),
    });
    row.optional(found, column, cell, rule).known().unwrap_or(Reply::NotAnswered)
}
