"""Who gives a text that cannot be read well hears of it, and nobody else does."""

import pytest

from models.legible import READ, doubts, perhaps_not_english

ENGLISH = {
    "a title": "Phonics, grade 1",
    "a list of words": "reading fluency phonics decoding vocabulary comprehension",
    "prose": "Our ninth graders come late on Mondays, and we do not know what their families need from us.",
    "prose with names": "José Muñoz and Zoë Brontë, who teach in Łódź, asked me for help with the café after class.",
    "signs and numbers": "3/4 + 1/4 = 1 :-) ★★★",
}
FOREIGN = {
    "Arabic": "كيف أعلم الأطفال القراءة",
    "Chinese": "数学",
    "French": "Les élèves de la première année ne savent pas encore lire et les enseignants cherchent des moyens de "
    "les aider chaque semaine en petits groupes",
    "German": "Die Kinder der ersten Klasse können noch nicht lesen, und die Lehrkräfte suchen nach Wegen, ihnen jede "
    "Woche in kleinen Gruppen zu helfen",
    "Hindi": "पहली कक्षा के बच्चे",
    "Spanish": "Los alumnos de primer grado no pueden leer todavía y los maestros buscan maneras de ayudarles con "
    "grupos pequeños cada semana",
}


@pytest.mark.parametrize("kind", sorted(ENGLISH))
def test_english_raises_no_doubt(kind: str) -> None:
    assert not list(doubts([ENGLISH[kind]]))


@pytest.mark.parametrize("language", sorted(FOREIGN))
def test_another_language_does(language: str) -> None:
    assert perhaps_not_english(FOREIGN[language])
    (doubt,) = doubts([ENGLISH["prose"], FOREIGN[language]])
    assert "English" in doubt


@pytest.mark.parametrize("texts", [(), ("",), (" \n", "\t")])
def test_a_line_that_says_nothing_is_told_what_that_means(texts: tuple[str, ...]) -> None:
    (doubt,) = doubts(texts)
    assert "lowest" in doubt


@pytest.mark.parametrize("text", ["\0\0", "🙂🙃", "?!"])
def test_a_text_without_a_word_is_told(text: str) -> None:
    (doubt,) = doubts(["Reading", text])
    assert "without any word" in doubt


def test_a_text_that_is_not_read_to_its_end_is_told() -> None:
    whole = "Reading in grade 1. " * (READ // 20)
    assert not list(doubts([f"  {whole.strip()}  "]))
    (doubt,) = doubts(["Reading", whole + "and more"])
    assert f"a text of {READ + 8:,} letters, of which the first {READ:,} are read" in doubt
