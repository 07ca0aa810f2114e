//! What a person sees while the demo works: a bar on a terminal, plain lines elsewhere, and one voice for both.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Mutex;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};

use crate::world::open::Watch;

/// Where the demo speaks. Progress goes to standard error, results to standard output.
pub struct Screen {
    bar: Option<ProgressBar>,
    began: Instant,
    step: Mutex<Option<(String, Instant)>>,
}

impl Screen {
    /// A bar when standard error is a terminal.
    #[must_use]
    pub fn open() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{spinner} {msg:60} {bar:30} {pos}/{len} {elapsed}");
            ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self { bar, began: Instant::now(), step: Mutex::new(None) }
    }

    /// Seconds since the beginning.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// Writes a line of the result.
    pub fn line(&self, text: &str) {
        // a reader that has gone needs no result
        let write = || drop(writeln!(std::io::stdout(), "{text}"));
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Writes a line about the work.
    pub fn note(&self, text: &str) {
        let write = || drop(writeln!(std::io::stderr(), "{text}"));
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Ends the last step and takes the bar away.
    pub fn rest(&self) {
        self.end_step();
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn end_step(&self) {
        let mut step = self.step.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((what, began)) = step.take() {
            self.note(&format!("[{:5.1} s] {what}: {:.1} s", self.seconds(), began.elapsed().as_secs_f64()));
        }
    }
}

impl Watch for Screen {
    fn step(&self, what: &str, n: usize) {
        self.end_step();
        *self.step.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some((what.to_owned(), Instant::now()));
        if let Some(bar) = &self.bar {
            bar.reset();
            bar.set_length(u64::try_from(n).unwrap_or(u64::MAX));
            bar.set_message(what.to_owned());
        }
    }
    fn tick(&self) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }
}
