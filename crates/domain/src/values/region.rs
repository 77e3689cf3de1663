//! Where a client's national phone numbers are at home.

use super::checked_string;
use super::invalid::{Invalid, InvalidCode};

/// A country or territory by its ISO 3166-1 alpha-2 code, in upper case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region(String);

/// The officially assigned codes of ISO 3166-1, and XK, which phone numbers know as Kosovo.
const ALPHA_2: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR \
BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI \
FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS \
IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO \
MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA \
RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT \
TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

impl Region {
    /// Reads a code of either case.
    ///
    /// # Errors
    /// When it isn't an assigned one.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let code = text.trim().to_ascii_uppercase();
        if code.len() == 2 && ALPHA_2.split_ascii_whitespace().any(|known| known == code) {
            Ok(Self(code))
        } else {
            Err(Invalid::new(InvalidCode::Malformed, "must be an ISO 3166-1 alpha-2 country code"))
        }
    }
}

checked_string!(Region);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("NG", Some("NG"))]
    #[case("ng", Some("NG"))]
    #[case("ZZ", None)]
    #[case("N", None)]
    #[case("D A", None)]
    fn regions(#[case] text: &str, #[case] code: Option<&str>) {
        assert_eq!(Region::parse(text).ok().as_ref().map(Region::as_str), code);
    }

    #[test]
    fn lists_every_assigned_code_once() {
        let codes: std::collections::BTreeSet<_> = ALPHA_2.split_ascii_whitespace().collect();
        assert_eq!(codes.len(), 250);
        assert_eq!(ALPHA_2.split_ascii_whitespace().count(), 250);
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>()) {
            let _ = Region::parse(&text);
        }
    }
}
