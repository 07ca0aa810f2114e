//! From measures and breakdowns to tables and cells: the frozen order.

use super::{AGE_MAX, About, Breakdown, Category, Group, Kind, Measure, Presence, Table};
use crate::limits::CELLS_MAX;

fn groups_of(m: &Measure, b: &Breakdown, all: &[Breakdown]) -> Result<Vec<Group>, String> {
    let base = match &b.like {
        Some(id) => all.iter().find(|o| o.id == *id && o.like.is_none()).ok_or(format!("no breakdown {id}"))?,
        None => b,
    };
    let groups = match m.about {
        About::CareLeavers if !base.groups_care_leavers.is_empty() => &base.groups_care_leavers,
        About::Children | About::CareLeavers => &base.groups,
    };
    let reaches = |g: &&Group| g.ages.is_none_or(|[low, high]| low <= m.ages[1] && high >= m.ages[0]);
    let groups: Vec<Group> = groups.iter().filter(reaches).cloned().collect();
    if groups.is_empty() { Err(format!("breakdown {} has no group here", b.id)) } else { Ok(groups) }
}

pub(super) fn lay_out(measures: &[Measure], breakdowns: &[Breakdown]) -> Result<Vec<Table>, String> {
    let mut tables = Vec::new();
    let mut first_cell = 0;
    for m in measures {
        for id in &m.breakdowns {
            let b = breakdowns.iter().find(|b| b.id == *id).ok_or(format!("no breakdown {id}"))?;
            if (b.not_care_leavers && m.about == About::CareLeavers) || !(b.only.is_empty() || b.only.contains(&m.id)) {
                return Err(format!("breakdown {} is not for measure {}", b.id, m.id));
            }
            let limit = b.ages.unwrap_or([0, AGE_MAX]);
            let sum = || vec![Category { id: "sum".into(), label: m.title.clone(), outside: false }];
            let table = Table {
                id: format!("{}.{}", m.id, b.id),
                measure: m.id.clone(),
                breakdown: b.id.clone(),
                kind: m.kind,
                groups: groups_of(m, b, breakdowns)?,
                categories: if m.kind == Kind::Mean { sum() } else { m.categories.clone() },
                ages: [m.ages[0].max(limit[0]), m.ages[1].min(limit[1])],
                on_31_march: m.on_31_march,
                contribution_max: m.contribution_max(),
                first_cell,
            };
            first_cell += table.n_cells();
            if first_cell > CELLS_MAX {
                return Err(format!("more than {CELLS_MAX} cells"));
            }
            tables.push(table);
        }
    }
    Ok(tables)
}

pub(super) fn layout_text(tables: &[Table]) -> String {
    let mut text = String::from("goldenthread.layout/1\n");
    for t in tables {
        for g in &t.groups {
            for c in &t.categories {
                let what = match t.kind {
                    Kind::Share if c.outside => "outside",
                    Kind::Share => "counted",
                    Kind::Mean => "sum",
                };
                let [low, high] = t.ages;
                let presence = match t.on_31_march {
                    Presence::Either => "",
                    Presence::InCare => " in_care",
                    Presence::NotInCare => " not_in_care",
                };
                text += &format!("{} {} {} {what} {} {low}-{high}{presence}\n", t.id, g.id, c.id, t.contribution_max);
            }
        }
    }
    text
}
