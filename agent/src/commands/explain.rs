//! `explain`: how a measure counts, in words and by worked examples that are counted on the spot. Reads no records.

use serde_json::json;
use shared::framework::{Framework, Kind, Measure};
use shared::problem::Exit;

use super::{Screen, UsageError};
use crate::cli::ExplainArgs;
use crate::examples::{self, Example};
use crate::measures::MeasureSet;

/// Runs the command.
pub fn run(args: &ExplainArgs, screen: &mut Screen<'_>) -> anyhow::Result<Exit> {
    let framework = Framework::built_in();
    let Some(id) = &args.measure else {
        list(args, &framework, screen)?;
        return Ok(Exit::Done);
    };
    let found = framework.measures().iter().find(|measure| measure.id.eq_ignore_ascii_case(id));
    let measure = found.ok_or_else(|| UsageError(format!("no measure {id}; explain without a name lists them all")))?;
    let counted = count(measure, &framework)?;
    if args.json {
        let of = |(example, counts_as): &(&Example, Option<String>)| {
            json!({
                "why": example.why, "reporting_year": example.year, "born": example.born, "care": example.care,
                "rows": example.rows, "tables_without_a_row": example.empty, "counts_as": counts_as,
            })
        };
        let report = json!({ "measure": measure, "examples": counted.iter().map(of).collect::<Vec<_>>() });
        screen.line(&serde_json::to_string(&report)?)?;
        return Ok(Exit::Done);
    }
    describe(measure, screen)?;
    for (at, (example, counts_as)) in counted.iter().enumerate() {
        show(at + 1, example, counts_as.as_deref(), screen)?;
    }
    Ok(Exit::Done)
}

fn list(args: &ExplainArgs, framework: &Framework, screen: &mut Screen<'_>) -> anyhow::Result<()> {
    if args.json {
        let line = |measure: &Measure| json!({ "measure": measure.id, "title": measure.title });
        screen.line(&serde_json::to_string(&framework.measures().iter().map(line).collect::<Vec<_>>())?)?;
        return Ok(());
    }
    for measure in framework.measures() {
        screen.line(&format!("{:<6} {}", measure.id, measure.title))?;
    }
    Ok(())
}

/// What each example of a measure counts as here and now.
fn count<'e>(measure: &Measure, framework: &Framework) -> anyhow::Result<Vec<(&'e Example, Option<String>)>> {
    let measures = MeasureSet::resolve(framework)?;
    let of_measure = examples::all().iter().filter(|example| example.measure == measure.id);
    let counted =
        of_measure.map(|example| Ok((example, example.found("total", framework, &measures)?.map(|found| found.answer))));
    counted.collect()
}

fn describe(measure: &Measure, screen: &mut Screen<'_>) -> anyhow::Result<()> {
    screen.line(&format!("{}  {}", measure.id, measure.title))?;
    screen.line(&measure.question)?;
    screen.line(&format!("counted: {}", measure.population))?;
    screen.line(&format!("mind: {}", measure.caveat))?;
    screen.line(&format!("rule: {}", measure.source))?;
    for category in &measure.categories {
        let outside = if category.outside { "  (outside of shares)" } else { "" };
        screen.line(&format!("  {:<22} {}{outside}", category.id, category.label))?;
    }
    if let (Kind::Mean, Some([low, high])) = (measure.kind, measure.bounds) {
        screen.line(&format!("  an amount from {low} to {high} {}", measure.unit.as_deref().unwrap_or_default()))?;
    }
    Ok(())
}

fn show(number: usize, example: &Example, counts_as: Option<&str>, screen: &mut Screen<'_>) -> anyhow::Result<()> {
    screen.line("")?;
    screen.line(&format!("example {number}, {}: {}", example.year, example.why))?;
    screen.line(&format!("  born {}", example.born))?;
    if example.years.len() > 1 || example.years.first().is_some_and(|year| *year != example.year) {
        let years: Vec<String> = example.years.iter().map(ToString::to_string).collect();
        screen.line(&format!("  returns of {}", years.join(", ")))?;
    }
    for line in example.care.iter().chain(&example.rows) {
        screen.line(&format!("  {line}"))?;
    }
    for table in &example.empty {
        screen.line(&format!("  {table}: no row"))?;
    }
    screen.line(&format!("  counts as {}", counts_as.unwrap_or("nothing: not in this measure")))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explain(measure: Option<&str>, json: bool) -> (anyhow::Result<Exit>, String) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let exit = run(&ExplainArgs { measure: measure.map(str::to_owned), json }, &mut Screen { out: &mut out, err: &mut err });
        (exit, String::from_utf8(out).unwrap())
    }

    #[test]
    fn every_measure_is_listed_and_every_one_can_be_explained() {
        let (exit, all) = explain(None, false);
        assert_eq!(exit.unwrap(), Exit::Done);
        for measure in Framework::built_in().measures() {
            assert!(all.lines().any(|line| line.starts_with(&measure.id) && line.ends_with(&measure.title)), "{}", measure.id);
            let (exit, text) = explain(Some(&measure.id), false);
            assert_eq!(exit.unwrap(), Exit::Done);
            assert!(text.contains(&measure.question) && text.contains(&measure.caveat), "{text}");
            assert_eq!(text.contains("counts as"), measure.kind != Kind::Fact, "{text}");
        }
    }

    #[test]
    fn examples_are_counted_and_not_only_told() {
        let (_, text) = explain(Some("p1"), true);
        let report: serde_json::Value = serde_json::from_str(&text).unwrap();
        let counted: Vec<_> = report["examples"].as_array().unwrap().iter().map(|example| &example["counts_as"]).collect();
        assert!(counted.contains(&&json!("children")) && counted.contains(&&serde_json::Value::Null), "{counted:?}");
    }

    #[test]
    fn a_measure_that_there_is_not_is_a_wrong_use() {
        let (exit, _) = explain(Some("Z9"), false);
        assert!(exit.unwrap_err().to_string().contains("no measure Z9"));
    }
}
