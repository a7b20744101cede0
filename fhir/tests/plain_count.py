#!/usr/bin/env python3
"""Counts what a study's protocol asks for, plainly, to compare with.

    plain_count.py [--only IDS] PROTOCOL FILE...

Prints the table (or the two cells of a sum) of all people in the files, as JSON. With --only, only
those whose Patient ids are in the lines of the file IDS. It shares no code with the crate, reads
whole files, and knows only what the test data has: the usual URIs of code systems, and units as the
protocol writes them. A person with the same identifier in several files counts once.
"""

import datetime
import json
import sys

SYSTEMS = {
    "SNOMED CT": ["http://snomed.info/sct"],
    "ICD-10": ["http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10-cm"],
    "RxNorm": ["http://www.nlm.nih.gov/research/umls/rxnorm"],
    "ATC": ["http://www.whocc.no/atc"],
}
BY_BEGINNING = ["ICD-10", "ATC"]
TYPES = {
    "condition": ["Condition"],
    "allergy": ["AllergyIntolerance"],
    "medication": [
        "MedicationRequest",
        "MedicationStatement",
        "MedicationDispense",
        "MedicationAdministration",
    ],
    "procedure": ["Procedure"],
}
WRONG = ["entered-in-error", "not-done", "cancelled", "draft"]


def resources(path):
    text = open(path, encoding="utf-8").read()
    if path.endswith(".ndjson"):
        return [(None, json.loads(line)) for line in text.splitlines() if line.strip()]
    whole = json.loads(text)
    if whole["resourceType"] != "Bundle":
        return [(None, whole)]
    return [(e.get("fullUrl"), e["resource"]) for e in whole.get("entry", []) if "resource" in e]


def read(paths):
    """Patients, and the entries of each, by Patient id."""
    everything = [pair for path in paths for pair in resources(path)]
    patients, names, entries = {}, {}, {}
    for url, resource in everything:
        if resource["resourceType"] == "Patient":
            patients[resource["id"]] = resource
            names["Patient/" + resource["id"]] = resource["id"]
            names[url] = resource["id"]
    for url, resource in everything:
        reference = (resource.get("subject") or resource.get("patient") or {}).get("reference")
        if reference in names:
            own = entries.setdefault(names[reference], {})
            own[(resource["resourceType"], resource["id"])] = resource
    return patients, {key: list(own.values()) for key, own in entries.items()}


def counts(entry):
    status = [entry.get("status")]
    for field in ["verificationStatus", "clinicalStatus"]:
        status += [c.get("code") for c in entry.get(field, {}).get("coding", [])]
    return not any(s in WRONG or s == "refuted" for s in status)


def has_code(entry, codes):
    concept = entry.get("medicationCodeableConcept") or entry.get("code") or {}
    for coding in concept.get("coding", []):
        for system, wanted in codes.items():
            if coding.get("system") not in SYSTEMS[system]:
                continue
            code = coding["code"].replace(".", "")
            for each in wanted:
                each = each.replace(".", "")
                if code == each or system in BY_BEGINNING and code.startswith(each):
                    return True
    return False


def entries_of(kind, codes, entries):
    of_kind = [e for e in entries if e["resourceType"] in TYPES[kind] and counts(e)]
    return [e for e in of_kind if codes is None or has_code(e, codes)]


def age(patient, reference):
    birth = datetime.date.fromisoformat(patient["birthDate"])
    day = datetime.date.fromisoformat(reference)
    years = day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
    return years if birth <= day else None


def latest(spec, entries):
    found = []
    for entry in entries:
        if entry["resourceType"] != "Observation" or not counts(entry):
            continue
        for part in [entry] + entry.get("component", []):
            codes = [c["code"] for c in part["code"].get("coding", [])]
            quantity = part.get("valueQuantity", {})
            if quantity.get("code") == spec["unit"] and set(codes) & set(spec["loinc"]):
                when = datetime.datetime.fromisoformat(entry["effectiveDateTime"])
                found.append((when, quantity["value"]))
    return max(found)[1] if found else None


def number(kind, spec, patient, entries, protocol):
    if kind == "age":
        return age(patient, protocol["reference_date"])
    if kind == "observation":
        return latest(spec, entries)
    return len(entries_of(spec["of"], spec.get("codes"), entries))


def fits(kind, spec, cell, person):
    patient, entries, protocol = person
    if kind == "sex":
        return patient.get("gender") in cell["is"]
    if kind in TYPES:
        return bool(entries_of(kind, cell["codes"], entries))
    value = number(kind, spec, patient, entries, protocol)
    if value is None:
        return False
    return cell.get("from", value) <= value and ("below" not in cell or value < cell["below"])


def cells_of(extractor, person):
    (kind, spec), = extractor.items()
    found, others = [], None
    for place, cell in enumerate(spec["cells"]):
        if cell.get("otherwise"):
            others = place
        elif fits(kind, spec, cell, person):
            found.append(place)
    return found if found or others is None else [others]


def in_cohort(person):
    patient, _, protocol = person
    if not protocol.get("include_deceased") and (
        patient.get("deceasedBoolean") or "deceasedDateTime" in patient
    ):
        return False
    for condition in protocol.get("cohort", []):
        (kind, spec), = condition.items()
        if not fits(kind, spec, spec, person):
            return False
    return True


def add(person, table):
    protocol = person[2]
    if "sum" in protocol:
        most = protocol["sum"]["max"]
        (kind, spec), = protocol["sum"]["value"].items()
        value = number(kind, spec, *person) if in_cohort(person) else None
        if value is not None:
            value = min(max(round(value), 0), most)
            table[0] += value
            table[1] += most - value
        return
    by = protocol["table"]["by"]
    crossed = [0] if in_cohort(person) else []
    for extractor in by:
        size = len(list(extractor.values())[0]["cells"])
        crossed = [c * size + own for c in crossed for own in cells_of(extractor, person)]
    for cell in crossed[: protocol["table"].get("weight", 1)] or [-1]:
        table[cell] += 1


def main(arguments):
    only = None
    if arguments[0] == "--only":
        only = set(open(arguments[1], encoding="utf-8").read().split())
        arguments = arguments[2:]
    protocol = json.load(open(arguments[0], encoding="utf-8"))
    patients, entries = read(arguments[1:])
    size = 1
    for extractor in protocol.get("table", {}).get("by", []):
        size *= len(list(extractor.values())[0]["cells"])
    table = [0] * (2 if "sum" in protocol else size + 1)
    seen = set()
    for key, patient in sorted(patients.items()):
        system = protocol.get("identifier")
        values = [i["value"] for i in patient.get("identifier", []) if i.get("system") == system]
        name = values[0] if system and values else key
        if name in seen or only is not None and key not in only:
            continue
        seen.add(name)
        add((patient, entries.get(key, []), protocol), table)
    print(json.dumps(table))


main(sys.argv[1:])
