//! How much room a disk has left.

use std::path::Path;

use super::finding::Finding;

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// With less than this left, the store refuses writes before long.
const TOO_LITTLE: u64 = 200 * MIB;
/// With less than this left, or less than a tenth, it is time to do something.
const LITTLE: u64 = GIB;

/// In bytes.
#[derive(Clone, Copy, Debug)]
struct Room {
    free: u64,
    whole: u64,
}

/// Looks at the disk that a folder is on.
pub fn examine(about: &'static str, folder: &Path) -> Finding {
    let folder = &std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    match rustix::fs::statvfs(folder) {
        Ok(disk) => {
            // Without what only the administrator may use.
            let room = Room { free: disk.f_bavail * disk.f_frsize, whole: disk.f_blocks * disk.f_frsize };
            judge(about, folder, room)
        }
        Err(error) => Finding::warn(
            about,
            format_args!("the disk of {} doesn't say how full it is: {error}", folder.display()),
            "Look by other means",
        ),
    }
}

fn judge(about: &'static str, folder: &Path, room: Room) -> Finding {
    let percent = room.free * 100 / room.whole.max(1);
    let found = format!("{} MiB free in {}, {percent} %", room.free / MIB, folder.display());
    if room.free < TOO_LITTLE {
        Finding::fail(about, found, "Make room: writes fail where none is left")
    } else if room.free < LITTLE || percent < 10 {
        Finding::warn(about, found, "Make room soon")
    } else {
        Finding::ok(about, found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(199 * MIB, GIB, "FAIL")]
    #[case(0, 0, "FAIL")]
    #[case(200 * MIB, GIB, "warn")]
    #[case(GIB - 1, 2 * GIB, "warn")]
    #[case(9 * GIB, 100 * GIB, "warn")]
    #[case(10 * GIB, 100 * GIB, "ok  ")]
    #[case(GIB, 2 * GIB, "ok  ")]
    fn what_is_little(#[case] free: u64, #[case] whole: u64, #[case] level: &str) {
        let found = judge("disk", Path::new("/srv"), Room { free, whole }).to_string();
        assert!(found.starts_with(level), "{found}");
    }
}
