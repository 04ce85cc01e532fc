"""The patterns of the metric filters in aws/monitoring.yaml, over lines that the program logs.

CloudWatch's language is read as far as those patterns use it: { } around comparisons of fields with
numbers and quoted texts (* stands for anything), joined by && and ||.
"""

import fnmatch
import json
import operator
import os
import re
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

import yaml

from surroundings import PROGRAM, PROJECT, wait_for

OPERATORS = {"=": operator.eq, ">=": operator.ge}


def patterns():
    """The pattern of each metric filter by its name."""

    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("!", lambda loader, tag, node: None)
    template = yaml.load((PROJECT / "aws/monitoring.yaml").read_text(), Loader)
    return {name: json_["Properties"]["FilterPattern"]
            for name, json_ in template["Resources"].items()
            if json_["Type"] == "AWS::Logs::MetricFilter"}


def matches(pattern, line):
    """Whether the filter counts the line."""

    def compare(found):
        name, comparison, text, number = found.groups()
        value = json.loads(line).get(name)
        if number is not None:
            return str(isinstance(value, (int, float)) and
                       OPERATORS[comparison](value, float(number)))
        return str(isinstance(value, str) and fnmatch.fnmatchcase(value, text))

    expression, count = re.subn(r'\$\.(\w+) (=|>=) (?:"([^"]*)"|(\d+))', compare,
                                pattern.strip("{} "))
    assert count, pattern
    expression = expression.replace("&&", "and").replace("||", "or")
    assert re.fullmatch(r"(True|False|and|or|[() ])+", expression), pattern
    return eval(expression)  # of nothing but these words


class Program:
    """The program without a database; lines() are those that it has logged."""

    def __init__(self, module, *arguments, **environment):
        self.log = tempfile.NamedTemporaryFile("a")
        self.process = subprocess.Popen(
            [PROGRAM, f"--config={PROJECT}/config/{module}.properties", "--define=http.port=0",
             "--define=http.address=127.0.0.1", "--define=database.host=127.0.0.1",
             "--define=database.port=1", "--define=shutdown.graceSeconds=0", *arguments],
            stdout=self.log, stderr=self.log, env={"PATH": os.environ["PATH"], **environment})
        wait_for("the program", lambda: self.lines_with('"port":'))
        self.port = json.loads(self.lines_with('"port":')[0])["port"]

    def lines_with(self, text):
        with open(self.log.name) as log:
            return [line for line in log if text in line]

    def post(self, path):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", method="POST",
            headers={"Content-Type": "application/json"},
            data=json.dumps({"id": "01a20761-b4ce-7b58-a0bc-33dfc2ddda00", "name": "Ada"}).encode())
        try:
            return urllib.request.urlopen(request, timeout=10).status
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    def lines(self):
        """Ends it, and returns all that it logged."""
        wait_for("the database's loss", lambda: self.lines_with('"breaker":'))
        self.process.terminate()
        self.process.wait(40)
        lines = self.lines_with("")
        self.log.close()
        return lines


class MetricFilters(unittest.TestCase):
    def counts(self, lines):
        return {name: sum(matches(pattern, line) for line in lines)
                for name, pattern in patterns().items()}

    def test_a_lost_database_and_its_answers_are_counted(self):
        program = Program("verification")
        self.assertEqual(program.post("/verification/credentials"), 503)
        counts = self.counts(program.lines())
        self.assertEqual(counts["VerificationServerErrors"], 1)
        self.assertEqual(counts["VerificationDatabaseLosses"], 1)
        self.assertEqual(counts["IssuanceRefusals"], 0)

    def test_a_refused_key_is_counted(self):
        program = Program("issuance", "--define=issuance.auth=keys",
                          API_KEYS="a:issue:" + 64 * "0")
        self.assertEqual(program.post("/issuance/credentials"), 401)
        counts = self.counts(program.lines())
        self.assertEqual(counts["IssuanceRefusals"], 1)
        self.assertEqual(counts["IssuanceServerErrors"], 0)
        self.assertEqual(counts["IssuanceDatabaseLosses"], 1)


if __name__ == "__main__":
    unittest.main()
