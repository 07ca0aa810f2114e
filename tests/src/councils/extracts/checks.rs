//! `HealthAssessment`: the initial assessment after coming into care, and those behind the items of the return.

use super::super::calendar::{Day, year_end, year_start};
use super::super::chance::Chance;
use super::super::rows::Rows;
use super::life::Life;
use super::{Extract, last_day_of_events, parameters};

/// Age below which a child is seen twice a year.
const TWICE_A_YEAR_UNDER: i32 = 5;

struct Check {
    kind: &'static str,
    on: Day,
    status: &'static str,
}

pub(super) fn write(life: &Life<'_>, year: i16, rows: &mut Rows) {
    let days = year_start(year)..=last_day_of_events(year);
    for check in all(life).into_iter().filter(|check| days.contains(&check.on)) {
        rows.text(&life.child.id).text(check.kind).date(check.on.date()).text(check.status).end();
    }
}

fn all(life: &Life<'_>) -> Vec<Check> {
    let mut chance = life.chance(Extract::HealthAssessment);
    let mut all = Vec::new();
    for start in life.starts() {
        first(&mut chance, life, start, &mut all);
    }
    for row in &life.child.outcomes {
        let on = chance.day(year_start(row.year), year_end(row.year));
        let (half, teeth, kind) = (chance.days(150, 185), chance.day(year_start(row.year), year_end(row.year)), chance.unit());
        let young = life.born.age_on(on) < TWICE_A_YEAR_UNDER;
        let status = match row.health_assessment {
            Some(true) => "COMPLETED",
            _ if kind < 0.4 => "REFUSED",
            _ if kind < 0.6 => "CANCELLED",
            _ => "PLANNED",
        };
        all.push(Check { kind: "RHA", on, status });
        let second = if on.plus(half) <= year_end(row.year) { on.plus(half) } else { on.plus(-half) };
        if young && second >= year_start(row.year).max(life.born.plus(60)) {
            all.push(Check { kind: "RHA", on: second, status });
        }
        if row.teeth_check == Some(true) {
            all.push(Check { kind: "DENTAL", on: teeth, status: "COMPLETED" });
        }
    }
    all
}

/// The initial assessment: planned, now and then refused first, mostly done within some weeks.
fn first(chance: &mut Chance, life: &Life<'_>, start: Day, all: &mut Vec<Check>) {
    let (median, spread, none) = parameters::FIRST_ASSESSMENT;
    let done = start.plus(chance.log_normal_days(median, spread));
    let (kind, refused) = (chance.unit(), chance.happens(0.05));
    if refused {
        all.push(Check { kind: "IHA", on: start.plus(9), status: "REFUSED" });
    }
    if life.home_on(done).is_none() {
        return;
    }
    let status = match kind {
        _ if kind >= none => "COMPLETED",
        _ if kind < none / 2.0 => "PLANNED",
        _ => "CANCELLED",
    };
    all.push(Check { kind: "IHA", on: done, status });
}
