//! The id a request is known by, in its answer and in the log.

use actix_web::HttpRequest;
use roster_domain::{Clock, Entropy};

pub const HEADER: &str = "x-request-id";

/// The caller's own, when it can be printed anywhere: 1 to 128 visible ASCII characters. Else a new one.
pub fn of(request: &HttpRequest, clock: &dyn Clock, entropy: &dyn Entropy) -> String {
    let sent = request.headers().get(HEADER).and_then(|value| value.to_str().ok());
    sent.filter(|text| is_printable(text)).map_or_else(|| generate(clock, entropy), str::to_owned)
}

fn is_printable(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A UUID v7, so that ids sort by time.
fn generate(clock: &dyn Clock, entropy: &dyn Entropy) -> String {
    let mut random = [0; 10];
    entropy.fill(&mut random);
    let millis = u64::try_from(clock.now().millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;
    use roster_domain::Timestamp;
    use roster_testkit::{ManualClock, SeededEntropy};
    use rstest::rstest;

    fn id(sent: &[u8]) -> String {
        let value = actix_web::http::header::HeaderValue::from_bytes(sent).unwrap();
        let request = TestRequest::default().insert_header((HEADER, value)).to_http_request();
        of(&request, &ManualClock::at(Timestamp::from_millis(1_700_000_000_000)), &SeededEntropy::new(1))
    }

    #[test]
    fn a_printable_one_is_taken_over() {
        let longest = "x".repeat(128);
        assert_eq!(id(b"abc-123"), "abc-123");
        assert_eq!(id(longest.as_bytes()), longest);
    }

    #[rstest]
    #[case(b"")]
    #[case(b"a b")]
    #[case(b"\xff")]
    #[case(&[b'x'; 129])]
    fn another_is_replaced(#[case] sent: &[u8]) {
        let id = uuid::Uuid::parse_str(&id(sent)).unwrap();
        assert_eq!(id.get_version_num(), 7);
    }
}
