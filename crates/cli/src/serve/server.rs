//! The control socket: `emulator/serve.sock` in the home, for its owner alone.

use super::Message;
use super::address::{listen, socket_path};
use super::protocol::{Answer, MOST_BYTES, Refusal, Request};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::{self, Home};
use std::fs::{self, File, Permissions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

/// How long a client may take over its one line.
const PATIENCE: Duration = Duration::from_secs(5);

/// The socket of this process: one server a home. It goes with the value.
pub(crate) struct Socket {
    path: PathBuf,
    _lock: File,
}

impl Socket {
    /// Opens it, and sends every request of every client to the owner of the slots.
    pub(crate) fn open(home: &Home, owner: Sender<Message>) -> Result<Self, Failure> {
        home::make_folder(&home.emulator())?;
        let lock = lock(home)?;
        let path = socket_path(home);
        // the lock is ours, so whoever left this file is gone
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(home::not_written(&path, &error));
            }
            _ => {}
        }
        let listener = listen(home).map_err(|error| home::not_written(&path, &error))?;
        fs::set_permissions(&path, Permissions::from_mode(0o600))
            .map_err(|error| home::not_written(&path, &error))?;
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let owner = owner.clone();
                thread::spawn(move || serve(client, &owner));
            }
        });
        Ok(Self { path, _lock: lock })
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // one that stays is taken for what it is by the next server
        let _ = fs::remove_file(&self.path);
    }
}

fn lock(home: &Home) -> Result<File, Failure> {
    let path = home.emulator().join("serve.lock");
    home::try_lock(&path)?.ok_or_else(|| {
        Failure::new(
            Exit::Configuration,
            (
                "an `emulator serve` of this home is running already",
                "đã có một `emulator serve` chạy cho thư mục phát hành này",
            ),
            (
                "Use it with `chipwright emulator insert`, `pull` and `slots`, or stop it first.",
                "Dùng nó qua `chipwright emulator insert`, `pull` và `slots`, hoặc dừng nó trước.",
            ),
        )
    })
}

/// One line in, one line out. A client that does not keep to that gets no answer.
fn serve(client: UnixStream, owner: &Sender<Message>) {
    let _gone = client
        .set_read_timeout(Some(PATIENCE))
        .and_then(|()| client.set_write_timeout(Some(PATIENCE)))
        .and_then(|()| converse(&client, owner));
}

fn converse(mut client: &UnixStream, owner: &Sender<Message>) -> io::Result<()> {
    let mut line = String::new();
    BufReader::new(client.take(MOST_BYTES)).read_line(&mut line)?;
    let answer = match serde_json::from_str::<Request>(&line) {
        Err(_) => Answer::Refused(Refusal::NotUnderstood),
        Ok(request) => {
            let (reply, answer) = channel();
            owner.send(Message::Asked(request, reply)).map_err(|_| gone())?;
            answer.recv().map_err(|_| gone())?
        }
    };
    let mut line = serde_json::to_vec(&answer)?;
    line.push(b'\n');
    client.write_all(&line)
}

fn gone() -> io::Error {
    io::ErrorKind::BrokenPipe.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::{Configuration, Mode};
    use crate::serve::client::ask;
    use std::os::unix::net::UnixListener;
    use std::sync::mpsc::channel;

    #[test]
    fn one_server_a_home_and_a_stale_socket_is_in_nobodys_way() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::being_made(folder.path().to_owned(), Configuration::new(Mode::Test));
        assert!(ask(&home, &Request::Slots).is_err());
        fs::create_dir(home.emulator()).unwrap();
        // as a server that was killed leaves it
        drop(UnixListener::bind(socket_path(&home)).unwrap());
        assert!(ask(&home, &Request::Slots).is_err());

        let (owner, messages) = channel();
        let socket = Socket::open(&home, owner.clone()).unwrap();
        let mode = fs::metadata(socket_path(&home)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(Socket::open(&home, owner.clone()).is_err());
        let server = thread::spawn(move || {
            let Ok(Message::Asked(request, reply)) = messages.recv() else { panic!("no request") };
            assert_eq!(request, Request::Pull { slot: 1, after_apdus: None });
            reply.send(Answer::Done).unwrap();
        });
        assert_eq!(ask(&home, &Request::Pull { slot: 1, after_apdus: None }).unwrap(), Answer::Done);
        server.join().unwrap();

        let mut stream = UnixStream::connect(socket_path(&home)).unwrap();
        stream.write_all(b"what?\n").unwrap();
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).unwrap();
        assert_eq!(answer, "{\"refused\":\"not_understood\"}\n");

        drop(socket);
        assert!(!socket_path(&home).exists());
        Socket::open(&home, owner).unwrap();
    }

    #[test]
    fn a_home_may_have_a_path_longer_than_an_address() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a".repeat(100)).join("b".repeat(100));
        let home = Home::being_made(deep, Configuration::new(Mode::Test));
        assert!(ask(&home, &Request::Slots).is_err());
        let (owner, messages) = channel();
        let socket = Socket::open(&home, owner).unwrap();
        let mode = fs::metadata(socket_path(&home)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let server = thread::spawn(move || {
            let Ok(Message::Asked(_, reply)) = messages.recv() else { panic!("no request") };
            reply.send(Answer::Slots(Vec::new())).unwrap();
        });
        assert_eq!(ask(&home, &Request::Slots).unwrap(), Answer::Slots(Vec::new()));
        server.join().unwrap();
        drop(socket);
        assert!(!socket_path(&home).exists());
    }
}
