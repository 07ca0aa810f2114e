//! The authorities that have a made-up council, from the lists in the repository.
//!
//! Codes, names and regions come from the configuration's dated list, sizes from
//! `tests/data/councils/sizes.csv`. How many there are is what the lists say: no count stands in code.

const LIST: &str = include_str!("../../../config/authorities.csv");
const SIZES: &str = include_str!("../../data/councils/sizes.csv");

/// One authority and its size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// DfE three-digit code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Code of one of the nine regions.
    pub region: String,
    /// Children looked after on 31 March.
    pub n_children: u32,
    /// Children and young people aged 0 to 17 who live there.
    pub n_population: u32,
}

/// All authorities of today, ordered by code.
#[must_use]
pub fn all() -> Vec<Authority> {
    let sizes: Vec<Vec<String>> = SIZES.lines().skip(1).map(cells).collect();
    let mut authorities: Vec<Authority> = LIST
        .lines()
        .skip(1)
        .map(cells)
        .filter(|row| row[6].is_empty())
        .map(|row| {
            let size = sizes.iter().find(|size| size[0] == row[0]).expect("every authority of the list has a size");
            Authority {
                code: row[0].clone(),
                name: row[2].clone(),
                region: row[3].clone(),
                n_children: size[1].parse().expect("a size is a whole number"),
                n_population: size[2].parse().expect("a population is a whole number"),
            }
        })
        .collect();
    authorities.sort_by(|a, b| a.code.cmp(&b.code));
    authorities
}

/// All authorities in the order from which a subset takes its first ones: no authority and the
/// smallest first, then spread evenly over the sizes, so that any prefix holds small and large ones.
#[must_use]
pub fn stratified() -> Vec<Authority> {
    let mut by_size = all();
    by_size.sort_by(|a, b| (a.n_children, &a.code).cmp(&(b.n_children, &b.code)));
    let n = by_size.len();
    let mut places: Vec<usize> = (0..n).collect();
    // the van der Corput sequence: each further authority falls into the widest gap left
    places.sort_by_key(|&place| position_in_halving(place, n));
    let mut order: Vec<Authority> = Vec::with_capacity(n);
    let median = places.iter().copied().find(|&place| place > n / 3);
    order.extend(median.map(|place| by_size[place].clone()));
    order.extend(by_size.iter().take(2).cloned());
    for place in places {
        if !order.contains(&by_size[place]) {
            order.push(by_size[place].clone());
        }
    }
    order
}

/// When a place is reached by halving `0..n` again and again.
fn position_in_halving(place: usize, n: usize) -> usize {
    let span = n.next_power_of_two();
    let bits = span.trailing_zeros();
    place.reverse_bits().checked_shr(usize::BITS - bits).unwrap_or(0)
}

/// The cells of one line of CSV, quotes taken off.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            _ => cells.last_mut().expect("a line has a first cell").push(letter),
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::{all, stratified};

    #[test]
    fn a_subset_holds_the_smallest_and_some_large_ones() {
        let order = stratified();
        assert_eq!(order.len(), all().len());
        let first: Vec<_> = order.iter().take(10).collect();
        assert!(first.iter().any(|a| a.name == "Isles of Scilly"));
        assert!(first.iter().any(|a| a.name == "City of London"));
        assert!(first.iter().any(|a| a.n_children > 900));
        assert!(order[0].n_children > 200);
    }
}
