//! Packs the files that the page of the documentation is made of: the viewer's from its release, and ours.

use std::borrow::Cow;
use std::error::Error;
use std::fs::{self, File};
use std::io::{Cursor, Read, copy};
use std::path::Path;
use std::{env, io};

use flate2::Compression;
use flate2::write::GzEncoder;
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;

/// Of the viewer's files no others are needed: what runs, and what whoever passes it on must pass on too.
const OF_THE_VIEWER: [(&str, &str); 4] = [
    ("dist/swagger-ui-bundle.js", "swagger-ui-bundle.js"),
    ("dist/swagger-ui.css", "swagger-ui.css"),
    ("LICENSE", "swagger-ui-LICENSE.txt"),
    ("NOTICE", "swagger-ui-NOTICE.txt"),
];

const OURS: [&str; 2] = ["page.css", "start.js"];

#[expect(clippy::disallowed_methods, reason = "this is how Cargo says where its files belong")]
fn main() -> Result<(), Box<dyn Error>> {
    let to = env::var("OUT_DIR")?;
    let mut release = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED))?;
    for (from, name) in OF_THE_VIEWER {
        // All of it stands in a folder that is called after the version.
        let is_from = |path: &Cow<'_, str>| path.split_once('/').is_some_and(|(_, path)| path == from);
        let path = release.file_names().flatten().find(is_from).map(Cow::into_owned);
        let path = path.ok_or_else(|| format!("{from} isn't in the viewer's release"))?;
        pack(&mut release.by_name(&path)?, name, &to)?;
    }
    println!("cargo:rerun-if-changed=build.rs");
    for name in OURS {
        let from = format!("src/docs/{name}");
        println!("cargo:rerun-if-changed={from}");
        pack(&mut File::open(&from)?, name, &to)?;
    }
    Ok(())
}

fn pack(from: &mut impl Read, name: &str, to: &str) -> io::Result<()> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    copy(from, &mut packer)?;
    fs::write(Path::new(to).join(format!("{name}.gz")), packer.finish()?)
}
