#!/usr/bin/env python3
"""Reads a page of /metrics, from standard input, as strictly as the specification of OpenMetrics has it.

    openmetrics.py         prints how many families and samples there are; what is not sound ends it
"""

import re
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

# What https://prometheus.io/docs/practices/naming/ asks for.
NAME = re.compile(r"(bessemer|process)(_[a-z]+)+")


def main(page):
    families = list(text_string_to_metric_families(page))
    for family in families:
        assert NAME.fullmatch(family.name), f"{family.name} is no name by the conventions"
        assert family.documentation, f"{family.name} has no help"
        assert family.type != "unknown", f"{family.name} has no type"
        ends = re.search(r"_(seconds|bytes)$", family.name)
        assert (ends.group(1) if ends else "") == family.unit, f"{family.name} has the unit {family.unit!r}"
        for sample in family.samples:
            assert sample.value >= 0, sample
    samples = sum(len(family.samples) for family in families)
    # The second of a series that is there twice is passed over in silence.
    lines = sum(not line.startswith("#") for line in page.splitlines())
    assert lines == samples, f"of {lines} samples {samples} are taken"
    print(len(families), samples)


if __name__ == "__main__":
    main(sys.stdin.read())
