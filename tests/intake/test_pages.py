"""Web pages: what a reader sees is taken, what is hidden, deleted or there for others is told with its reason."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hankelod.intake.documents import markup

STYLE = """<style>
<!-- .piilo, #tunnus, div.laatikko > i, nav a { display : none }
/* .kommentti { display: none } */
.piilo.auki { display: inline } .tärkeä { display: none !important } .poissa { visibility: collapse }
.vanha { text-decoration-line: line-through; color: red } .nolla { opacity: 0.0 } .pieni { font-size: 0px }
@media print { .tuloste { display: none } } @media screen { .ruutu { display: none } }
@media (max-width: 600px) { .kapea { display: none } } a:hover, p::before { display: none } -->
</style>"""


def read(body: str) -> tuple[str, dict[str, str]]:
    """The text that is taken, and what is left out, by reason."""
    page = (
        f'<!doctype html><html lang="fi"><meta charset="utf-8"><title>Otsake</title>{STYLE}<body>{body}</body></html>'
    )
    lines = list(markup.read_html(page.encode(), "x.html"))
    left: dict[str, str] = {}
    for line in lines:
        if line.left:
            left[line.left] = f"{left[line.left]} {line.text}" if line.left in left else line.text
    return " / ".join(x.text for x in lines if x.text and not x.left), left


LEFT = {
    "<span hidden>{}</span>": "hidden",
    "<span hidden=''>{}</span>": "hidden",
    "<span style='display:none'>{}</span>": "hidden",
    "<span style='color:red; DISPLAY : None !important;'>{}</span>": "hidden",
    "<span style='visibility:hidden'>{}</span>": "hidden",
    "<span style='mso-hide:all'>{}</span>": "hidden",
    "<b class='piilo x'>{}</b>": "hidden",
    "<b id='tunnus'>{}</b>": "hidden",
    "<div class='laatikko'><i>{}</i></div>": "hidden",
    "<nav><ul><li><a href='/x'>{}</a></ul></nav>": "hidden",
    "<b class='tärkeä' style='display:block'>{}</b>": "hidden",
    "<b class='poissa'>{}</b>": "hidden",
    "<b class='nolla'>{}</b>": "hidden",
    "<b class='pieni'>{}</b>": "hidden",
    "<b class='ruutu'>{}</b>": "hidden",
    "<dialog>{}</dialog>": "hidden",
    "<span hidden><b style='display:inline'>{}</b></span>": "hidden",
    "<del>{}</del>": "deleted",
    "<del><ins>{}</ins></del>": "deleted",
    "<s>{}</s>": "struck",
    "<strike>{}</strike>": "struck",
    "<span style='text-decoration: underline line-through'>{}</span>": "struck",
    "<b class='vanha'>{}</b>": "struck",
    "<template>{}</template>": "fallback",
    "<noscript>{}</noscript>": "fallback",
    "<object>{}</object>": "fallback",
    "<canvas>{}</canvas>": "fallback",
    "<svg><text>{}</text></svg>": "drawing",
}

SHOWN = [
    "<ins>{}</ins>",
    "<span aria-hidden='true'>{}</span>",
    "<span hidden='until-found'>{}</span>",
    "<span style='display:none;display:inline'>{}</span>",
    "<b class='piilo auki'>{}</b>",
    "<b class='piilo' style='display:inline'>{}</b>",
    "<b class='kommentti'>{}</b>",
    "<b class='tuloste'>{}</b>",
    "<b class='kapea'>{}</b>",
    "<a href='#x'>{}</a>",
    "<i>{}</i>",
    "<details><summary>{}</summary></details>",
    "<dialog open>{}</dialog>",
    "<span style='opacity:0.5;font-size:10px'>{}</span>",
    "<span style='background:url(x.png?display:none)'>{}</span>",
]


@pytest.mark.parametrize(("wrapper", "reason"), LEFT.items())
def test_what_a_reader_does_not_see_is_left_out_and_told(wrapper: str, reason: str) -> None:
    text, left = read(f"<p>Valaisimet {wrapper.format('osittain')} uusittiin.</p>")
    assert re.sub(r"[ /-]+", " ", text) == "Valaisimet uusittiin."
    assert left == {reason: "osittain"}


@pytest.mark.parametrize("wrapper", SHOWN)
def test_what_only_looks_hidden_is_taken(wrapper: str) -> None:
    text, left = read(f"<p>Valaisimet {wrapper.format('nyt')} uusittiin.</p>")
    assert (re.sub(r"[ /]+|\[|\]\(#x\)", " ", text).split(), left) == (["Valaisimet", "nyt", "uusittiin."], {})


def test_a_correction_reads_as_corrected() -> None:
    assert read("<p>Kokonaissumma: <del>55 000</del><ins>60 000</ins> €</p>") == (
        "Kokonaissumma: 60 000 €",
        {"deleted": "55 000"},
    )


def test_comments_and_scripts_are_no_text() -> None:
    assert read(
        "<p>a<!-- ei --> b</p><script>ei()</script><style>.x{}</style><p hidden>c<script>ei()</script></p>"
    ) == (
        "a b",
        {"hidden": "c"},
    )


words = st.integers(0, 10**6).map(lambda n: f"s{n}.")
wrappers = st.sampled_from([*LEFT, *SHOWN, "<p>{}</p>", "<ul><li>{}</li></ul>", "<table><tr><td>{}</td></tr></table>"])


@st.composite
def fragment(draw: st.DrawFn, depth: int = 3) -> str:
    word = draw(words)
    if depth == 0 or draw(st.booleans()):
        return word
    inner = " ".join(draw(st.lists(fragment(depth=depth - 1), min_size=1, max_size=3)))
    return draw(wrappers).format(inner) + " " + word


@settings(max_examples=80, deadline=None)
@given(st.lists(fragment(), min_size=1, max_size=4))
def test_every_word_is_taken_or_told(fragments: list[str]) -> None:
    """However elements nest, each text stands once among the lines, taken or left out."""
    body = " ".join(fragments)
    text, left = read(body)
    assert sorted(re.findall(r"s\d+\.", " ".join([text, *left.values()]))) == sorted(re.findall(r"s\d+\.", body))


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="{}@.#>:;,!*/ \nabdisplaynone-<", max_size=200))
def test_any_style_sheet_is_read(css: str) -> None:
    page = (
        f"<html><head><style>{html.escape(css, quote=False)}</style></head><body><p class='a'>Teksti</p></body></html>"
    )
    assert any("Teksti" in x.text for x in markup.read_html(page.encode(), "x.html"))
