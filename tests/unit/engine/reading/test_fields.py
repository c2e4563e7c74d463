"""What documents say about their own values: each format in the ways in which it is written."""

from __future__ import annotations

import pytest
from tests.unit.engine.reading.marking import check_fields, found

from sluice.engine.reading import Field, fields

P, O, L, A = "PERSON", "ORGANIZATION", "LOCATION", "STREET_ADDRESS"  # noqa: E741 - column heads
B, E, T, N = "DATE_OF_BIRTH", "EMAIL_ADDRESS", "PHONE_NUMBER", "NRP"

JSON = (
    ('{"name": "[[Jane Roe]]", "email": "[[jane@x.org]]"}', P, E),
    ('{"user": {"name": "[[Jane]]", "dob": "[[1961-06-05]]"}}', P, B),
    ('{"firstName":"[[Jane]]","lastName":"[[Roe]]","homeAddress":"[[12 High St]]"}', P, P, A),
    ("{'first_name': '[[Jane]]', 'last_name': '[[O\\'Neil]]'}", P, P),
    ('{"name": {"first": "[[Jane]]", "last": "[[Roe]]"}}', P, P),
    ('{"phones": ["[[+44 20 7946 0000]]", "[[+44 20 7946 0001]]"]}', T, T),
    ('{"employees": [{"id": 1, "name": "[[Jane]]"}, {"id": 2, "name": "[[Max]]"}]}', P, P),
    ('{"ssn": [[123456789]], "age": [[41]]}', "US_SSN", "AGE"),
    ('{"fullName": "[[jane roe]]"}', P),
    ('{"name": "[[Jane R]]', P),
    ('Here you are: {"city": "[[Leeds]]", and so on', L),
    ('{"email": "[[a@x.org]]"}\n{"email": "[[b@x.org]]"}\n', E, E),
    (r'{"arguments": "{\"name\": \"[[Jane Roe]]\", \"email\": \"[[j@x.org]]\"}"}', P, E),
    (r'{"last_name": "[[M\u00fcller]]"}', P),
    ('{"name":"[[Paris]]","country":"[[FR]]","lat":48.8,"lon":2.3}', L, L),
    ('{"name": "[[Sparrow]]", "email": "[[s@x.org]]", "roles": ["viewer"]}', P, E),
    ('{"users": [{"name": "[[Sparrow]]", "provider": "github"}]}', P),
    ('{"name": "orders", "host": "db1", "password": "[[x9Fk2!aa]]"}', "PASSWORD"),
    ('{"name": "[[Acme Ltd]]", "vat": "GB123"}', O),
    ('{"customer": "[[Jane Roe]]", "employer": "[[Acme Ltd]]"}', P, O),
    ('{"nationality": "[[Dutch]]", "religion": "[[Hindu]]"}', N, N),
    ('{"username": "[[jdoe]]", "user name": "[[Jane Roe]]"}', "USERNAME", P),
    ('{"password": "[[hunter2x]]"}', "PASSWORD"),
    ('```json\n{"patientName": "[[Jane Roe]]"}\n```', P),
)
LINES = (
    ("Name: [[Jane Roe]]\nDOB: [[05/06/61]]\nCity: [[Leeds]]", P, B, L),
    ("Name: [[Jane Roe]], DOB: [[05/06/61]]; City: [[Leeds]]", P, B, L),
    ("Name: [[Jane Roe]] Date of birth: [[5.6.1961]] Age: [[41]]", P, B, "AGE"),
    ("Patient Name: [[ROE, JANE]]   MRN: [[00123456]]", P, "MEDICAL_RECORD_NUMBER"),
    ("**Name:** [[Jane Roe]]\n**Date of Birth**: [[5 June 1961]]", P, B),
    ("- Name: [[Jane Roe]]\n- Age: [[41]]", P, "AGE"),
    ("> Name: [[Jane Roe]]\n> Tel.: [[+49 30 901820]]", P, T),
    ("Name:\n  [[Jane Roe]]\nAddress:\n [[12 High Street, Leeds]]", P, A),
    ("Name: Dr. [[Jane Roe]] (director)\n", P),
    ("From: [[Jane Roe]] <jane@x.org>\nTo: [[Max Mustermann]]\n", P, P),
    ("Attendees:\n  - [[Jane Roe]]\n  - [[John Doe]]\n", P, P),
    ("Please send it to our support e-mail: [[a@x.org]].", E),
    ("user:\n  name: [[Jane Roe]]\n  email: [[j@x.org]]\nmetadata:\n  name: my-app", P, E),
    ("[person]\nname = [[Jane Roe]]\nemail = [[j@x.org]]\n", P, E),
    ("export DB_PASSWORD=[[hunter2x]]\nNAME=[[Jane Roe]]\n", "PASSWORD", P),
    ("ip=[[10.0.0.1]] user=[[jdoe]] action=login", "IP_ADDRESS", "USERNAME"),
    ("city: [[Leeds]]\nstate: [[Ohio]]\nzip: 12345", L, L),
    ("E-mail address (work): [[jane@x.org]]", E),
    ("Date of birth of the applicant: [[5 June 1961]]", B),
    ("Company: [[Acme Ltd]]\nContact: [[Jane Roe]]", O, P),
    ("Passport No.: [[X1234567]]", "PASSPORT"),
    ("Name\t[[Jane Roe]]\nEmail\t[[j@x.org]]\n", P, E),
)
LANGUAGES = (
    ("Vorname: [[Max]]\nNachname: [[Mustermann]]\nGeburtsdatum: [[01.02.1970]]", P, P, B),
    ("Straße: [[Hauptstr. 5]]\nWohnort: [[Köln]]\nStaatsangehörigkeit: [[deutsch]]", A, L, N),
    ("Nom : [[Dupont]]\nPrénom : [[Jeanne]]\nDate de naissance : [[12/03/1975]]", P, P, B),
    ("Adresse : [[12 bis rue de la Paix, 75002 Paris]]\nCourriel : [[j@x.fr]]", A, E),
    (
        "Nombre: [[Juan]]. Apellidos: [[Pérez Gil]]. NHC: [[1234567]].",
        P,
        P,
        "MEDICAL_RECORD_NUMBER",
    ),
    ("Domicilio: [[Calle Mayor 3]].\nPaís: [[España]].\nEdad: [[54 años]] Sexo: H.", A, L, "AGE"),
    ("Fecha de Ingreso: [[12/12/2016]].\nMédico: [[Juan García]] NºCol: 28", "DATE_TIME", P),
    ("Nombre del paciente: [[Juan Pérez]]\nTeléfono móvil: [[600 123 456]]", P, T),
    ("Cognome: [[Rossi]]\nNato il: [[01/01/1970]]\nIndirizzo: [[Via Roma 12/A]]", P, B, A),
    ("Codice fiscale: [[RSSMRA70A01H501S]]\nCittà: [[Roma]]", "IT_FISCAL_CODE", L),
    ("Naam: [[Jan de Vries]]\nGeboortedatum: [[01-02-1970]]\nBSN: [[111222333]]", P, B, "NL_BSN"),
    (
        "Nome: [[João Silva]]\nData de nascimento: [[01/02/1970]]\nMorada: [[Rua Augusta 24]]",
        P,
        B,
        A,
    ),
)
TABLES = (
    ("first_name,last_name,dob\n[[Jane]],[[Roe]],[[1961-06-05]]\n", P, P, B),
    ('name,email\n"[[Roe, Jane]]",[[j@x.org]]\n"[[Doe, Max]]",[[m@x.org]]\n', P, E, P, E),
    ('id,name,notes,phone\n1,[[Jane]],"a, b\nc",[[555-0187]]\n2,[[Max]],,[[555-0188]]', P, T, P, T),
    ("name;vorname;geburtsdatum\n[[Mustermann]];[[Max]];[[01.02.1970]]\n", P, P, B),
    ("full_name\tphone\n[[Jane Roe]]\t[[555-0187]]\n", P, T),
    (
        "| Name | Age | Phone |\n|---|---|---|\n| [[Jane Roe]] | [[34]] | [[555-0187]] |\n",
        P,
        "AGE",
        T,
    ),
    ("Name | City\n--- | ---\n[[Jane Roe]] | [[Leeds]]\n", P, L),
    (" name     | email\n----------+-------\n [[Jane Roe]] | [[j@x.org]]\n(1 row)\n", P, E),
    ("+------+-----+\n| name | age |\n+------+-----+\n| [[Jane Roe]] | [[34]] |\n+---+", P, "AGE"),
    ("| **Name** | [[Jane Roe]] |\n| **Email** | [[j@x.org]] |", P, E),
    ("See below:\n\nemail,city\n[[j@x.org]],[[Leeds]]\n\nName, thanks.", E, L),
    ("name,email\n[[Jane Roe]],[[j@x.org]]\n[[Max Doe]],", P, E, P),
)
SQL = (
    (
        "INSERT INTO u (id, first_name, dob) "
        "VALUES (1, '[[Jane]]', '[[1961-06-05]]'), (2, NULL, '');",
        P,
        B,
    ),
    ("insert into `u` (`last_name`,`email`) values ('[[O''Neil]]',lower('X@x.org'))", P),
    (
        "INSERT INTO u (note, email) VALUES ('a, (b', '[[j@x.org]]');\n"
        "INSERT INTO u (city) VALUES ('[[Leeds]]')",
        E,
        L,
    ),
    ("UPDATE u SET last_name = '[[Roe]]', email='[[x@y.org]]' WHERE id=3", P, E),
    ("COPY u (id, last_name, email) FROM stdin;\n1\t[[Roe]]\t[[j@x.org]]\n\\.\n", P, E),
)
CODE = (
    ("p = Person(name=\"[[Jane]]\", last_name='[[Roe]]', age=[[41]])", P, P, "AGE"),
    ('&User{Name: "[[Jane Roe]]", Email: "[[j@x.org]]"}', P, E),
    ("array('name' => '[[Jane Roe]]', 'email' => '[[j@x.org]]')", P, E),
    ('user.last_name = "[[Roe]]"', P),
    ('const homeAddress = "[[12 High St, Leeds]]";', A),
    ('val city: String = "x"\ncity := "[[Leeds]]"', L),
    ("https://x.org/a?first_name=[[Jane]]&last_name=[[Roe+Smith]]&city=[[New%20York]]#x", P, P, L),
    ("email=[[jane%40x.org]]&country=[[UK]]", E, L),
)
MARKUP = (
    (
        "<table><tr><th>Name</th><th>Phone</th></tr>"
        "<tr><td>[[Jane Roe]]</td><td>[[555-0187]]</td></tr></table>",
        P,
        T,
    ),
    (
        "<TABLE><TR><TD>Name</TD><TD>Phone</TD></TR>"
        "<TR><TD>[[Jane Roe]]</TD><TD>[[555-0187]]</TD></TR></TABLE>",
        P,
        T,
    ),
    ("<tr><td>Name:</td><td>[[Jane Roe]]</td></tr>", P),
    ("<tr><th>Date of birth</th><td>[[5 June 1961]]</td></tr>", B),
    ("<dl><dt>Name</dt><dd>[[Jane Roe]]</dd><dt>City:</dt><dd>[[Leeds]]</dd></dl>", P, L),
    ('<label for="n">First name</label> <input type="text" id="n" value="[[Jane]]">', P),
    ('<input name="email" value="[[j@x.org]]" /><input value="[[Leeds]]" name="city">', E, L),
    ("<p><b>Name:</b> [[Jane Roe]]<br><strong>City</strong>: [[Leeds]]</p>", P, L),
    ('<span class="email">[[j@x.org]]</span><td data-label="City">[[Leeds]]</td>', E, L),
    ("<person><name>[[Jane]]</name><ns:City>[[Leeds]]</ns:City></person>", P, L),
    ('<person firstName="[[Jane]]" dob="[[1961-06-05]]"/>', P, B),
    ('<meta name="author" content="[[Jane Roe]]">', P),
)
ROWS = JSON + LINES + LANGUAGES + TABLES + SQL + CODE + MARKUP


@pytest.mark.parametrize("row", ROWS, ids=range(len(ROWS)))
def test_the_marked_values_and_no_others_are_fields(row: tuple[str, ...]) -> None:
    check_fields(*row)


THINGS = (
    "POSTGRES_PASSWORD: ${DB_PASSWORD:?err}",
    '{"name": "my-app", "version": "1.0"}',
    '{"name": "test_user_1", "email": null}',
    '{"product": {"name": "Blue Wonder Chair"}}',
    '{"name": "Blue Wonder Chair", "price": 3}',
    '{"event_name": "Jane Roe", "className": "FooBar", "file_name": "Jane Roe.txt"}',
    '{"hostname": "web-1", "product name": "Jane Roe", "display": "Jane Roe"}',
    '{"name": "/usr/bin/jane", "path": "x"}',
    '{"name": null, "email": "", "phone": "N/A", "city": "<city>"}',
    '{"name": "${USER_NAME}", "email": "{{ email }}", "city": "%(city)s"}',
    '{"last_name": 42, "first_name": "***", "city": "xxxx", "dob": "YYYY-MM-DD"}',
    '{"bind_address": "0.0.0.0", "memory address": "12 ab", "address": "0x12fe"}',
    '{"state": "Running", "age": "old"}',
    '{"region": "us-east-1", "country": "us-east-1"}',
    '{"type": "object", "properties": {"name": {"type": "string"}, "email": {"type": "string"}}}',
    "metadata:\n  name: my-app\n  namespace: Default",
    "spec:\n  containers:\n  - name: nginx\n    image: nginx:1.2",
    "name: CI\non: push\njobs:\n  build:\n    name: Build And Test\n    runs-on: ubuntu",
    "name: Build Docker Image\nuses: actions/checkout",
    '[package]\nname = "my-crate"\nversion = "0.1"',
    "def f(name: str, email: str = None) -> None:\n    city = get_city()\n    name = other.name",
    "class User(Base):\n    email: EmailStr\n    last_name: Optional[str]\n"
    "    city = Column(String)",
    "interface User { firstName: string; age: number; email?: string }",
    'logger.info("name=%s", name)',
    "val firstName: String = input",
    "<product><name>Blue Chair</name><price>3</price></product>",
    '<input name="first_name" placeholder="Jane">',
    "Name,Qty,Price\nBlue Chair,3,10\n",
    "The name is shown below. Status: Open, Name: [redacted]",
    "name: Mapped[str]\nuser_id: Annotated[str, Form()]\napi-key: authorization",
    "RFC: 2047 MIME encoding",
    "f(a, session_id)\ng(b, session_id)\n",
    "page: 42, stage: 3, image: 7",
    "Meeting at 10:30; ratio 4:3; see http://x.org and C:\\temp",
    "if name == other and age >= 3 or city != x: pass",
    "std::string name; Foo::email",
    "Hi Jane, please call me, or write.\nYours, as ever, or so.\n",
    "Note: the name of the game, city: none.",
    "Name: ____________\nDate of birth: __/__/____",
    "",
)


@pytest.mark.parametrize("text", THINGS, ids=range(len(THINGS)))
def test_names_of_things_code_and_missing_values_are_no_fields(text: str) -> None:
    assert found(text) == []


def test_a_field_says_how_its_key_is_written_and_how_its_value_reads() -> None:
    (field,) = fields(r'"Last-Name": "M\u00fcller"')
    assert field.name == "Last-Name"
    assert field.value == "Müller"
    assert field.entity_types == ("PERSON",)


def test_a_representation_shows_neither_key_nor_value() -> None:
    assert repr(Field(1, 2, "k", ("PERSON",), "v")) == (
        "Field(start=1, end=2, entity_types=('PERSON',))"
    )


def test_a_company_in_place_of_a_person_is_offered_first() -> None:
    (field,) = fields("Card holder: Acme Widgets Ltd")
    assert field.entity_types == ("ORGANIZATION", "PERSON")
