#!/usr/bin/env python3
"""Verifies every vector of this folder and says where the index and this implementation disagree.

    check.py [FOLDER]
    check.py --judge

FOLDER holds genuine attestation documents and an index.tsv with the columns file and expected. --judge reads vectors from standard
input, one a line as in the index, whose document or evidence stands in them in base64 as the member bytes, and writes the error that it
finds for each, one a line: for comparing implementations on what nobody has published. Python 3.9 or later, and nothing else: no code is
shared with the toolkit. Ends with 0 when everything agrees, 1 when anything does not, 2 when it cannot be run.
"""

import base64
import csv
import datetime
import json
import pathlib
import sys
import time

import crl
import document
import evidence
from errors import BadEvidenceFile, BadPolicy, Refused
from policy import Policy

HERE = pathlib.Path(__file__).resolve().parent
OPEN_POLICY = b'{"version": 1, "anyMeasurementsUnsafe": true}'
ANYTHING = {"nonce": "any", "userData": "any", "publicKey": "any"}


def milliseconds(text):
    """Of a moment in UTC with milliseconds."""
    moment = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc)
    return (moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(milliseconds=1)


def run(vector, policies):
    """The error that this implementation finds, None when the vector passes."""
    files = {role: HERE / path for role, path in vector["files"].items()}
    options = vector["options"]
    content = base64.b64decode(vector["bytes"]) if "bytes" in vector else files[vector["kind"]].read_bytes()
    times = document.Times(*(milliseconds(options[name]) if name in options else None for name in ("now", "witnessed", "listTime")))
    try:
        if vector["kind"] == "policy":
            Policy(content)
            return None
        if vector["kind"] == "list":
            crl.read(content)
            return None
        if files["policy"] not in policies:
            policies[files["policy"]] = Policy(files["policy"].read_bytes())
        policy = policies[files["policy"]]
        lists = [crl.read(path.read_bytes()) for role, path in sorted(files.items()) if role.startswith("list")]
        if vector["kind"] == "document":
            document.verify(content, policy, times, policy.maximum_age, options, lists)
        else:
            evidence.verify(content, policy, times, options, lists)
        return None
    except (Refused, BadEvidenceFile, BadPolicy) as refusal:
        return refusal.error()


def check_vectors():
    """Gives how many vectors there are and how many disagree."""
    index = json.loads((HERE / "index.json").read_bytes())
    if index["version"] != 1:
        raise SystemExit("index.json is of a version that this checker does not know")
    known = ("document", "evidence", "list", "policy")
    vectors = [vector for vector in index["vectors"] if vector["kind"] in known]
    counts, policies = {}, {}
    for vector in vectors:
        found, row = run(vector, policies), counts.setdefault(vector["name"].split("/")[0], [0, 0, 0])
        row[0 if vector["error"] is None else 1] += 1
        if found != vector["error"]:
            row[2] += 1
            print(f"{vector['name']}\n  expected {json.dumps(vector['error'])}\n  found    {json.dumps(found)}")
    width = max(map(len, counts))
    print(f"{'':{width}} {'pass':>6} {'refused':>8} {'disagree':>9}")
    for name, (passes, refusals, disagreements) in sorted(counts.items()):
        print(f"{name:{width}} {passes:6} {refusals:8} {disagreements:9}")
    if len(vectors) != len(index["vectors"]):
        print(f"{len(index['vectors']) - len(vectors)} of kinds that this checker does not know")
    return len(vectors), sum(row[2] for row in counts.values())


def judge_genuine(data, policy):
    try:
        document.verify(data, policy, document.Times(), None, ANYTHING)
        return 0
    except Refused as refusal:
        return refusal.check


# What each word of the index allows as the first failed check, 0 for none.
GENUINE = {
    "valid": (0,),
    "valid-but-debug-mode": (601,),
    "not-an-enclave-document": (202,),
    "malformed": range(101, 213),
    "chain-invalid": range(301, 313),
}


def check_genuine(folder):
    """Gives how many documents there are and how many disagree."""
    policy, disagreements = Policy(OPEN_POLICY), 0
    with open(folder / "index.tsv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    for row in rows:
        found = judge_genuine((folder / row["file"]).read_bytes(), policy)
        if found not in GENUINE[row["expected"]]:
            disagreements += 1
            print(f"{row['file']}\n  expected {row['expected']}\n  found    {found or 'verified'}")
    return len(rows), disagreements


def judge():
    policies = {}
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line), policies)), flush=True)
    return 0


def main(arguments):
    if arguments == ["--judge"]:
        return judge()
    if len(arguments) > 1 or (arguments and not (pathlib.Path(arguments[0]) / "index.tsv").is_file()):
        print("usage: check.py [--judge | FOLDER with genuine documents and their index.tsv]", file=sys.stderr)
        return 2
    started = time.monotonic()
    genuine = check_genuine(pathlib.Path(arguments[0])) if arguments else None
    vectors, disagreements = check_vectors()
    if genuine:
        print(f"{genuine[0]} genuine documents, {genuine[1]} disagreements")
        disagreements += genuine[1]
    print(f"{vectors} vectors, {disagreements - (genuine[1] if genuine else 0)} disagreements, {time.monotonic() - started:.1f} s")
    return 1 if disagreements else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
