//! What `preview` shows, and what it keeps to itself.

use shared::problem::Exit;

use super::{NoiseByTable, Request, show};
use crate::cli::{PreviewArgs, Source};
use crate::commands::check::tests::{EPISODES, HEADER, REVIEWS, folder, given};
use crate::commands::{Look, Screen};

struct Asked {
    json: bool,
    despite_errors: bool,
    cell: Option<&'static str>,
    rows: bool,
    small: bool,
    families: &'static str,
    measure: Option<&'static str>,
    by: Option<&'static str>,
    html: Option<std::path::PathBuf>,
    force: bool,
}

fn preview(header: &str, asked: &Asked) -> (Result<Exit, String>, String, String) {
    let folder = folder(header, EPISODES, REVIEWS);
    preview_of(folder.path(), asked, Look::default())
}

fn preview_of(folder: &std::path::Path, asked: &Asked, look: Look) -> (Result<Exit, String>, String, String) {
    let args = PreviewArgs {
        json: asked.json,
        despite_errors: asked.despite_errors,
        rows: asked.rows,
        cell: asked.cell.map(str::to_owned),
        small: asked.small,
        family: asked.families.chars().collect(),
        measure: asked.measure.map(str::to_owned),
        by: asked.by.map(str::to_owned),
        html: asked.html.clone(),
        force: asked.force,
        ..PreviewArgs::default()
    };
    let noise = NoiseByTable::from([("B1.total".to_owned(), 12.3)]);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut screen = Screen { out: &mut out, err: &mut err };
    let framework = shared::framework::Framework::built_in();
    let exit =
        Request::of(&args, &framework, look).and_then(|request| show(&args, &request, &noise, &given(folder), None, &mut screen));
    (exit.map_err(|e| e.to_string()), String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

const PLAIN: Asked = Asked {
    json: false,
    despite_errors: false,
    cell: None,
    rows: false,
    small: false,
    families: "",
    measure: None,
    by: None,
    html: None,
    force: false,
};

/// A line of a page with single blanks.
fn has_line(text: &str, expected: &str) -> bool {
    text.lines().any(|line| line.split_whitespace().collect::<Vec<_>>().join(" ").starts_with(expected))
}

#[test]
fn a_page_a_family_is_marked_as_local_at_the_top_and_at_the_bottom() {
    let (exit, text, said) = preview(HEADER, &PLAIN);
    assert_eq!((exit, said.as_str()), (Ok(Exit::Done), ""));
    assert!(text.starts_with("LOCAL, NOT FOR PUBLICATION\nA Wellbeing\n"), "{text}");
    assert!(text.ends_with("\nLOCAL, NOT FOR PUBLICATION\n"), "{text}");
    let framework = shared::framework::Framework::built_in();
    let n_families = framework.families().len();
    assert_eq!(text.lines().filter(|line| *line == "LOCAL, NOT FOR PUBLICATION").count(), 2 * n_families);
    for measure in framework.measures() {
        assert!(
            text.lines().any(|line| line.starts_with(&format!("{} {}", measure.id, measure.title.split(' ').next().unwrap()))),
            "{}",
            measure.id
        );
    }
    assert!(!text.contains('\u{1b}') && text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(has_line(&text, "Note: what is sent of these counts has noise with a standard deviation of 12.3"), "{text}");
}

#[test]
fn one_child_is_hidden_unless_small_counts_are_asked_for() {
    let (_, text, _) = preview(HEADER, &Asked { measure: Some("B1"), ..PLAIN });
    assert!(has_line(&text, "One home hidden hidden") && has_line(&text, "counted hidden"), "{text}");
    let (_, text, _) = preview(HEADER, &Asked { measure: Some("B1"), small: true, ..PLAIN });
    assert!(has_line(&text, "One home 1 100.0%") && has_line(&text, "counted 1"), "{text}");
    assert!(has_line(&text, "= Three homes or more 0 0.0%") && text.contains("% (2025) ["), "{text}");
}

#[test]
fn families_a_measure_and_a_breakdown_are_chosen_and_unknown_ones_answered_with_those_that_there_are() {
    let heads = |asked: &Asked| -> Vec<String> {
        let is_head = |line: &&str| line.get(1..2) == Some(" ") && line.starts_with(|c: char| c.is_ascii_uppercase());
        preview(HEADER, asked).1.lines().filter(is_head).map(str::to_owned).collect()
    };
    assert_eq!(heads(&Asked { families: "B", ..PLAIN }), ["B Stability"]);
    assert_eq!(heads(&Asked { families: "PB", ..PLAIN }), ["B Stability", "P How many children"]);
    assert_eq!(heads(&Asked { measure: Some("C1"), ..PLAIN }), ["C Having a say"]);
    let told = |asked: &Asked| preview(HEADER, asked).0.unwrap_err();
    assert!(told(&Asked { families: "Z", ..PLAIN }).starts_with("no family Z; there are A (wellbeing), B (stability)"));
    assert!(told(&Asked { measure: Some("Z1"), ..PLAIN }).starts_with("no measure Z1; there are A1, "));
    assert!(told(&Asked { by: Some("shoe_size"), ..PLAIN }).starts_with("no breakdown shoe_size; there are total, sex, "));
    let (_, text, _) = preview(HEADER, &Asked { families: "B", by: Some("need"), small: true, ..PLAIN });
    assert!(has_line(&text, "-- Abuse or neglect") && has_line(&text, "by: Why the child came into care"), "{text}");
}

#[test]
fn a_breakdown_that_does_not_fit_is_a_wrong_use_and_small_letters_are_taken() {
    let told = |asked: &Asked| preview(HEADER, asked).0.unwrap_err();
    let unfit = told(&Asked { measure: Some("B5"), by: Some("age_18_21"), ..PLAIN });
    assert!(
        unfit.starts_with("B5 cannot be divided by age_18_21, but by placement, sex, ") && unfit.contains("; age_18_21 fits "),
        "{unfit}"
    );
    let unfit = told(&Asked { families: "S", by: Some("need"), ..PLAIN });
    assert!(unfit.starts_with("no measure of these families can be divided by need; it fits "), "{unfit}");
    let unfit = told(&Asked { measure: Some("S1"), by: Some("sex"), ..PLAIN });
    assert!(unfit.starts_with("S1 cannot be divided by sex, but by nothing"), "{unfit}");
    let (_, text, _) = preview(HEADER, &Asked { by: Some("age_18_21"), ..PLAIN });
    assert!(text.contains("measures are left out: this breakdown does not fit them.") && !text.contains("\nB5 "), "{text}");
    let (_, text, _) = preview(HEADER, &Asked { measure: Some("b5"), by: Some("sex"), ..PLAIN });
    assert!(text.contains("\nB5 ") && !text.contains("left out: this breakdown"), "{text}");
}

#[test]
fn headings_are_bold_only_on_a_terminal_and_lines_keep_to_its_width() {
    let folder = folder(HEADER, EPISODES, REVIEWS);
    let lines = |look: Look| preview_of(folder.path(), &PLAIN, look).1;
    let text = lines(Look { width: Some(64), is_styled: true });
    assert!(text.starts_with("\u{1b}[1mLOCAL, NOT FOR PUBLICATION\u{1b}[0m\n"), "{text}");
    let plain = lines(Look { width: Some(64), is_styled: false });
    assert_eq!(text.replace("\u{1b}[1m", "").replace("\u{1b}[0m", ""), plain);
    assert!(plain.lines().all(|line| line.chars().count() <= 64), "{plain}");
}

#[test]
fn a_html_page_is_written_once_and_nothing_on_the_screen() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("page.html");
    let asked = |force: bool| Asked { html: Some(file.clone()), force, ..PLAIN };
    let (exit, text, said) = preview(HEADER, &asked(false));
    assert_eq!((exit, text.as_str()), (Ok(Exit::Done), ""));
    assert!(said.contains("page.html") && said.contains("LOCAL, NOT FOR PUBLICATION"), "{said}");
    let page = std::fs::read_to_string(&file).unwrap();
    assert!(page.contains("LOCAL, NOT FOR PUBLICATION") && !page.contains("SECRET"), "{page}");
    assert!(preview(HEADER, &asked(false)).0.unwrap_err().contains("exists already"));
    assert_eq!(preview(HEADER, &asked(true)).0, Ok(Exit::Done));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn what_is_for_programs_and_the_data_team_hides_nothing_and_says_so() {
    for asked in [
        Asked { json: true, ..PLAIN },
        Asked { cell: Some("B1.total/1"), ..PLAIN },
        Asked { cell: Some("B1.total/1"), rows: true, ..PLAIN },
    ] {
        let (_, text, said) = preview(HEADER, &asked);
        assert!(said.contains("exact, small counts too") && text.contains("LOCAL, NOT FOR PUBLICATION"), "{said}");
    }
}

#[test]
fn the_json_has_every_cell_of_the_framework() {
    let (_, text, _) = preview(HEADER, &Asked { json: true, ..PLAIN });
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((report["authority"].as_str(), report["reporting_year"].as_i64()), (Some("301"), Some(2025)));
    let tables = report["tables"].as_array().unwrap();
    let table = |id: &str| tables.iter().find(|table| table["table"] == id).unwrap();
    let cell = &table("B1.total")["cells"][0];
    let expected = r#"{"category":"1","counted":true,"exact":1,"group":"total","noise_sd":12.3}"#;
    assert_eq!(serde_json::to_value(cell).unwrap(), serde_json::from_str::<serde_json::Value>(expected).unwrap());
    assert!(table("P1.total")["cells"][0]["noise_sd"].is_null());
    let sum = serde_json::json!({ "group": "total", "exact_n": 0, "exact_sum": 0 });
    assert_eq!(table("A3.total")["cells"][0], sum);
    assert_eq!(tables.len(), shared::framework::Framework::built_in().tables().len());
}

#[test]
fn refused_input_shows_nothing_unless_asked_despite_errors() {
    let broken = "SECRET7,F,99/99/2012,WBRI,UN1,,\nSECRET8,F,99/99/2012,WBRI,UN1,,\nSECRET9,F,99/99/2012,WBRI,UN1,,";
    let (exit, text, said) = preview(broken, &PLAIN);
    assert_eq!((exit, text.as_str()), (Ok(Exit::InputRefused), ""));
    assert!(said.contains("error-rate") && !said.contains("SECRET"), "{said}");
    let (exit, text, _) = preview(broken, &Asked { despite_errors: true, ..PLAIN });
    assert!(exit == Ok(Exit::Done) && text.contains("LOCAL"));
}

#[test]
fn the_rows_behind_a_cell_are_places_without_identifiers() {
    for json in [false, true] {
        let (exit, text, _) = preview(HEADER, &Asked { json, cell: Some("C1.total/PN1"), rows: true, ..PLAIN });
        assert_eq!(exit, Ok(Exit::Done));
        assert!(text.contains("a.csv") && text.contains("b.csv") && text.contains("c.csv") && !text.contains("SECRET"), "{text}");
    }
    let (_, text, _) = preview(HEADER, &Asked { cell: Some("B1.total/2"), rows: true, ..PLAIN });
    assert!(text.contains("0 children"), "{text}");
    for wrong in ["B99.total/1", "B1.total/9", "B1.total/1/homes", "B1.total", "B1.placement/1/homes/x"] {
        assert!(preview(HEADER, &Asked { cell: Some(wrong), rows: true, ..PLAIN }).0.is_err(), "{wrong}");
    }
}

#[test]
fn a_cell_is_shown_alone_and_a_view_as_the_sum_of_its_categories() {
    let check = |cell: &'static str, expected: &str| {
        let (exit, text, _) = preview(HEADER, &Asked { cell: Some(cell), ..PLAIN });
        assert_eq!(exit, Ok(Exit::Done));
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() == 3 && lines[1].ends_with(expected) && lines[0] == lines[2], "{text}");
    };
    check("B1.total/1", ": 1, noise of standard deviation 12.3");
    check("B1.total/2/total", ": 0, noise of standard deviation 12.3");
    // three cells: the root of three times the noise of one
    check("B1.total/3+", ": 0, noise of standard deviation 21.3");
    check("A3.total/sum", ": children 0, sum 0");
    let json = |cell: &'static str| -> serde_json::Value {
        serde_json::from_str(&preview(HEADER, &Asked { json: true, cell: Some(cell), ..PLAIN }).1).unwrap()
    };
    let cell = json("B1.total/1");
    assert_eq!(
        (cell["exact"].as_i64(), cell["cell"].as_str(), cell["noise_sd"].as_f64()),
        (Some(1), Some("B1.total/1"), Some(12.3))
    );
    assert_eq!(json("A3.total/sum")["exact_n"].as_u64(), Some(0));
}

#[test]
fn a_view_holds_the_rows_of_its_categories() {
    let moved = |n: u32| {
        let end = |n: u32| if n == 4 { ",".to_owned() } else { format!("0{}/08/2024,X1", n + 1) };
        let row = |n: u32| {
            format!(
                "SECRET7,0{n}/08/2024,{},C2,N1,U4,PR1,{},CARPL,AB1 2CD,AB{n} 2CE,123456{n}",
                if n == 1 { "S" } else { "P" },
                end(n)
            )
        };
        (1..=n).map(row).collect::<Vec<_>>().join("\n")
    };
    let folder = folder(HEADER, &moved(4), REVIEWS);
    let given = given(folder.path());
    let framework = shared::framework::Framework::built_in();
    let measures = crate::measures::MeasureSet::resolve(&framework).unwrap();
    let histories =
        crate::histories::build(&given.input.returns, given.input.year, given.mending, shared::framework::Parameters::default());
    let figures = crate::figures::LocalFigures::count(&measures, &histories.children, given.input.year);
    let of = |text: &str| {
        let cell = crate::figures::CellName::parse(text, &framework).unwrap();
        let n_rows = cell.rows(&framework, &measures, &histories.children, given.input.year).len();
        (cell.figure(&figures, &framework, &NoiseByTable::new()).unwrap().words(), n_rows)
    };
    let parts: Vec<_> = ["3", "4", "5+"].map(|category| of(&format!("B1.total/{category}"))).into();
    let sum = |pick: &dyn Fn(&(String, usize)) -> usize| parts.iter().map(pick).sum::<usize>();
    let (figure, n_rows) = of("B1.total/3+");
    assert_eq!((figure.parse::<usize>().unwrap(), n_rows), (sum(&|p| p.0.parse().unwrap()), sum(&|p| p.1)));
    assert_eq!((figure.as_str(), n_rows), ("1", 1));
}

#[test]
fn an_unknown_table_is_answered_with_those_that_there_are() {
    let told = |cell: &'static str| preview(HEADER, &Asked { cell: Some(cell), ..PLAIN }).0.unwrap_err();
    assert!(
        told("B1.shoe_size/3").contains("no table B1.shoe_size; B1 has the tables B1.total, B1."),
        "{}",
        told("B1.shoe_size/3")
    );
    assert!(told("Z9.total/3").contains("there are the measures A1, "), "{}", told("Z9.total/3"));
    assert!(told("B1.total/9").ends_with("5+, 3+"), "{}", told("B1.total/9"));
}

#[cfg(unix)]
#[test]
fn the_noise_of_a_plan_is_not_read_from_a_state_that_others_may_open() {
    use crate::commands::known_noise::of_source;
    use crate::fixtures::{Agent, NOW, World, choice};
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::with_plan(choice());
    let (agent, before_init) = (Agent::new(&world), Agent::without_state(&world));
    agent.prepare().unwrap();
    let noise = |agent: &Agent| {
        agent.config();
        let config = Some(agent.folder.path().join("agent.toml"));
        of_source(&Source { paths: Vec::new(), config, year: None }, NOW.parse().unwrap())
    };
    assert!(noise(&before_init).unwrap().is_empty());
    assert!(noise(&agent).unwrap().contains_key("B1.total"));
    std::fs::set_permissions(agent.state_path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(noise(&agent).unwrap_err().exit(), Exit::Configuration);
}
