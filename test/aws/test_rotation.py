"""rotate_secrets.sh, on what test_deploy.py has left."""

import hashlib
import json
import pathlib
import subprocess
import time
import unittest

from deployment import PROJECT, database, deployments, environment, run, secret


class Rotation(unittest.TestCase):
    def assertRestarted(self, before, *names):
        after = deployments()
        self.assertEqual([n for n in sorted(after) if after[n] != before[n]], list(names))

    def test_1_a_key_is_printed_once_and_kept_as_its_digest(self):
        before = deployments()
        told, _ = run("rotate_secrets.sh", "api-key", "registrar")
        key = told.strip()
        self.assertRegex(key, r"^kc_[A-Za-z0-9_-]{43}$")
        digest = hashlib.sha256(key.encode()).hexdigest()
        self.assertEqual(secret("ApiKeysSecret").split(), [f"registrar:issue:{digest}"])
        self.assertRestarted(before, "issuance")

    def test_2_a_second_key_is_added_and_the_first_changed(self):
        first = secret("ApiKeysSecret").split()[0]
        run("rotate_secrets.sh", "api-key", "operator", "--scopes=issue,admin")
        entries = secret("ApiKeysSecret").split()
        self.assertEqual(entries[0], first)
        self.assertTrue(entries[1].startswith("operator:issue+admin:"))
        run("rotate_secrets.sh", "api-key", "registrar")
        entries = {entry.split(":")[0]: entry for entry in secret("ApiKeysSecret").split()}
        self.assertEqual(sorted(entries), ["operator", "registrar"])
        self.assertNotEqual(entries["registrar"], first)

    def test_3_keys_are_removed_down_to_none(self):
        run("rotate_secrets.sh", "remove-api-key", "nobody", status=1)
        run("rotate_secrets.sh", "remove-api-key", "regist", status=1)
        run("rotate_secrets.sh", "remove-api-key", "registrar")
        self.assertTrue(secret("ApiKeysSecret").startswith("operator:"))
        run("rotate_secrets.sh", "remove-api-key", "operator")
        self.assertEqual(secret("ApiKeysSecret").strip(), "")

    def test_4_bad_names_and_scopes_are_refused(self):
        for arguments in (("api-key", "a:b"), ("api-key", "a", "--scopes=all"), ("api-key",), ()):
            self.assertRaises(AssertionError, run, "rotate_secrets.sh", *arguments)
        self.assertEqual(secret("ApiKeysSecret").strip(), "")

    def test_5_tokens_are_changed_and_both_services_restarted(self):
        for command, key in (("health-token", "HealthTokenSecret"),
                             ("cross-check-key", "CrossCheckKeySecret")):
            old, before = secret(key), deployments()
            run("rotate_secrets.sh", command)
            self.assertNotEqual(secret(key), old)
            self.assertRegex(secret(key), r"^[A-Za-z0-9_-]{43}$")
            self.assertRestarted(before, "issuance", "verification")

    def test_6_a_database_password_is_changed_in_the_secret_and_in_the_database(self):
        for name in ("issuance", "verification"):
            key, before = f"{name.capitalize()}DatabaseSecret", deployments()
            old = json.loads(secret(key))
            run("rotate_secrets.sh", "database", name)
            new = json.loads(secret(key))
            self.assertEqual(new["username"], name)
            self.assertNotEqual(new["password"], old["password"])
            self.assertRestarted(before, name)
            self.assertTrue(database.can_log_in(name, new["password"]))
            self.assertFalse(database.can_log_in(name, old["password"]))

    def test_7_the_master_password_is_changed_too_and_still_migrates(self):
        old, before = json.loads(secret("MasterSecret")), deployments()
        run("rotate_secrets.sh", "database", "master")
        new = json.loads(secret("MasterSecret"))
        self.assertNotEqual(new["password"], old["password"])
        self.assertTrue(database.can_log_in(new["username"], new["password"]))
        self.assertFalse(database.can_log_in(old["username"], old["password"]))
        self.assertRestarted(before)

    def test_8_where_the_database_is_away_the_secret_stays(self):
        old, before = secret("IssuanceDatabaseSecret"), deployments()
        with database.away():
            _, errors = run("rotate_secrets.sh", "database", "issuance", status=1)
        self.assertIn("former value", errors)
        self.assertEqual(secret("IssuanceDatabaseSecret"), old)
        self.assertEqual(deployments(), before)

    def test_9_no_secret_is_seen_in_a_process_listing(self):
        seen = set()
        rotation = subprocess.Popen(
            [PROJECT / "scripts/rotate_secrets.sh", "api-key", "registrar"], env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        while rotation.poll() is None:
            for process in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.add(process.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
                except OSError:
                    pass
            time.sleep(0.005)
        key = rotation.stdout.read().strip()
        rotation.stdout.close()
        self.assertEqual(rotation.returncode, 0)
        listing = "\n".join(seen)
        self.assertIn("put-secret-value", listing)  # it was looked at when it mattered
        self.assertNotIn(key, listing)
        self.assertNotIn(secret("ApiKeysSecret").strip(), listing)
