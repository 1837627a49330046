"""Which encodings are proposed for a text that is not UTF-8, and in which order."""

from __future__ import annotations

import pytest

from acme_desktop.core.importer import proposals
from tests.support.reading import Files


def names(text: str, codec: str) -> list[str]:
    return [name for name, _ in proposals.candidates(f"{text}\n".encode(codec))]


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("cp1252", "A-1;Café"),
        ("cp1252", "A-1;Caffè, qualità più alta"),
        ("cp1252", "A-1;Théière émaillée;24 €"),
        ("cp1252", "A-1;Œuf à la coque"),
        ("cp1252", "A-1;Größe L, Käse"),
        ("cp1252", "A-1;Camiseta de algodão"),
        ("cp1252", "A-1;Rød kjole, blå bøg"),
        ("cp1252", "A-1;5 ½ inch – “best”"),
        ("cp1252", "A-1;Men’s shirt"),
        ("cp1252", "A-1;100 m²;10×20 cm"),
        ("cp1252", "A-1;20 °C"),
        ("cp1250", "A-1;Łódź\nA-2;żółć"),
        ("cp1250", "A-1;Kubek niebieski, duży"),
        ("cp1250", "A-1;Książka"),
        ("cp1250", "A-1;příliš žluťoučký kůň"),
        ("cp1250", "A-1;Dřevěný stůl"),
        ("cp1250", "A-1;Hrnček modrý, veľký"),
        ("cp1250", "A-1;Fűnyíró"),
        ("iso8859-2", "A-1;Książka\nA-2;Świecznik"),
        ("cp852", "A-1;Książka\nA-2;Świecznik"),
        ("cp1254", "A-1;Kırmızı ayakkabı, büyük boy"),
        ("cp1254", "A-1;Güneş gözlüğü"),
        ("cp1251", "A-1;Чашка велика, синя"),
        ("cp1251", "A-1;Привет\nA-2;Мир"),
        ("cp1251", "A-1;стол деревянный складной"),
        ("cp1251", "A-1;СТОЛ ДЕРЕВЯННЫЙ"),
        ("koi8-r", "A-1;Привет\nA-2;Мир"),
        ("koi8-r", "A-1;стол деревянный складной"),
        ("koi8-u", "A-1;Чашка біла, синя"),
        ("cp866", "A-1;Ковдра тепла"),
        ("cp1253", "A-1;Καρέκλα, μεγάλη"),
        ("cp1253", "A-1;μπλε φλιτζάνι"),
        ("cp1255", "A-1;כיסא עץ, סיר בישול קטן"),
        ("cp1256", "A-1;كوب أزرق كبير"),
        ("gb18030", "A-1;红色的椅子"),
        ("big5", "A-1;紅色的椅子，藍色杯子"),
        ("shift_jis", "A-1;木製テーブル"),
        ("euc-kr", "A-1;나무 의자 큰"),
        ("mac-roman", "A-1;Café crème"),
    ],
)
def test_the_likeliest_encoding_of_a_tiny_file_comes_first(codec: str, text: str) -> None:
    first, preview = proposals.candidates(f"{text}\n".encode(codec))[0]
    assert (first, preview.rstrip(" ⏎")) == (codec, text.replace("\n", " ⏎ "))


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("cp1250", "A-1;Masă de bucătărie"),
        ("cp1250", "A-1;Hrnek na čaj"),
        ("cp1257", "A-1;Kėdė"),
        ("cp1257", "A-1;Krēsls"),
        ("cp1255", "A-1;שולחן עץ"),
        ("cp1252", "A-1;Það er þykkt"),
    ],
)
def test_what_could_be_several_languages_is_among_the_first(codec: str, text: str) -> None:
    assert codec in names(text, codec)[:3]


def test_encodings_that_read_a_sample_alike_do_not_crowd_the_others_out() -> None:
    found = proposals.candidates("A-1;Café\n".encode("cp1252"))
    assert len({preview for _, preview in found[:4]}) == 4
    assert "cp1250" in [name for name, _ in found[4:]]


def test_a_letter_that_comes_late_counts() -> None:
    """The first rows could be Western European; only one further down has letters that tell."""
    text = "".join(f"A-{n};Słój\n".replace("ł", "l") for n in range(400)) + "A-401;Książka, świecznik\n"
    assert names(text, "cp1250")[0] == "cp1250"


def test_a_polish_file_is_told_what_it_is(files: Files) -> None:
    content = "sku;name\nA;Łódź\nB;żółć\n"
    assert "(--encoding cp1250)" in files.error(content.encode("cp1250"))
    assert [name for *_, name in files.rows(content.encode("cp1250"), encoding="cp1250")] == ["Łódź", "żółć"]


def test_a_letter_that_comes_very_late_in_a_file_counts(files: Files) -> None:
    text = "sku;name\n" + "".join(f"A-{n};Slój\n" for n in range(2_000)) + "A-x;Książka, świecznik\n"
    assert "(--encoding cp1250)" in files.error(text.encode("cp1250"))
