//! Which cell of the framework stands beside which published row, and why the two may differ: one table, all of it data.
//!
//! A published figure is listed only where its definition is that of the measure. What differs within a definition is named
//! by a [`Reason`]; a report tells it only where figures differ by more than rounding allows. Filter values are those of the
//! published files, without regard to case.

use Local::{Counted, Group, Mean, Rate, Share};
use Reason::{
    BlankStays, Chain, LeaverPopulation, LeftTwice, MissingPractice, NoWorker, PeriodStart, ReasonCode, RefusedIsNo, ScoreWins,
    ShortBreaks, StatusAtBirthday, SumOfRounded, Temporary, ThirdParty, TwelveMonths, TwoYears, UascDate, WholeYear,
};

/// What a file is about, as its filter columns tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// Numbers and rates per 10,000.
    Rates,
    /// Placement stability.
    Stability,
    /// Social workers.
    SocialWorkers,
    /// A group and a characteristic: health, children on 31 March, those who left.
    Characteristics,
    /// Missing and away.
    Missing,
    /// Care leavers by age: activity, accommodation.
    CareLeavers,
    /// Care leavers by age and contact.
    InTouch,
    /// The local authority interactive tool, one row a measure and area, one column a year.
    Lait,
}

impl Shape {
    /// All shapes of a long file.
    pub const LONG: [Self; 7] = [
        Self::Rates,
        Self::Stability,
        Self::SocialWorkers,
        Self::Characteristics,
        Self::Missing,
        Self::CareLeavers,
        Self::InTouch,
    ];

    /// Its filter columns, in the order of [`Row::filters`]; the alternatives are names of other years.
    pub fn columns(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Rates => &[&["population_type"]],
            Self::Stability => &[&["cla_group", "placement_stability"]],
            Self::SocialWorkers => &[&["cla_group", "sw_stability"]],
            Self::Characteristics => &[&["characteristic", "breakdown"], &["cla_group", "characteristic"]],
            Self::Missing => &[&["cla_group"]],
            Self::CareLeavers => &[&["care_leaver_age", "breakdown"]],
            Self::InTouch => &[&["age", "in_touch"]],
            Self::Lait => &[&["measure_short"]],
        }
    }
}

/// A column of a published row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// How many, or the one value of the row.
    Count,
    /// Per cent.
    Share,
    /// Per 10,000.
    Rate,
    /// All children of the area.
    Population,
}

/// A published row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// In which kind of file.
    pub shape: Shape,
    /// Its filter values.
    pub filters: &'static [&'static str],
}

impl Row {
    /// One column of it.
    pub const fn at(self, column: Column) -> Source {
        Source { shape: self.shape, filters: self.filters, column }
    }
}

/// One published figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// In which kind of file.
    pub shape: Shape,
    /// Filter values of its row.
    pub filters: &'static [&'static str],
    /// Its column.
    pub column: Column,
}

/// The exact figure of this authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Local {
    /// Children of a category or view, of those counted in a group.
    Share {
        /// Table of the framework.
        table: &'static str,
        /// Group of the table.
        group: &'static str,
        /// Category, or view of the measure.
        category: &'static str,
    },
    /// Children counted in a table.
    Counted {
        /// Table of the framework.
        table: &'static str,
        /// What they are.
        label: &'static str,
    },
    /// Children of a group, of all groups of the table.
    Group {
        /// Table of the framework.
        table: &'static str,
        /// Group of the table.
        group: &'static str,
    },
    /// Mean over the children of a table.
    Mean {
        /// Table of the framework.
        table: &'static str,
    },
    /// Children counted in a table, per 10,000 of the published population.
    Rate {
        /// Table of the framework.
        table: &'static str,
    },
}

impl Local {
    /// The table that it reads.
    pub fn table(self) -> &'static str {
        match self {
            Share { table, .. } | Counted { table, .. } | Group { table, .. } | Mean { table } | Rate { table } => table,
        }
    }
}

/// One line of the comparison.
#[derive(Clone, Copy, Debug)]
pub struct Mapping {
    /// The exact figure.
    pub local: Local,
    /// The rows of which the published figure is the sum; most often one. Count, and per cent where the row has it.
    pub rows: &'static [Row],
    /// Where the rows are not there: other places of the count.
    pub counts: &'static [Source],
    /// Where the row has no per cent: other places of the per cent, the rate or the mean.
    pub pers: &'static [Source],
    /// Of how many.
    pub bases: &'static [Source],
    /// Why the two may differ.
    pub reasons: &'static [Reason],
}

impl Mapping {
    /// Every published figure that it looks at.
    pub fn sources(&self) -> impl Iterator<Item = Source> {
        let of_rows = self.rows.iter().map(|row| row.at(Column::Count));
        of_rows.chain([self.counts, self.pers, self.bases].into_iter().flatten().copied())
    }
}

/// Whom or what a reason moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moves {
    /// Who is in the population.
    Population,
    /// How those in it are counted.
    Counting,
}

macro_rules! reasons {
    ($($name:ident $moves:ident $words:literal;)*) => {
        /// A likely reason for a difference. The list is closed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Reason {
            $(#[doc = $words] $name,)*
        }
        impl Reason {
            /// Every reason.
            pub const ALL: &[Self] = &[$(Self::$name,)*];
            /// What it moves.
            pub fn moves(self) -> Moves {
                match self { $(Self::$name => Moves::$moves,)* }
            }
            /// In words.
            pub fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }
        }
    };
}

reasons! {
    Amended Population "late amendments reach one of the two and not the other; they move a count by about 0.1 to 0.2 %";
    OtherReturn Population "the return that is read here is perhaps not the one that was submitted last";
    ShortBreaks Population "children who only have short breaks (legal status V3 or V4) are left out of both; a wrong legal status moves a child";
    PeriodStart Population "two and a half years are counted from the first day of the present time in care; a break of one day starts them anew";
    TwoYears Population "those in care in both years are taken here as in care on 31 March and on one day at least of the year before, inferred from published totals";
    TwelveMonths Population "the base is children in care for twelve months without a break; a gap or a wrong date of an episode moves a child out of it";
    WholeYear Population "a child counts who was in care on one day at least of the year";
    LeaverPopulation Population "young people who died, went home for six months, or moved to another authority are left out; whoever lacks that code here stays in";
    LeftTwice Population "a child who left more than once in the year counts once, by the last time";
    Chain Counting "placements are joined by the reason for a new episode; a wrong reason there makes one placement of two, or two of one";
    Temporary Counting "a short temporary stay belongs here to the placement before it; the Department may count it as one of its own";
    NoWorker Counting "children without a recorded social worker are outside the share here and may be inside the published one";
    MissingPractice Counting "some authorities record every absence as missing, and two rows for one incident count once here";
    ScoreWins Counting "where a score and a reason for none are both given, the score counts here; a score outside 0 to 40 is none";
    RefusedIsNo Counting "a refused assessment counts as not done; under 5 both assessments of the year are needed for a yes in the return";
    BlankStays Counting "a blank entry counts here as not recorded and stays in the share";
    ThirdParty Counting "the Department takes out of \"not in touch\" those whose activity somebody else reported";
    ReasonCode Counting "several codes of the return are one published reason, and the last time of leaving decides";
    StatusAtBirthday Counting "the published status is that around the birthday of the year; one that was brought up to date since differs";
    UascDate Counting "whether a child came alone is told by the UASC table here: a blank or later end date counts on 31 March";
    SumOfRounded Counting "the published per cent is a sum of rounded ones here";
}

const fn row(shape: Shape, filters: &'static [&'static str]) -> Row {
    Row { shape, filters }
}
const fn lait(measure: &'static [&'static str]) -> Source {
    row(Shape::Lait, measure).at(Column::Count)
}
const fn total(table: &'static str, category: &'static str) -> Local {
    Share { table, group: "total", category }
}

const fn ceased(filters: &'static [&'static str]) -> Row {
    row(Shape::Characteristics, filters)
}
const fn contact(filters: &'static [&'static str]) -> Row {
    row(Shape::InTouch, filters)
}
const fn leavers(filters: &'static [&'static str]) -> Row {
    row(Shape::CareLeavers, filters)
}

const CLA: Row = row(Shape::Rates, &["Children looked after on 31 March each year"]);
/// All children of an area: the base of rates.
pub const POPULATION: Source = CLA.at(Column::Population);

const SDQ: &str = "Ages 5 to 16 years with SDQ score";
const SDQ_DUE: Source = row(Shape::Characteristics, &[SDQ, "Total ages 5 to 16 years"]).at(Column::Count);
const SDQ_RECEIVED: Row = row(Shape::Characteristics, &[SDQ, "SDQ score was received"]);
const SDQ_BASE: &[Source] = &[SDQ_RECEIVED.at(Column::Count)];
const HEALTH: &str = "Health assessments: Children looked after all ages";
const ON_31_MARCH: &str = "CLA on 31 March";
const TWO_YEARS: &str = "CLA 2 years on 31 March";
const LONG: &str = "Children looked after continuously for at least 2.5 years on 31 March aged under 16 years";
const CEASED: &str = "Reason episode ceased";
const CEASED_ALL: Source = ceased(&[CEASED, "Total"]).at(Column::Count);
const CEASING: Row = row(Shape::Rates, &["Children ceasing to be looked after each year"]);
const CEASED_BASE: &[Source] = &[CEASED_ALL, CEASING.at(Column::Count), lait(&["LACceased"])];
const YOUNGER: &str = "17 to 18 years";
const OLDER: &str = "19 to 21 years";
const EET: &str = "Total in education, employment or training";
const YOUNGER_ALL: &[Source] = &[contact(&["Aged 17 to 18", "Total"]).at(Column::Count)];
const OLDER_ALL: &[Source] = &[contact(&["Aged 19 to 21", "Total"]).at(Column::Count)];
const YOUNGER_HOMES: &[Source] = &[leavers(&[YOUNGER, "Suitability total"]).at(Column::Count)];
const OLDER_HOMES: &[Source] = &[leavers(&[OLDER, "Suitability total"]).at(Column::Count)];
const YOUNGER_ACTIVE: &[Source] = &[leavers(&[YOUNGER, "Total"]).at(Column::Count)];
const OLDER_ACTIVE: &[Source] = &[leavers(&[OLDER, "Total"]).at(Column::Count)];
const UASC: &str = "Unaccompanied asylum-seeking children";

/// The table. Measures in the order of the framework.
pub const MAPPINGS: &[Mapping] = &[
    Mapping {
        local: total("A1.total", "received"),
        rows: &[SDQ_RECEIVED],
        counts: &[],
        pers: &[],
        bases: &[SDQ_DUE],
        reasons: &[TwelveMonths, ScoreWins],
    },
    band("0-13", &[row(Shape::Characteristics, &[SDQ, "SDQ score is normal"])]),
    band("14-16", &[row(Shape::Characteristics, &[SDQ, "SDQ score is borderline"])]),
    band("17-40", &[row(Shape::Characteristics, &[SDQ, "SDQ score is a cause for concern"])]),
    Mapping {
        local: Mean { table: "A3.total" },
        rows: &[],
        counts: &[],
        pers: &[row(Shape::Characteristics, &[SDQ, "SDQ average score"]).at(Column::Count), lait(&["Emotional_LAC"])],
        bases: SDQ_BASE,
        reasons: &[TwelveMonths, ScoreWins],
    },
    Mapping {
        local: total("B1.total", "3+"),
        rows: &[row(Shape::Stability, &[ON_31_MARCH, "With 3 or more placements during the year"])],
        counts: &[lait(&["LACStableNum_2016on"])],
        pers: &[lait(&["LACStable_2016on"])],
        bases: &[
            row(Shape::Stability, &[ON_31_MARCH, "Total children"]).at(Column::Count),
            CLA.at(Column::Count),
            lait(&["LACnum"]),
        ],
        reasons: &[ShortBreaks, Chain, Temporary],
    },
    Mapping {
        local: total("B2.total", "3+"),
        rows: &[row(Shape::Stability, &[TWO_YEARS, "With 3 or more placements during the previous 2 years"])],
        counts: &[],
        pers: &[],
        bases: &[row(Shape::Stability, &[TWO_YEARS, "Total children"]).at(Column::Count)],
        reasons: &[TwoYears, Chain, Temporary],
    },
    Mapping {
        local: total("B3.total", "same_carer"),
        rows: &[row(Shape::Stability, &[LONG, "Living with the same carer for at least 2 years"])],
        counts: &[lait(&["LAC_LongStableNum"])],
        pers: &[lait(&["LAC_LongStable%"])],
        bases: &[row(Shape::Stability, &[LONG, "Total children"]).at(Column::Count)],
        reasons: &[PeriodStart, Chain],
    },
    Mapping {
        local: total("B7.total", "3+"),
        rows: &[row(Shape::SocialWorkers, &[ON_31_MARCH, "3 or more social workers during the year"])],
        counts: &[],
        pers: &[lait(&["Stability_SocialWorker"])],
        bases: &[row(Shape::SocialWorkers, &[ON_31_MARCH, "Total children"]).at(Column::Count)],
        reasons: &[NoWorker],
    },
    Mapping {
        local: total("B11.total", "1+"),
        rows: &[row(Shape::Missing, &["Children who had a missing incident during the year"])],
        counts: &[],
        pers: &[
            row(Shape::Missing, &["Percentage of children who had a missing incident during the year"]).at(Column::Count),
            lait(&["Children_missing"]),
        ],
        bases: &[row(Shape::Missing, &["Children looked after during the year"]).at(Column::Count)],
        reasons: &[WholeYear, MissingPractice],
    },
    Mapping {
        local: total("D1.total", "yes"),
        rows: &[row(Shape::Characteristics, &[HEALTH, "Had their annual health assessment"])],
        counts: &[],
        pers: &[lait(&["LACHealth%"])],
        bases: &[row(Shape::Characteristics, &[HEALTH, "Total all ages"]).at(Column::Count)],
        reasons: &[TwelveMonths, RefusedIsNo, BlankStays],
    },
    Mapping {
        local: Counted { table: "F1.total", label: "All who left care" },
        rows: &[CEASING],
        counts: &[CEASED_ALL, lait(&["LACceased"])],
        pers: &[],
        bases: &[],
        reasons: &[LeftTwice],
    },
    left("adopted", &[ceased(&[CEASED, "Adopted"])], &[lait(&["No_of LAC Adopted"])], &[lait(&["%_of LAC Adopted"])]),
    left(
        "special_guardianship",
        &[ceased(&[CEASED, "Special guardianship order"])],
        &[lait(&["LAC_ceased_SGO"])],
        &[lait(&["LAC_ceased_SGO%"])],
    ),
    left(
        "child_arrangements",
        &[ceased(&[CEASED, "Residence order or child arrangement order granted"])],
        &[],
        &[lait(&["LAC_ceased_CAO%"])],
    ),
    left(
        "home_planned",
        &[ceased(&[
            CEASED,
            "Returned home to live with parents or other person with parental responsibility which was part of the care planning process",
        ])],
        &[],
        &[lait(&["LAC_RetHome_CarePlan_%"])],
    ),
    left(
        "home_not_planned",
        &[ceased(&[
            CEASED,
            "Returned home to live with parents or other person with parental responsibility which was not part of the care planning process",
        ])],
        &[],
        &[lait(&["LAC_RetHome_Not_CarePlan_%"])],
    ),
    left(
        "relatives",
        &[ceased(&[CEASED, "Left care to live with parents, relatives or other person with no parental responsibility"])],
        &[],
        &[],
    ),
    left(
        "independent",
        &[
            ceased(&[CEASED, "Moved into independent living (with supportive accommodation)"]),
            ceased(&[CEASED, "Moved into independent living (with no formalised support)"]),
        ],
        &[],
        &[],
    ),
    left("stayed_with_carers", &[ceased(&[CEASED, "Aged 18 (or over) and remained with current carers"])], &[], &[]),
    left("adult_care", &[ceased(&[CEASED, "Transferred to residential care funded by adult social services"])], &[], &[]),
    left("other_authority", &[ceased(&[CEASED, "Care taken by another local authority"])], &[], &[]),
    left("custody", &[ceased(&[CEASED, "Sentenced to custody"])], &[], &[]),
    left("died", &[ceased(&[CEASED, "Died"])], &[], &[]),
    left(
        "other",
        &[
            ceased(&[CEASED, "Accommodation on remand ended"]),
            ceased(&[CEASED, "Age assessment determined child aged 18 or over"]),
            ceased(&[CEASED, "Child moved abroad"]),
            ceased(&[CEASED, "Care ceased for any other reason"]),
        ],
        &[],
        &[],
    ),
    in_touch("17-18", "YES", &[contact(&["Aged 17 to 18", "Local authority in touch with care leaver"])], YOUNGER_ALL, &[]),
    in_touch("17-18", "NO", &[contact(&["Aged 17 to 18", "Local authority not in touch with care leaver"])], YOUNGER_ALL, &[]),
    in_touch("19-21", "YES", &[contact(&["Aged 19 to 21", "Local authority in touch with care leaver"])], OLDER_ALL, &[]),
    in_touch(
        "19-21",
        "NO",
        &[contact(&["Aged 19 to 21", "Local authority not in touch with care leaver"])],
        OLDER_ALL,
        &[lait(&["CareLeavers_LA_NotInTouch"])],
    ),
    in_touch("19-21", "REFU", &[contact(&["Aged 19 to 21", "Young person refuses contact"])], OLDER_ALL, &[]),
    in_touch("19-21", "NREQ", &[contact(&["Aged 19 to 21", "Young person no longer requires services"])], OLDER_ALL, &[]),
    leaver("G2.age", "17-18", "suitable", &[leavers(&[YOUNGER, "Accommodation considered suitable"])], YOUNGER_HOMES, &[]),
    leaver(
        "G2.age",
        "19-21",
        "suitable",
        &[leavers(&[OLDER, "Accommodation considered suitable"])],
        OLDER_HOMES,
        &[lait(&["CareLeaverAcc"])],
    ),
    leaver("G2.age", "19-21", "no_information", &[leavers(&[OLDER, "No information"])], OLDER_HOMES, &[]),
    leaver("G3.age", "17-18", "learning_or_work", &[leavers(&[YOUNGER, EET])], YOUNGER_ACTIVE, &[]),
    leaver("G3.age", "19-21", "learning_or_work", &[leavers(&[OLDER, EET])], OLDER_ACTIVE, &[lait(&["CareLeaverEET"])]),
    leaver(
        "G3.age",
        "19-21",
        "higher_education",
        &[leavers(&[OLDER, "Higher education i.e. studies beyond A level"])],
        OLDER_ACTIVE,
        &[lait(&["LAC_19_HE"])],
    ),
    leaver(
        "G3.age",
        "19-21",
        "not_in_learning_or_work",
        &[leavers(&[OLDER, "Total not in education, employment or training"])],
        OLDER_ACTIVE,
        &[lait(&["CareLeaversNEET"])],
    ),
    leaver("G3.age", "19-21", "no_information", &[leavers(&[OLDER, "Total information not known"])], OLDER_ACTIVE, &[]),
    Mapping {
        local: Rate { table: "P1.total" },
        rows: &[CLA],
        counts: &[lait(&["LACnum"])],
        pers: &[CLA.at(Column::Rate), lait(&["LAC"])],
        bases: &[],
        reasons: &[ShortBreaks],
    },
    Mapping {
        local: Group { table: "P1.uasc", group: "uasc" },
        rows: &[row(Shape::Characteristics, &[UASC, "UASC"])],
        counts: &[lait(&["Unacc_Asylmn_Seek_Childn"])],
        pers: &[lait(&["Unacc_Asylmn_Seek_Childn%"])],
        bases: &[row(Shape::Characteristics, &[UASC, "Total"]).at(Column::Count), CLA.at(Column::Count), lait(&["LACnum"])],
        reasons: &[ShortBreaks, UascDate],
    },
];

const fn band(category: &'static str, rows: &'static [Row]) -> Mapping {
    Mapping {
        local: total("A2.total", category),
        rows,
        counts: &[],
        pers: &[],
        bases: SDQ_BASE,
        reasons: &[TwelveMonths, ScoreWins],
    }
}

const fn left(category: &'static str, rows: &'static [Row], counts: &'static [Source], pers: &'static [Source]) -> Mapping {
    let reasons: &[Reason] = if rows.len() > 1 { &[LeftTwice, ReasonCode, SumOfRounded] } else { &[LeftTwice, ReasonCode] };
    Mapping { local: total("F1.total", category), rows, counts, pers, bases: CEASED_BASE, reasons }
}

const fn in_touch(
    group: &'static str,
    category: &'static str,
    rows: &'static [Row],
    bases: &'static [Source],
    pers: &'static [Source],
) -> Mapping {
    let local = Share { table: "G1.age", group, category };
    Mapping { local, rows, counts: &[], pers, bases, reasons: &[LeaverPopulation, ThirdParty, BlankStays, StatusAtBirthday] }
}

const fn leaver(
    table: &'static str,
    group: &'static str,
    category: &'static str,
    rows: &'static [Row],
    bases: &'static [Source],
    pers: &'static [Source],
) -> Mapping {
    let local = Share { table, group, category };
    Mapping { local, rows, counts: &[], pers, bases, reasons: &[LeaverPopulation, BlankStays, StatusAtBirthday] }
}
