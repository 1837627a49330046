"""Which column is which field."""

from __future__ import annotations

import pytest

from acme_desktop.core.foundation.errors import InputProblem, UsageProblem
from acme_desktop.core.importer import chunks, mapping
from acme_desktop.core.importer.aliases import key
from acme_desktop.core.importer.options import ImportOptions
from tests.support.reading import Files

EXPORTS = {
    "Shopify": (
        "Handle,Title,Body (HTML),Vendor,Variant SKU,Published,Status",
        "Variant SKU|Title|Body (HTML)|Published",
    ),
    "WooCommerce": (
        "ID,Type,SKU,Name,Published,Is featured?,Short description,Description",
        "SKU|Name|Description|Published",
    ),
    "WooCommerce in French": ("ID,UGS,Nom,Publié,Description courte,Description", "UGS|Nom|Description|Publié"),
    "PrestaShop": (
        "Product ID,Active (0/1),Name *,Reference #,Summary,Description",
        "Reference #|Name *|Description|Active (0/1)",
    ),
    "Magento": (
        "sku,store_view_code,name,description,short_description,product_online,url_key",
        "sku|name|description|product_online",
    ),
    "BigCommerce": (
        "Product ID,Product Name,Product Code/SKU,Product Description,Product Visible?",
        "Product Code/SKU|Product Name|Product Description|Product Visible?",
    ),
    "German": ("Artikelnummer,Bezeichnung,Beschreibung,Aktiv", "Artikelnummer|Bezeichnung|Beschreibung|Aktiv"),
    "French": ("Référence,Désignation,Descriptif,Actif", "Référence|Désignation|Descriptif|Actif"),
    "Spanish": ("Referencia,Nombre,Descripción,Activo", "Referencia|Nombre|Descripción|Activo"),
    "Italian": ("Codice articolo,Nome,Descrizione,Attivo", "Codice articolo|Nome|Descrizione|Attivo"),
    "Dutch": ("Artikelnummer,Naam,Omschrijving,Actief", "Artikelnummer|Naam|Omschrijving|Actief"),
    "Turkish": ("Stok Kodu,Ürün Adı,Açıklama,Aktif", "Stok Kodu|Ürün Adı|Açıklama|Aktif"),
    "Turkish shop": ("SKU,İsim,Açıklama,DURUM", "SKU|İsim|Açıklama|DURUM"),
    "Ukrainian": ("Артикул,Назва,Опис,Активний", "Артикул|Назва|Опис|Активний"),
    "Polish": ("Kod produktu,Nazwa,Opis,Aktywny", "Kod produktu|Nazwa|Opis|Aktywny"),
    "Portuguese": ("Código,Nome do produto,Descrição,Ativo", "Código|Nome do produto|Descrição|Ativo"),
}


@pytest.mark.parametrize("shop", EXPORTS)
def test_known_headers(files: Files, shop: str) -> None:
    header, expected = EXPORTS[shop]
    cells = ",".join("1" for _ in header.split(","))
    report = files.report(f"{header}\n{cells}\n")
    assert list(report["mapping"].values()) == expected.split("|")


@pytest.mark.parametrize(
    "header", ["SKU", " sku ", "Sku*", "\ufeffSKU", '"SKU"', "s\u200bku".replace("\u200b", ""), "_SKU_"]
)
def test_headers_are_compared_without_their_dress(header: str) -> None:
    assert key(header) == "sku"


def test_a_chosen_header_frees_the_field_from_any_other(files: Files) -> None:
    report = files.report("SKU,Title,Name\nA1,t,n\n", mapping={"sku": "Title"})
    assert report["mapping"] == {"sku": "Title", "name": "Name"}
    assert report["accepted"][0]["sku"] == "t"


def test_a_header_chosen_for_one_field_is_not_taken_for_another(files: Files) -> None:
    report = files.report("SKU,Name,Description\nA1,n,d\n", mapping={"name": "Description"})
    assert report["mapping"] == {"sku": "SKU", "name": "Description"}


def test_unknown_names_can_be_chosen(files: Files) -> None:
    report = files.report("Nummer1;Was\nA1;Cup\nA2;Mug\n", mapping={"sku": "Nummer1", "name": "was"})
    assert [(row["sku"], row["name"]) for row in report["accepted"]] == [("A1", "Cup"), ("A2", "Mug")]


def test_a_field_can_be_left_out(files: Files) -> None:
    assert "description" not in files.report("SKU,Name,Description\nA1,n,d\n", mapping={"description": ""})["mapping"]


def test_a_chosen_header_that_is_not_there_names_those_that_are(files: Files) -> None:
    error = files.error("SKU,Name\nA1,n\n", mapping={"sku": "Code"})
    assert "“Code”" in error
    assert "“SKU”, “Name”" in error


def test_an_unknown_field_is_wrong_usage() -> None:
    with pytest.raises(UsageProblem, match="price"):
        mapping.choose(["SKU"], {"price": "SKU"})


def test_one_of_two_equal_headers_can_be_chosen_by_position(files: Files) -> None:
    content = "SKU,SKU,Name\nA1,B1,Cup\n"
    assert "#1" in files.error(content)
    assert files.rows(content, mapping={"sku": "#2"}) == [(2, "B1", "Cup")]


def test_a_file_without_a_header_is_mapped_by_position(files: Files) -> None:
    content = "A1;Cup;nice\nA2;Mug;big\n"
    assert "#1" in files.error(content)
    report = files.report(content, mapping={"sku": "#1", "name": "#2"})
    assert report["header_line"] == 0
    assert [(row["line"], row["sku"], row["name"]) for row in report["accepted"]] == [
        (1, "A1", "Cup"),
        (2, "A2", "Mug"),
    ]


def test_a_missing_column_carries_the_profile_for_the_dialog(files: Files) -> None:
    with pytest.raises(chunks.MappingNeeded) as needed:
        chunks.inspect(files.write("Code2,Label2\nA1,Cup\n"), ImportOptions())
    assert needed.value.fields == ("sku", "name")
    assert needed.value.profile.header == ("Code2", "Label2")
    assert needed.value.profile.sample == (("A1", "Cup"),)


def test_a_missing_column_is_asked_for_in_one_sentence(files: Files) -> None:
    told = files.error("Code2,Label2\nA1,Cup\n")
    assert "Name them with --map sku=HEADER --map name=HEADER; a column may be named by its position, as #1" in told
    assert "Name it with --map name=HEADER;" in files.error("SKU,Label2\nA1,Cup\n")


def test_a_status_that_says_nothing_about_active_is_left_out(files: Files) -> None:
    report = files.report("SKU,Name,Status\nA1,Cup,in stock\nA2,Mug,sold out\n")
    assert "active" not in report["mapping"]
    assert "Status" in report["warnings"][0]
    assert len(report["accepted"]) == 2


def test_rounded_skus_are_warned_of(files: Files) -> None:
    report = files.report("SKU,Name\n1.23457E+12,Cup\n1e5,Mug\n")
    assert [row["sku"] for row in report["accepted"]] == ["1.23457E+12", "1e5"]
    assert "1.23457E+12" in report["warnings"][0]


def test_two_good_names_for_one_field_take_the_better(files: Files) -> None:
    assert files.report("Handle,Reference,SKU,Name\nh,r,s,n\n")["accepted"][0]["sku"] == "s"


def test_a_position_outside_the_file_is_refused() -> None:
    with pytest.raises(InputProblem, match="#9"):
        mapping.choose(["SKU", "Name"], {"sku": "#9"})
