"""What the deployment is tried in: a mock AWS, a PostgreSQL with TLS in the place of RDS, and an
HTTP server in the place of the load balancer. All on loopback, all in one temporary folder."""

import contextlib
import http.server
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
PROGRAM = pathlib.Path(os.environ.get("KUBE_CREDENTIAL",
                                      PROJECT / "build/release/bin/kube-credential"))
# Not us-east-1, where the AWS CLI asks the real RDS even where it is told of another.
REGION = "eu-central-1"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(what, ready, seconds=60):
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what} did not start")
        time.sleep(0.1)


class Database:
    """PostgreSQL as RDS has it: over TLS only, and with passwords."""

    def __init__(self, folder):
        self.folder = folder
        self.data = folder / "data"
        self.authority = folder / "authority.pem"
        self.port = free_port()
        self.bin = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
        self.user = "postgres" if os.geteuid() == 0 else None
        self.server = None
        self._make()
        self.start()

    def _run(self, *command):
        subprocess.run([str(c) for c in command], check=True, capture_output=True, cwd=self.folder,
                       user=self.user)

    def _make(self):
        if self.user:
            shutil.chown(self.folder, self.user)
        self._run(self.bin / "initdb", "-D", self.data, "-U", "postgres", "--auth=trust",
                  "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        self._admit("hostssl all all 127.0.0.1/32 scram-sha-256")
        self._run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                  "/CN=test authority", "-keyout", "authority.key", "-out", self.authority)
        self._run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
                  "-keyout", self.data / "server.key", "-out", "server.csr")
        extensions = self.folder / "extensions"
        extensions.write_text("subjectAltName=DNS:localhost\n")
        self._run("openssl", "x509", "-req", "-in", "server.csr", "-days", "2", "-CA",
                  self.authority, "-CAkey", "authority.key", "-CAcreateserial", "-extfile",
                  extensions, "-out", self.data / "server.crt")

    def start(self):
        with open(self.folder / "postgres.log", "ab") as log:
            self.server = subprocess.Popen(
                [self.bin / "postgres", "-D", self.data, "-p", str(self.port), "-c",
                 "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self.folder}",
                 "-c", "ssl=on", "-c", "fsync=off"], stdout=log, stderr=log, user=self.user)
        wait_for("PostgreSQL", lambda: subprocess.run(
            [self.bin / "pg_isready", "-q", "-h", self.folder, "-p", str(self.port)],
            check=False).returncode == 0)

    def stop(self):
        self.server.send_signal(2)
        self.server.wait(20)

    def _admit(self, rule):
        (self.data / "pg_hba.conf").write_text(f"local all postgres trust\n{rule}\n")

    @contextlib.contextmanager
    def away(self):
        """Nobody gets in over the network."""
        self._admit("")
        self.query("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            self._admit("hostssl all all 127.0.0.1/32 scram-sha-256")
            self.query("SELECT pg_reload_conf()")

    def query(self, sql, database="postgres"):
        return subprocess.run(
            ["psql", "-X", "-A", "-t", "-q", "-h", self.folder, "-p", str(self.port), "-U",
             "postgres", "-d", database, "-c", sql],
            check=True, capture_output=True, text=True).stdout.strip()

    def can_log_in(self, user, password):
        """Over TLS, with the certificate checked, as the services do."""
        return subprocess.run(
            ["psql", "-X", "-q", "-c", "SELECT 1", f"host=localhost port={self.port} user={user} "
             f"dbname=kube_credential sslmode=verify-full sslrootcert={self.authority}"],
            check=False, capture_output=True,
            env={**os.environ, "PGPASSWORD": password}).returncode == 0


class MockAws:
    def __init__(self, folder, database):
        self.url = f"http://127.0.0.1:{free_port()}"
        self.log = PROJECT / "build/aws/mock_aws.log"  # stays, to be looked into
        self.log.parent.mkdir(parents=True, exist_ok=True)
        files = {"/etc/kube-credential/certificates/rds.pem": str(database.authority),
                 "/etc/kube-credential/": f"{PROJECT}/config/"}
        with open(self.log, "wb") as log:
            self.server = subprocess.Popen(
                [sys.executable, HERE / "mock_aws.py", self.url.rsplit(":", 1)[1]],
                stdout=log, stderr=log,
                env={**os.environ, "AWS_REGION": REGION, "MOCK_DATABASE_PORT": str(database.port),
                     "MOCK_DATABASE_SOCKET": str(database.folder),
                     "MOCK_PROGRAM": str(PROGRAM), "MOCK_FILES": json.dumps(files)})
        wait_for("the mock AWS", self._answers)

    def _answers(self):
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(self.url + "/moto-api/data.json", timeout=5).status == 200
        return False

    def stop(self):
        self.server.terminate()
        self.server.wait(20)


class FrontDoor:
    """Answers GET /issuance/health and /verification/health with the status it is given."""

    def __init__(self):
        door = self
        self.status = "healthy"

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                found = self.path in ("/issuance/health", "/verification/health")
                self.send_response(200 if found else 404)
                self.end_headers()
                self.wfile.write(json.dumps({"status": door.status}).encode())

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@contextlib.contextmanager
def surroundings():
    """Yields database, AWS and front door; ends them all."""
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(
            tempfile.TemporaryDirectory(prefix="kube-credential-", ignore_cleanup_errors=True)))
        folder.chmod(0o755)
        database = Database(folder)
        stack.callback(database.stop)
        aws = MockAws(folder, database)
        stack.callback(aws.stop)
        door = FrontDoor()
        stack.callback(door.stop)
        yield database, aws, door
