"""push_image.sh, in a repository of its own, with an engine that writes down what it is told."""

import os
import pathlib
import subprocess
import tempfile
import unittest

from deployment import IMAGE, PROJECT, client, environment

ENGINE = """#!/bin/sh
[ "$1" = info ] || echo "$@" >>"$ENGINE_LOG"
[ "$1" != login ] || cat >>"$ENGINE_LOG"
"""


class PushImage(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="kube-credential-")
        self.addCleanup(folder.cleanup)
        self.log = pathlib.Path(folder.name) / "engine.log"
        self.project = pathlib.Path(folder.name) / "project"
        tools = pathlib.Path(folder.name) / "bin"
        tools.mkdir()
        for engine, text in (("docker", "#!/bin/sh\nexit 1\n"), ("podman", ENGINE)):
            (tools / engine).write_text(text)
            (tools / engine).chmod(0o755)
        self.environment = {**environment, "ENGINE_LOG": str(self.log),
                            "PATH": f"{tools}:{os.environ['PATH']}",
                            "GIT_AUTHOR_NAME": "test", "GIT_AUTHOR_EMAIL": "test@example.org",
                            "GIT_COMMITTER_NAME": "test", "GIT_COMMITTER_EMAIL": "test@example.org"}
        (self.project / "aws").mkdir(parents=True)
        for part in ("scripts", "aws/certificates"):
            self.command("cp", "-r", PROJECT / part, self.project / part)
        self.bundle = self.project / "aws/certificates/rds.pem"
        self.bundle.write_text("-----BEGIN CERTIFICATE-----\n")
        self.command("git", "init", "-q")
        self.command("git", "add", ".")
        self.command("git", "commit", "-q", "-m", "all")
        self.revision = self.command("git", "rev-parse", "HEAD").stdout.strip()
        self.image = f"{IMAGE}:{self.revision[:12]}"

    def command(self, *arguments, status=0):
        ended = subprocess.run(arguments, cwd=self.project, env=self.environment, text=True,
                               capture_output=True, check=False)
        self.assertEqual(ended.returncode, status, ended.stderr)
        return ended

    def push(self, *arguments, **options):
        return self.command("scripts/push_image.sh", *arguments, **options).stdout.splitlines()

    def test_it_builds_and_pushes_with_the_first_engine_that_works(self):
        self.assertEqual(self.push(), [self.image])
        build, login, _, push = self.log.read_text().splitlines()[:4]
        self.assertIn(f"build --platform linux/amd64 --tag {self.image}", build)
        self.assertIn(f"org.opencontainers.image.revision={self.revision}", build)
        self.assertEqual(login, f"login --username AWS --password-stdin {IMAGE.split('/')[0]}")
        self.assertEqual(push, f"push {self.image}")

    def test_it_fetches_the_certificates_where_there_are_none_for_everybody_to_read(self):
        self.bundle.unlink()
        curl = self.log.parent / "bin/curl"
        curl.write_text('#!/bin/sh\numask 077\nwhile [ "$1" != --output ]; do shift; done\n'
                        "echo '-----BEGIN CERTIFICATE-----' >\"$2\"\n")
        curl.chmod(0o755)
        self.push()
        self.assertEqual(self.bundle.stat().st_mode & 0o777, 0o644)

    def test_an_image_that_is_there_stays(self):
        kind = "application/vnd.docker.distribution.manifest.v2+json"
        client("ecr").put_image(repositoryName="kube-credential", imageManifestMediaType=kind,
                                imageManifest="{}", imageTag=self.revision[:12])
        self.assertEqual(self.push(), [self.image])
        self.assertFalse(self.log.exists())

    def test_what_is_not_committed_is_refused_or_gets_a_tag_of_its_own(self):
        (self.project / "new").write_text("")
        self.push(status=1)
        self.assertRegex(self.push("--allow-dirty")[-1], rf"^{self.image}-dirty-\d{{14}}$")

    def test_a_dry_run_builds_nothing(self):
        self.assertEqual(self.push("--dry-run"), [self.image])
        self.assertFalse(self.log.exists())
