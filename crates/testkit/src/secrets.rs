//! No secret is ever logged: the suites look at every line that they make anything log.

/// How our tokens begin; none is shorter than this behind that.
const TOKENS: [&str; 3] = ["rat_", "rrt_", "rct_"];
const TOKEN: usize = 40;

/// Ends the process where a logged line holds a token of ours or one of these passwords: no test may pass after that,
/// whichever thread wrote the line.
pub fn refuse_secrets(line: &str, passwords: &[&str]) {
    if holds_secret(line, passwords) {
        eprintln!("a secret was logged: {line}");
        std::process::abort();
    }
}

fn holds_secret(line: &str, passwords: &[&str]) -> bool {
    let is_token = |rest: &str| {
        let letters = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        letters.count() >= TOKEN
    };
    let holds_token =
        TOKENS.iter().any(|prefix| line.match_indices(prefix).any(|(at, found)| is_token(&line[at + found.len()..])));
    holds_token || passwords.iter().any(|password| line.contains(password))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_secrets_from_other_words() {
        for prefix in TOKENS {
            assert!(holds_secret(&format!("x={prefix}{}.", "aZ-_9".repeat(8)), &[]));
        }
        assert!(holds_secret("password: rye bread", &["rye bread"]));
        for line in ["GET /contact", "integrat_ion", "rat_short", "a bread"] {
            assert!(!holds_secret(line, &["rye bread"]), "{line}");
        }
    }
}
