#!/usr/bin/env python3
"""Checks what the default `heliogram` crate pulls in: how much, under which licences, and what not.

`deny.toml` says the same to cargo-deny, for those who have it; this needs nothing but cargo.
"""

import json
import re
import subprocess
import sys
import tomllib

BUDGET = 70
RUST = (1, 89)


def cargo(*arguments):
    done = subprocess.run(["cargo", *arguments], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def tree():
    """Packages of the default tree of `heliogram`, itself not counted, as name -> versions."""
    lines = cargo(
        "tree", "--locked", "-p", "heliogram", "-e", "normal,build", "--prefix", "none",
        "--target", "x86_64-unknown-linux-gnu",
    ).splitlines()
    found = {}
    for line in lines:
        match = re.match(r"(\S+) v(\S+)", line)
        if match and match[1] != "heliogram":
            found.setdefault(match[1], set()).add(match[2])
    return found


def allowed(expression, permitted):
    """Whether an SPDX expression can be met by the permitted licences."""
    alternatives = re.split(r"\s+OR\s+|/", expression.replace("(", "").replace(")", ""))
    return any(all(part in permitted for part in re.split(r"\s+AND\s+", alternative.strip()))
               for alternative in alternatives)


def main():
    with open("deny.toml", "rb") as file:
        rules = tomllib.load(file)
    permitted = set(rules["licenses"]["allow"])
    banned = {entry["crate"] for entry in rules["bans"]["deny"]}
    metadata = json.loads(cargo("metadata", "--format-version", "1", "--locked"))
    packages = {(p["name"], p["version"]): p for p in metadata["packages"]}
    found = tree()
    problems = []

    count = sum(len(versions) for versions in found.values())
    print(f"default tree of heliogram: {count} packages (budget {BUDGET})")
    if count > BUDGET:
        problems.append(f"{count} packages are over the budget of {BUDGET}")
    for name, versions in sorted(found.items()):
        if len(versions) > 1:
            problems.append(f"{name} is there in several versions: {', '.join(sorted(versions))}")
    for (name, version), package in sorted(packages.items()):
        if name in banned:
            problems.append(f"{name} {version} is banned by deny.toml")
        source = package["source"]
        if source and not source.startswith("registry+"):
            problems.append(f"{name} {version} does not come from the registry")
        if name not in found or version not in found[name]:
            continue
        if not allowed(package["license"] or "", permitted):
            problems.append(f"{name} {version} has the licence {package['license']}")
        needs = tuple(int(n) for n in (package["rust_version"] or "1.0").split(".")[:2])
        if needs > RUST:
            problems.append(f"{name} {version} needs Rust {package['rust_version']}")
    for problem in problems:
        print(f"  {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
