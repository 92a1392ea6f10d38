# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT
"""Scripts/summarise-tests on the reports and logs of runners that passed, failed, crashed and hung."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "Scripts/summarise-tests"
GOOD = '<testsuites><testsuite><testcase classname="A" name="a"/><testcase classname="A" name="b"/></testsuite></testsuites>'
BAD = '<testsuite><testcase classname="B" name="c"/><testcase classname="B" name="d"><failure message="x"/></testcase></testsuite>'
MEDIA = '<testsuite><testcase classname="M" name="m"/></testsuite>'
EMPTY = "<testsuites></testsuites>"


class SummariseTests(unittest.TestCase):
    def summarise(self, **files):
        """By name what differs from runs of Swift's tests that have passed; None: there is no such file."""
        passed = {"swift": GOOD, "socket": MEDIA, "command": MEDIA, "media": MEDIA}
        files = {
            **{f"{run}_swift_testing__xml": report for run, report in passed.items()},
            **{f"{run}_tests__status": "0" for run in (*passed, "browser")}, **files,
        }
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                if text is not None:
                    (pathlib.Path(folder) / name.replace("__", ".").replace("_", "-")).write_text(text)
            result = subprocess.run(
                [sys.executable, str(SCRIPT), folder], capture_output=True, text=True, check=False)
        return result.returncode, result.stdout.splitlines()

    def test_both_runners_are_counted_and_the_count_comes_last(self):
        code, lines = self.summarise(swift__xml=EMPTY, pytest_1__xml=GOOD)
        self.assertEqual((code, lines[-1]), (0, "7 passed, 0 failed"))

    def test_a_failed_test_is_one_failure_and_not_two(self):
        code, lines = self.summarise(pytest_1__xml=BAD, browser_tests__status="1")
        self.assertEqual((code, lines[-1]), (1, "6 passed, 1 failed"))
        self.assertIn("failed: B: d", lines)

    def test_the_reports_of_several_browser_runs_are_all_counted(self):
        code, lines = self.summarise(pytest_1__xml=GOOD, pytest_alone__xml=BAD, browser_tests__status="1")
        self.assertEqual((code, lines[-1]), (1, "8 passed, 1 failed"))

    def test_what_passed_when_it_ran_again_has_passed_and_is_named(self):
        again = '<testsuite><testcase classname="B" name="d"/></testsuite>'
        code, lines = self.summarise(pytest_1__xml=BAD, again_1__xml=again)
        self.assertEqual((code, lines[-1]), (0, "7 passed, 0 failed"))
        self.assertIn("note: B: d: failed at first, passed when it ran again by itself", lines)

    def test_what_failed_again_has_failed_once(self):
        again = '<testsuite><testcase classname="B" name="d"><failure message="x"/></testcase></testsuite>'
        code, lines = self.summarise(pytest_1__xml=BAD, again_1__xml=again, browser_tests__status="1")
        self.assertEqual((code, lines[-1]), (1, "6 passed, 1 failed"))

    def test_a_server_that_ended_is_not_forgiven(self):
        ended = BAD.replace('message="x"', 'message="AssertionError: The server has ended"')
        again = '<testsuite><testcase classname="B" name="d"/></testsuite>'
        code, lines = self.summarise(pytest_1__xml=ended, again_1__xml=again)
        self.assertEqual((code, lines[-1]), (1, "6 passed, 1 failed"))

    def test_a_test_whose_end_failed_as_well_is_one_failure(self):
        twice = BAD.replace("</testsuite>", '<testcase classname="B" name="d"><error message="y"/></testcase></testsuite>')
        code, lines = self.summarise(pytest_1__xml=twice, browser_tests__status="1")
        self.assertEqual((code, lines[-1]), (1, "6 passed, 1 failed"))

    def test_a_repetition_that_broke_off_forgives_nothing(self):
        code, lines = self.summarise(pytest_1__xml=BAD, again_1__xml="<testsuite>", browser_tests__status="2")
        self.assertEqual((code, lines[-1]), (1, "6 passed, 2 failed"))

    def test_browser_runs_that_were_ended_are_counted_by_their_log(self):
        log = "1: a.py::b[c to d] PASSED [ 3%]\n2: a.py::e FAILED   [ 4%]\na.py::f PASSED [ 5%]\n2: a.py::g \n"
        code, lines = self.summarise(pytest_1__xml=MEDIA, browser_tests__log=log, browser_tests__status="124")
        self.assertEqual((code, lines[-1]), (1, "7 passed, 2 failed"))
        self.assertIn("failed: a.py::e", lines)

    def test_a_runner_that_reported_nothing_is_a_failure(self):
        code, lines = self.summarise(browser_tests__status="127")
        self.assertEqual(code, 1)
        self.assertIn("failed: browser-tests: no test ran", lines)
        self.assertIn("failed: browser-tests: exit status 127", lines)

    def test_a_runner_that_hung_is_counted_by_its_log_and_fails(self):
        log = '✔ Test "a" passed after 0.1 seconds.\n✘ Test b() failed after 1 seconds with 1 issue.\n✔ Test c() passed after 1 s\n'
        code, lines = self.summarise(
            swift_swift_testing__xml=None, swift_tests__log=log, swift_tests__status="124", pytest_1__xml=GOOD)
        self.assertEqual((code, lines[-1]), (1, "7 passed, 2 failed"))
        self.assertIn("failed: swift-tests: time limit reached", lines)

    def test_a_media_run_that_crashed_is_a_failure(self):
        code, lines = self.summarise(pytest_1__xml=GOOD, media_swift_testing__xml=EMPTY, media_tests__status="132")
        self.assertEqual(code, 1)
        self.assertIn("failed: media-tests: no test ran", lines)

    def test_a_failed_step_that_runs_no_tests_is_a_failure(self):
        code, lines = self.summarise(pytest_1__xml=GOOD, check__status="1")
        self.assertEqual((code, lines[-1]), (1, "7 passed, 1 failed"))

    def test_a_skipped_test_has_not_passed(self):
        skipped = '<testsuite><testcase classname="B" name="e"><skipped/></testcase></testsuite>'
        code, lines = self.summarise(pytest_1__xml=skipped)
        self.assertEqual((code, lines[-1]), (1, "5 passed, 1 failed"))


if __name__ == "__main__":
    unittest.main()
