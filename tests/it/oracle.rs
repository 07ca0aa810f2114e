//! The agent's exact figures against the second oracle, cell by cell: every measure by every breakdown, over councils of
//! hard cases, hard cases by hand, and made-up councils of every return year.
//!
//! The most telling test there is: two programs that share no line read the same files, one history after another in Rust,
//! all at once in SQL (`tests/oracle`). Every cell must agree exactly, and so must what each child adds; a difference is a
//! fault of one of them, or an unclear rule. Every category of every measure must stand often enough for the comparison to
//! say something of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use agent::figures::LocalFigures;
use agent::histories::{ChildHistory, Mending, build};
use agent::measures::MeasureSet;
use agent::pseudonym::{IdentifierKind, Pseudonym, normalise};
use agent::records::postcodes::PostcodeDirectory;
use shared::framework::{Framework, Kind};
use shared::ids::ReportingYear;
use tests::build::workspace;
use tests::councils::extracts::Supply;
use tests::councils::sheet::{self, Sheet};
use tests::councils::{Plan, Spec};
use tests::exact::{Cell, Cells};
use tests::python;
use tests::reading::{Return, directory_of, key, read_beside, returns_of};
use tests::worlds::draw::Draw;
use tests::worlds::postcodes::Directory;
use tests::worlds::{World, named};

/// Councils of each kind in a batch.
const N_COUNCILS: u64 = 100;
/// Children that each category must hold, over the hard councils of a batch.
const N_EACH_MIN: i64 = 20;
/// Differences that are written out.
const N_LISTED: usize = 50;

/// What a child adds to the table `total` of a measure: council, child and measure; category or amount.
type Children = BTreeMap<(String, String, String), String>;

/// A council as it lies in the folder.
struct Council {
    name: String,
    round: i16,
    /// Whether it is one of the hard ones whose categories are counted.
    is_hard: bool,
}

/// What was found over all councils.
#[derive(Default)]
struct Found {
    n_cells: usize,
    n_filled: usize,
    /// Children of hard councils by measure and category.
    categories: BTreeMap<(String, String), i64>,
    differences: Vec<String>,
}

#[test]
fn every_cell_is_what_the_second_oracle_counts() {
    let python = python::environment("oracle", &sources().join("requirements.txt"))
        .expect("the second oracle needs python3, its venv and pip (Debian: python3-venv); tests/all installs them");
    // GOLDENTHREAD_ORACLE_SEEDS=20 is what tests/long asks for: so many batches
    let n_batches = std::env::var("GOLDENTHREAD_ORACLE_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    for batch in 0..n_batches {
        check(&python, batch);
    }
}

/// Compares one batch of councils.
fn check(python: &Path, batch: u64) {
    let framework = Framework::built_in().by_every_breakdown();
    let measures = MeasureSet::resolve(&framework).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let written = folder.path().join("worlds");
    let councils = write_councils(&written, batch);
    let (cells, children) = second_oracle(python, &written, folder.path());
    let mut found = Found::default();
    let count = |council: &Council| {
        let own = written.join(&council.name);
        let (returns, postcodes) = (returns_of(&own).unwrap(), directory_of(&own).unwrap());
        Counted::new(council, &framework, &measures, &returns, postcodes.as_ref())
    };
    for (council, of) in councils.iter().zip(on_all_threads(&councils, count)) {
        let theirs = cells.get(&council.name).cloned().unwrap_or_default();
        found.compare(council, &framework, &of, &theirs, &children);
    }
    let table = found.table(&framework);
    let file = python::target_folder().unwrap().join(format!("oracle-categories-{batch}.txt"));
    std::fs::write(&file, &table).unwrap();
    eprintln!("{table}");
    let silent: BTreeSet<&str> = cells.values().flat_map(BTreeMap::keys).map(|cell| measure_of(&cell.table)).collect();
    let silent: Vec<&str> = silent.into_iter().filter(|id| framework.measure(id).is_none()).collect();
    let Found { n_cells, n_filled, differences, .. } = &found;
    std::fs::write(file.with_file_name(format!("oracle-differences-{batch}.txt")), differences.join("\n")).unwrap();
    eprintln!(
        "oracle, batch {batch}: {} councils, {n_cells} cells compared, {n_filled} of them hold a child, {} differ; children by \
         category: {}; counted by the second oracle alone: {silent:?}",
        councils.len(),
        differences.len(),
        file.display()
    );
    assert!(differences.is_empty(), "{} differences\n{}", differences.len(), listed(differences));
    // the first batch is what the generator was steered by; of others chance has a part in it
    let rare = if batch == 0 { found.rare(&framework) } else { Vec::new() };
    assert!(rare.is_empty(), "categories with fewer than {N_EACH_MIN} children say too little: {rare:?}");
}

/// What a function says of each council, in their order.
fn on_all_threads<T: Send>(councils: &[Council], count: impl Fn(&Council) -> T + Sync) -> Vec<T> {
    let n_threads = std::thread::available_parallelism().map_or(1, usize::from);
    let of_thread = councils.len().div_ceil(n_threads);
    std::thread::scope(|scope| {
        let count = &count;
        let threads: Vec<_> =
            councils.chunks(of_thread).map(|own| scope.spawn(move || own.iter().map(count).collect::<Vec<T>>())).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

/// The first differences; of a council those of children come first, each with its rows.
fn listed(differences: &[String]) -> String {
    differences.iter().take(N_LISTED).cloned().collect::<Vec<_>>().join("\n")
}

fn sources() -> PathBuf {
    workspace().join("tests").join("oracle")
}

fn measure_of(table: &str) -> &str {
    table.split('.').next().unwrap_or_default()
}

/// Writes the councils of a batch and says which they are.
fn write_councils(folder: &Path, batch: u64) -> Vec<Council> {
    let mut councils = Vec::new();
    let by_hand = named::all().filter(|_| batch == 0);
    let hard = (0..N_COUNCILS).map(|nth| World::hard(batch * N_COUNCILS + nth));
    for (world, is_hard) in hard.map(|world| (world, true)).chain(by_hand.map(|world| (world, false))) {
        world.write(folder).unwrap();
        councils.push(Council { name: world.name, round: world.round, is_hard });
    }
    for nth in 0..N_COUNCILS {
        councils.push(write_made_up(folder, batch * N_COUNCILS + nth));
    }
    councils
}

/// Writes a small made-up council: years, number of years, gaps, extracts and postcode directory follow from its number.
fn write_made_up(folder: &Path, number: u64) -> Council {
    let of = |choices: &[i16]| choices[usize::try_from(number).unwrap() % choices.len()];
    let gaps = f64::from(of(&[0, 1, 2])) / 2.0;
    let extracts =
        [Supply::All, Supply::ByCouncil, Supply::All, Supply::Nothing, Supply::All][usize::try_from(number % 5).unwrap()];
    let round = of(&[2025, 2026, 2024, 2026, 2025, 2023, 2022]);
    let n_years = usize::try_from(of(&[3, 5, 2, 4, 1, 5, 4, 3, 5, 4, 2])).unwrap();
    let spec = Spec { seed: number, authorities: Some(20), reporting_year: round, n_years, faults: 0.0, extracts, gaps };
    let council =
        Plan::new(&spec).council_of_size(usize::try_from(number % 20).unwrap(), 30 + u32::try_from(number % 7).unwrap() * 10);
    let name = format!("made-up-{number:04}");
    let mut episodes = Vec::new();
    for year in council.years_returned() {
        let own = folder.join(&name).join(year.to_string());
        std::fs::create_dir_all(&own).unwrap();
        for table in council.files(year) {
            let name = sheet::name_of(table.file);
            std::fs::write(own.join(format!("{name}.csv")), &table.bytes).unwrap();
            episodes.extend((name == "Episodes").then(|| Sheet::of(&table)));
        }
    }
    if !number.is_multiple_of(3) {
        let posts = |column| episodes.iter().flat_map(move |sheet| (0..sheet.rows.len()).map(move |row| sheet.cell(row, column)));
        let directory = Directory::of(&mut Draw::new(number, 0), posts("HOME_POST"), posts("PL_POST"));
        directory.write(&folder.join(&name)).unwrap();
    }
    std::fs::write(folder.join(&name).join("round.txt"), round.to_string()).unwrap();
    Council { name, round, is_hard: false }
}

/// What the SQL counts: cells by council, and what each child adds.
fn second_oracle(python: &Path, worlds: &Path, folder: &Path) -> (BTreeMap<String, Cells>, Children) {
    let (cells, children) = (folder.join("cells.csv"), folder.join("children.csv"));
    let mut command = Command::new(python);
    command.arg(sources().join("run.py")).arg("--worlds").arg(worlds).arg("--out").arg(&cells).arg("--children").arg(&children);
    let output = command.arg("--json-counts").output().expect("the interpreter of the environment starts");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the second oracle failed with {}:\n{told}", output.status);
    eprintln!("second oracle: {}", String::from_utf8_lossy(&output.stdout).trim());
    let mut by_council: BTreeMap<String, Cells> = BTreeMap::new();
    for record in csv::Reader::from_path(&cells).unwrap().deserialize() {
        let (council, table, group, category, value): (String, String, String, String, i64) = record.unwrap();
        by_council.entry(council).or_default().insert(Cell { table, group, category }, value);
    }
    let children = csv::Reader::from_path(&children).unwrap().into_deserialize().map(|record| {
        let (council, child, measure, said): (String, String, String, String) = record.unwrap();
        ((council, child, measure), said)
    });
    let children = children.collect();
    (by_council, children)
}

/// What the agent counts of one council.
struct Counted {
    cells: Cells,
    children: Children,
    /// Lines of the files by child, for whoever looks into a difference.
    rows: BTreeMap<String, Vec<String>>,
}

impl Counted {
    fn new(
        council: &Council,
        framework: &Framework,
        measures: &MeasureSet,
        returns: &[Return],
        postcodes: Option<&PostcodeDirectory>,
    ) -> Self {
        let year = ReportingYear::new(council.round).unwrap();
        let read = read_beside(returns, postcodes);
        for of_year in read.all.iter().filter(|read| read.year <= year) {
            let refusals: Vec<String> = of_year.refusals.iter().map(ToString::to_string).collect();
            assert!(refusals.is_empty(), "{}, {}: {refusals:?}", council.name, of_year.year.number());
        }
        let histories = build(&read, year, Mending::Apply, framework.parameters());
        let figures = LocalFigures::count(measures, &histories.children, year);
        let rows = rows_by_child(returns);
        let children = children(council, framework, measures, &histories.children, rows.keys());
        Self { cells: cells(framework, &figures), children, rows }
    }
}

/// Every cell that is not 0; a mean gives two, `n` and the uncentred `sum`.
fn cells(framework: &Framework, figures: &LocalFigures) -> Cells {
    let mut cells = Cells::new();
    for (at, table) in framework.tables().iter().enumerate() {
        for (g, group) in table.groups.iter().enumerate() {
            let mut put = |category: &str, value: i64| {
                if value != 0 {
                    let (table, group) = (table.id.clone(), group.id.clone());
                    cells.insert(Cell { table, group, category: category.to_owned() }, value);
                }
            };
            match table.kind {
                Kind::Mean => {
                    put("n", i64::try_from(figures.n_children(at, g)).unwrap());
                    put("sum", figures.exact(at, g, 0));
                }
                Kind::Share | Kind::Fact => {
                    for (c, category) in table.categories.iter().enumerate() {
                        put(&category.id, figures.exact(at, g, c));
                    }
                }
            }
        }
    }
    cells
}

/// What each child adds to the table `total` of each measure.
fn children<'i>(
    council: &Council,
    framework: &Framework,
    measures: &MeasureSet,
    histories: &[ChildHistory],
    ids: impl Iterator<Item = &'i String>,
) -> Children {
    let (key, year) = (key(), ReportingYear::new(council.round).unwrap());
    let pseudonym = |id: &String| {
        let normalised = normalise(id.as_bytes()).unwrap().unwrap();
        (key.pseudonym(IdentifierKind::Child, normalised.as_bytes()), id.clone())
    };
    let names: BTreeMap<Pseudonym, String> = ids.map(pseudonym).collect();
    let mut children = Children::new();
    for history in histories {
        let Some(adds) = measures.contributions(history, year) else { continue };
        for entry in adds.entries {
            let table = &framework.tables()[usize::from(entry.table)];
            if table.breakdown != "total" {
                continue;
            }
            let said = match table.kind {
                Kind::Mean => entry.amount.to_string(),
                Kind::Share | Kind::Fact => table.categories[usize::from(entry.category)].id.clone(),
            };
            children.insert((council.name.clone(), names[&history.pseudonym].clone(), table.measure.clone()), said);
        }
    }
    children
}

/// The lines of all files by their first cell, each with the year and the file.
fn rows_by_child(returns: &[Return]) -> BTreeMap<String, Vec<String>> {
    let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (year, files) in returns {
        for file in files {
            let text = String::from_utf8_lossy(&file.bytes).into_owned();
            for line in text.lines().skip(1) {
                let child = line.split(',').next().unwrap_or_default();
                let name = file.name.trim_end_matches(".csv");
                rows.entry(child.to_owned()).or_default().push(format!("    {} {name} {line}", year.number()));
            }
        }
    }
    rows
}

impl Found {
    fn compare(&mut self, council: &Council, framework: &Framework, ours: &Counted, theirs: &Cells, children: &Children) {
        self.n_cells += framework.n_cells();
        self.n_filled += ours.cells.len();
        if council.is_hard {
            for (cell, n) in theirs.iter().filter(|(cell, _)| cell.table.ends_with(".total")) {
                let at = (measure_of(&cell.table).to_owned(), cell.category.clone());
                *self.categories.entry(at).or_default() += n;
            }
        }
        let knows = |table: &str| framework.table(table).is_some();
        self.children(council, framework, ours, children);
        let theirs: Cells = theirs.iter().filter(|(cell, _)| knows(&cell.table)).map(|(cell, n)| (cell.clone(), *n)).collect();
        self.cells(council, &ours.cells, &theirs);
    }

    /// What each child adds, with its rows where that differs.
    fn children(&mut self, council: &Council, framework: &Framework, ours: &Counted, theirs: &Children) {
        let of_council = theirs.range((council.name.clone(), String::new(), String::new())..);
        let of_council = of_council.take_while(|((name, ..), _)| *name == council.name);
        let of_council = of_council.filter(|((.., measure), _)| framework.measure(measure).is_some()).map(|(at, _)| at);
        let all: BTreeSet<_> = ours.children.keys().chain(of_council).collect();
        for at in all.into_iter().filter(|at| ours.children.get(*at) != theirs.get(*at)) {
            let said = |of: &Children| of.get(at).cloned().unwrap_or_else(|| "nothing".to_owned());
            let (name, child, measure) = at;
            let (agent, sql) = (said(&ours.children), said(theirs));
            let rows = ours.rows.get(child).map(|rows| rows.join("\n")).unwrap_or_default();
            self.differences
                .push(format!("{name} of {}, child {child}, {measure}: agent {agent}, SQL {sql}\n{rows}", council.round));
        }
    }

    fn cells(&mut self, council: &Council, ours: &Cells, theirs: &Cells) {
        let all: BTreeSet<&Cell> = ours.keys().chain(theirs.keys()).collect();
        let value = |of: &Cells, cell: &Cell| of.get(cell).copied().unwrap_or(0);
        for cell in all.into_iter().filter(|cell| value(ours, cell) != value(theirs, cell)) {
            let Cell { table, group, category } = cell;
            let (agent, sql) = (value(ours, cell), value(theirs, cell));
            let name = &council.name;
            self.differences.push(format!("{name} of {}: {table}/{group}/{category}: agent {agent}, SQL {sql}", council.round));
        }
    }

    /// Every category of every measure with the number of children of hard councils in it.
    fn each<'f>(&'f self, framework: &'f Framework) -> impl Iterator<Item = (&'f str, &'f str, i64)> {
        framework.measures().iter().flat_map(move |measure| {
            let ids = measure.categories.iter().map(|category| category.id.as_str());
            let ids: Vec<&str> = if measure.kind == Kind::Mean { vec!["n"] } else { ids.collect() };
            let n = move |id: &str| self.categories.get(&(measure.id.clone(), id.to_owned())).copied().unwrap_or(0);
            ids.into_iter().map(move |id| (measure.id.as_str(), id, n(id)))
        })
    }

    fn table(&self, framework: &Framework) -> String {
        let mut text = format!("{:8}{:32}{:>9}\n", "measure", "category", "children");
        for (measure, category, n) in self.each(framework) {
            writeln!(text, "{measure:8}{category:32}{n:>9}").unwrap();
        }
        let others = self.categories.iter().filter(|((measure, _), _)| framework.measure(measure).is_none());
        for ((measure, category), n) in others {
            writeln!(text, "{measure:8}{category:32}{n:>9}  counted by the second oracle alone").unwrap();
        }
        text
    }

    fn rare(&self, framework: &Framework) -> Vec<String> {
        let rare = self.each(framework).filter(|(.., n)| *n < N_EACH_MIN);
        rare.map(|(measure, category, n)| format!("{measure}/{category}: {n}")).collect()
    }
}
