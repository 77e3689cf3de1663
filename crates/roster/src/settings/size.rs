//! Sizes as people write them: `64KiB`, `65536`, `16 MiB`, `1GB`.

const UNITS: [(&str, u64); 8] = [
    ("", 1),
    ("b", 1),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
];

/// Reads a whole number of bytes, with or without a unit, in either case. `None` for anything else, also for more
/// than fits.
pub fn parse(text: &str) -> Option<usize> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim_start().to_ascii_lowercase();
    let (_, bytes) = UNITS.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*bytes)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("65536", Some(65_536))]
    #[case("64KiB", Some(65_536))]
    #[case("64 kib", Some(65_536))]
    #[case("64kB", Some(64_000))]
    #[case("16MiB", Some(16 << 20))]
    #[case("0", Some(0))]
    #[case("", None)]
    #[case("KiB", None)]
    #[case("-1", None)]
    #[case("+1", None)]
    #[case("1.5KiB", None)]
    #[case("64 parsecs", None)]
    #[case("99999999999999999999", None)]
    #[case("18446744073709551615GiB", None)]
    fn sizes(#[case] text: &str, #[case] bytes: Option<usize>) {
        assert_eq!(parse(text), bytes);
    }

    proptest! {
        #[test]
        fn a_number_means_itself_and_a_unit_multiplies(number in 0_u32.., unit in 0..UNITS.len()) {
            let (name, bytes) = UNITS[unit];
            prop_assert_eq!(parse(&format!("{number}{name}")), usize::try_from(u64::from(number) * bytes).ok());
        }

        #[test]
        fn never_panics(text in any::<String>()) {
            let _ = parse(&text);
        }
    }
}
