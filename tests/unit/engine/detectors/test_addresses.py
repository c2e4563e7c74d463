"""Postal addresses: what is one, over commas and lines, and what only looks like one."""

from __future__ import annotations

import pytest
from tests.unit.engine.detectors.marking import check_found, check_not_found

ENGLISH = (
    "[[742 Evergreen Terrace]]",
    "He lives at [[742 Evergreen Terrace, Springfield, IL 62704, USA]].",
    "[[742 Evergreen Terrace]], he said",
    "[[42 wallaby way sydney]]",
    "my address is [[42 wallaby way, sydney]]",
    "[[10 Downing Street]] is well known.",
    "Ship to: [[1600 Pennsylvania Avenue NW, Washington, DC 20500]]",
    "[[123 Main St Apt 4B\nNew York, NY 10001]]",
    "[[123 Main St\n  Apt 4B\n  New York, NY 10001-1234\n  USA]]\n\nDear sir",
    "[[1 Broadway, New York, NY 10004]]",
    "[[Flat 3, 12 Mill Lane, Ambridge, Borsetshire BM1 2AB]]",
    "[[221B Baker Street, London NW1 6XE, UK]]",
    "[[100 Queen St W, Toronto, ON M5H 2N2]]",
    "[[5 Martin Place, Sydney NSW 2000]]",
    "[[One Microsoft Way, Redmond, WA 98052]]",
    "[[350 Fifth Avenue, 34th Floor, New York, NY 10118]]",
    "[[1234 County Road 12, Springfield, MO 65803]]",
    "send it to [[123 main street]] please",
    "[[123 MAIN STREET, SPRINGFIELD, IL 62704]]",
    "[[123 main st springfield il 62704]]",
    "On 5 March she moved to [[12 High Street]].",
    "[[P.O. Box 123, Springfield, IL 62704]]",
    "[[PO Box 77]]",
    '{"address": "[[12 Elm Ave, Reno, NV 89501]]"}',
    "12 Elm Ave,Reno".replace("12 Elm Ave", "[[12 Elm Ave") + ",NV 89501]]",
    "Is it [[42 W 42nd St]]?",
)
SENTENCES = (
    "[[Hauptstr. 5, 10115 Berlin]]. Mit freundlichen Grüßen",
    "Er wohnt in der [[Langen Straße 12, 89073 Ulm]]. Bitte kommen Sie.",
    "She lives at [[12 Park Road, London]]. We visited her.",
    "Send it to [[742 Evergreen Terrace, Springfield, IL 62704]]. Thanks",
    "J'habite [[12 bis rue de la Paix, 75002 Paris]]. Merci de passer.",
    "Vivo en [[Calle Mayor 5, 28013 Madrid]]. Gracias por todo.",
    "Abito in [[Via Roma 12, 20121 Milano]]. Grazie mille.",
    "Ik woon op [[Keizersgracht 123, 1015 CJ Amsterdam]]. Kom langs.",
    "Moro na [[Rua Augusta 12, 1100-053 Lisboa]]. Obrigado.",
    "Geliefert an [[Marktplatz 3, 9000 St. Gallen]]. Danke.",
    "[[12 High Street, St. Albans AL1 3JQ]]. Please call.",
    "[[55 Main St., St. Paul, MN 55101]]. Regards",
    "[[Bahnhofstrasse 1, 8001 Zürich, Schweiz]]. Am Montag",
)
"""An address ends where its sentence ends, and begins behind the words of the sentence."""
CONTINENTAL = (
    "Hospital Universitario La Paz. [[Paseo de la Castellana 261. 28046 Madrid]].",
    "residente na [[Rua do Salitre, 45, 2.º Esq., 1250-197 Lisboa]], nasceu",
    "abito a bologna in [[via zamboni 33]], ciao",
    "Wohnhaft in der [[Venloer Straße 310, 50823 Köln]].",
    "[[Hauptstr. 5]]",
    "[[Hauptstraße 5, 10115 Berlin]]",
    "[[hauptstr. 5, 10115 berlin]]",
    "[[HAUPTSTRASSE 5, 10115 BERLIN]]",
    "wohnt in der [[Lange Straße 12a\nD-70173 Stuttgart]]",
    "[[Am Markt 3, 99084 Erfurt]]",
    "[[Unter den Linden 77, 10117 Berlin]]",
    "[[Postfach 12 34, 60311 Frankfurt am Main]]",
    "[[12 bis rue de la Paix]]",
    "[[12, rue de la Paix, 75002 Paris]]",
    "J'habite au [[5 avenue des Champs-Élysées]] à Paris.",
    "[[C/ Mayor, 5, 3º B]]",
    "[[Calle Mayor, 5, 3º B, 28013 Madrid, España]]",
    "Domicilio: [[Calle Losada Martí 23, 5 B]].",
    "[[Via Roma 12/A]]",
    "Abito in [[Via Tiziano, 13 Appartamento 5\n20875, Burago (MB)]].",
    "[[Rotonda Briccialdi, 59\n06030, Sellano (PG)]]",
    "[[Piazza del Duomo 1, 20121 Milano (MI)]]",
    "[[Corso Vittorio Emanuele II, 12, 00186 Roma]]",
    "[[Keizersgracht 123-II, 1015 CJ Amsterdam]]",
    "[[Kerkstraat 5, 1012 AB Amsterdam]]",
    "Op 12 april 2024 heeft Joost (36 jaar) zich gemeld aan de [[Kade 263-II, 1016 GV Amsterdam]]",
    "[[Rua Augusta, 1500, São Paulo]]",
)
NOT_FOUND = (
    "5 minutes down the road",
    "Wall Street fell 3%",
    "St. John 5:12",
    "version 5 way",
    "Sesame Street",
    "Windows 10 Drive",
    "I met 5 people on my way to the park and 3 of them drove a long way",
    "the 9th Circuit Court of Appeals held in 1999 that the High Court",
    "On 12 March 1999 the Regional Court dismissed it",
    "It takes 3 days. The Place",
    "via port 22 to 10.0.0.1",
    "connect via HTTP 2",
    "a 2 lane road and a 4 lane highway",
    "string 5, int 32, str 5",
    "100 square meters",
    "during 2020",
    "address: 0x7ffe12",
    "address = 10.0.0.1:8080",
    "BP 120/80",
    "in 20 place settings",
    "12345 Widgets were sold",
    "drive 5 miles",
    "A1B 2C",
    "color #12 way",
    "2014 DC User Focus",
    "the 2021 UX Summit",
    "2016 NO LONGER ACTIVE",
    "2016 Educational Infrastructure: 2010 DC Sites",
    "CPython PR 70577",
    "Windows NT, 2000",
    "One Obvious Way",
    "3 federal employee judges and will be conducted virtually in 20240",
)


@pytest.mark.parametrize("marked", ENGLISH + SENTENCES + CONTINENTAL)
def test_an_address_is_found_with_exactly_its_span(marked: str) -> None:
    check_found(marked, "STREET_ADDRESS")


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_only_looks_like_an_address_is_not_found(text: str) -> None:
    check_not_found(text, "STREET_ADDRESS")
