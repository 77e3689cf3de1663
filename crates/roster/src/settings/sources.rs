//! Where settings come from, and which of them wins: defaults, then the file, then the environment, then flags.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use config::{Config, ConfigError, Environment, File, FileFormat, Source, Value, ValueKind};

use super::keys::{KEYS, Key};
use super::problem::BadSetting;

/// The file that is read when it is there.
pub const USUAL_FILE: &str = "roster.toml";
/// How the `config` crate calls where a variable stood.
pub const ENVIRONMENT: &str = "the environment";
/// The one variable without our prefix, because everyone expects it.
pub const DATABASE_URL: &str = "DATABASE_URL";
/// Where flags stand.
pub const COMMAND_LINE: &str = "the command line";

type Values = HashMap<String, Value>;

/// What there is to read.
#[derive(Clone, Default)]
pub struct Sources {
    /// The file that must be there; else [`USUAL_FILE`] is read if it is.
    pub file: Option<PathBuf>,
    /// All variables; those that aren't ours are passed over.
    pub environment: Vec<(OsString, OsString)>,
    /// Keys that were given by flags.
    pub flags: Vec<(&'static str, Vec<String>)>,
}

impl Sources {
    /// One value for each key, from the strongest source that has one.
    ///
    /// # Errors
    /// When a source can't be read or has a key that doesn't exist.
    pub fn merge(self) -> Result<Values, BadSetting> {
        let mut builder = Config::builder();
        for key in KEYS {
            builder =
                builder.set_default(key.name, key.default).map_err(|e| BadSetting::source(key.name, &plain(&e)))?;
        }
        if let Some(file) = file(self.file.as_deref())? {
            builder = builder.add_source(file);
        }
        let (database_url, environment) = environment(self.environment)?;
        let flags = Layer { origin: COMMAND_LINE, values: self.flags };
        let merged = builder
            .add_source(database_url)
            .add_source(environment)
            .add_source(flags)
            .build()
            .and_then(|config| config.cache.into_table())
            .map_err(|e| BadSetting::source("settings", &plain(&e)))?;
        Ok(flatten(merged))
    }
}

fn file(given: Option<&Path>) -> Result<Option<impl Source + Send + Sync + 'static + use<>>, BadSetting> {
    let path = given.unwrap_or(Path::new(USUAL_FILE));
    // A missing file is looked at here, since the crate would try other endings on the name.
    if !path.exists() {
        return match given {
            Some(path) => Err(BadSetting::source(&path.display().to_string(), "there is no such file")),
            None => Ok(None),
        };
    }
    let origin = path.display().to_string();
    let file = File::new(&origin, FileFormat::Toml);
    let values = file.collect().map_err(|error| BadSetting::source(&origin, &plain(&error)))?;
    refuse_unknown(values, &origin)?;
    Ok(Some(file))
}

/// `DATABASE_URL`, which is weaker than our own name for it, and the variables with our prefix.
fn environment(variables: Vec<(OsString, OsString)>) -> Result<(Layer, Environment), BadSetting> {
    let mut database_url = Layer { origin: DATABASE_URL, values: Vec::new() };
    let mut ours = HashMap::new();
    for (name, value) in variables {
        let Some(name) = name.to_str() else { continue };
        let known = name == DATABASE_URL || has_our_prefix(name);
        if !known || is_service_link(name) || value.is_empty() {
            continue;
        }
        let value = text(name, &value)?;
        if name == DATABASE_URL {
            database_url.values.push(("store.url", vec![value]));
        } else {
            ours.insert(name.to_owned(), value);
        }
    }
    // The separator between sections and keys would be taken for the one behind the prefix too, and every variable
    // would be passed over in silence.
    let environment =
        Environment::with_prefix("ROSTER").prefix_separator("_").separator("__").ignore_empty(true).source(Some(ours));
    let values = environment.collect().map_err(|error| BadSetting::source(ENVIRONMENT, &plain(&error)))?;
    refuse_unknown(values, ENVIRONMENT)?;
    Ok((database_url, environment))
}

fn has_our_prefix(name: &str) -> bool {
    name.get(.."ROSTER_".len()).is_some_and(|prefix| prefix.eq_ignore_ascii_case("ROSTER_"))
}

/// Kubernetes puts `ROSTER_SERVICE_HOST`, `ROSTER_PORT`, `ROSTER_PORT_8080_TCP` and the like into every container
/// beside a service called roster: they are no settings, nor misspelt ones.
fn is_service_link(name: &str) -> bool {
    let rest = name.get("ROSTER_".len()..).unwrap_or_default();
    !rest.contains("__") && (rest == "PORT" || rest.starts_with("PORT_") || rest.starts_with("SERVICE_"))
}

fn text(name: &str, value: &OsStr) -> Result<String, BadSetting> {
    match value.to_str() {
        Some(text) => Ok(text.to_owned()),
        None => Err(BadSetting::source(&format!("{name} in {ENVIRONMENT}"), "must be UTF-8 text")),
    }
}

fn refuse_unknown(values: Values, origin: &str) -> Result<(), BadSetting> {
    let mut names: Vec<String> = flatten(values).into_keys().collect();
    names.sort_unstable();
    match names.into_iter().find(|name| Key::named(name).is_none()) {
        Some(unknown) => Err(BadSetting::unknown(&unknown, origin)),
        None => Ok(()),
    }
}

/// Tables within tables as one, under dotted names. An empty table stands for itself, unless it is one of our sections.
fn flatten(values: Values) -> Values {
    let mut flat = Values::new();
    let mut rest: Vec<(String, Value)> = values.into_iter().collect();
    while let Some((name, value)) = rest.pop() {
        match value.kind {
            ValueKind::Table(ref table) if table.is_empty() && is_section(&name) => {}
            ValueKind::Table(table) if !table.is_empty() => {
                rest.extend(table.into_iter().map(|(key, value)| (format!("{name}.{key}"), value)));
            }
            _ => {
                flat.insert(name, value);
            }
        }
    }
    flat
}

fn is_section(name: &str) -> bool {
    KEYS.iter().any(|key| key.name.split_once('.').is_some_and(|(section, _)| section == name))
}

/// What went wrong, without the text it went wrong on: a parser shows the whole line, and a line may hold a secret.
fn plain(error: &ConfigError) -> String {
    let ConfigError::FileParse { cause, .. } = error else {
        return "can't be read".to_owned();
    };
    let text = cause.to_string();
    match (text.lines().next(), text.lines().last()) {
        (Some(place), Some(problem)) if place != problem => format!("{place}: {problem}"),
        (Some(problem), _) => problem.to_owned(),
        _ => "isn't TOML".to_owned(),
    }
}

/// Values that are at hand already.
#[derive(Clone)]
struct Layer {
    origin: &'static str,
    values: Vec<(&'static str, Vec<String>)>,
}

/// Without the values: one may be a secret.
impl fmt::Debug for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layer").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Values, ConfigError> {
        let origin = self.origin.to_owned();
        let value = |texts: &Vec<String>| Value::new(Some(&origin), ValueKind::from(texts.clone()));
        Ok(self.values.iter().map(|(key, texts)| ((*key).to_owned(), value(texts))).collect())
    }
}
