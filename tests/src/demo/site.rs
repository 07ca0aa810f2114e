//! Reads the public site as a visitor does, link by link, and looks for the notice on every page.

use std::collections::{BTreeSet, VecDeque};

use anyhow::{Context as _, ensure};
use shared::release::NOTICE_MADE_UP;

use crate::world::client;

/// Most pages that are read.
const PAGES_MAX: usize = 2_000;
/// Media types that carry words or figures for people, and so the notice.
const FOR_PEOPLE: [&str; 3] = ["text/html", "text/csv", "application/json"];

/// Reads every page that links lead to from the start page; answers how many carry the notice.
///
/// # Errors
/// When a link leads nowhere or a page lacks the notice.
pub fn every_page_has_its_notice(site: &str) -> anyhow::Result<usize> {
    let (mut seen, mut next) = (BTreeSet::from(["/".to_owned()]), VecDeque::from(["/".to_owned()]));
    let mut n = 0;
    while let Some(path) = next.pop_front() {
        let answer = client::get(&format!("{site}{path}"))?.good().with_context(|| format!("the page {path}"))?;
        if !FOR_PEOPLE.contains(&answer.media_type.as_str()) {
            continue;
        }
        let text = answer.text();
        // a file with its head alone has no figure, and no place for words
        if answer.media_type == "text/csv" && text.lines().nth(1).is_none() {
            continue;
        }
        ensure!(text.contains(NOTICE_MADE_UP), "the page {path} does not say that its data are made up");
        n += 1;
        if answer.media_type == "text/html" {
            for link in links(&text, &path) {
                if seen.len() < PAGES_MAX && seen.insert(link.clone()) {
                    next.push_back(link);
                }
            }
        }
    }
    Ok(n)
}

/// Addresses on this site that a page links to, without query and fragment.
fn links(page: &str, at: &str) -> Vec<String> {
    let folder = at.rsplit_once('/').map_or("", |(folder, _)| folder);
    let raw = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let plain = raw.map(|link| link.split(['#', '?']).next().unwrap_or_default());
    let here = plain.filter(|link| !link.is_empty() && !link.contains(':') && !link.starts_with("//"));
    here.map(|link| if link.starts_with('/') { link.to_owned() } else { format!("{folder}/{link}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::links;

    #[test]
    fn only_links_of_this_site_are_followed() {
        let page =
            r##"<a href="/a#x">a</a> <a href="b.csv">b</a> <a href="https://elsewhere.example/">no</a> <a href="#top">no</a>"##;
        assert_eq!(links(page, "/releases/2025.1/"), ["/a", "/releases/2025.1/b.csv"]);
    }
}
