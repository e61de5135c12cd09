"""Verification of a publication against its manifest: every file is read once, in bounded memory, whatever its size.

Files are examined by any number of processes, and then compared with each other: the forms of the dump by the number
and the sum of the hashes of their triples, the last versions in the change feed by where they stand in the dump. What
one of them shows is not looked for in the others: only where they do not agree, each is examined by itself, and what
differs is put in order, to count the triples that do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from hankelod.messages.problem import Place, Problem, problem
from hankelod.messages.words import error_message
from hankelod.publication import examination, reading, runs
from hankelod.publication import manifest as manifests
from hankelod.publication.examination import Examined, File, Version, examine
from hankelod.publication.history import feed
from hankelod.publication.history.previous import WANTED, read_releases
from hankelod.publication.manifest import MANIFEST, BadManifest, Manifest
from hankelod.publication.parts import Folder
from hankelod.publication.reading import UNREADABLE, Graph
from hankelod.publication.runs import Lines
from hankelod.publication.stretches import cover
from hankelod.rdf import dumps
from hankelod.records.folder import BASE
from hankelod.validation.report import Report, report

TOGETHER = 2**22
"""Most bytes of files that are examined as one piece of work; a larger file is one by itself."""

Work = tuple[Path, list[File]]

Examine = Callable[[Callable[..., list[Examined]], list[Work]], Iterable[list[Examined]]]
"""Calls a function with each of the arguments, and gives the results in their order; processes may share the calls."""


def here(function: Callable[..., list[Examined]], work: list[Work]) -> Iterator[list[Examined]]:
    """Examine in this process."""
    for arguments in work:
        yield function(*arguments)


def verify(folder: Path, name: str, share: Examine = here) -> Report:
    """Report everything that is wrong with the publication in `folder`, which messages call `name`.

    The report's `records` is the number of files in the manifest.
    """
    check = _Verification(folder, name)
    try:
        manifest = manifests.read(manifests.content(folder, MANIFEST, manifests.LARGEST))
    except (BadManifest, OSError) as error:
        check.add("manifest-unreadable", MANIFEST, detail=error_message(error))
        return report(check.problems, 0, BASE)
    for path in manifests.foreign(folder, manifest):
        check.add("file-foreign", path)
    forms = _forms(manifest)
    files = _files(manifest, forms)
    examined = {each.path: each for some in share(examine, _work(folder, manifest, files)) for each in some}
    check.agree = _agree(examined, forms, [file.path for file in files if file.leans])
    if not check.agree:
        alone = [file._replace(leans=False) for file in files if file.leans]
        examined |= {each.path: each for some in share(examine, _work(folder, manifest, alone)) for each in some}
    check.files(manifest, examined)
    if any(map(_page_number, manifest.files)):
        check.history(manifest, examined)
    return report(check.problems, len(manifest.files), BASE)


def _files(manifest: Manifest, forms: list[str]) -> list[File]:
    """All files; those that can, lean on the dump in N-Triples and on the form of it that is always checked."""
    dump, checked = dumps.sorted_form(forms), _checked(forms)
    files = []
    for path in manifest.files:
        plain = manifest.files.get(path.removesuffix(".gz")) if path.endswith(".gz") else None
        can = bool(_page_number(path)) or (path in forms and path != checked)
        leans = can and dump is not None and checked is not None
        files.append(File(path, plain.bytes if plain else None, path in forms, leans, dump))
    return files


def _work(folder: Path, manifest: Manifest, files: list[File]) -> list[Work]:
    """Files as pieces of work, the largest first, so that processes end at about the same time."""
    pieces: list[list[File]] = []
    room = 0
    sizes = {file: manifest.files[file.path].bytes for file in files}
    for file, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0].path)):
        if size > room:
            pieces.append([])
            room = TOGETHER
        room -= size
        pieces[-1].append(file)
    return [(folder, piece) for piece in pieces]


def _forms(manifest: Manifest) -> list[str]:
    """The forms of the dump as they are read: not packed."""
    return [path for path in dumps.forms(manifest.files) if not path.endswith(dumps.PACKED)]


def _checked(forms: list[str]) -> str | None:
    """The form of the dump whose IRIs are always checked: not the one whose lines are looked up; None without one."""
    return next((form for form in forms if form != dumps.sorted_form(forms)), None)


def _agree(examined: dict[str, Examined], forms: list[str], leaning: list[str]) -> bool:
    """Tell whether files that lean on others agree with them, so that nothing is left to be read of them.

    The forms of the dump have the same triples, and the last versions in the change feed are all lines of the dump.
    """
    dump, checked = dumps.sorted_form(forms), _checked(forms)
    if not leaning or dump is None or checked is None:
        return False
    if any(examined[path].fault or examined[path].invalid for path in (dump, checked, *leaning)):
        return False
    if any(examined[path].graph != examined[checked].graph for path in leaning if path in forms):
        return False
    pages = sorted(filter(_page_number, leaning), key=_page_number, reverse=True)
    last = [version.stretches for version in _last(examined[path] for path in pages)]
    stretches = chain.from_iterable(each for each in last if each is not None)
    return not pages or (None not in last and cover(stretches, examined[dump].size or 0))


def _page_number(path: str) -> int:
    """The number of a page of the change feed; 0 for any other file."""
    match = WANTED.fullmatch(path)
    return int(match[1]) if match and match[1] else 0


class _Verification:
    """The check of one publication. `agree` says that the files agree with the dump; `_dump` holds the triples of that
    in N-Triples, if it is in order."""

    def __init__(self, folder: Path, name: str) -> None:
        self.agree = False
        self.problems: list[Problem] = []
        self._folder, self._name = folder, name.rstrip("/")
        self._faulty: set[str] = set()
        self._dump: Graph | None = None
        self._forms: list[str] = []
        self._path: str | None = None

    def add(self, code: str, path: str, value: str | None = None, **details: object) -> None:
        place = Place(f"{self._name}/{path}", 1, 1)
        self._faulty.add(path)
        self.problems.append(problem(code, place, None, None, value, **details))  # type: ignore[arg-type]

    ### Files

    def files(self, manifest: Manifest, examined: dict[str, Examined]) -> None:
        """Compare what was read of each file with its entry, and the forms of the dump with each other."""
        self._forms = _forms(manifest)
        self._path = dumps.sorted_form(self._forms)
        if self._path:
            self._dump = examined[self._path].graph
        for path in sorted(manifest.files, key=lambda path: (path != self._path, path)):
            found = examined[path]
            self._entry(found, manifest)
            if found.fault:
                code, details = found.fault
                self.add(code, path, None, **details)
            elif found.plain is not None:
                plain = path.removesuffix(".gz")
                if found.plain != manifest.files[plain].sha256 and plain not in self._faulty:
                    self.add("dumps-differ", path, "1", expected=plain)
            else:
                self._triples(found, manifest.files[path].triples)

    def _entry(self, found: Examined, manifest: Manifest) -> None:
        entry = manifest.files[found.path]
        if found.size is None:
            return
        if found.size != entry.bytes:
            self.add("file-changed", found.path, str(found.size), expected=f"{entry.bytes} (bytes)")
        elif found.sha256 != entry.sha256:
            self.add("file-changed", found.path, found.sha256, expected=f"{entry.sha256} (SHA-256)")

    def _triples(self, found: Examined, expected: int | None) -> None:
        count = found.graph.triples if found.graph else None
        if found.graph and found.path in self._forms and found.graph != self._dump:
            with TemporaryDirectory(prefix="hankelod-") as place:
                blocks = examination.form(self._folder, found.path, Folder(place))
                try:
                    count = self._difference(found.path, blocks) if self._dump else sum(map(len, blocks))
                except UNREADABLE as error:  # another has changed it in the meantime
                    self.add("file-unreadable", found.path, detail=error_message(error))
                    return
        if expected is not None and count != expected:
            self.add("count-wrong", found.path, str(count), expected=str(expected))

    def _difference(self, path: str, blocks: Iterator[Lines]) -> int:
        """Compare sorted lines with the dump in N-Triples, and count them."""
        count, apart = runs.compared(blocks, examination.dump(self._folder, self._path or ""))
        if apart:
            self.add("dumps-differ", path, str(apart), expected=self._path)
        return count

    ### The change feed

    def history(self, manifest: Manifest, examined: dict[str, Examined]) -> None:
        """Check that releases and pages are complete, and that the feed leads to the dump."""
        if any(p.code.startswith("file-") and "/changes/" in p.file for p in self.problems):
            return
        pages = sorted(filter(_page_number, manifest.files), key=_page_number, reverse=True)
        invalid = next((examined[path].invalid for path in pages if examined[path].invalid), None)
        if invalid:
            self.add("history-broken", feed.FEED, detail=invalid)
            return
        try:
            read_releases(lambda path: manifests.content(self._folder, path, manifests.LARGEST), manifest)
            if self._dump and not self.agree and _sum(_last(examined[path] for path in pages)) != self._dump:
                with TemporaryDirectory(prefix="hankelod-") as place:
                    self._difference(feed.FEED, examination.last_versions(self._folder, pages, Folder(place)))
        except (*UNREADABLE, KeyError, IndexError) as error:
            self.add("history-broken", feed.FEED, detail=error_message(error))


def _last(pages: Iterable[Examined]) -> Iterator[Version]:
    """Yield the last version of each thing; the newest page comes first."""
    things = set[str]()
    for page in pages:
        for version in reversed(page.versions):
            if version.thing not in things:
                things.add(version.thing)
                yield version


def _sum(versions: Iterable[Version]) -> Graph:
    """The triples of versions of different things, added up."""
    return reduce(Graph.plus, (version.graph for version in versions), reading.EMPTY)
