#!/usr/bin/env python3
"""Reads studies and their results from a node's research port.

It needs Python 3.9 or later and nothing else: JSON-RPC over HTTP. docs/research.md explains the
methods and the formulas. Use it as a command (research.py --help), or import it (research.ipynb).
"""

import argparse
import base64
import datetime
import hashlib
import http.client
import itertools
import json
import math
import os
import sys
import time
import urllib.error
import urllib.request

# The quantiles q of the 95 % interval, in hundredths, by the number of aggregators. They are those of
# primitives/src/study.rs.
QUANTILES = {2: 413, 3: 500, 4: 570, 5: 634}
# The node refuses an address that calls too often with this code.
TOO_MANY_CALLS = -32005
UNKNOWN_METHOD = -32601
# The width of the longest bar of a table.
BAR = 40
# A node's answers have at most so many bytes, and a list at most so many pages of 200 items.
MAX_ANSWER = 4 << 20
MAX_PAGES = 1000


class Problem(Exception):
    """What is wrong, as one sentence for people."""


# What is raised if an answer does not have the expected form.
MALFORMED = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)


def harmless(text):
    """A text from elsewhere without the characters that change what a terminal shows around it."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def harmless_all(value):
    """The same for all texts in a value of JSON."""
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, list):
        return [harmless_all(item) for item in value]
    if isinstance(value, dict):
        return {harmless(name): harmless_all(item) for name, item in value.items()}
    return value


# Formulas. The noise of a cell is the sum of one discrete Laplace draw of each aggregator.


def half_width(epsilon, sensitivity, aggregators):
    """The half-width of a cell's 95 % interval: q * sensitivity / epsilon, rounded up.

    epsilon is in thousandths, as everywhere in the answers.
    """
    quantile = QUANTILES[min(max(aggregators, 2), 5)]
    return -(-quantile * sensitivity * 10 // max(epsilon, 1))


def noise_deviation(epsilon, sensitivity, aggregators):
    """The standard deviation of a cell's noise."""
    p = math.exp(-epsilon / 1000 / sensitivity)
    return math.sqrt(2 * p * aggregators) / (1 - p)


def difference(first, second, half):
    """The difference of two cells, and the half-width of its 95 % interval.

    The two noises are independent, so the half-width is at most sqrt(2) times that of one cell.
    """
    return first - second, math.ceil(math.sqrt(2) * half)


def persons(values, remainders, maximum, half):
    """How many persons a sum question counted, and the half-width of its 95 % interval.

    A person with the value v adds v to the first cell, and maximum - v to the second.
    """
    return (values + remainders) / maximum, math.sqrt(2) * half / maximum


def mean(values, remainders, maximum, half):
    """The mean of a sum question, and the two ends of its 95 % interval.

    The mean is maximum * S / (S + T). Both cells have noise, so the interval is Fieller's: all means
    m = maximum * p for which the noise of (1 - p) * S - p * T is no larger than its half-width,
    half * sqrt(p^2 + (1 - p)^2).
    """
    distance = math.hypot(values, remainders)
    if values + remainders <= math.sqrt(2) * half or distance <= half:
        raise Problem("too few persons for a mean: the noise may be larger than their number")
    angle = math.atan2(values, remainders)
    width = math.asin(half / distance)

    def mean_at(angle):
        angle = min(max(angle, 0), math.pi / 2)
        return maximum * math.sin(angle) / (math.sin(angle) + math.cos(angle))

    return maximum * values / (values + remainders), mean_at(angle - width), mean_at(angle + width)


# The node.


class Node:
    """A node's research port."""

    def __init__(self, url, timeout=30):
        if not url.startswith(("http://", "https://")):
            raise Problem(f"{url} is not an address of a research port: use http:// or https://")
        self.url = url
        self.timeout = timeout

    def call(self, method, **parameters):
        """The result of one call. If it was called too often, it waits and tries again."""
        for attempt in range(5):
            answer = self._send(method, parameters)
            error = answer.get("error")
            if error is None:
                return answer.get("result")
            if error.get("code") != TOO_MANY_CALLS:
                break
            time.sleep(1 + attempt)
        if error.get("code") == UNKNOWN_METHOD:
            what = f"does not have the method {method}: is it a Vouchsafe node?"
            raise Problem(f"the node at {self.url} {what}")
        raise Problem(f"the node refused the question: {error.get('message')}")

    def pages(self, method, **parameters):
        """All items of a list."""
        after, seen = None, set()
        while len(seen) < MAX_PAGES:
            page = self.call(method, after=after, **parameters)
            yield from page["items"]
            after = page["next"]
            if after is None:
                return
            if after in seen:
                raise Problem(f"the node at {self.url} repeats a page of a list: do not use its answers")
            seen.add(after)
        raise Problem(f"the node at {self.url} sends a list without an end: do not use its answers")

    def study(self, number):
        """A study."""
        study = self.call("research_study", study=number)
        if study is None:
            raise Problem(f"there is no study {number}")
        return study

    def answered(self, number, round_=None, raw=True):
        """A study and one of its rounds that has a result: the last one, unless a number is given."""
        study = self.study(number)
        rounds = list(self.pages("research_results", study=number, raw=raw))
        if round_ is not None:
            rounds = [item for item in rounds if item["round"] == round_]
            if not rounds:
                raise Problem(f"study {number} has no round {round_} yet")
        found = [item for item in rounds if item["result"] is not None]
        if not found:
            reason = why_not(study, rounds[-1] if rounds else None)
            raise Problem(f"study {number} has no result: {reason}")
        check(study["terms"], found[-1]["result"])
        return study, found[-1]

    def _send(self, method, parameters):
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
        request = urllib.request.Request(
            self.url, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as response:
                answer = harmless_all(json.loads(self._read(response)))
        except urllib.error.HTTPError as error:
            raise Problem(f"the node at {self.url} answered {error.code}: {why(error)}") from error
        except (OSError, http.client.HTTPException) as error:
            reason = harmless(str(getattr(error, "reason", error)))
            raise Problem(f"the node at {self.url} cannot be reached: {reason}") from error
        except (ValueError, RecursionError) as error:
            raise Problem(f"what answers at {self.url} is not a node: it did not send JSON") from error
        if not isinstance(answer, dict) or not isinstance(answer.get("error") or {}, dict):
            raise Problem(f"what answers at {self.url} is not a node")
        return answer

    def _read(self, response):
        """A whole answer. It may neither be too long nor take too long."""
        until = time.monotonic() + self.timeout
        answer = bytearray()
        while True:
            piece = response.read1(1 << 16)
            if not piece:
                return bytes(answer)
            answer += piece
            if len(answer) > MAX_ANSWER or time.monotonic() > until:
                raise Problem(f"what answers at {self.url} is not a node: its answer is too long")


def why(error):
    """What a node says with an error of HTTP."""
    try:
        text = error.read1(200).decode(errors="replace").strip()
    except (OSError, http.client.HTTPException):
        text = ""
    return harmless(text or str(error.reason))


def check_mechanism(terms, mechanism):
    """Refuses a mechanism that does not follow from a study's terms."""
    ((_, facts),) = terms["question"].items()
    # A person who is counted differently changes the sum of all cells by so much at most.
    sensitivity = 2 * (facts["max"] if "max" in facts else facts["weight"])
    expected = {
        "epsilon": terms["epsilon"],
        "sensitivity": sensitivity,
        "aggregators": len(terms["aggregators"]),
        "halfWidth": half_width(terms["epsilon"], sensitivity, len(terms["aggregators"])),
    }
    for name, value in expected.items():
        if mechanism[name] != value:
            raise Problem(
                f"the node says that {name} is {mechanism[name]}, but {value} follows from the study: "
                "do not use the numbers"
            )


def check(terms, result):
    """Refuses a result that does not follow from a study's terms: its mechanism, cells and intervals."""
    half = result["halfWidth"]
    check_mechanism(terms, {**result["mechanism"], "halfWidth": half})
    ((_, facts),) = terms["question"].items()
    if len(result["cells"]) != facts.get("cells", 2):
        raise Problem("the node sent another number of cells than the study has: do not use them")
    for cell in result["cells"]:
        if cell["low"] is None and cell["high"] is None:
            continue
        if (cell["value"] - cell["low"], cell["high"] - cell["value"]) != (half, half):
            raise Problem("the node sent an interval that does not match the half-width: do not use the numbers")


# Words.

STAGES = {
    "proposed": "the council has not approved it",
    "approved": "not every aggregator has accepted it",
    "running": "its first round has not begun",
    "finished": "all its rounds have ended",
    "stopped": "the council stopped it",
    "withdrawn": "the researcher withdrew it",
    "expired": "it had not begun by its first close",
}
LOSSES = {
    "too-few": "fewer persons than it needs were contributed",
    "not-agreed": "the aggregators did not agree in time",
    "not-revealed": "an aggregator did not reveal its share",
    "not-numbers": "an aggregator revealed another share than it had committed to",
    "stopped": "the council stopped the study",
    "not-frozen": "no aggregator froze it",
}


def when(moment):
    """A moment in words."""
    try:
        moment = datetime.datetime.fromtimestamp(moment, datetime.timezone.utc)
    except (OSError, OverflowError, ValueError):
        return "an invalid time"
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def phase_in_words(phase):
    """Where a round is."""
    if phase == "answered":
        return "has a result"
    ((word, facts),) = phase.items()
    if word == "open":
        return f"people can be contributed until {when(facts['closes'])}"
    if word == "frozen":
        return (
            f"reports are gathered until {when(facts['gathersUntil'])}, "
            f"and a result is due by {when(facts['answersUntil'])}"
        )
    if word == "agreed":
        return f"a result is due by {when(facts['answersUntil'])}"
    return f"lost: {LOSSES.get(facts, facts)}"


def why_not(study, item):
    """Why a study has no result."""
    if item is None:
        return STAGES.get(study["stage"], study["stage"])
    return f"round {item['round']}: {phase_in_words(item['phase'])}"


def question_in_words(question):
    """What a study counts."""
    ((word, facts),) = question.items()
    if word == "table":
        cells = "one cell" if facts["weight"] == 1 else f"up to {facts['weight']} cells"
        return f"table of {facts['cells']} cells, a person counts in {cells}"
    return f"sum of a number from 0 to {facts['max']}"


def rounds_in_words(rounds):
    """How many rounds a study has."""
    return "1 round" if rounds == 1 else f"{rounds} rounds"


def epsilon_in_words(thousandths):
    """An epsilon without trailing zeros."""
    return f"{thousandths / 1000:g}"


def cid_in_words(cid):
    """A CID as people write it."""
    raw = bytes.fromhex(cid[2:])
    return "b" + base64.b32encode(raw).decode().rstrip("=").lower() if raw[:1] == b"\x01" else cid


def cell_names(terms, path=None):
    """The names of a study's cells, from the file of its protocol, or numbers."""
    ((word, facts),) = terms["question"].items()
    if word == "sum":
        return ["sum of values", "sum of (max - value)"]
    if path is None:
        return [str(cell) for cell in range(facts["cells"] - 1)] + ["outside"]
    try:
        with open(path, "rb") as file:
            protocol = file.read()
    except OSError as error:
        raise Problem(f"the protocol {path} cannot be read: {error.strerror}") from error
    if "0x" + hashlib.sha256(protocol).hexdigest() != terms["protocolHash"]:
        raise Problem(f"{path} is not this study's protocol: it has another hash")
    # Each extractor has cells with names. Two of them are crossed.
    try:
        by = json.loads(protocol)["table"]["by"]
        names = [[harmless(cell["name"]) for cell in cells(extractor)] for extractor in by]
    except MALFORMED as error:
        raise Problem(f"{path} is not a protocol that has a table") from error
    return [", ".join(pair) for pair in itertools.product(*names)] + ["outside"]


def cells(extractor):
    """The cells of an extractor of a protocol."""
    ((_, facts),) = extractor.items()
    return facts["cells"]


def cell_number(text, names):
    """The cell of this name or number."""
    if text in names:
        return names.index(text)
    if text.isdecimal() and int(text) < len(names):
        return int(text)
    raise Problem(f"{text} is not a cell: use a number from 0 to {len(names) - 1}, or a name")


def bar(cell, scale):
    """A cell's bar: # up to the interval, - for the interval, | for the value."""
    if cell["low"] is None:
        return ""
    low, value, high = (max(0, round(cell[key] * scale)) for key in ("low", "value", "high"))
    marks = "#" * low + "-" * (high - low)
    return marks[:value] + "|" + marks[value + 1 :]


def table(names, result):
    """A result as lines of text."""
    cells = result["cells"]
    longest = max(map(len, names))
    highest = max((cell["high"] for cell in cells if cell["high"] is not None), default=0)
    scale = BAR / highest if highest > 0 else 0
    lines = []
    for name, cell in zip(names, cells):
        interval = "" if cell["low"] is None else f"{cell['low']} to {cell['high']}"
        line = f"{name:<{longest}} {cell['value']:>10}  {interval:<18} {bar(cell, scale)}"
        lines.append(line.rstrip())
    return "\n".join(lines)


def meaning(result):
    """What the interval means."""
    mechanism = result["mechanism"]
    return (
        f"In at least 95 of 100 cells the true number is within {result['halfWidth']} "
        f"of the one shown (epsilon {epsilon_in_words(mechanism['epsilon'])}, "
        f"{mechanism['aggregators']} aggregators)."
    )


def origin_in_words(result):
    """Where a result is from."""
    origin = result["origin"]
    final = "final" if origin["isFinal"] else "not final yet"
    return (
        f"From block {origin['block']} ({final}) {origin['blockHash']}\n"
        f"chain {origin['genesis']}\nterms {origin['termsHash']}\ntally {result['tallyRoot']}"
    )


def result_in_words(study, item, names):
    """A round with its result."""
    found = item["result"]
    people = found["persons"]
    head = (
        f"Study {study}, round {item['round']}: {people['used']} persons "
        f"({people['withdrawn']} withdrawn, {people['double']} double, {people['refused']} refused)"
    )
    return "\n".join([head, table(names, found), meaning(found), origin_in_words(found)])


def chart(title, names, result):
    """A result as a bar chart with error bars, in SVG."""
    cells, row, left, width = result["cells"], 22, 200, 420
    shown = [cell for cell in cells if cell["low"] is not None]
    lowest = min([0] + [cell["low"] for cell in shown])
    highest = max([1] + [cell["high"] for cell in shown])

    def x(value):
        return left + (value - lowest) * width / (highest - lowest)

    def text(value):
        return str(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    height = row * (len(cells) + 2)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 90} {height}" '
        f'font-family="sans-serif" font-size="12"><title>{text(title)}</title>',
        f'<text x="4" y="15" font-weight="bold">{text(title)}</text>',
    ]
    for number, (name, cell) in enumerate(zip(names, cells), 1):
        top = row * number + 4
        middle = top + 7
        lines.append(f'<text x="{left - 8}" y="{middle + 4}" text-anchor="end">{text(name)}</text>')
        if cell["low"] is None:
            place = f'x="{x(0) + 4:.1f}" y="{middle + 4}"'
            lines.append(f'<text {place} fill="#666">{text(cell["value"])}</text>')
            continue
        begin, end = sorted((x(0), x(cell["value"])))
        low, high = x(cell["low"]), x(cell["high"])
        lines += [
            f'<rect x="{begin:.1f}" y="{top}" width="{end - begin:.1f}" height="14" fill="#7aa6c2"/>',
            f'<path d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} {middle - 4}v8M{high:.1f} '
            f'{middle - 4}v8" stroke="#222" fill="none"/>',
            f'<text x="{high + 6:.1f}" y="{middle + 4}">{cell["value"]}</text>',
        ]
    lines.append(f'<text x="4" y="{height - 8}" fill="#666">Error bars: 95 % intervals</text></svg>')
    return "\n".join(lines)


# Commands.


def print_studies(node, _arguments):
    """Prints all studies."""
    for number, study in node.pages("research_studies"):
        terms = study["terms"]
        running = study["stage"] == "running"
        print(
            f"{number:>4}  {study['stage']:<9}  {'round ' + str(study['round']) if running else '-':<8}  "
            f"{rounds_in_words(terms['rounds']):<9}  "
            f"epsilon {epsilon_in_words(terms['epsilon']):<5}  {terms['country']}  "
            f"{question_in_words(terms['question'])}"
        )


def print_study(node, arguments):
    """Prints a study's terms, budget and mechanism."""
    number = arguments.study
    study = node.study(number)
    budget = node.call("research_budget", study=number)
    mechanism = node.call("research_mechanism", study=number)
    terms = study["terms"]
    check_mechanism(terms, mechanism)
    noise = noise_deviation(mechanism["epsilon"], mechanism["sensitivity"], mechanism["aggregators"])
    disease = f"MONDO:{terms['disease']:07}" if terms["disease"] is not None else "none in particular"
    rows = {
        "study": number,
        "stage": study["stage"],
        "question": question_in_words(terms["question"]),
        "sources": ", ".join(terms["sources"]),
        "purpose": terms["purpose"],
        "disease": disease,
        "traits": ", ".join(terms["traits"]) or "none",
        "country": terms["country"],
        "researcher": study["researcher"],
        "aggregators": "\n".join(terms["aggregators"]),
        "protocol": f"{cid_in_words(terms['protocol'])}\nSHA-256 {terms['protocolHash']}",
        "fewest persons": terms["least"],
        "rounds": f"{terms['rounds']}, the first closes {when(terms['firstClose'])}",
        "epsilon": f"{epsilon_in_words(budget['epsilon'])} a round, "
        f"{epsilon_in_words(budget['spent'])} spent, {epsilon_in_words(budget['left'])} left; "
        f"a person has {epsilon_in_words(budget['yearly'])} a year for all studies",
        "noise of a cell": f"95 % within {mechanism['halfWidth']}, standard deviation {noise:.2f}",
    }
    if study["current"] is not None:
        current = study["current"]
        phase = phase_in_words(current["phase"])
        rows["this round"] = f"{phase}\n{current['people']} people contributed"
    for name, text in rows.items():
        print(f"{name:<16}" + str(text).replace("\n", "\n" + " " * 16))


def print_result(node, arguments):
    """Prints a result as a table."""
    study, item = node.answered(arguments.study, arguments.round, arguments.raw)
    found = item["result"]
    names = cell_names(study["terms"], arguments.protocol)
    if arguments.svg is not None:
        try:
            with open(arguments.svg, "w", encoding="utf-8") as file:
                file.write(chart(f"Study {arguments.study}, round {item['round']}", names, found))
        except OSError as error:
            raise Problem(f"the chart cannot be written to {arguments.svg}: {error.strerror}") from error
    if arguments.json:
        print(json.dumps(item, indent=2))
        return
    print(result_in_words(arguments.study, item, names))


def print_mean(node, arguments):
    """Prints the mean of a sum question."""
    study, item = node.answered(arguments.study, arguments.round)
    question = study["terms"]["question"]
    if "sum" not in question:
        raise Problem(f"study {arguments.study} is a table, and only a sum has a mean")
    values, remainders = (cell["value"] for cell in item["result"]["cells"])
    half, maximum = item["result"]["halfWidth"], question["sum"]["max"]
    value, low, high = mean(values, remainders, maximum, half)
    people, error = persons(values, remainders, maximum, half)
    print(f"mean {value:.3f} (95 % interval {low:.3f} to {high:.3f})")
    print(f"persons {people:.1f} (95 % interval {people - error:.1f} to {people + error:.1f})")


def print_difference(node, arguments):
    """Prints the difference of two cells."""
    study, item = node.answered(arguments.study, arguments.round)
    names = cell_names(study["terms"], arguments.protocol)
    first, second = (cell_number(cell, names) for cell in (arguments.first, arguments.second))
    if first == second:
        raise Problem("the two cells are the same")
    cells = item["result"]["cells"]
    half = item["result"]["halfWidth"]
    value, half = difference(cells[first]["value"], cells[second]["value"], half)
    interval = f"95 % interval {value - half} to {value + half}"
    print(f"{names[first]} - {names[second]} = {value} ({interval})")
    if abs(value) <= half:
        print("The noise alone could make this difference.")


def print_reach(node, arguments):
    """Prints how many people have chosen to be counted in such studies."""
    reach = node.call(
        "research_reach", disease=arguments.disease, traits=arguments.trait, country=arguments.country
    )
    print(f"{reach['people']} people, on {when(reach['countedAt'])}")
    for cell in reach["cells"]:
        disease = "every study" if cell["disease"] is None else f"MONDO:{cell['disease']:07}"
        traits = ", ".join(cell["traits"]) or "no traits"
        print(f"{cell['people']:>8}  {cell['country']}  {disease}, {traits}")


EXAMPLES = """examples:
  research.py --url http://node.example:9955 list
  research.py show 3
  research.py result 3                         the last round that has a result
  research.py result 3 --round 0 --raw         also cells under 11
  research.py result 3 --protocol protocol.json --svg chart.svg
  research.py mean 4                           of a study that asks for a sum
  research.py difference 3 0 1                 of two cells, by number or name
  research.py reach --country AT --trait commercial

The variable VOUCHSAFE_RESEARCH can name the address instead of --url. Cells under 11 are shown as
"under 11" unless --raw is given. This is a convention for publishing. What protects people is the noise
in every cell, and it can make a small cell negative.
"""


def parser():
    """The arguments."""
    top = argparse.ArgumentParser(
        prog="research.py",
        description="Reads studies and their results from the research port of a node.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    default = os.environ.get("VOUCHSAFE_RESEARCH")
    about = "address of the node's research port, such as http://HOST:PORT"
    top.add_argument("--url", default=default, help=about)
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def add(name, function, about):
        command = commands.add_parser(name, help=about, description=about.replace("%%", "%"))
        command.set_defaults(run=function)
        return command

    def add_for_round(name, function, about):
        command = add(name, function, about)
        command.add_argument("study", type=int, metavar="STUDY", help="number of the study")
        about = "number of the round (default: the last one that has a result)"
        command.add_argument("--round", type=int, metavar="ROUND", help=about)
        return command

    protocol = {"metavar": "FILE", "help": "file of the study's protocol, which has the cells' names"}
    add("list", print_studies, "list all studies")
    command = add("show", print_study, "show a study, its budget and its noise")
    command.add_argument("study", type=int, metavar="STUDY", help="number of the study")
    command = add_for_round("result", print_result, "show a result with its 95 %% intervals")
    command.add_argument("--raw", action="store_true", help='show cells under 11 instead of "under 11"')
    command.add_argument("--protocol", **protocol)
    command.add_argument("--svg", metavar="FILE", help="also write a chart with error bars")
    command.add_argument("--json", action="store_true", help="print the node's answer")
    add_for_round("mean", print_mean, "show the mean of a sum with its 95 %% interval")
    about = "show the difference of two cells with its 95 %% interval"
    command = add_for_round("difference", print_difference, about)
    command.add_argument("first", metavar="CELL", help="number or name of a cell")
    command.add_argument("second", metavar="CELL", help="number or name of the cell to subtract")
    command.add_argument("--protocol", **protocol)
    about = "show how many people have chosen to be counted in such studies, in tens, last week"
    command = add("reach", print_reach, about)
    command.add_argument("--disease", type=int, metavar="MONDO", help="number of the study's disease")
    command.add_argument(
        "--trait", action="append", default=[], metavar="TRAIT", help="a trait of the study, as show names it"
    )
    command.add_argument("--country", metavar="CC", help="only people of institutions in this country")
    return top


def main():
    """Runs a command. Returns the exit code."""
    arguments = parser().parse_args()
    try:
        if arguments.url is None:
            raise Problem("name the node's research port with --url or VOUCHSAFE_RESEARCH")
        arguments.run(Node(arguments.url), arguments)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except MALFORMED as error:
        what = harmless(f"{type(error).__name__}: {error}")
        print(f"the node sent a malformed answer ({what})", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader, such as head, has enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())
