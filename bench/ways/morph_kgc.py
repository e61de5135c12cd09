"""morph-kgc: RML rules over CSV files, one process, its own command line.

Has an environment of its own (`make bench` makes it), since it wants older versions of rdflib and pyoxigraph; so this
module needs nothing of hankelod.
"""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

PACKAGES = ["morph-kgc", "rdflib", "pandas"]
PREPARED = "flat tables in CSV with whole IRIs"
IMPORTED_FIRST = ("morph_kgc", "morph_kgc.mapping.mapping_parser", "morph_kgc.materializer")
HEAD = """@prefix rr: <http://www.w3.org/ns/r2rml#> .
@prefix rml: <http://semweb.mmlab.be/ns/rml#> .
@prefix ql: <http://semweb.mmlab.be/ns/ql#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
"""


def rules(tables: Path) -> str:
    """The RML rules for the tables."""
    out = [HEAD]
    for name, typed, columns in json.loads((tables / "schema.json").read_text()):
        maps = [("rdf:type", 'rml:reference "type" ; rr:termType rr:IRI')] if typed else []
        for column, predicate, term, detail in columns:
            more = {
                "iri": "rr:termType rr:IRI",
                "language": f'rr:language "{detail}"',
                "literal": f"rr:datatype <{detail}>",
            }[term]
            if term == "literal" and detail.endswith("#string"):
                more = "rr:termType rr:Literal"
            maps.append((f"<{predicate}>", f'rml:reference "{column}" ; {more}'))
        out.append(
            f'<#{name}> rml:logicalSource [ rml:source "{tables}/{name}.csv" ; rml:referenceFormulation ql:CSV ] ;'
        )
        out.append('    rr:subjectMap [ rml:reference "iri" ; rr:termType rr:IRI ] ;')
        out.append(
            " ;\n".join(f"    rr:predicateObjectMap [ rr:predicate {p} ; rr:objectMap [ {o} ] ]" for p, o in maps)
            + " ."
        )
    return "\n".join(out) + "\n"


def prepare(folder: Path, tables: Path) -> Path:
    import importlib

    for name in IMPORTED_FIRST:
        importlib.import_module(name)
    (tables / "rules.ttl").write_text(rules(tables), "utf-8")
    return tables


def run(tables: Path, out: Path) -> None:
    settings = tables / "morph-kgc.ini"
    settings.write_text(
        f"[CONFIGURATION]\noutput_file={out}\noutput_format=N-TRIPLES\nnumber_of_processes=1\nlogging_level=ERROR\n"
        f"[Tables]\nmappings={tables / 'rules.ttl'}\n"
    )
    sys.argv = ["morph_kgc", str(settings)]
    runpy.run_module("morph_kgc", run_name="__main__", alter_sys=True)
