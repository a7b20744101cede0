"""Tests of research.py: its formulas against exact distributions, its words, and its errors.

Run it in this folder: python3 -m unittest
"""

import contextlib
import hashlib
import http.server
import io
import itertools
import json
import math
import pathlib
import random
import tempfile
import threading
import unittest
import unittest.mock
import xml.etree.ElementTree

import research

SCALES = [0.4, 1, 2, 3.3, 8]


def discrete_laplace(scale):
    """The probabilities of the discrete Laplace distribution, from -n to n."""
    p = math.exp(-1 / scale)
    half = math.ceil(40 * scale)
    return [(1 - p) / (1 + p) * p ** abs(value) for value in range(-half, half + 1)]


def convolve(first, second):
    """The distribution of the sum of two."""
    total = [0.0] * (len(first) + len(second) - 1)
    for i, a in enumerate(first):
        if a > 1e-18:
            for j, b in enumerate(second):
                total[i + j] += a * b
    return total


def coverage(probabilities, half):
    """How likely it is that the value is at most half from zero."""
    middle = len(probabilities) // 2
    return sum(probabilities[middle - half : middle + half + 1])


def tail(draws, x):
    """How likely a sum of so many Laplace draws of scale 1 is larger than x."""
    total = 0
    for j in range(draws):
        weights = (math.comb(draws + m - 1, m) / 2 ** (draws + m) for m in range(draws - j))
        total += x**j / math.factorial(j) * sum(weights)
    return math.exp(-x) * total


class Formulas(unittest.TestCase):
    def test_half_width_is_that_of_the_chain(self):
        # primitives/src/study.rs
        self.assertEqual(research.half_width(1000, 2, 2), 9)
        self.assertEqual(research.half_width(1000, 2, 3), 10)
        self.assertEqual(research.half_width(1000, 2, 4), 12)
        self.assertEqual(research.half_width(1000, 2, 5), 13)
        self.assertEqual(research.half_width(100, 6, 2), 248)
        self.assertEqual(research.half_width(5000, 2, 2), 2)

    def test_intervals_cover_95_percent_of_the_exact_distribution(self):
        for scale in SCALES:
            one = discrete_laplace(scale)
            noise = one
            for aggregators in (2, 3):
                noise = convolve(noise, one)
                # Sensitivity 2 at this epsilon makes the scale.
                half = research.half_width(2000 / scale, 2, aggregators)
                self.assertGreater(coverage(noise, int(half)), 0.95, (scale, aggregators))
                of_two = convolve(noise, noise)
                _, half = research.difference(0, 0, half)
                self.assertGreater(coverage(of_two, half), 0.95, (scale, aggregators))

    def test_a_difference_is_at_most_three_percent_too_wide(self):
        for aggregators, quantile in research.QUANTILES.items():
            quantile /= 100
            self.assertLess(2 * tail(aggregators, quantile), 0.05)
            # The difference of two cells has twice the draws.
            self.assertLess(2 * tail(2 * aggregators, math.sqrt(2) * quantile), 0.05)
            self.assertGreater(2 * tail(2 * aggregators, math.sqrt(2) * quantile / 1.03), 0.05)

    def test_noise_deviation_is_the_measured_one(self):
        # 48,000 draws of prio's sampler had the variances 15.67 and 23.46.
        self.assertAlmostEqual(research.noise_deviation(1000, 2, 2) ** 2, 15.67, places=2)
        self.assertAlmostEqual(research.noise_deviation(1000, 2, 3) ** 2, 23.51, places=2)
        variance = sum(
            probability * (value - 80) ** 2 for value, probability in enumerate(discrete_laplace(2))
        )
        self.assertAlmostEqual(research.noise_deviation(1000, 2, 2) ** 2, 2 * variance, places=6)

    def test_mean_without_noise(self):
        # Three persons with 1, 2 and 6 of at most 10.
        mean, low, high = research.mean(9, 21, 10, 0)
        self.assertAlmostEqual(mean, 3)
        self.assertAlmostEqual(low, 3)
        self.assertAlmostEqual(high, 3)
        self.assertEqual(research.persons(9, 21, 10, 0), (3, 0))

    def test_mean_stays_within_what_values_can_be(self):
        mean, low, high = research.mean(-5, 400, 10, 60)
        self.assertLess(mean, 0)
        self.assertEqual(low, 0)
        self.assertTrue(0 < high < 10)
        self.assertEqual(research.mean(400, -5, 10, 60)[2], 10)

    def test_a_mean_of_too_few_is_refused(self):
        for cells in ((3, 4), (0, 0), (-500, 100)):
            with self.assertRaisesRegex(research.Problem, "too few persons for a mean"):
                research.mean(*cells, 10, 83)

    def test_the_interval_of_a_mean_covers_95_percent(self):
        rng = random.Random(9)
        p = math.exp(-1 / 20)

        def noise():
            # Two aggregators; a draw is the difference of two geometric ones.
            draws = (int(math.log(1 - rng.random()) / math.log(p)) for _ in range(4))
            return next(draws) - next(draws) + next(draws) - next(draws)

        # Maximum 10 and epsilon 1: sensitivity 20.
        half = research.half_width(1000, 20, 2)
        for values, remainders in ((120, 1080), (600, 600), (5, 1195)):
            inside = 0
            for _ in range(2000):
                _, low, high = research.mean(values + noise(), remainders + noise(), 10, half)
                inside += low <= 10 * values / (values + remainders) <= high
            self.assertGreater(inside / 2000, 0.94, (values, remainders))


def cell(value, half=9):
    """A cell as the node shows it."""
    return {"value": value, "low": value - half, "high": value + half}


HIDDEN = {"value": "under 11", "low": None, "high": None}


class Words(unittest.TestCase):
    def test_a_table_has_intervals_and_bars(self):
        text = research.table(["men", "women", "outside"], {"cells": [cell(31), HIDDEN, cell(-2)]})
        self.assertEqual(
            text.splitlines(),
            [
                "men             31  22 to 40           " + "#" * 22 + "-" * 9 + "|" + "-" * 8,
                "women     under 11",
                "outside         -2  -11 to 7           |------",
            ],
        )

    def test_the_documents_show_what_is_printed(self):
        path = pathlib.Path(__file__).parents[2] / "docs" / "research.md"
        blocks = path.read_text(encoding="utf-8").split("```")
        (answer,) = (json.loads(block[5:]) for block in blocks if block.startswith('json\n{"jsonrpc"'))
        (shown,) = (block.strip() for block in blocks if block.startswith("\nStudy 3, round 0: "))
        (item,) = answer["result"]["items"]
        question = {"table": {"cells": 4, "weight": 1}}
        terms = {"question": question, "epsilon": 1000, "aggregators": ["A", "B"]}
        research.check(terms, item["result"])
        self.assertEqual(research.result_in_words(3, item, ["0", "1", "2", "outside"]), shown)

    def test_names_come_from_the_protocol(self):
        def by(extractor, *names):
            return {extractor: {"cells": [{"name": name} for name in names]}}

        extractors = [by("age", "under 50", "older"), by("sex", "women", "men")]
        protocol = json.dumps({"table": {"by": extractors}}).encode()
        terms = {
            "question": {"table": {"cells": 5, "weight": 1}},
            "protocolHash": "0x" + hashlib.sha256(protocol).hexdigest(),
        }
        self.assertEqual(research.cell_names(terms), ["0", "1", "2", "3", "outside"])
        with tempfile.NamedTemporaryFile() as file:
            file.write(protocol)
            file.flush()
            names = research.cell_names(terms, file.name)
            crossed = ["under 50, women", "under 50, men", "older, women", "older, men", "outside"]
            self.assertEqual(names, crossed)
            file.write(b" ")
            file.flush()
            with self.assertRaisesRegex(research.Problem, "is not this study's protocol"):
                research.cell_names(terms, file.name)
        with self.assertRaisesRegex(research.Problem, "cannot be read: No such file"):
            research.cell_names(terms, "/nonexistent")
        terms["question"] = {"sum": {"max": 10}}
        self.assertEqual(len(research.cell_names(terms)), 2)

    def test_a_cell_has_a_name_or_a_number(self):
        names = ["men", "women", "outside"]
        places = [research.cell_number(text, names) for text in ("1", "outside", "2", "men")]
        self.assertEqual(places, [1, 2, 2, 0])
        for text in ("3", "others", "-1"):
            with self.assertRaisesRegex(research.Problem, "is not a cell: use a number from 0 to 2"):
                research.cell_number(text, names)

    def test_a_chart_is_well_formed_and_has_each_cell(self):
        result = {"cells": [cell(31), HIDDEN, cell(-2)]}
        svg = research.chart("A & B", ["<men>", "women", "outside"], result)
        root = xml.etree.ElementTree.fromstring(svg)
        texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
        for expected in ("A & B", "<men>", "under 11", "31", "-2"):
            self.assertIn(expected, texts)
        self.assertEqual(len(list(root.iter("{http://www.w3.org/2000/svg}rect"))), 2)

    def test_why_there_is_no_result(self):
        moment = 1_800_000_000
        for stage, phase, expected in [
            ("proposed", None, "the council has not approved it"),
            ("approved", None, "not every aggregator has accepted it"),
            ("running", {"open": {"closes": moment}}, "can be contributed until 2027-01-15 08:00 UTC"),
            (
                "running",
                {"frozen": {"gathersUntil": moment, "answersUntil": moment + 60}},
                "gathered until 2027-01-15 08:00 UTC, and a result is due by 2027-01-15 08:01 UTC",
            ),
            ("running", {"agreed": {"answersUntil": moment}}, "due by 2027-01-15 08:00 UTC"),
            ("finished", {"lost": "too-few"}, "lost: fewer persons than it needs were contributed"),
        ]:
            item = phase and {"round": 0, "phase": phase}
            self.assertIn(expected, research.why_not({"stage": stage}, item))

    def test_a_cid_is_written_as_people_write_it(self):
        # Of the empty file, as raw bytes.
        digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        text = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
        self.assertEqual(research.cid_in_words("0x01551220" + digest), text)

    def test_what_does_not_follow_from_the_study_is_refused(self):
        terms = {
            "question": {"table": {"cells": 2, "weight": 1}},
            "epsilon": 1000,
            "aggregators": ["A", "B"],
        }
        mechanism = {"epsilon": 1000, "sensitivity": 2, "aggregators": 2, "halfWidth": 9}
        result = {"halfWidth": 9, "mechanism": mechanism, "cells": [cell(31), HIDDEN]}
        research.check(terms, result)
        # A node that claims a larger epsilon, with the half-width that belongs to it.
        better = {**mechanism, "epsilon": 5000, "halfWidth": 2}
        for wrong in [
            {"halfWidth": 2},
            {"halfWidth": 2, "mechanism": better, "cells": [cell(31, 2), HIDDEN]},
            {"mechanism": {**mechanism, "sensitivity": 1}},
            {"mechanism": {**mechanism, "aggregators": 3}},
            {"cells": [cell(31)]},
            {"cells": [cell(31, 8), HIDDEN]},
            {"cells": [{"value": 31, "low": 22, "high": 39}, HIDDEN]},
        ]:
            with self.assertRaisesRegex(research.Problem, "do not use"):
                research.check(terms, {**result, **wrong})
        with self.assertRaisesRegex(research.Problem, "do not use"):
            research.check_mechanism(terms, better)
        terms["question"] = {"sum": {"max": 10}}
        self.assertEqual(research.half_width(1000, 20, 2), 83)
        sum_ = {**mechanism, "sensitivity": 20, "halfWidth": 83}
        two = [cell(400, 83), cell(-5, 83)]
        research.check(terms, {"halfWidth": 83, "mechanism": sum_, "cells": two})

    def test_what_changes_a_terminal_is_replaced(self):
        self.assertEqual(research.harmless("a\x1b[2Jb\u202ec\u200b\nd é"), "a�[2Jb�c��d é")
        value = {"a\x9b": ["\x07", {"b": "\u2066"}], "c": 7, "d": None}
        expected = {"a�": ["�", {"b": "�"}], "c": 7, "d": None}
        self.assertEqual(research.harmless_all(value), expected)


class Answers(unittest.TestCase):
    """What a port answers that is not as it should be."""

    def node(self, *answers):
        """A node that gives these answers, each a status and a text."""
        answers = list(answers)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                status, text = answers.pop(0)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return research.Node(f"http://127.0.0.1:{server.server_port}")

    def error(self, code, message):
        return 200, json.dumps({"error": {"code": code, "message": message}})

    def problem(self, *answers):
        with self.assertRaises(research.Problem) as caught:
            self.node(*answers).call("research_study", study=1)
        return str(caught.exception)

    def test_each_fault_has_a_sentence(self):
        self.assertIn("did not send JSON", self.problem((200, "<html>")))
        self.assertIn("is not a node", self.problem((200, "[]")))
        refused = self.problem((403, "requests of web pages are refused"))
        self.assertIn("answered 403: requests of web pages are refused", refused)
        unknown = self.problem(self.error(-32601, "Method not found"))
        self.assertIn("does not have the method research_study", unknown)
        wrong = self.problem(self.error(-32602, "parameter study: there is no study 1"))
        self.assertEqual(wrong, "the node refused the question: parameter study: there is no study 1")
        with self.assertRaisesRegex(research.Problem, "cannot be reached: .*refused"):
            research.Node("http://127.0.0.1:9").call("research_studies")
        with self.assertRaisesRegex(research.Problem, "use http:// or https://"):
            research.Node("ws://127.0.0.1:9955")

    def test_a_hostile_node_steers_no_terminal(self):
        message = "\x1b]0;all is well\x07\u202e"
        said = [self.problem(self.error(-32602, message)), self.problem((500, message))]
        node = self.node((200, json.dumps({"result": {"stage": message}})))
        said.append(node.study(1)["stage"])
        for text in said:
            self.assertIn("all is well", text)
            self.assertTrue(text.isprintable(), text)

    def test_an_answer_without_end_is_refused(self):
        self.assertIn("too long", self.problem((200, " " * (research.MAX_ANSWER + 1))))
        self.assertIn("did not send JSON", self.problem((200, "[" * 200_000)))
        with unittest.mock.patch("time.monotonic", side_effect=itertools.count(0, 20)):
            self.assertIn("too long", self.problem((200, "x" * (1 << 20))))

    def test_a_list_without_end_is_refused(self):
        def page(after):
            return 200, json.dumps({"result": {"items": [1], "next": after}})

        node = self.node(page("0x01"), page(None))
        self.assertEqual(list(node.pages("research_studies")), [1, 1])
        with self.assertRaisesRegex(research.Problem, "repeats a page"):
            list(self.node(page("0x01"), page("0x02"), page("0x01")).pages("research_studies"))
        with unittest.mock.patch("research.MAX_PAGES", 3):
            node = self.node(*[page(f"0x0{number}") for number in range(4)])
            with self.assertRaisesRegex(research.Problem, "without an end"):
                list(node.pages("research_studies"))

    def test_a_field_that_is_missing_is_no_traceback(self):
        for result in [{}, {"items": [[1, {}]], "next": None}, {"items": [7], "next": None}, []]:
            node = self.node((200, json.dumps({"result": result})))
            error = io.StringIO()
            with unittest.mock.patch("sys.argv", ["research.py", "--url", node.url, "list"]):
                with contextlib.redirect_stderr(error):
                    self.assertEqual(research.main(), 1)
            self.assertIn("the node sent a malformed answer", error.getvalue())

    def test_it_waits_if_it_called_too_often(self):
        with unittest.mock.patch("time.sleep") as sleep:
            node = self.node(self.error(-32005, "too many calls"), (200, '{"result": 7}'))
            self.assertEqual(node.call("research_study"), 7)
            self.assertEqual(sleep.call_count, 1)
            refused = self.problem(*[self.error(-32005, "too many calls")] * 5)
            self.assertIn("too many calls", refused)


if __name__ == "__main__":
    unittest.main()
