//! A folder of publications: one becomes current whole, in one step, or not at all.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// The link to the publication that counts; where the disk has no links, a file with its number.
const CURRENT: &str = "current";

/// A folder of publications.
#[derive(Debug, Clone)]
pub(crate) struct StatusFolder {
    path: PathBuf,
}

/// The publication that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Current {
    /// Its number.
    pub(crate) number: u64,
    /// Its own folder: what is read there is of this publication, whatever is released meanwhile.
    pub(crate) path: PathBuf,
}

/// A step of a release that has just been done; nothing is on the disk for certain before its flush.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// A file was written and flushed.
    Written,
    /// All files are in their place, and nobody is led there yet.
    Placed,
    /// The new link lies beside the old one.
    Linked,
    /// Readers find it.
    Released,
    /// Publications before the last one are gone.
    Tidied,
}

impl StatusFolder {
    /// At this path; it need not be there yet.
    pub(crate) const fn of(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The publication that counts; none if there never was one.
    pub(crate) fn current(&self) -> io::Result<Option<Current>> {
        match fs::read_link(self.path.join(CURRENT)) {
            Ok(target) => {
                let number = number(target.as_os_str().to_os_string());
                let number =
                    number.ok_or_else(|| io::Error::other("status/current is no link to a publication"))?;
                Ok(Some(Current { number, path: self.path.join(target) }))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            // where there are no links, it is a file with the number
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                let text = fs::read_to_string(self.path.join(CURRENT))?;
                let number = number(text.trim().into());
                let number = number.ok_or_else(|| io::Error::other("status/current names no publication"))?;
                Ok(Some(Current { number, path: self.path.join(number.to_string()) }))
            }
            Err(error) => Err(error),
        }
    }

    /// Writes a publication and makes it the one that counts. `watch` is told of every step; an error of it stops the release there.
    pub(crate) fn release(
        &self,
        publication: u64,
        files: &[(String, Vec<u8>)],
        watch: &mut dyn FnMut(Step) -> io::Result<()>,
    ) -> io::Result<()> {
        fs::create_dir_all(&self.path)?;
        let before = self.current()?;
        if before.is_none() {
            self.holds_nothing_else()?;
        }
        if before.as_ref().is_some_and(|before| before.number >= publication) {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "a later publication counts already"));
        }
        let half = self.path.join(format!(".{publication}.half"));
        if half.exists() {
            if !only_tokens(&half)? {
                return Err(foreign(&half));
            }
            fs::remove_dir_all(&half)?;
        }
        fs::create_dir(&half)?;
        for (name, content) in files {
            let mut file = File::create_new(half.join(name))?;
            file.write_all(content)?;
            file.sync_all()?;
            watch(Step::Written)?;
        }
        File::open(&half)?.sync_all()?;
        fs::rename(&half, self.path.join(publication.to_string()))?;
        self.flush()?;
        watch(Step::Placed)?;
        let link = self.path.join(".current.new");
        match fs::remove_file(&link) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        if symlink(publication.to_string(), &link).is_err() {
            numbered(&link, publication)?;
        }
        watch(Step::Linked)?;
        fs::rename(&link, self.path.join(CURRENT))?;
        self.flush()?;
        watch(Step::Released)?;
        // a reader may still be at the one before
        self.tidy(publication, before.map(|before| before.number))?;
        watch(Step::Tidied)
    }

    /// A folder without a publication that counts is empty, or holds what a release left that was stopped.
    fn holds_nothing_else(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let name = entry.file_name();
            let ours = match (half_of(&name), number(name.clone())) {
                (None, None) => name == ".current.new",
                _ => only_tokens(&entry.path())?,
            };
            if !ours {
                return Err(foreign(&entry.path()));
            }
        }
        Ok(())
    }

    /// Removes what is neither of the two last publications. What holds anything but tokens is somebody else's, and stays.
    fn tidy(&self, current: u64, before: Option<u64>) -> io::Result<()> {
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let name = entry.file_name();
            let half = half_of(&name).is_some();
            let old = number(name).is_some_and(|number| number < current && Some(number) != before);
            if (half || old) && only_tokens(&entry.path())? {
                fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }
}

/// Instead of a link: a file with the number.
fn numbered(path: &Path, publication: u64) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(format!("{publication}\n").as_bytes())?;
    file.sync_all()
}

/// Whether this is a folder with files that end in .jwt or .cwt, and nothing else. Of a publication, half made or whole; an empty
/// one is only a half-made one.
fn only_tokens(path: &Path) -> io::Result<bool> {
    if !fs::symlink_metadata(path)?.is_dir() {
        return Ok(false);
    }
    let mut empty = true;
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let name = PathBuf::from(entry.file_name());
        let token = name.extension().is_some_and(|ending| ending == "jwt" || ending == "cwt");
        if !token || !entry.file_type()?.is_file() {
            return Ok(false);
        }
        empty = false;
    }
    Ok(!empty || path.file_name().is_some_and(|name| half_of(name).is_some()))
}

/// The publication that a folder is half of.
fn half_of(name: &OsStr) -> Option<u64> {
    number(name.to_str()?.strip_prefix('.')?.strip_suffix(".half")?.into())
}

fn foreign(path: &Path) -> io::Error {
    let what = format!("{} is not of status lists; choose a folder of their own", path.display());
    io::Error::new(io::ErrorKind::AlreadyExists, what)
}

fn number(name: OsString) -> Option<u64> {
    name.to_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(content: &str) -> Vec<(String, Vec<u8>)> {
        ["0.jwt", "0.cwt", "1.jwt"].iter().map(|name| ((*name).to_owned(), content.into())).collect()
    }

    fn content(folder: &StatusFolder) -> Vec<String> {
        let Some(current) = folder.current().unwrap() else { return Vec::new() };
        let mut entries: Vec<_> =
            fs::read_dir(current.path).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        entries.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
    }

    #[test]
    fn a_release_that_stops_anywhere_shows_the_old_one_or_the_new_one_whole() {
        let old = vec!["old".to_owned(); 3];
        let new = vec!["new".to_owned(); 3];
        let steps = 3 + 4;
        for stop in 0..=steps {
            let place = tempfile::tempdir().unwrap();
            let folder = StatusFolder::of(place.path().join("status"));
            assert_eq!(folder.current().unwrap(), None);
            folder.release(1, &files("old"), &mut |_| Ok(())).unwrap();
            let mut done = 0;
            let mut last = None;
            let mut watch = |step| {
                last = Some(step);
                done += 1;
                if done > stop { Err(io::Error::other("stopped")) } else { Ok(()) }
            };
            let released = folder.release(2, &files("new"), &mut watch);
            assert_eq!(released.is_ok(), stop == steps, "{stop}");
            let shown = content(&folder);
            let expected = if matches!(last, Some(Step::Released | Step::Tidied)) { &new } else { &old };
            assert_eq!(&shown, expected, "stopped at {last:?}");
            // the next one goes through, whatever was left lying about, and clears it away
            folder.release(3, &files("third"), &mut |_| Ok(())).unwrap();
            assert_eq!(content(&folder), vec!["third".to_owned(); 3]);
            let mut names: Vec<String> = fs::read_dir(folder.path())
                .unwrap()
                .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
                .collect();
            names.sort();
            let kept = if expected == &new { "2" } else { "1" };
            assert_eq!(names, [kept, "3", "current"], "stopped at {last:?}");
        }
    }

    #[test]
    fn what_is_somebody_else_s_stays() {
        let place = tempfile::tempdir().unwrap();
        let folder = StatusFolder::of(place.path().to_owned());
        // a folder of other things is refused, and nothing of it is touched
        fs::create_dir(place.path().join("1")).unwrap();
        fs::write(place.path().join("1/letter.txt"), "x").unwrap();
        assert!(folder.release(3, &files("three"), &mut |_| Ok(())).is_err());
        assert_eq!(folder.current().unwrap(), None);
        fs::remove_dir_all(place.path().join("1")).unwrap();
        // what comes into ours later stays too
        folder.release(3, &files("three"), &mut |_| Ok(())).unwrap();
        for name in ["1", "foo.half", ".2.half"] {
            fs::create_dir(place.path().join(name)).unwrap();
            fs::write(place.path().join(name).join("letter.txt"), "x").unwrap();
        }
        fs::create_dir(place.path().join("2")).unwrap();
        folder.release(4, &files("four"), &mut |_| Ok(())).unwrap();
        folder.release(5, &files("five"), &mut |_| Ok(())).unwrap();
        for name in ["1/letter.txt", "foo.half/letter.txt", ".2.half/letter.txt", "2"] {
            assert!(place.path().join(name).exists(), "{name}");
        }
        assert!(!place.path().join("3").exists());
        assert_eq!(content(&folder), vec!["five".to_owned(); 3]);
    }

    #[test]
    fn a_disk_without_links_has_a_file_with_the_number() {
        let place = tempfile::tempdir().unwrap();
        let folder = StatusFolder::of(place.path().to_owned());
        folder.release(3, &files("three"), &mut |_| Ok(())).unwrap();
        fs::remove_file(place.path().join(CURRENT)).unwrap();
        numbered(&place.path().join(CURRENT), 3).unwrap();
        assert_eq!(folder.current().unwrap().unwrap().number, 3);
        assert_eq!(content(&folder), vec!["three".to_owned(); 3]);
        assert!(folder.release(2, &files("two"), &mut |_| Ok(())).is_err());
        folder.release(4, &files("four"), &mut |_| Ok(())).unwrap();
        assert_eq!(content(&folder), vec!["four".to_owned(); 3]);
        // a copy that followed the link names nothing
        fs::remove_file(place.path().join(CURRENT)).unwrap();
        fs::create_dir(place.path().join(CURRENT)).unwrap();
        assert!(folder.current().is_err());
    }

    #[test]
    fn an_older_publication_never_counts_again() {
        let place = tempfile::tempdir().unwrap();
        let folder = StatusFolder::of(place.path().to_owned());
        folder.release(5, &files("five"), &mut |_| Ok(())).unwrap();
        for older in [4, 5] {
            assert!(folder.release(older, &files("old"), &mut |_| Ok(())).is_err());
        }
        assert_eq!(folder.current().unwrap().unwrap().number, 5);
        assert_eq!(content(&folder), vec!["five".to_owned(); 3]);
    }

    /// Many readers while publications follow each other: none sees a file of another publication, or a missing one.
    #[test]
    fn readers_never_see_half_of_one() {
        use std::sync::atomic::{AtomicBool, Ordering};
        let place = tempfile::tempdir().unwrap();
        let folder = StatusFolder::of(place.path().to_owned());
        folder.release(1, &files("1"), &mut |_| Ok(())).unwrap();
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| {
                let mut read = 0_u64;
                while !over.load(Ordering::Relaxed) {
                    let current = folder.current().unwrap().unwrap();
                    // a publisher two ahead may have tidied it away: then it is asked again
                    let all: io::Result<Vec<String>> = ["0.jwt", "0.cwt", "1.jwt"]
                        .iter()
                        .map(|name| fs::read_to_string(current.path.join(name)))
                        .collect();
                    if let Ok(all) = all {
                        assert!(all.iter().all(|content| *content == current.number.to_string()), "{all:?}");
                        read += 1;
                    }
                }
                read
            });
            for number in 2..60 {
                folder.release(number, &files(&number.to_string()), &mut |_| Ok(())).unwrap();
            }
            over.store(true, Ordering::Relaxed);
            assert!(reader.join().unwrap() > 0);
        });
    }
}
