//! A catalogue whose parts contradict each other is refused with the reason.

use std::collections::BTreeSet;

use super::{AGE_MAX, About, FrameworkFile, Kind, Measure, NO_AGES, Presence, Tier};
use crate::limits::BOUND_ABS_MAX;

pub(super) fn check(file: &FrameworkFile) -> Result<(), String> {
    let mut ids = BTreeSet::new();
    for m in &file.measure {
        if !ids.insert(&m.id) {
            return Err(format!("measure {} stands twice", m.id));
        }
        check_measure(m, &file.measure).map_err(|why| format!("measure {}: {why}", m.id))?;
    }
    let mut ids = BTreeSet::new();
    for b in &file.breakdown {
        if !ids.insert(&b.id) {
            return Err(format!("breakdown {} stands twice", b.id));
        }
    }
    let mut ids = BTreeSet::new();
    for a in &file.ask {
        if !ids.insert(&a.id) {
            return Err(format!("ask {} stands twice", a.id));
        }
    }
    let unknown = |m: &Measure| m.ask.iter().find(|id| !file.ask.is_empty() && !ids.contains(id)).cloned();
    if let Some((m, ask)) = file.measure.iter().find_map(|m| Some((m, unknown(m)?))) {
        return Err(format!("measure {}: no ask {ask}", m.id));
    }
    Ok(())
}

fn check_measure(m: &Measure, all: &[Measure]) -> Result<(), String> {
    let of_facts = [m.kind == Kind::Fact, m.tier == Tier::Fact, m.about == About::Authority];
    match m.kind {
        Kind::Fact if of_facts.contains(&false) => return Err("a fact is of the tier fact and about the authority".into()),
        Kind::Fact => return check_fact(m),
        Kind::Share | Kind::Mean if of_facts.contains(&true) => {
            return Err("only a fact is of the tier fact or about the authority".into());
        }
        Kind::Share | Kind::Mean => {}
    }
    if m.ages[0] > m.ages[1] || m.ages[1] > AGE_MAX {
        return Err("ages are not a range".into());
    }
    if m.breakdowns.first().map(String::as_str) != Some("total") {
        return Err("the first breakdown is not total".into());
    }
    let mut ids = BTreeSet::new();
    for id in m.categories.iter().map(|c| &c.id).chain(m.views.iter().map(|v| &v.id)) {
        if !ids.insert(id) {
            return Err(format!("category {id} stands twice"));
        }
    }
    for v in &m.views {
        let counted = |id: &String| m.categories.iter().any(|c| c.id == *id && !c.outside);
        if v.sum.is_empty() || !v.sum.iter().all(counted) {
            return Err(format!("view {} does not add up counted categories", v.id));
        }
    }
    match m.kind {
        Kind::Share if m.categories.is_empty() || m.bounds.is_some() => Err("a share has categories and no bounds".into()),
        Kind::Share | Kind::Mean if m.rate && (m.kind == Kind::Mean || m.categories.len() != 1) => {
            Err("a rate is of a share of one category".into())
        }
        Kind::Mean if !m.categories.is_empty() => Err("a mean has no categories".into()),
        Kind::Mean => {
            let base = m.count_from.as_ref().and_then(|id| all.iter().find(|o| o.id == *id));
            let base = base.ok_or("a mean names the measure that counts its children")?;
            let [low, high] = m.bounds.ok_or("a mean has bounds")?;
            if low < -BOUND_ABS_MAX || high > BOUND_ABS_MAX {
                return Err(format!("bounds beyond {BOUND_ABS_MAX}"));
            }
            if low >= high || (high - low) % 2 != 0 {
                return Err("bounds have no whole middle".into());
            }
            if (base.ages, base.on_31_march) != (m.ages, m.on_31_march) {
                return Err("its count is over other ages, or other children on 31 March".into());
            }
            let has = |b: &String| base.breakdowns.contains(b);
            (base.kind == Kind::Share && m.breakdowns.iter().all(has)).then_some(()).ok_or("its count has other tables".into())
        }
        Kind::Share => Ok(()),
        Kind::Fact => check_fact(m),
    }
}

/// A fact is about no child: nothing of what places children in cells may stand beside it.
fn check_fact(m: &Measure) -> Result<(), String> {
    let lacks = [
        (m.ages == NO_AGES && m.on_31_march == Presence::Either, "ages"),
        (m.breakdowns.is_empty(), "breakdowns"),
        (m.categories.is_empty() && m.views.is_empty(), "categories"),
        (m.bounds.is_none() && m.unit.is_none() && m.count_from.is_none() && !m.rate, "amounts"),
        (m.return_tables.is_empty() && m.return_years == 0, "tables of the return"),
    ];
    lacks.iter().try_for_each(|(is_lacking, what)| if *is_lacking { Ok(()) } else { Err(format!("a fact has no {what}")) })
}
