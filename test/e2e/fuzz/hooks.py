"""Puts things of a real clinic into half of what Schemathesis makes up.

An id or a zone that is made up never exists, so every operation would stop at its first look-up. PLUMBLINE_FUZZ_REAL is a JSON
object of values by the name of the parameter or field that takes them. Which half is a matter of the made-up value alone: a seed
still repeats a run.
"""

import json
import os
import zlib

import schemathesis

REAL = json.loads(os.environ["PLUMBLINE_FUZZ_REAL"])


def half(value):
    return zlib.crc32(repr(value).encode()) % 2 == 0


def real(values):
    if not isinstance(values, dict):
        return values
    return {
        name: REAL[name] if name in REAL and isinstance(value, type(REAL[name])) and half(values) else value
        for name, value in values.items()
    }


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    return real(path_parameters)


@schemathesis.hook
def map_query(context, query):
    return real(query)


@schemathesis.hook
def map_body(context, body):
    return real(body)
