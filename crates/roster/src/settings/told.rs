//! What was set, and where: for whoever wonders why a server is as it is.

use super::given::Given;
use super::keys::KEYS;
use super::{BadSetting, Sources};

impl Sources {
    /// A line for each setting that isn't left at its default, in the order of the keys. No secret is in them.
    ///
    /// # Errors
    /// When a source can't be read or has a key that doesn't exist.
    pub fn told(self) -> Result<Vec<String>, BadSetting> {
        let mut values = self.merge()?;
        let given = KEYS.iter().filter_map(|key| Some(Given::new(key, values.remove(key.name)?)));
        given.filter_map(|given| given.map(|given| given.told()).transpose()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_told_without_secrets() {
        let environment = [
            ("ROSTER_SERVER__LISTEN", "127.0.0.1:9001, [::1]:9001"),
            ("ROSTER_AUTH__SECRET_KEY", "0f1e2d3c"),
            ("DATABASE_URL", "postgres://ada:correct-horse@localhost/roster"),
        ];
        let environment = environment.map(|(name, value)| (name.into(), value.into())).into();
        let told = Sources { environment, ..Sources::default() }.told().unwrap();
        assert_eq!(
            told,
            [
                "ROSTER_SERVER__LISTEN in the environment: 127.0.0.1:9001, [::1]:9001",
                "DATABASE_URL in the environment: set, and not shown",
                "ROSTER_AUTH__SECRET_KEY in the environment: set, and not shown",
            ]
        );
        assert!(Sources::default().told().unwrap().is_empty());
    }
}
