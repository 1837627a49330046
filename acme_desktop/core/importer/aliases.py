"""The header names that shops and people use for a product's fields, best first.

Names are kept as they are written in exports and compared by `key`. A name that means something else in one of the
known exports ("Product ID", "Manufacturer part number") is not here on purpose.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SEPARATORS = re.compile(r"[\W_]+")


@lru_cache(maxsize=4096)
def key(header: str) -> str:
    """A header as it is compared: no letter case, accents, quotes, marks, underscores or double spaces."""
    decomposed = unicodedata.normalize("NFKD", header)
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _SEPARATORS.sub(" ", plain.casefold()).strip()


_SKU = """
sku|variant sku|product sku|item sku|seller sku|merchant sku|sku code|sku number|sku id|sku no|product code sku
stock keeping unit
ugs|artikelnummer|article number|item number|product number|part number|stock number|catalogue number|catalog number
product code|item code|article code|stock code|part code|order code|article no|item no|product no|part no|art no
stock no
itemnumber|itemno|itemcode|partnumber|partno|productcode|articlenumber|articleno|stockcode|item id
artikel nr|artikelnr|art nr|artnr|artikelcode|artikel code|artikel nummer|artikel no|bestellnummer|bestell nr|bestellnr
produktnummer|produkt nr|produktcode|materialnummer|sachnummer|warennummer
référence produit|référence article|référence|réf produit|réf article|réf|code article|code produit|numéro d'article
n° article
numéro article|numéro de référence
referencia|referencia del producto|código de producto|código del producto|código de artículo|código del artículo
código artículo
código producto|número de artículo|número de referencia|clave
codice articolo|codice prodotto|codice|riferimento|riferimento prodotto|numero articolo|cod articolo|cod art
cod prodotto
productcode|bestelnummer|bestelcode|productnummer|referentie|artikelnr
stok kodu|stok kod|ürün kodu|ürün kod|ürün no|stok no|malzeme kodu|model kodu|referans
артикул|артикул товару|код товару|номер товару|код артикулу|артикул товара|код товара
kod produktu|numer artykułu|numer katalogowy|kod towaru|indeks|symbol|nr katalogowy|nr artykułu
código do produto|referência|código do artigo|cód produto
reference|product reference|ref|reference number|ref no|código|kod|код|code|handle
"""

_NAME = """
name|product name|title|product title|item name|item title|article name|variant name|post title|display name
nom|nom du produit|nom produit|désignation|libellé|titre|intitulé|nom de l'article|libellé produit|désignation article
bezeichnung|artikelbezeichnung|produktbezeichnung|produktname|artikelname|titel|produkttitel|benennung
nombre|nombre del producto|nombre producto|título|denominación|título del producto|nombre del artículo
nome|nome prodotto|nome del prodotto|titolo|denominazione|nome articolo
naam|productnaam|artikelnaam|producttitel|artikelomschrijving
isim|ürün adı|ürün ismi|adı|ad|başlık|stok adı|ürün başlığı|malzeme adı
назва|назва товару|найменування|найменування товару|ім'я|заголовок|название|название товара|наименование
nazwa|nazwa produktu|nazwa towaru|tytuł
nome do produto|nome produto|título do produto
product|label|item|article|artikel|produkt|produit|prodotto|producto|produto|ürün|товар
"""

_DESCRIPTION = """
description|product description|body html|body|long description|full description|description html|html description
post content
item description|description long|details|product details
beschreibung|produktbeschreibung|artikelbeschreibung|langbeschreibung|langtext|beschreibungstext|beschreibung lang
description du produit|description produit|description longue|descriptif|description détaillée
descripción|descripción del producto|descripción larga|descripción completa
descrizione|descrizione prodotto|descrizione del prodotto|descrizione lunga|descrizione completa
omschrijving|beschrijving|productomschrijving|productbeschrijving|lange omschrijving
açıklama|ürün açıklaması|ürün açıklama|uzun açıklama|detay
опис|опис товару|повний опис|описание|описание товара
opis|opis produktu|długi opis|pełny opis
descrição|descrição do produto|descrição completa
short description|description short|summary|excerpt|kurzbeschreibung|description courte|résumé|récapitulatif
descripción corta|resumen|descrizione breve|riepilogo|korte omschrijving|korte beschrijving|samenvatting
kısa açıklama|özet|короткий опис|krótki opis|descrição curta
"""

_ACTIVE = """
active|is active|active 0 1|enabled|is enabled|published|is published|product online|online|product visible
aktiv|ist aktiv|aktiviert|veröffentlicht|aktiv 0 1|actif|actif 0 1|activé|publié|est actif|en ligne
activo|activo 0 1|activado|publicado|habilitado|attivo|attivo 0 1|abilitato|pubblicato|attivato
actief|actief 0 1|gepubliceerd|ingeschakeld|aktif|aktif mi|yayımlanmış|yayımlandı|yayınlandı|yayında
активний|активно|активен|опубліковано|увімкнено|опубликован|aktywny|opublikowany|opublikowano|włączony|ativo|ativado
status|product status|state|estado|stato|durum|статус|visible|visibility|sichtbar
"""


def _keys(names: str) -> dict[str, int]:
    ranked: dict[str, int] = {}
    for name in names.replace("\n", "|").split("|"):
        if name:
            ranked.setdefault(key(name), len(ranked))
    return ranked


# field -> key of a header -> rank, 0 the best.
ALIASES: dict[str, dict[str, int]] = {
    "sku": _keys(_SKU),
    "name": _keys(_NAME),
    "description": _keys(_DESCRIPTION),
    "active": _keys(_ACTIVE),
}

# Names so general that they say little about what a column holds; alone they don't make a line a header.
WEAK = frozenset(
    _keys(
        """
code|código|kod|код|handle|product|label|item|article|artikel|produkt|produit|prodotto|producto|produto|ürün|товар|ad
body
details|summary|status|product status|state|estado|stato|durum|статус|online|visible|visibility|sichtbar|symbol|clave
indeks|product online
"""
    )
)


def field_of(header: str) -> str | None:
    """The field a header names best, or None; "Omschrijving" and the like go to the field that ranks it higher."""
    wanted = key(header)
    ranks = [(ranked[wanted], field) for field, ranked in ALIASES.items() if wanted in ranked]
    return min(ranks)[1] if ranks else None
