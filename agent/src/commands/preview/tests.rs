//! What `preview` shows, and what it keeps to itself.

use shared::problem::Exit;

use super::{NoiseByTable, show};
use crate::cli::{PreviewArgs, Source};
use crate::commands::Screen;
use crate::commands::check::tests::{EPISODES, HEADER, REVIEWS, folder, given};

struct Asked {
    json: bool,
    despite_errors: bool,
    cell: Option<&'static str>,
}

fn preview(header: &str, asked: &Asked) -> (Result<Exit, String>, String, String) {
    let folder = folder(header, EPISODES, REVIEWS);
    let source = Source { paths: Vec::new(), config: None, year: None };
    let cell = asked.cell.map(str::to_owned);
    let args = PreviewArgs { source, json: asked.json, despite_errors: asked.despite_errors, rows: cell.is_some(), cell };
    let noise = NoiseByTable::from([("B1.total".to_owned(), 12.3)]);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let exit = show(&args, &noise, &given(folder.path()), &mut Screen { out: &mut out, err: &mut err });
    (exit.map_err(|e| e.to_string()), String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

const PLAIN: Asked = Asked { json: false, despite_errors: false, cell: None };

#[test]
fn figures_are_exact_and_marked_as_local() {
    let (exit, text, _) = preview(HEADER, &PLAIN);
    assert_eq!(exit, Ok(Exit::Done));
    assert!(text.starts_with("LOCAL, NOT FOR PUBLICATION\n") && text.ends_with("LOCAL, NOT FOR PUBLICATION\n"));
    assert!(text.contains("total  1 1, 2 0, 3 0, 4 0, 5+ 0"), "{text}");
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
        let (exit, text, _) = preview(HEADER, &Asked { json, cell: Some("C1.total/PN1"), ..PLAIN });
        assert_eq!(exit, Ok(Exit::Done));
        assert!(text.contains("a.csv") && text.contains("b.csv") && text.contains("c.csv") && !text.contains("SECRET"), "{text}");
    }
    let (_, text, _) = preview(HEADER, &Asked { cell: Some("B1.total/2"), ..PLAIN });
    assert!(text.contains("0 children"), "{text}");
    for wrong in ["B9.total/1", "B1.total/9", "B1.total/1/homes", "B1.total", "B1.placement/1/homes/x"] {
        assert!(preview(HEADER, &Asked { cell: Some(wrong), ..PLAIN }).0.is_err(), "{wrong}");
    }
}
