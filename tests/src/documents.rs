//! Documents that are made from the code, so that they cannot say something else: the measures and the problems.
//!
//! `cargo run -p tests --bin documents` writes them; a test fails when they are stale.

mod measures; // every measure with its examples, and what answers each ask

use std::fmt::Write as _;

use agent::histories::RepairKind;
use agent::records::rules::{Rule, RuleBook};
use shared::framework::Framework;
use shared::problem::{Exit, Problem, Retry};

/// The files and their texts, by path below the workspace.
pub fn all() -> Vec<(&'static str, String)> {
    vec![
        ("docs/measures.md", measures::page(&Framework::built_in())),
        ("docs/problems.md", problems()),
        ("docs/rules.md", rules(&RuleBook::built_in())),
    ]
}

fn rules(book: &RuleBook) -> String {
    let mut text = String::from(
        "# Rules\n\nEvery validation rule of `check`, and every repair. Made from `config/rules.toml` and the agent's code by\n\
         `cargo run -p tests --bin documents`; do not edit.\n\n\
         Codes are those of the Department for Education and, for `INT`, `EPI` and `NoE`, of the validator that councils use; `GT`\n\
         and `EX` are ours. The words are ours too. An authority changes a severity in `agent.toml`: `[rules]`, `\"501\" = \"warn\"`.\n\n\
         | severity | what becomes of the row | counts as an error |\n|---|---|---|\n\
         | `warn` | kept | no |\n| `error` | kept | yes |\n| `drop` | left out | yes |\n| `refuse` | the whole return is refused | yes |\n\n\
         A rule sees a *cell*, a *row* (with the child's row in Header), a *child* (all its rows in one return), a *former* return\n\
         too (last year's), or *children* (several: it can warn or refuse, never drop). A failing and a passing case of each rule\n\
         stands in `agent/src/records/rules/cases`, and is tried by the tests.\n",
    );
    let mut area = "";
    for (_, rule) in book.rules() {
        if rule.area != area {
            area = &rule.area;
            let _ =
                writeln!(text, "\n## {area}\n\n| code | table, column | years | sees | severity | what is wrong | what to do |");
            text += "|---|---|---|---|---|---|---|\n";
        }
        text += &one_rule(rule);
    }
    text += "\n## Repairs\n\n`repair = \"apply\"` does them, `\"report\"` lists what they would do, `\"off\"` does neither. Each is a function of one\n\
             child's rows, is counted and is listed.\n\n| name | what is done |\n|---|---|\n";
    for kind in RepairKind::ALL {
        let _ = writeln!(text, "| `{}` | {} |", kind.name(), kind.words());
    }
    text
}

fn one_rule(rule: &Rule) -> String {
    let word = |value: &dyn std::fmt::Debug| format!("{value:?}").to_lowercase();
    let years = match rule.years {
        (2017, 2027) => "all".to_owned(),
        (first, 2027) => format!("{first} on"),
        (2017, last) => format!("to {last}"),
        (first, last) => format!("{first} to {last}"),
    };
    let needs = rule.needs.as_ref().map_or(String::new(), |needs| format!(" (not checked: needs a {needs})"));
    format!(
        "| `{}` | {} {} | {years} | {} | {} | {}{needs} | {} |\n",
        rule.code,
        rule.table,
        rule.column,
        word(&rule.looks_at),
        word(&rule.severity),
        rule.says,
        rule.advice,
    )
}

fn problems() -> String {
    let mut text = String::from(
        "# Problems\n\nEvery refusal, the same over HTTP, on the command line and here. Made from `shared::problem` by\n\
         `cargo run -p tests --bin documents`; do not edit.\n\n## Exit codes\n\n| code | meaning |\n|---|---|\n",
    );
    let exits = [
        (Exit::Done, "done"),
        (Exit::Fault, "a fault was found, or something unexpected happened"),
        (Exit::Usage, "the command line is wrong"),
        (Exit::DoneWithProblems, "done, with problems, under `--strict`"),
        (Exit::Configuration, "the configuration is invalid"),
        (Exit::InputRefused, "the input was refused"),
        (Exit::PrivacyGuard, "a privacy guard refused"),
        (Exit::Unreachable, "the aggregator cannot be reached; try again"),
        (Exit::AggregatorRefused, "the aggregator refused"),
        (Exit::ClockOrCertificate, "clock or certificate is wrong"),
        (Exit::Locked, "another run holds the lock"),
        (Exit::Interrupted, "interrupted by a person"),
    ];
    for (exit, words) in exits {
        let _ = writeln!(text, "| {} | {words} |", exit.code());
    }
    text += "\n## Codes\n\n| code | HTTP | exit | again? | what happened | what to do |\n|---|---|---|---|---|---|\n";
    for p in Problem::ALL {
        let status = if p.status() == 0 { String::new() } else { p.status().to_string() };
        let again = match p.retry() {
            Retry::Later => "later",
            Retry::Never => "no",
        };
        let _ =
            writeln!(text, "| `{}` | {status} | {} | {again} | {} | {} |", p.code(), p.exit().code(), p.title(), p.what_to_do());
    }
    text +=
        "\n## Refusals of input\n\nThe agent ends with 11; nothing is computed or sent, and the centre is told no reason.\n\n";
    text += "| code | what happened | what to do |\n|---|---|---|\n";
    for words in agent::records::refusals::REFUSALS {
        let _ = writeln!(text, "| `{}` | {} | {} |", words.code, words.happened, words.what_to_do);
    }
    text
}
