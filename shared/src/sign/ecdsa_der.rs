//! The one spelling of a P-256 signature: minimal DER with low s.
//!
//! ECDSA admits (r, s) and (r, n - s) for the same message; only the smaller s is accepted here, and the signer turns
//! its own around. Sections: SEC 1 C.5 (structure), `docs/protocol.md` 2.3 (low s).

/// Order of the group of P-256 (FIPS 186-4, D.1.2.3).
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7,
    0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// A 256-bit unsigned number, most significant byte first.
type Scalar = [u8; 32];

fn minus(a: &Scalar, b: &Scalar) -> Scalar {
    let mut out = [0; 32];
    let mut borrow = false;
    for i in (0..32).rev() {
        let (d, under_1) = a[i].overflowing_sub(b[i]);
        let (d, under_2) = d.overflowing_sub(u8::from(borrow));
        out[i] = d;
        borrow = under_1 || under_2;
    }
    out
}

fn is_low(s: &Scalar) -> bool {
    *s <= minus(&ORDER, s)
}

fn read_integer(der: &[u8]) -> Option<(Scalar, &[u8])> {
    let (&[tag, length], rest) = der.split_first_chunk::<2>()?;
    let length = usize::from(length);
    if tag != 2 || length == 0 || length > 33 || rest.len() < length {
        return None;
    }
    let (body, rest) = rest.split_at(length);
    let (first, more) = body.split_first()?;
    let magnitude = match (first, more.first()) {
        (0, Some(next)) if *next >= 0x80 => more,
        (0, _) => return None,
        (high, _) if *high >= 0x80 => return None,
        _ => body,
    };
    let mut value = [0; 32];
    let start = 32_usize.checked_sub(magnitude.len())?;
    value[start..].copy_from_slice(magnitude);
    Some((value, rest))
}

fn read(der: &[u8]) -> Option<(Scalar, Scalar)> {
    let (&[tag, length], body) = der.split_first_chunk::<2>()?;
    if tag != 0x30 || length >= 0x80 || usize::from(length) != body.len() {
        return None;
    }
    let (r, rest) = read_integer(body)?;
    let (s, rest) = read_integer(rest)?;
    let inside = |x: &Scalar| *x != [0; 32] && *x < ORDER;
    (rest.is_empty() && inside(&r) && inside(&s)).then_some((r, s))
}

fn write_integer(value: &Scalar, out: &mut Vec<u8>) {
    let start = value.iter().position(|b| *b != 0).unwrap_or(31);
    let magnitude = &value[start..];
    let sign_byte = magnitude[0] >= 0x80;
    let length = magnitude.len() + usize::from(sign_byte);
    out.extend([2, u8::try_from(length).expect("at most 33")]);
    if sign_byte {
        out.push(0);
    }
    out.extend(magnitude);
}

/// Whether bytes are a signature in the one accepted spelling.
pub(super) fn is_canonical(der: &[u8]) -> bool {
    read(der).is_some_and(|(_, s)| is_low(&s))
}

/// The accepted spelling of a signature, or `None` when the bytes are no minimal DER signature.
pub(super) fn canonical(der: &[u8]) -> Option<Vec<u8>> {
    let (r, s) = read(der)?;
    let s = if is_low(&s) { s } else { minus(&ORDER, &s) };
    let mut body = Vec::with_capacity(72);
    write_integer(&r, &mut body);
    write_integer(&s, &mut body);
    let mut out = vec![0x30, u8::try_from(body.len()).ok()?];
    out.extend(body);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(r: Scalar, s: Scalar) -> Vec<u8> {
        let mut body = Vec::new();
        write_integer(&r, &mut body);
        write_integer(&s, &mut body);
        let mut out = vec![0x30, u8::try_from(body.len()).unwrap()];
        out.extend(body);
        out
    }

    fn small(n: u8) -> Scalar {
        let mut x = [0; 32];
        x[31] = n;
        x
    }

    #[test]
    fn a_high_s_is_turned_into_the_low_one() {
        let high = signature(small(200), minus(&ORDER, &small(7)));
        assert!(!is_canonical(&high));
        assert_eq!(canonical(&high).unwrap(), signature(small(200), small(7)));
    }

    #[test]
    fn other_spellings_are_no_signature() {
        let good = signature(small(200), small(7));
        assert!(is_canonical(&good));
        let mut trailing = good.clone();
        trailing.push(0);
        let mut padded = vec![0x30, good[1] + 1, 2, 3, 0, 0, 200];
        padded.extend(&good[6..]);
        let negative = vec![0x30, 6, 2, 1, 200, 2, 1, 7];
        let zero = signature(small(200), small(0));
        let order = signature(ORDER, small(7));
        for (name, der) in [("trailing", trailing), ("padded", padded), ("negative", negative), ("zero", zero), ("order", order)]
        {
            assert!(!is_canonical(&der), "{name}");
        }
        assert!(!is_canonical(&good[..good.len() - 1]));
        assert!(!is_canonical(&[]));
    }
}
