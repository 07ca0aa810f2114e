//! One made-up council: outlines drawn until as many children are looked after on the last day as the
//! list of sizes says, and every outline that left a trace in the returns filled in.

use super::around::{self, Window};
use super::authorities::Authority;
use super::calendar::{Day, year_end, year_start};
use super::chance::{Chance, Purpose};
use super::codes::{Ended, Sex};
use super::effects::Effects;
use super::sketch::{self, Outline, Period};
use super::state::{Child, Episode, Plans, Uasc};
use super::{Council, Spec, deprivations, episodes, leavers, mend, outcomes, parameters, permanence, placements};
use std::collections::{BTreeMap, BTreeSet};

/// What is needed to fill in the children of one council.
struct Maker<'a> {
    authority: &'a Authority,
    number: u32,
    effects: &'a Effects,
    years: Vec<i16>,
    window: Window,
    children: Vec<Child>,
    plans: BTreeMap<String, Plans>,
    pupil_numbers: BTreeSet<u64>,
    seed: u64,
}

/// Makes the council of `authority`. `next` is the authority to which some of its young people move, and
/// `former` the one from which some come.
#[must_use]
pub fn make(spec: &Spec, authority: &Authority, effects: &Effects, former: &Authority, next: &Authority) -> Council {
    let years = spec.years();
    let first = *years.first().expect("a spec has a return year");
    let last = *years.last().expect("a spec has a return year");
    let window = Window { first: year_start(first), last: year_end(last) };
    let number = authority.code.parse().expect("an authority's code is a number");
    let mut maker = Maker {
        authority,
        number,
        effects,
        years,
        window,
        children: Vec::new(),
        plans: BTreeMap::new(),
        pupil_numbers: BTreeSet::new(),
        seed: spec.seed,
    };
    maker.fill(spec, former, next);
    let mut children = maker.children;
    children.sort_by(|a, b| a.id.cmp(&b.id));
    Council {
        code: authority.code.clone(),
        name: authority.name.clone(),
        region: authority.region.clone(),
        n_population: authority.n_population,
        years: spec.years(),
        children,
        plans: maker.plans,
        seed: spec.seed,
        faults: spec.faults,
        supply: spec.extracts,
        gaps: spec.gaps,
    }
}

impl Maker<'_> {
    fn fill(&mut self, spec: &Spec, former: &Authority, next: &Authority) {
        let target = self.authority.n_children;
        if target == 0 {
            return;
        }
        let mut n_in_care = 0;
        for (from, to) in [(self.authority, next), (former, self.authority)] {
            let arrives = to.code == self.authority.code;
            for mover in 0..n_movers(from, to) {
                let number: u32 = from.code.parse().expect("an authority's code is a number");
                let mut chance = Chance::new(spec.seed, Purpose::Movers, number);
                chance.turn_to(u64::from(mover));
                let outline = moved(&mut chance, self.window, arrives);
                n_in_care += u32::from(outline.in_care_on(self.window.last));
                self.add(&mut chance, &outline, number);
            }
        }
        let mut chance = Chance::new(spec.seed, Purpose::Children, self.number);
        let mut stream = 0;
        while n_in_care < target {
            stream += 1;
            chance.turn_to(stream);
            let entry = sketch::entry_day(&mut chance, self.window.last);
            let outline = sketch::draw(&mut chance, entry, self.window.last, self.effects.alone);
            let ago = self.window.last.since(entry);
            let fewer = match ago {
                ..365 => parameters::FEWER_ALONE_NOW,
                365..=parameters::FEWER_ALONE_DAYS => 0.0,
                _ => parameters::FEWER_ALONE,
            };
            if outline.alone && chance.happens(fewer) {
                continue;
            }
            n_in_care += u32::from(outline.in_care_on(self.window.last));
            self.add(&mut chance, &outline, self.number);
        }
        let n_short = whole_count(f64::from(target) * parameters::SHORT_BREAKS);
        for _ in 0..n_short {
            stream += 1;
            chance.turn_to(stream);
            self.add_short_breaks(&mut chance);
        }
    }

    /// Fills in an outline, if the returns show anything of it.
    fn add(&mut self, chance: &mut Chance, outline: &Outline, school_authority: u32) {
        let in_returns = outline.touches(self.window.first, self.window.last);
        let leaver = if leavers::last_birthday(outline.dob) > self.window.first {
            leavers::of(chance, outline, self.effects, &self.years)
        } else {
            Vec::new()
        };
        if !in_returns && leaver.is_empty() {
            return;
        }
        let mut child = self.person(chance, outline, school_authority);
        child.leaver = leaver;
        if in_returns {
            self.fill_in(chance, outline, &mut child);
        }
        self.children.push(child);
    }

    fn person(&mut self, chance: &mut Chance, outline: &Outline, school_authority: u32) -> Child {
        let id = format!("{}{:06}", self.authority.code, self.children.len() * 7 + 100_003 + usize::from(chance.happens(0.5)));
        let number = chance.bits();
        let (year, ..) = outline.dob.plus(5 * 365).ymd();
        let block = u64::from(school_authority) * 1_000_000_000 + u64::try_from(year % 100).unwrap_or(0) * 10_000_000;
        let mut upn = block + number % 10_000_000;
        while !self.pupil_numbers.insert(upn) {
            upn = block + (upn + 1) % 10_000_000;
        }
        let never = outline.alone && chance.happens(0.55);
        let mother = outline.sex == Sex::Female && chance.happens(0.022);
        let mother_on = outline.dob.plus(chance.days(15 * 365, 18 * 365));
        // sex used to be not known for some: a rule warns of it, so that it is a planted fault now
        chance.skip();
        Child {
            id,
            upn: (!never).then_some(upn),
            sex: outline.sex,
            sex_not_known: false,
            dob: outline.dob.date(),
            ethnic: outline.ethnic,
            mother_since: mother.then(|| mother_on.date()),
            episodes: Vec::new(),
            uasc: None,
            outcomes: Vec::new(),
            leaver: Vec::new(),
            reviews: Vec::new(),
            absences: Vec::new(),
            workers: Vec::new(),
        }
    }

    fn fill_in(&mut self, chance: &mut Chance, outline: &Outline, child: &mut Child) {
        let n_homes = self.authority.n_children / 12 + 2;
        let mover = placements::mover(chance, outline, self.effects.moves, self.number, n_homes);
        let mut all = episodes::of(chance, outline, &mover, self.window.last);
        mend::episodes(&mut all, outline.dob);
        self.plan(outline, &all, &child.id);
        child.outcomes = outcomes::of(chance, outline, &all, self.effects, &self.years);
        child.reviews = around::reviews(chance, outline, self.window);
        let n_workers = self.authority.n_children / 9 + 3;
        child.workers = around::workers(chance, outline, self.effects, n_workers, self.window);
        let mut own = Chance::new(self.seed, Purpose::StayingPut, self.number);
        own.turn_to(child.id.parse().expect("a made-up identifier is a number"));
        leavers::stay_put(&mut own, outline.dob, &all, &mut child.leaver);
        child.absences = around::absences(chance, outline, &all, self.effects, self.window);
        child.uasc = outline.alone.then(|| self.status_alone(chance, outline));
        let (first, last) = (self.window.first.date(), self.window.last.date());
        child.mother_since = child.mother_since.filter(|&on| mend::birth_in_care(&all, on));
        child.episodes = all;
        child.episodes.retain(|episode| episode.touches(first, last));
        child.episodes.shrink_to_fit();
    }

    /// What the return says beside the care, from streams of their own.
    fn plan(&mut self, outline: &Outline, all: &[Episode], id: &str) {
        let nth = u64::try_from(self.children.len()).expect("a council's children can be counted");
        let mut chance = Chance::new(self.seed, Purpose::Permanence, self.number);
        chance.turn_to(nth);
        let mut plans = permanence::of(&mut chance, outline, all, self.authority);
        let mut chance = Chance::new(self.seed, Purpose::Deprivations, self.number);
        chance.turn_to(nth);
        plans.deprivations = deprivations::of(&mut chance, outline.dob, all, self.window.last);
        self.plans.insert(id.to_owned(), plans);
    }

    /// The status of coming alone lasts to the 18th birthday, unless it is settled before.
    fn status_alone(&self, chance: &mut Chance, outline: &Outline) -> Uasc {
        let at_18 = outline.dob.birthday(18);
        let start = outline.periods.first().expect("an outline has a period").start;
        let settled = if chance.happens(0.10) { start.plus(chance.days(200, 900)).min(at_18) } else { at_18 };
        Uasc { ceased_on: (settled <= self.window.last).then(|| settled.date()) }
    }

    fn add_short_breaks(&mut self, chance: &mut Chance) {
        let first = self.window.first;
        let entry = chance.day(first, self.window.last);
        let mut outline = sketch::draw(chance, entry, self.window.last, 0.0);
        chance.skip();
        outline.dob = entry.plus(-chance.days(5 * 365, 14 * 365));
        outline.alone = false;
        let mut child = self.person(chance, &outline, self.number);
        child.episodes = episodes::short_breaks(chance, first, self.window.last, self.number);
        let earliest = child.episodes.iter().map(|episode| Day::of(episode.decom)).min();
        while earliest.is_some_and(|on| on < outline.dob.birthday(2)) {
            outline.dob = outline.dob.birthday(-1);
            child.dob = outline.dob.date();
        }
        let (first, last) = (first.date(), self.window.last.date());
        let at_18 = outline.dob.birthday(18).date();
        child.episodes.retain(|episode| episode.touches(first, last) && episode.decom < at_18);
        for episode in child.episodes.iter_mut().filter(|episode| at_18 <= last && episode.dec.is_none_or(|dec| dec > at_18)) {
            (episode.dec, episode.rec) = (Some(at_18), Some(Ended::E8));
        }
        mend::episodes(&mut child.episodes, outline.dob);
        child.mother_since = None;
        if !child.episodes.is_empty() {
            self.children.push(child);
        }
    }
}

/// How many young people move from one authority to another in the years of the returns.
fn n_movers(from: &Authority, to: &Authority) -> u32 {
    let smaller = from.n_children.min(to.n_children);
    if smaller < 60 { 0 } else { whole_count(f64::from(smaller) * parameters::MOVERS) }
}

fn whole_count(count: f64) -> u32 {
    u32::try_from(super::chance::whole_days(count)).unwrap_or(0)
}

/// A young person whom one authority hands to the next: the same person to both, each with its own part.
fn moved(chance: &mut Chance, window: Window, arrives: bool) -> Outline {
    let on = chance.day(window.first.plus(30), window.last.plus(-30));
    let mut outline = loop {
        let entry = on.plus(-chance.days(60, 1200));
        let outline = sketch::draw(chance, entry, entry, 0.4);
        let grown = on.plus(60) >= outline.dob.birthday(18);
        if !grown {
            break outline;
        }
    };
    let whole: Period = outline.periods[0];
    outline.periods.truncate(1);
    let at_18 = outline.dob.birthday(18);
    outline.periods[0] = if arrives {
        Period { start: on, end: at_18, ended: None, ..whole }
    } else {
        Period { end: on, ended: Some(Ended::E3), ..whole }
    };
    if matches!(whole.way, parameters::Way::Adoption | parameters::Way::Short | parameters::Way::Custody) {
        outline.periods[0].way = parameters::Way::Long;
    }
    outline
}
