"""Web pages: what a reader sees is taken, what is hidden, deleted or there for others is told with its reason."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hankelod.intake.documents import markup
from hankelod.intake.documents.lines import CannotImport

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


@pytest.mark.parametrize(
    ("text", "taken", "reasons"),
    [
        ("Summa ~~55 000~~ 60 000 €", "Summa 60 000 €", ["struck"]),
        ("Summa <del>55 000</del><ins>60 000</ins> €", "Summa 60 000 €", ["deleted"]),
        ("Näkyy <!-- sisäinen --> tämä", "Näkyy tämä", []),
        ("<!-- sisäinen\nhuomautus -->\n\nNäkyy tämä", "Näkyy tämä", []),
        ("<div hidden>sisäinen</div>\n\nNäkyy tämä", "Näkyy tämä", ["hidden"]),
        ("<p>Näkyy <b>tämä</b></p>", "Näkyy tämä", []),
        (
            "Näkyy<br>tämä, alle <5 ja <https://example.org/x>",
            "Näkyy tämä, alle <5 ja [https://example.org/x](https://example.org/x)",
            [],
        ),
    ],
)
def test_markdown_with_struck_text_and_html(text: str, taken: str, reasons: list[str]) -> None:
    lines = list(markup.read_markdown(text.encode(), "x.md"))
    assert " ".join(" ".join(x.text for x in lines if not x.left).split()) == taken
    assert [x.left for x in lines if x.left] == reasons


ENCODINGS = [
    ("iso-8859-15", "Hinta 5 €, Šakki, Työ"),
    ("iso-8859-1", "Grön el, Työ"),
    ("windows-1252", "Hinta 5 € – “Työ”"),
    ("windows-1250", "Žižkov, Łódź"),
    ("macintosh", "Työ äyräällä"),
    ("cp850", "Työ äyräällä"),
]


@pytest.mark.parametrize(("encoding", "words"), ENCODINGS)
@pytest.mark.parametrize(
    "head",
    [
        "<meta charset={}>",
        "<META HTTP-EQUIV=Content-Type CONTENT='text/html; charset={}'>",
        "<?xml version='1.0' encoding='{}'?>",
    ],
)
def test_the_encoding_that_a_page_names_is_heeded(head: str, encoding: str, words: str) -> None:
    codec = {"macintosh": "mac_roman"}.get(encoding, encoding)
    raw = (head.format(encoding) + f"<html><body><p>{words}</p></body></html>").encode(codec)
    assert [x.text for x in markup.read_html(raw, "x.html") if x.text] == [words]


@pytest.mark.parametrize("named", ["", "iso-8859-15", "utf-8", "ei-ole", "utf-16", "rot13"])
def test_a_page_in_utf_8_is_read_as_such_whatever_it_names(named: str) -> None:
    raw = f"<meta charset='{named}'><p>Työ 5 €</p>".encode()
    assert [x.text for x in markup.read_html(raw, "x.html") if x.text] == ["Työ 5 €"]


def test_a_page_that_mixes_encodings_is_refused_whatever_it_names() -> None:
    raw = "<meta charset='iso-8859-15'><p>Työ</p>\n".encode() + "<p>Sää</p>".encode("iso-8859-15")
    with pytest.raises(CannotImport) as refused:
        list(markup.read_html(raw, "x.html"))
    assert refused.value.code == "encoding"


@pytest.mark.parametrize(
    ("body", "taken", "told"),
    [
        ("Summa <input value='60 000 €'>", "Summa 60 000 €", {}),
        ("Summa <input type=text value='60 000 €'><input type=hidden value=x>", "Summa 60 000 €", {}),
        ("<input type=checkbox value=kyllä> Kyllä", "Kyllä", {}),
        ("<select><option>Porvoo<option selected>Loviisa</select>", "Loviisa", {"hidden": "Porvoo"}),
        (
            "<select><optgroup label=x><option>Porvoo<option>Loviisa</optgroup></select>",
            "Porvoo",
            {"hidden": "Loviisa"},
        ),
        ("<textarea>Kuvaus</textarea>", "Kuvaus", {}),
        ("Teksti <a href='#luku2'>luku 2</a>, <a id=x>kohta</a>", "Teksti luku 2, kohta", {}),
        ("Teksti <a href='#'>Hanke</a>", "Teksti [Hanke](#)", {}),
        (
            "Teksti<span class=MsoCommentReference><a class=msocomanchor href='#_msocom_1'>[M1]</a></span>"
            "<div style='mso-element:comment-list'><p>Muuta tämä</p></div>",
            "Teksti",
            {"comment": "[M1] Muuta tämä"},
        ),
        (
            "Teksti<a href='#_ftn1' name='_ftnref1'>[1]</a>"
            "<div style='mso-element:footnote-list'><p><a href='#_ftnref1' name='_ftn1'>[1]</a> Lähde</p></div>",
            "Teksti",
            {"footnote": "[1] [1] Lähde"},
        ),
        (
            "Teksti<sup><a href='#cmnt1' id='cmnt_ref1'>[a]</a></sup>"
            "<div><p><a href='#cmnt_ref1' id='cmnt1'>[a]</a><span>Muuta</span></p></div>",
            "Teksti",
            {"comment": "[a] [a] Muuta"},
        ),
    ],
)
def test_forms_links_within_the_page_and_notes(body: str, taken: str, told: dict[str, str]) -> None:
    text, left = read(body)
    assert text == taken and {k: re.sub(r"\](?=\w)", "] ", v) for k, v in left.items()} == told


SPACE = "<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp; </span>"


@pytest.mark.parametrize(
    "mark",
    [
        f"<span style='font-family:Wingdings'>§{SPACE}</span>",
        f"<span style='font-family:\"Courier New\"'>o{SPACE}</span>",
        f"<![if !supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>·{SPACE}</span></span>"
        "<![endif]>",
        f"12.{SPACE}",
    ],
)
def test_the_mark_of_a_list_item_of_word_is_no_text(mark: str) -> None:
    assert read(f"<p class=MsoListParagraph>{mark}Valaisimet uusittiin.</p>")[0] == "- Valaisimet uusittiin."
    assert read(f"<p>Pitkä alku ennen: {mark}loppu</p>")[0].startswith("Pitkä alku ennen: ")
