//! Waiting for what the checks find, and for none that hangs.

use super::catalogue::Name;
use super::finding::Finding;
use super::report::title;
use super::station::News;
use crate::output::Output;
use crate::text::text;
use indicatif::{ProgressBar, ProgressStyle};
use std::sync::mpsc::Receiver;
use std::time::Duration;

/// How long nothing may be heard before a check counts as hanging.
const PATIENCE: Duration = Duration::from_secs(15);

/// What was found in time, in the order of the catalogue; the rest was not. On a terminal, a check that takes its time shows
/// that it works.
pub(crate) fn collected(news: &Receiver<News>, out: Output) -> Vec<(Name, Finding)> {
    let bar = if out.is_watched() { spinner() } else { ProgressBar::hidden() };
    let checks = in_order(received(news, PATIENCE, &mut |name| {
        bar.set_message(title(name, out));
        bar.tick();
    }));
    bar.finish_and_clear();
    checks
}

fn spinner() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {msg}  {elapsed}");
    ProgressBar::new_spinner().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}

/// Everything until nothing is heard for so long.
fn received(
    news: &Receiver<News>,
    patience: Duration,
    working: &mut dyn FnMut(Name),
) -> Vec<(Name, Finding)> {
    let mut checks = Vec::new();
    while let Ok(news) = news.recv_timeout(patience) {
        match news {
            News::Working(name) => working(name),
            News::Found(name, finding) => checks.push((name, finding)),
        }
    }
    checks
}

fn in_order(mut checks: Vec<(Name, Finding)>) -> Vec<(Name, Finding)> {
    let mut blamed = [false; 2];
    for (place, name) in Name::ALL.into_iter().enumerate() {
        match checks.iter().position(|(found, _)| *found == name) {
            Some(found) => {
                let check = checks.remove(found);
                checks.insert(place, check);
            }
            None => {
                // checks of a group run one after the other: the first that is missing keeps the others waiting
                let group = usize::from(Name::PCSC.contains(&name));
                let first = name != Name::ClockCredible && !std::mem::replace(&mut blamed[group], true);
                checks.insert(place, (name, if first { hanging() } else { waiting() }));
            }
        }
    }
    checks
}

fn hanging() -> Finding {
    let seconds = PATIENCE.as_secs();
    Finding::mend(
        text!(
            "this check did not end within {seconds} s: a disk, a network folder or a reader hangs",
            "phép kiểm tra này không xong trong {seconds} giây: ổ đĩa, thư mục mạng hoặc đầu đọc bị treo"
        ),
        (
            "Check cables and network, then restart the machine and examine it again.",
            "Kiểm tra dây cáp và mạng, khởi động lại máy rồi kiểm tra lại.",
        ),
    )
}

fn waiting() -> Finding {
    Finding::not_checked(("a check before it hangs", "một phép kiểm tra trước đó bị treo"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::finding::State;
    use std::sync::mpsc;

    #[test]
    fn the_first_check_that_is_missing_is_blamed() {
        let found = Name::ALL.into_iter().filter(|name| {
            !matches!(name, Name::ClockCredible | Name::DiskSpace | Name::DiskInodes | Name::PcscCards)
        });
        let checks = in_order(found.map(|name| (name, Finding::well("x"))).collect());
        assert!(checks.iter().map(|(name, _)| *name).eq(Name::ALL));
        let state = |wanted| checks.iter().find(|(name, _)| *name == wanted).unwrap().1.state;
        assert_eq!(state(Name::ClockCredible), State::NotChecked);
        assert_eq!(state(Name::DiskSpace), State::MustBeMended);
        assert_eq!(state(Name::DiskInodes), State::NotChecked);
        assert_eq!(state(Name::PcscCards), State::MustBeMended);
    }

    #[test]
    fn a_check_that_says_it_works_is_waited_for() {
        let (send, news) = mpsc::channel();
        let patience = Duration::from_secs(1);
        let working = std::thread::spawn(move || {
            for _ in 0..24 {
                send.send(News::Working(Name::RegistryIntegrity)).unwrap();
                std::thread::sleep(patience / 20);
            }
            send.send(News::Found(Name::RegistryIntegrity, Finding::well("x"))).unwrap();
        });
        let mut signs = 0;
        let found = received(&news, patience, &mut |_| signs += 1);
        working.join().unwrap();
        assert_eq!((signs, found.len()), (24, 1));
    }
}
