//! Figures become pages: counts, shares, means, coverage in words, England's figures; what is hidden does not get in.

use shared::framework::{About, Category, Framework, Group, Kind, Measure, Table};
use shared::submission::FactAnswer;

use super::hiding::{Form, Hiding, Precision, RowHidden, SMALL, hide};
use super::number::{self, Shown};
use super::{Beside, Choice, FamilyPage, Line, LineKind, Material, MeasureBlock, Pages, Section, Small};
use crate::official::england::{EnglandUnit, MEAN, TOTAL};

/// Least number of children of which a whole per cent tells no exact number: every whole per cent is then that of some count.
const WHOLE_SHARE_OF_MIN: i64 = 100;

const NOBODY: &str = "nobody is in this measure here";
const NOBODY_COUNTED: &str = "nobody is counted, so there are no shares";

/// Answers outside of the shares that are told in words alone: how many they are tells the size of another measure.
const IN_WORDS: [&str; 2] = ["table_not_supplied", "not_enough_years"];

fn is_in_words(category: &str) -> bool {
    IN_WORDS.contains(&category)
}

/// The group of children who are in none.
const NO_GROUP: &str = "In none of these groups";

pub(super) fn pages(material: &Material<'_>, choice: &Choice) -> Pages {
    let fits = |measure: &Measure| choice.fits(measure, material.framework);
    let all = || material.framework.measures().iter().filter(|measure| choice.wanted.takes(measure));
    let mut pages = Vec::new();
    for family in material.framework.families() {
        let mut sources = Vec::new();
        let wanted = family.measures.into_iter().filter(|measure| choice.wanted.takes(measure) && fits(measure));
        let measures: Vec<MeasureBlock> = wanted
            .map(|measure| Maker { material, choice, measure, sources: &mut sources, hides_groups: false }.block())
            .collect();
        if !measures.is_empty() {
            pages.push(FamilyPage { letter: family.letter.to_owned(), words: family.words, measures, sources });
        }
    }
    Pages {
        authority: material.authority,
        year: material.year,
        by: choice.by.as_deref().map(|id| label_of_breakdown(material.framework, id)),
        n_unfit: all().filter(|measure| !fits(measure)).count(),
        small: choice.small,
        families: pages,
    }
}

fn label_of_breakdown(framework: &Framework, id: &str) -> String {
    let found = framework.breakdowns().iter().find(|breakdown| breakdown.id == id);
    found.map_or_else(|| id.to_owned(), |breakdown| breakdown.label.clone())
}

fn table<'m>(material: &Material<'m>, measure: &str, breakdown: &str) -> Option<(usize, &'m Table)> {
    let mut tables = material.framework.tables().iter().enumerate();
    tables.find(|(_, table)| table.measure == measure && table.breakdown == breakdown)
}

/// Counts of a measure, for everyone and by group, with what is hidden of them.
struct Grid {
    total: Vec<i64>,
    groups: Vec<Vec<i64>>,
    hiding: Hiding,
}

/// For one group: its words, its name among published figures, its counts.
struct Row<'g> {
    words: Option<String>,
    published_as: Option<String>,
    counts: &'g [i64],
    hidden: &'g RowHidden,
    /// For a group of a measure that is one count: how many there are in all groups, where that is shown.
    all: Option<i64>,
}

struct Maker<'m, 's> {
    material: &'m Material<'m>,
    choice: &'m Choice,
    measure: &'m Measure,
    sources: &'s mut Vec<String>,
    /// Whether no group may be shown.
    hides_groups: bool,
}

impl Maker<'_, '_> {
    fn block(mut self) -> MeasureBlock {
        let measure = self.measure;
        let sections = match measure.kind {
            Kind::Share => self.shares(),
            Kind::Mean => self.means(),
            Kind::Fact => vec![self.fact()],
        };
        MeasureBlock {
            id: measure.id.clone(),
            title: measure.title.clone(),
            question: measure.question.clone(),
            population: measure.population.clone(),
            caveat: measure.caveat.clone(),
            who: if measure.about == About::CareLeavers { "young people" } else { "children" },
            remarks: self.remarks(),
            sections,
        }
    }

    /// What the authority states of itself: no figure of its records, and published as it is stated.
    fn fact(&self) -> Section {
        let words = match FactAnswer::of(self.material.facts.get(&self.measure.id).copied()) {
            FactAnswer::Yes => "yes, as [facts] in agent.toml states it",
            FactAnswer::No => "no, as [facts] in agent.toml states it",
            FactAnswer::NotStated => "not stated: [facts] in agent.toml says nothing of it",
        };
        Section { group: None, lines: Vec::new(), base: None, left_out: Vec::new(), nothing: Some(words) }
    }

    fn remarks(&self) -> Vec<String> {
        let measure = self.measure;
        let mut remarks: Vec<String> =
            measure.breaks.iter().map(|change| format!("series changed in {}: {}", change.year, change.text)).collect();
        if let Some(by) = self.choice.by.as_ref().filter(|_| self.hides_groups) {
            let words = label_of_breakdown(self.material.framework, by).to_lowercase();
            remarks.push(format!("by {words}: hidden as a whole, since parts of it would tell counts under 6"));
        }
        if let Some(sd) = self.material.noise_sd.get(&format!("{}.total", measure.id)) {
            remarks.push(format!("what is sent of these counts has noise with a standard deviation of {sd:.1}"));
        }
        remarks
    }

    fn by_table(&self, measure: &str) -> Option<(usize, &Table)> {
        let by = self.choice.by.as_deref().filter(|by| *by != TOTAL)?;
        table(self.material, measure, by)
    }

    /// The groups of the breakdown, with their words and their names among published figures.
    fn group_names(&self, measure: &str, has_rest: bool) -> Vec<(String, Option<String>)> {
        let Some((_, table)) = self.by_table(measure) else { return Vec::new() };
        let name = |group: &Group| (group.label.clone(), Some(format!("{}/{}", table.breakdown, group.id)));
        let rest = has_rest.then(|| (NO_GROUP.to_owned(), None));
        table.groups.iter().map(name).chain(rest).collect()
    }

    /// The counts of a share measure. Children who are in no group of the breakdown are a last group of their own.
    fn grid(&self, measure: &Measure) -> Option<Grid> {
        let (at, whole) = table(self.material, &measure.id, TOTAL)?;
        let figures = self.material.figures;
        let counts = |at: usize, group: usize| -> Vec<i64> {
            (0..whole.categories.len()).map(|category| figures.exact(at, group, category)).collect()
        };
        let total = counts(at, 0);
        let mut groups: Vec<Vec<i64>> = Vec::new();
        if let Some((by_at, by)) = self.by_table(&measure.id) {
            groups.extend((0..by.groups.len()).map(|group| counts(by_at, group)));
            let rest: Vec<i64> =
                total.iter().enumerate().map(|(at, n)| n - sum(groups.iter().filter_map(|g| g.get(at)))).collect();
            if rest.iter().any(|n| *n != 0) {
                groups.push(rest);
            }
        }
        let views = measure.views.iter().map(|view| view.sum.iter().filter_map(|id| whole.category(id)).collect());
        let form = Form {
            outside: whole.categories.iter().map(|category| category.outside).collect(),
            in_words: whole.categories.iter().map(|category| is_in_words(&category.id)).collect(),
            views: views.collect(),
        };
        let hiding = match self.choice.small {
            Small::Hidden => hide(&form, &total, &groups),
            Small::Shown => Hiding::nothing(&form, groups.len()),
        };
        Some(Grid { total, groups, hiding })
    }

    fn shares(&mut self) -> Vec<Section> {
        let Some(grid) = self.grid(self.measure) else { return Vec::new() };
        let n_named = self.by_table(&self.measure.id).map_or(0, |(_, table)| table.groups.len());
        let names = self.group_names(&self.measure.id, grid.groups.len() > n_named);
        let mut counted = self.measure.categories.iter().zip(&grid.total).filter(|(category, _)| !category.outside);
        let only = counted.next().map(|(_, n)| *n).filter(|_| counted.next().is_none());
        let all = only.filter(|_| !grid.hiding.total.base);
        let (counts, hidden) = (&grid.total, &grid.hiding.total);
        let whole = Row { words: None, published_as: Some(TOTAL.to_owned()), counts, hidden, all: None };
        let mut sections = vec![self.share_section(&whole, grid.hiding.precision)];
        self.hides_groups = grid.hiding.whole_breakdown;
        if self.hides_groups {
            return sections;
        }
        for (((words, published_as), counts), hidden) in names.into_iter().zip(&grid.groups).zip(&grid.hiding.groups) {
            let row = Row { words: Some(words), published_as, counts, hidden, all };
            sections.push(self.share_section(&row, grid.hiding.precision));
        }
        sections
    }

    fn share_section(&mut self, row: &Row<'_>, precision: Precision) -> Section {
        let measure = self.measure;
        let count_of = |at: usize| row.counts.get(at).copied().unwrap_or(0);
        let is_hidden = |flags: &[bool], at: usize| flags.get(at).copied().unwrap_or(true);
        let categories = || measure.categories.iter().enumerate();
        let base = categories().filter(|(_, c)| !c.outside).map(|(at, _)| count_of(at)).fold(0, i64::saturating_add);
        let show = |count: i64, hidden: bool| match (hidden, precision) {
            (true, _) => Shown::Hidden,
            (false, Precision::Tens) if count != 0 => Shown::about(count),
            (false, _) => Shown::Count(count),
        };
        let has_shares = categories().filter(|(_, category)| !category.outside).count() > 1;
        // a count alone has a share in a group: of all groups
        let whole = if has_shares { Some(base) } else { row.all };
        let share = |count: i64, hidden: bool| match (whole, precision) {
            (None, _) => Shown::Nothing,
            (Some(_), _) if hidden || row.hidden.base => Shown::Hidden,
            (Some(whole), Precision::Exact) => Shown::share(count, whole),
            (Some(0), Precision::Tens) => Shown::Nothing,
            (Some(whole), Precision::Tens) if whole >= WHOLE_SHARE_OF_MIN => Shown::whole_share(count, whole),
            (Some(_), Precision::Tens) => Shown::Hidden,
        };
        let mut lines = Vec::new();
        for (at, category) in categories().filter(|(_, category)| !category.outside) {
            let (count, hidden) = (count_of(at), is_hidden(&row.hidden.categories, at));
            let (count, value) = (show(count, hidden), share(count, hidden));
            let england = self.england(&category.id, row);
            lines.push(Line { kind: LineKind::Category, label: category.label.clone(), count, value, england });
        }
        for (at, view) in measure.views.iter().enumerate() {
            let in_view = categories().filter(|(_, category)| view.sum.contains(&category.id));
            let count = in_view.map(|(at, _)| count_of(at)).fold(0, i64::saturating_add);
            let hidden = is_hidden(&row.hidden.views, at);
            let (count, value) = (show(count, hidden), share(count, hidden));
            let england = self.england(&view.id, row);
            lines.push(Line { kind: LineKind::Sum, label: view.label.clone(), count, value, england });
        }
        let left_out_of = |(at, category): (usize, &Category)| {
            let count = count_of(at);
            if is_in_words(&category.id) && self.choice.small == Small::Hidden {
                return (count != 0 && !row.hidden.whole).then(|| (category.label.clone(), Shown::Nothing));
            }
            let shown = show(count, is_hidden(&row.hidden.categories, at));
            (shown != Shown::Count(0)).then(|| (category.label.clone(), shown))
        };
        let left_out: Vec<_> = categories().filter(|(_, category)| category.outside).filter_map(left_out_of).collect();
        // of a measure that is one count, none is a count like any other
        let is_empty = base == 0 && !row.hidden.base && (has_shares || !left_out.is_empty());
        let nothing = match (is_empty, left_out.is_empty()) {
            (true, true) => Some(NOBODY),
            (true, false) => Some(NOBODY_COUNTED),
            (false, _) => None,
        };
        if nothing.is_some() {
            lines.retain(|line| line.england.is_some());
        }
        let base = (has_shares && nothing.is_none()).then(|| show(base, row.hidden.base));
        Section { group: row.words.clone(), lines, base, left_out, nothing }
    }

    fn means(&mut self) -> Vec<Section> {
        let Some((at, _)) = table(self.material, &self.measure.id, TOTAL) else { return Vec::new() };
        let counted = self.measure.count_from.as_deref().and_then(|id| self.material.framework.measure(id));
        let grid = counted.and_then(|counted| self.grid(counted));
        let figures = self.material.figures;
        let n_and_sum = |at: usize, group: usize| {
            (i64::try_from(figures.n_children(at, group)).unwrap_or(i64::MAX), figures.exact(at, group, 0))
        };
        let all = n_and_sum(at, 0);
        let mut groups: Vec<(i64, i64)> = Vec::new();
        if let Some((by_at, by)) = self.by_table(&self.measure.id) {
            groups.extend((0..by.groups.len()).map(|group| n_and_sum(by_at, group)));
            let rest = (all.0 - sum(groups.iter().map(|(n, _)| n)), all.1 - sum(groups.iter().map(|(_, sum)| sum)));
            if rest.0 != 0 {
                groups.push(rest);
            }
        }
        let n_named = self.by_table(&self.measure.id).map_or(0, |(_, table)| table.groups.len());
        let names = self.group_names(&self.measure.id, groups.len() > n_named);
        let is_coarse = grid.as_ref().is_some_and(|grid| grid.hiding.precision == Precision::Tens);
        let hides = |row: Option<&RowHidden>, n: i64| {
            self.choice.small == Small::Hidden && (row.is_some_and(|row| row.base) || SMALL.contains(&n))
        };
        let is_hidden = hides(grid.as_ref().map(|grid| &grid.hiding.total), all.0);
        let groups_hidden: Vec<bool> = groups
            .iter()
            .enumerate()
            .map(|(at, (n, _))| hides(grid.as_ref().and_then(|grid| grid.hiding.groups.get(at)), *n))
            .collect();
        let mut sections = vec![self.mean_section(None, Some(TOTAL.to_owned()), all, (is_hidden, is_coarse))];
        self.hides_groups = grid.as_ref().is_some_and(|grid| grid.hiding.whole_breakdown);
        if self.hides_groups {
            return sections;
        }
        for (((words, published_as), of_group), hidden) in names.into_iter().zip(groups).zip(groups_hidden) {
            sections.push(self.mean_section(Some(words), published_as, of_group, (hidden, is_coarse)));
        }
        sections
    }

    fn mean_section(
        &mut self,
        group: Option<String>,
        published_as: Option<String>,
        (n, sum): (i64, i64),
        (is_hidden, is_coarse): (bool, bool),
    ) -> Section {
        let unit = self.measure.unit.as_deref().unwrap_or_default();
        // a scale that is kept in hundredths is read in its own points
        let (parts, unit) = match unit.strip_prefix("hundredths of a ") {
            Some(point) => (100, format!("{point}s")),
            None => (1, unit.to_owned()),
        };
        let (value, base) = match (is_hidden, is_coarse && n != 0) {
            (true, _) => (Shown::Hidden, Shown::Hidden),
            (false, true) => (Shown::mean(sum, n.saturating_mul(parts)), Shown::about(n)),
            (false, false) => (Shown::mean(sum, n.saturating_mul(parts)), Shown::Count(n)),
        };
        let england = published_as.and_then(|group| self.england_of(MEAN, &group));
        let nothing = (n == 0 && !is_hidden).then_some(NOBODY);
        let line = Line { kind: LineKind::Mean, label: format!("Average, {unit}"), count: Shown::Nothing, value, england };
        let lines = if nothing.is_some() && line.england.is_none() { Vec::new() } else { vec![line] };
        Section { group, lines, base: nothing.is_none().then_some(base), left_out: Vec::new(), nothing }
    }

    fn england(&mut self, what: &str, row: &Row<'_>) -> Option<Beside> {
        self.england_of(what, row.published_as.as_deref()?)
    }

    /// England's figure for a category, a view or the mean in a group.
    fn england_of(&mut self, what: &str, group: &str) -> Option<Beside> {
        let figure = self.material.england.latest(&self.measure.id, what, group, self.material.year)?;
        let found = self.sources.iter().position(|source| *source == figure.source);
        let source = found.unwrap_or_else(|| {
            self.sources.push(figure.source.clone());
            self.sources.len() - 1
        });
        let number = number::published(figure.value);
        // a number of children in a group is read as a share of all groups
        let of_all = figure.of.filter(|_| figure.unit == EnglandUnit::Children).zip(figure.value.as_whole());
        let of_all = of_all.map(|(of, n)| Shown::share(n, of)).filter(|share| *share != Shown::Nothing);
        let (figure_words, per_cent) = match (figure.unit, of_all) {
            (EnglandUnit::Percent, _) => (format!("{number}%"), Some(figure.value.to_one_decimal().0 / 100)),
            (EnglandUnit::Children, Some(share)) => (share.words(), share.per_cent_tenths()),
            (EnglandUnit::Children | EnglandUnit::Mean, _) => (number, None),
        };
        Some(Beside { figure: figure_words, per_cent, year: figure.year, source: source + 1 })
    }
}

fn sum<'n>(numbers: impl Iterator<Item = &'n i64>) -> i64 {
    numbers.copied().fold(0, i64::saturating_add)
}
