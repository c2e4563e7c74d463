"""Cards, accounts and banks: tables of what is one, and of what only looks like one."""

from __future__ import annotations

import pytest
from tests.unit.engine.detectors.marking import check_found, check_not_found

CARDS = (
    "[[4111 1111\n1111 1111]]",
    "[[4111.1111.1111.1111]]",
    "[[4111\u20131111\u20131111\u20131111]]",
    "credit card number: [[1234 5678 9012 3456]]",
    "Kreditkartennummer [[4111 1111 1111 1112]]",
    "número de tarjeta: [[5105105105105101]]",
    "[[6304000000000000]]",
    "[[4111111111111111]]",
    "[[4111 1111 1111 1111]]",
    "[[4111-1111-1111-1111]]",
    "Visa [[4012888888881881]] exp 12/27",
    "[[5555555555554444]]",
    "[[5105 1051 0510 5100]]",
    "[[2223003122003222]]",
    "[[378282246310005]]",
    "[[3782 822463 10005]]",
    "[[6011111111111117]]",
    "[[6011 0009 9013 9424]]",
    "[[30569309025904]]",
    "[[3530111333300000]]",
    "[[6200000000000005]]",
    '"cardNumber": "[[4242424242424242]]"',
    "[[4111 1111 1111 1111]] 2024",
    "卡号[[4111111111111111]]。",
    "[[4111\u00a01111\u00a01111\u00a01111]]",
    "card=[[4000056655665556]];",
    "[[4222222222222]]",
    "cards [[4111111111111111]] [[5555555555554444]]",
)
NOT_CARDS = (
    "4111111111111112",
    "4111 1111 1111 1112",
    "1234567812345678",
    "0000000000000000",
    "9999999999999995",
    "1700000000123456",
    "41111111111111111111111",
    "order id 4111111111111111",
    "3.4111111111111111",
    "1234\n5678\n9012\n3452",
    "1234 5678 9012 3456",
    "411111111111",
    "a4111111111111111",
    "4111111111111111b",
    "12 34 56 78 90 12 34 56",
    "550e8400-e29b-41d4-a716-446655440000",
    "+4111111111111111",
    "2024-01-02 10 11 12 13",
    "4111,1111,1111,1111",
    "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
)
ACCOUNTS = (
    "IBAN [[DE89 3704 0044 0532 0130 01]]",
    "[[DE89.3704.0044.0532.0130.00]]",
    "[[gb82 west 1234 5698 7654 32]]",
    "[[DE89370400440532013000]]",
    "[[DE89 3704 0044 0532 0130 00]]",
    "[[GB82 WEST 1234 5698 7654 32]]",
    "[[GB82WEST12345698765432]]",
    "[[FR1420041010050500013M02606]]",
    "[[FR14 2004 1010 0505 0001 3M02 606]]",
    "[[NL91ABNA0417164300]]",
    "[[CH93 0076 2011 6238 5295 7]]",
    "[[AT61 1904 3002 3457 3201]]",
    "[[ES91 2100 0418 4502 0005 1332]]",
    "[[IT60 X054 2811 1010 0000 0123 456]]",
    "[[BE68 5390 0754 7034]]",
    "[[PL61 1090 1014 0000 0712 1981 2874]]",
    "[[NO93 8601 1117 947]]",
    "[[MT84 MALT 0110 0001 2345 MTLC AST0 01S]]",
    "iban: [[de89370400440532013000]]",
    "IBAN:[[DE89370400440532013000]].",
    "[[DE89 3704 0044 0532 0130 00]] BIC COBADEFFXXX",
    "[[DE89-3704-0044-0532-0130-00]]",
    "[[DE89370400440532013000]] [[NL91ABNA0417164300]]",
    "从[[DE89370400440532013000]]转",
)
NOT_ACCOUNTS = (
    "DE89370400440532013001",
    "DE89 3704 0044 0532 0130",
    "GB82WEST12345698765433",
    "XX89370400440532013000",
    "DE00370400440532013000",
    "ZZ12 ABCD EFGH IJKL",
    "DE8937040044053201300",
    "DE893704004405320130000",
    "ADE89370400440532013000",
    "AB12CD34EF56GH78IJ90",
    "US12345678901234567890",
    "SHA256 1234567890",
    "AES128 GCM",
    "ID12 3456 7890 1234 5678",
    "SE3550000000054910000003a",
    "FR12 is a road",
)
SECURITY_CODES = (
    "CVV [[123]]",
    "cvv: [[1234]]",
    '"cvc": "[[999]]"',
    "CVV2=[[123]]&x=1",
    "card 4111111111111111, security code [[123]]",
    "Kartenprüfnummer: [[123]]",
    "cryptogramme [[123]]",
    "código de seguridad de la tarjeta: [[123]]",
)
NOT_SECURITY_CODES = (
    "Your security code is 1234",
    "CVV 12345",
    "cvv is on the back",
    "verification code 123456",
    "CVE-2024-1234",
    "Prüfziffer 123",
    "cid 1234",
)
BANKS = (
    "SWIFT: [[DEUTDEFF]]",
    "BIC [[DEUTDEFF500]]",
    "bic=[[COBADEFFXXX]]",
    "Our bank's code is [[BNPAFRPP]]",
    "wire it to [[CHASUS33]]",
    "IBAN DE89370400440532013000, [[COBADEFF]]",
    "swift code [[BARCGB22]]",
    "SWIFT/BIC: [[HSBCGB2L]]",
    "bank [[UBSWCHZH80A]]",
    "[[INGBNL2A]] (bic)",
    "Transfer via [[ABNANL2A]]",
    "beneficiary bank [[BOFAUS3N]]",
    '"swift": "[[NDEADKKK]]"',
    "SEPA [[RABONL2U]]",
    "remittance through [[SBININBB]]",
)
NOT_BANKS = (
    "BUSINESS at the bank",
    "BANK STATEMENT FOR CREDITOR ACCOUNT",
    "INTERNET",
    "PASSWORD",
    "DATABASE",
    "ABSOLUTE",
    "IMPORTANT",
    "SELECT CUSTOMER FROM",
    "bic xxxxxxxx",
    "bank HOLIDAYS",
    "bank DEUTDEF",
    "bank DEUTZZFF",
    "bank DEUTDEFF5",
    "bank DEUTDEFF50000",
    "DEUTDEFF is a word",
    "deutdeff at the bank",
    "MAX_VALUE_DEUTDEFF_BANK",
    "CHASUS33",
)


@pytest.mark.parametrize("marked", CARDS)
def test_a_card_number_is_found_with_exactly_its_span(marked: str) -> None:
    check_found(marked, "CREDIT_CARD")


@pytest.mark.parametrize("text", NOT_CARDS)
def test_what_only_looks_like_a_card_number_is_not_found(text: str) -> None:
    check_not_found(text, "CREDIT_CARD")


@pytest.mark.parametrize("marked", ACCOUNTS)
def test_an_account_number_is_found_with_exactly_its_span(marked: str) -> None:
    check_found(marked, "IBAN_CODE")


@pytest.mark.parametrize("text", NOT_ACCOUNTS)
def test_what_only_looks_like_an_account_number_is_not_found(text: str) -> None:
    check_not_found(text, "IBAN_CODE")


@pytest.mark.parametrize("marked", BANKS)
def test_a_bank_code_is_found_where_the_words_around_it_say_so(marked: str) -> None:
    check_found(marked, "SWIFT_CODE")


@pytest.mark.parametrize("text", NOT_BANKS)
def test_an_ordinary_word_in_capitals_is_not_a_bank_code(text: str) -> None:
    check_not_found(text, "SWIFT_CODE")


@pytest.mark.parametrize("marked", SECURITY_CODES)
def test_a_cards_security_code_is_found(marked: str) -> None:
    check_found(marked, "CARD_SECURITY_CODE")


@pytest.mark.parametrize("text", NOT_SECURITY_CODES)
def test_another_code_is_not_a_cards_security_code(text: str) -> None:
    check_not_found(text, "CARD_SECURITY_CODE")


def test_a_cards_expiry_is_a_date() -> None:
    check_found("Visa 4111111111111111, exp [[12/27]]", "DATE_TIME")
    check_found("card valid thru: [[01/2029]]", "DATE_TIME")
