"""Bank accounts and banks' codes: known by labels in seven languages, sure by checksums."""

from __future__ import annotations

import pytest
from tests.unit.engine.detectors.marking import check_found, check_not_found

from sluice.engine.detectors.banking import is_clabe

ACCOUNTS = (
    "Account number: [[12345678]]",
    "my account number is [[00123456789]], thanks",
    '"accountNumber": "[[000123456789]]"',
    "account_no=[[31926819]]",
    "Bank account [[12345678]]",
    "A/C No. [[50100012345678]]",
    "Sort code 12-34-56, acc no: [[31926819]]",
    "Kontonummer: [[1234567890]]",
    "Kto. gibt es nicht, aber Konto-Nr. [[532013000]]",
    "Numéro de compte : [[00001234567]]",
    "N° de compte: [[20041010050]]",
    "número de cuenta [[2100 0418 45 0200051332]]",
    "cuenta bancaria: [[21000418450200051332]]",
    "Numero di conto: [[000000123456]]",
    "Rekeningnummer [[417164300]]",
    "Conta corrente: [[12345-6]]",
    "número da conta: [[0012345-X]]",
    "CLABE: [[032180000118359719]]",
    "transferencia a la cuenta, CLABE interbancaria [[032 180 00011835971 9]]",
    "please transfer it from account [[12345678]] today",
    "customerAccountNumber: [[99887766]]",
    "account number for the transfer: [[31926819]]",
    "NZ account number [[12-3456-7890123-00]]",
)
US_ACCOUNTS = (
    "routing number 021000021, account number [[123456789012]]",
    "checking account: [[000123456789]]",
    "direct deposit to my savings account [[4455667788]]",
)
NOT_ACCOUNTS = (
    "account 12345678",
    "contact 12345678",
    "account number 1234",
    "account number 00000000",
    "accounts in 2024",
    "account opened 01/02/2024",
    "on account of 1234567 rows",
    "account number 12.5%",
    "the account number changes",
    "compte tenu de 2004",
    "accounting 12345678",
    "the konto is 12345678",
    "number 12345678",
    "account number, see order 12345678",
    "'account_id': 7",
    "discount 12345678",
)
ROUTING = (
    "routing number [[021000021]]",
    "ABA: [[026009593]]",
    "RTN [[011401533]]",
    '"routing_number": "[[121000248]]"',
    "routing transit number: [[0260-0959-3]]",
    "aba/rtn: [[322271627]]",
    "routing #[[111000025]]",
    "routingNumber=[[071000013]]",
    "ABA routing number is [[044000037]].",
    "bank routing [[061000104]]",
    "Routing number: [[123456789]]",
    "routing code [[021000089]]",
    "aba number [[031201360]]",
    "Routing No. [[021200339]]",
    "routing num: [[063107513]]",
)
NOT_ROUTING = (
    "021000021",
    "routing table 21",
    "routing 000000000",
    "routing number 12345678",
    "routing number 1234567890",
    "order 021000021",
    "the routing of 100000 calls",
    "Alabama 123456789",
    "aba 1",
    "port 021000021",
    "routing: 10.0.0.1",
    "routing number 0210000211",
    "rerouting 021000021",
    "routing is hard",
    "rtn",
)
CODES = (
    "Sort code: [[12-34-56]]",
    "sort code [[123456]]",
    "sort-code [[20 00 00]]",
    "BSB: [[062-000]]",
    "bsb [[062000]], acc 12345678",
    "BLZ [[100 700 00]]",
    "Bankleitzahl: [[37040044]]",
    "IFSC: [[HDFC0001234]]",
    "IFSC code [[SBIN0005943]]",
    "transfer to the bank branch [[ICIC0000047]]",
    "transit number [[12345-003]]",
    "code banque [[30004]] code guichet [[00123]]",
    "Agência [[1234-5]] Conta 12345-6",
    '"sort_code": "[[123456]]"',
    "Codice ABI: [[05428]]",
    "branch code: [[250655]]",
)
NOT_CODES = (
    "sort code: quick",
    "sort code 12-34-5",
    "sort 123456",
    "12-34-56",
    "BSB 62",
    "transit 5",
    "HDFC0001234",
    "branch code review",
    "BLZ 1",
    "agencia 12",
    "bank code of 2024-01-01",
    "code guichet ouvert",
    "institution number one",
    "IFSC",
    "ABCD1234567 at the bank",
)


@pytest.mark.parametrize("marked", ACCOUNTS)
def test_an_account_number_behind_a_label_is_found(marked: str) -> None:
    check_found(marked, "BANK_ACCOUNT")


@pytest.mark.parametrize("marked", US_ACCOUNTS)
def test_american_words_make_it_an_american_account(marked: str) -> None:
    check_found(marked, "US_BANK_NUMBER")


@pytest.mark.parametrize("text", NOT_ACCOUNTS)
def test_a_number_that_no_label_calls_an_account_is_not_found(text: str) -> None:
    check_not_found(text, "BANK_ACCOUNT")
    check_not_found(text, "US_BANK_NUMBER")


@pytest.mark.parametrize("marked", ROUTING)
def test_a_routing_number_behind_a_label_is_found(marked: str) -> None:
    check_found(marked, "ABA_ROUTING_NUMBER")


@pytest.mark.parametrize("text", NOT_ROUTING)
def test_nine_digits_alone_are_not_a_routing_number(text: str) -> None:
    check_not_found(text, "ABA_ROUTING_NUMBER")


@pytest.mark.parametrize("marked", CODES)
def test_a_banks_code_in_its_countrys_form_is_found(marked: str) -> None:
    check_found(marked, "BANK_CODE")


@pytest.mark.parametrize("text", NOT_CODES)
def test_a_code_of_another_kind_is_not_found(text: str) -> None:
    check_not_found(text, "BANK_CODE")


def test_every_single_wrong_digit_breaks_a_clabe() -> None:
    number = "032180000118359719"
    assert is_clabe(number)
    for place in range(18):
        for other in set("0123456789") - {number[place]}:
            assert not is_clabe(number[:place] + other + number[place + 1 :])
