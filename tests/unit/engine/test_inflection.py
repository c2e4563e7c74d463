"""Terms that a policy wants found in all their forms."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sluice.engine.errors import InvalidPolicy
from sluice.engine.inflection import MOST_FORMS, forms
from sluice.engine.pipeline import Detector
from sluice.engine.types import CustomTerm

FORMS = {
    # English
    "Falcon": "Falcons Falcon's Falcons' Falcon\u2019s Falcons\u2019",
    "Company": "Companies Company's Companies' Companies\u2019",
    "box": "boxes box's boxes'",
    "Chess": "Chess' Chess's Chesses",
    "Leaf": "Leaves Leafs Leaf's",
    "Foreman": "Foremen Foreman's Foremen's",
    "Analysis": "Analyses",
    "F-16": "F-16s F-16's",
    "API": "APIs APIS API's",
    "Yahoo!": "Yahoo!'s",
    # German
    "Vertrag": "Vertrags Vertrages Verträge Verträgen Vertraege",
    "Haus": "Hauses Häuser Häusern Hause",
    "Handbuch": "Handbuchs Handbuches Handbücher Handbüchern",
    "Vater": "Vaters Väter Vätern",
    "Kunde": "Kunden",
    "Projekt": "Projekts Projektes Projekte Projekten",
    "Ergebnis": "Ergebnisses Ergebnisse Ergebnissen",
    "Kundin": "Kundinnen",
    "Firma": "Firmen",
    "Konto": "Konten Kontos",
    "Museum": "Museen Museums",
    "Tochter": "Töchter Töchtern",
    "Zeitung": "Zeitungen",
    "Reiher": "Reihers Reihern",
    "Baum": "Bäume Bäumen Baumes",
    # French
    "Château": "Châteaux",
    "Journal": "Journaux",
    "Directeur": "Directeurs Directrice Directrices",
    "Client": "Clients Cliente Clientes",
    "Coiffeur": "Coiffeuse Coiffeuses",
    "Ouvrier": "Ouvrière Ouvrières",
    "Lion": "Lionne Lionnes",
    # Spanish
    "Proyecto": "Proyectos Proyecta",
    "Cliente": "Clientes Clienta Clientas",
    "Operación": "Operaciones",
    "Luz": "Luces",
    "Director": "Directora Directores Directoras",
    # Portuguese
    "Projeto": "Projetos",
    "Ação": "Ações",
    "Capital": "Capitais",
    "Papel": "Papéis",
    "Viagem": "Viagens",
    # Italian
    "Progetto": "Progetti",
    "Banca": "Banche",
    "Albergo": "Alberghi",
    "Cliente ": "",
    "Agenzia": "Agenzie",
    "Falco": "Falchi",
    "Stella": "Stelle",
    "Direttore": "Direttori Direttrice Direttrici",
    # Dutch
    "Project": "Projecten",
    "Boom": "Bomen",
    "Bal": "Ballen",
    "Huis": "Huizen",
    "Brief": "Brieven",
    "Foto": "Foto's",
    "Vrijheid": "Vrijheden",
}
PHRASES = {
    "Blue Heron": ["Blue Herons", "Blue Heron's", "Blue Herons'"],
    "Plan de Ventas": ["Planes de Ventas", "Plans de Ventas"],
    "Hoja de Ruta": ["Hojas de Ruta"],
    "Statement of Work": ["Statements of Work", "Statement of Work's"],
    "Blauer Vertrag": ["Blauer Verträge", "Blauer Vertrags"],
    "Garza Azul": ["Garzas Azules"],
    "Héron Bleu": ["Hérons Bleus"],
    "Airone Rosso": ["Aironi Rossi"],
    "Leão Azul": ["Leões Azuis"],
    "Vertrag von Lyrania": ["Verträge von Lyrania"],
}


def found(term: CustomTerm, text: str) -> list[str]:
    """What this term alone finds."""
    return [text[f.start : f.end] for f in Detector((), custom_terms=(term,)).analyze(text)]


def inflected(text: str, *, case_sensitive: bool = False, whole_words: bool = True) -> CustomTerm:
    return CustomTerm(
        "t", text=text, inflected=True, case_sensitive=case_sensitive, whole_words=whole_words
    )


@pytest.mark.parametrize("term", FORMS)
def test_the_regular_forms_of_a_word_are_made(term: str) -> None:
    assert set(FORMS[term].split()) - forms(term) == set()


@pytest.mark.parametrize("term", PHRASES)
def test_the_regular_forms_of_a_phrase_are_made(term: str) -> None:
    assert set(PHRASES[term]) - forms(term) == set()


@pytest.mark.parametrize("text", ["密码", "Анна", "...", "x ", "Cliente ", "'"])
def test_of_what_is_no_latin_word_at_most_the_possessive_is_made(text: str) -> None:
    assert {form[: len(text)] for form in forms(text)} == {text}
    assert len(forms(text)) <= 3


FOUND = (
    ("Falcon", "the Falcons' plan, falcon's and FALCONS.", ["Falcons'", "falcon's", "FALCONS"]),
    ("Falcon", "Falcon, Falconry and Gyrfalcons", ["Falcon"]),
    ("Falcon", "so-called 'Falcons' and 'Falcon'", ["Falcons", "Falcon"]),
    ("Falcon", "\u2018Falcons\u2019", ["Falcons"]),
    ("Vertrag", "Verträge, des Vertrages, VERTRÄGEN", ["Verträge", "Vertrages", "VERTRÄGEN"]),
    ("Vertrag", unicodedata.normalize("NFD", "zwei Verträge"), ["Vertra\u0308ge"]),
    ("Buch", "Buch, Bücher; Buchung", ["Buch", "Bücher"]),
    ("Company", "companies and company", ["companies", "company"]),
    ("Blue Heron", "Blue Herons but blue\nherons", ["Blue Herons"]),
    ("Plan de Ventas", "los planes de ventas", ["planes de ventas"]),
)


@pytest.mark.parametrize(("term", "text", "expected"), FOUND)
def test_the_whole_inflected_word_is_found(term: str, text: str, expected: list[str]) -> None:
    assert found(inflected(term), text) == expected


def test_nothing_is_inflected_that_is_not_asked_for() -> None:
    assert found(CustomTerm("t", text="Falcon"), "Falcons") == []
    assert found(CustomTerm("t", text="Falcon"), "Falcon's") == ["Falcon"]


def test_case_is_kept_where_it_is_asked_for() -> None:
    term = inflected("API", case_sensitive=True)
    assert found(term, "APIs APIS apis API's") == ["APIs", "APIS", "API's"]
    assert found(inflected("Falcon", case_sensitive=True), "falcons Falcons") == ["Falcons"]


def test_without_whole_words_the_longest_form_is_found() -> None:
    assert found(inflected("Falcon", whole_words=False), "Gyrfalconsx") == ["falcons"]


def test_an_expression_has_no_forms() -> None:
    with pytest.raises(InvalidPolicy) as refused:
        Detector(custom_terms=(CustomTerm("t", pattern="ab", inflected=True),))
    assert [problem.path for problem in refused.value.problems] == ["custom_terms[0].inflected"]


def test_inflection_changes_the_version_of_a_detector() -> None:
    plain = Detector((), custom_terms=(CustomTerm("t", text="Falcon"),))
    assert plain.version != Detector((), custom_terms=(inflected("Falcon"),)).version


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=40))
@example("FALCON")
@example("İzmir")
@example("a'")
def test_forms_are_few_in_nfc_and_hold_the_term(text: str) -> None:
    made = forms(text)
    assert unicodedata.normalize("NFC", text) in made
    assert len(made) <= MOST_FORMS
    assert made == forms(text)
    assert all(len(form) <= len(unicodedata.normalize("NFC", text)) + 40 for form in made)


@settings(max_examples=40, deadline=None)
@given(
    st.from_regex(r"\A[A-Za-zäöüéñ]{2,12}( [A-Za-zäöü]{2,9}){0,2}\Z"),
    st.booleans(),
    st.booleans(),
    st.data(),
)
def test_every_form_is_found_at_its_place(
    text: str, case_sensitive: bool, whole_words: bool, data: st.DataObject
) -> None:
    term = inflected(text, case_sensitive=case_sensitive, whole_words=whole_words)
    form = data.draw(st.sampled_from(sorted(forms(text))))
    around = f"(1) {form} (2)"
    findings = Detector((), custom_terms=(term,)).analyze(around)
    assert [(f.start, f.end, f.custom_term) for f in findings] == [(4, 4 + len(form), "t")]


@settings(max_examples=40, deadline=None)
@given(st.text("Falcons' xä\u2019", max_size=60), st.booleans())
def test_findings_are_forms_that_do_not_overlap(text: str, whole_words: bool) -> None:
    known = {form.lower() for form in forms("Falcon")}
    findings = Detector((), custom_terms=(inflected("Falcon", whole_words=whole_words),)).analyze(
        text
    )
    end = 0
    for item in findings:
        assert end <= item.start
        assert text[item.start : item.end].lower() in known
        end = item.end
