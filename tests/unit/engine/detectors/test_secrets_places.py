"""Secrets known by where they stand: commands, directives, sentences, URLs, headers; hashes."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.detectors.secrets_marking import (
    check_found,
    check_nothing,
    found,
)

from sluice.engine.detectors.secrets.names import Kind, kind_of
from sluice.engine.detectors.secrets.values import (
    bits_per_point,
    is_placeholder,
    is_random,
    is_sequence,
)

MIXED = "aZ3kL9mQ2xW7vB5nT8cR4yU6iO1pS0dF"
HEX = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
LONG = MIXED * 3
BASIC = b64encode(b"deploy:" + b"Wh1teR4bbit").decode()

CONNECTIONS = (
    "[[postgres://app:S3cr3t@db.example.org:5432/app]]",
    "url = '[[mysql://app:S3cr3t@db/app]]'",
    "[[redis://:r3dis-pw@cache:6379/0]].",
    "([[mongodb+srv://app:p%40ss@c0.example.net/x?w=majority]])",
    "[[postgresql+asyncpg://app:S3cr3t@[::1]:5432/app]]",
    "[[amqps://guest:guest@mq.example.org/vhost]]",
    "[[jdbc:sqlserver://db:1433;databaseName=x;user=sa;password=S3cr3t99]]",
    "[[jdbc:oracle:thin:scott/t1ger99@db:1521:orcl]]",
    "[[Server=db,1433;Database=x;User Id=sa;Password=P@ss w0rd;Encrypt=yes]]",
    "[[Driver={ODBC};Server=db;Uid=app;Pwd=pw4App]]",
    "[[Endpoint=sb://x.example.net/;SharedAccessKeyName=Root;SharedAccessKey=q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=]]",
    "[[ldap://cn=admin:ld4pPw@ldap.example.org]]",
    'sql.Open("mysql", "[[app:g0Secr3t@tcp(db:3306)/shop]]")',
    'DB::connect("mysql", "[[root:phpR00t@db/shop]]")',
)
NOT_CONNECTIONS = (
    "postgres://localhost:5432/app",
    "postgres://user:password@localhost/app",
    "postgres://${DB_USER}:${DB_PASSWORD}@db/app",
    "mysql://username:<password>@host/db",
    "Server=db;Database=x;Integrated Security=true",
    "Server=db;Database=x;User Id=sa;Password=$(PW)",
    "redis://cache:6379/0",
    "jdbc:postgresql://db:5432/app",
    "jdbc:mysql://db/app?user=app&password=${PW}",
    "mongodb://127.0.0.1:27017",
    "mail bob@tcp(8)",
    '"bob:x@example.org"',
)
HASHES = (
    "bob:[[$2y$10$" + LONG[:53] + "]]",
    "[[$2b$12$" + LONG[:53] + "]]",
    "hash = '[[$argon2id$v=19$m=65536,t=3,p=4$" + MIXED[:22] + "$" + LONG[:43] + "]]'",
    "root:[[$6$" + MIXED[:16] + "$" + LONG[:86] + "]]:19000:0:99999:7:::",
    "root:[[$6$rounds=5000$" + MIXED[:16] + "$" + LONG[:86] + "]]:19000:0:99999:7:::",
    "ops:[[$5$" + MIXED[:16] + "$" + LONG[:43] + "]]:19000::::::",
    "x:[[$1$" + MIXED[:8] + "$" + LONG[:22] + "]]",
    "bob:[[$apr1$" + MIXED[:8] + "$" + LONG[:22] + "]]",
    "bob:[[$y$j9T$" + MIXED[:22] + "$" + LONG[:43] + "]]",
    "[[$P$" + LONG[:31] + "]]",
    "[[$S$" + LONG[:52] + "]]",
    "[[pbkdf2_sha256$600000$" + MIXED[:22] + "$" + LONG[:43] + "=]]",
    "[[pbkdf2:sha256:260000$" + MIXED[:16] + "$" + HEX + HEX + "]]",
    "[[scrypt:32768:8:1$" + MIXED[:16] + "$" + HEX * 4 + "]]",
    "[[{SSHA}" + MIXED + "==]]",
    "[[SCRAM-SHA-256$4096:" + MIXED[:22] + "==$" + LONG[:43] + "=:" + LONG[1:44] + "=]]",
    "'[[md5" + HEX + "]]'",
    "[[*" + (HEX + HEX[:8]).upper() + "]]",
    "bob:1001:" + HEX[::-1] + ":[[" + HEX + "]]:::",
    "password_hash: [[" + HEX + HEX[:8] + "]]",
    "bob:[[rl4hRkWZ5p1Eg]]",
    "bob:[[rl4hRkWZ5p1Eg]]:1001:1001::/home/bob:/bin/sh",
)
NOT_HASHES = (
    "bob:x:1000:1000::/home/bob:/bin/sh",
    "daemon:*:18900:0:99999:7:::",
    "$2y$10$short",
    "md5sum " + HEX,
    "sha256:" + HEX + HEX,
    "it costs $1$ or $5$ or $6$",
    "{SHA} is a scheme",
    "note:administrator",
    "time:2024-01-31T12",
    "see:section123456 for more",
)
SPOKEN = (
    "my password is [[Tr0ub4dor&3]]",
    "my password is [[sunshine]].",
    "Our wifi password is [[sunflower42]], ask Bob",
    "the wifi code is [[48291047]]",
    'The guest password is "[[blue horse 42]]"',
    "my pin is [[4821]]",
    "the door code is [[2580#]]",
    "Password for the server is [[Blue42Horse]]",
    "Mein Passwort lautet [[Sommer2020!]]",
    "Unser WLAN-Passwort ist [[katze1234]].",
    "Das Kennwort für den Server ist [[Winter#21]]",
    "Mon mot de passe est [[Paris2024!]]",
    "mot de passe : [[Soleil75!]]",
    "le code wifi est [[84937261]]",
    "Mi contraseña es [[Verano2021]]",
    "la clave del wifi es [[gato12345]]",
    "La password è [[Ciao1234!]]",
    "la parola d'ordine è [[Sesamo99]]",
    "Het wachtwoord is [[Tulp2022!]]",
    "Mijn wachtwoord is [[fiets123]].",
    "A senha é [[Praia2023!]]",
    "minha palavra-passe é [[Lisboa#9]]",
    "Your verification code is [[482913]]",
)
NOT_SPOKEN = (
    "value to pass to get(",
    "the script they pass to interp.exec( first",
    "pass `--strict`",
    "to get the old behaviour pass `timeout=None`, please",
    "my password is wrong",
    "my password is too short",
    "the password is required",
    "the area code is 415",
    "the source code is here",
    "the key is under the mat",
    "Mein Passwort ist falsch",
    "Das Passwort ist zu kurz",
    "Le mot de passe est obligatoire.",
    "La contraseña es incorrecta.",
    "La password è errata",
    "Het wachtwoord is verkeerd",
    "A senha é obrigatória",
    "password is not set",
    "The password was changed in 2020.",
)
COMMANDS = (
    "mysql -u root -p[[s3cr3tRoot]] shop",
    "mysqldump -uroot -p'[[s3cr3tRoot]]' shop",
    "sshpass -p [[s5hp4ss]] ssh a@b",
    "sshpass -p'[[s5hp4ss]]' ssh a@b",
    "docker login -u ci -p [[d0ckerHub]]",
    "curl -u bob:[[hunter22]] https://x.example.org",
    'curl --user "bob:[[hunter22]]" https://x.example.org',
    "redis-cli -h cache -a [[r3d1sPw]] ping",
    "tool --db-password [[p4ssw9rd]] --verbose",
    "tool --password=[[p4ssw9rd]]",
    "java -Ddb.password=[[p4ssw9rd]] -jar x.jar",
    "openssl pkcs12 -passout pass:[[p4ssw9rd]]",
    'ConvertTo-SecureString "[[W1nter!21]]" -AsPlainText -Force',
    "sqlplus scott/[[t1gerPw]]@orcl",
    "smbclient //s/x -U bob%[[smbPw123]]",
    "echo 'bob:[[n3wPassw]]' | chpasswd",
    "machine x.example.org login bob password [[n3trcPw]]",
    "db.example.org:5432:shop:bob:[[pgp4ssw0rd]]",
    "requirepass [[r3d1sPw]]",
    "ENV DB_PASSWORD [[d3bian12]]",
    "ALTER USER bob IDENTIFIED BY '[[0raclePw]]';",
    "CREATE ROLE bob PASSWORD '[[p0stgr3s]]';",
    "INSERT INTO users (name, password) VALUES ('bob', '[[ins3rted]]');",
    'requests.get(url, auth=("bob", "[[pyth0nic]]"))',
    'new NetworkCredential("bob", "[[dotn3tPw]]")',
    "openssl enc -aes-256-cbc -k [[3ncrypt-me]] -in a -out b",
    "schtasks /create /ru bob /rp [[t4skPw]] /tn x",
    "rabbitmqctl add_user bob [[r4bbitPw]]",
    "/msg nickserv identify [[n1ckPw]]",
    "d-i passwd/root-password password [[pr3seed]]",
    'createUser monitor SHA "[[auth-Pass-1]]" AES "[[priv-Pass-2]]"',
    "lftp -u bob,[[lftpPw1]] ftp.example.org",
    "bob:{PLAIN}[[pl4inMail]]::::::",
    "bob    pptpd   [[pptpPw2]]   *",
    '"bob" * "[[ch4pPw]]" *',
    "smtp.example.org bob:[[r3layPw]]",
    "chpasswd:\n  list: |\n    root:[[cl0udRoot]]\n    ubuntu:[[ubuntuPw1]]",
    "ip ospf message-digest-key 1 md5 [[ospfkey]]",
    "ntp authentication-key 1 md5 [[ntpkey1]]",
    "radius-server host 192.0.2.9 auth-port 1812 key [[rad1us-key]]",
    "com2sec readonly default [[s3cretcomm]]",
    "set snmp community [[netmon12]] authorization read-only",
    " key 1\n  key-string [[coreKey]]",
    "line vty 0 4\n password [[tulip]]\n login",
    'poll pop.example.org user "bob" there with password "[[f3tchPw]]" is bob here',
    'if password == "[[b4ckd00r]]": grant()',
    "userPassword:: [[e1NTSEF9q83vEjRWeJCrze8SNFZ4kKvN7xI0Vni=]]",
    "vpn_password                  = '[[gl4ssPw]]'",
    "data:\n  password: [[c3VtbWVyLXJhaW4tNDQ=]]\n  username: YmlsbGluZw==",
    'EMAIL_HOST_PASSWORD = "[[kzvq wmtx plhb rjcd]]"',
    "spring.mail.password=[[kzvq wmtx plhb rjcd]]",
    "javax.net.ssl.trustStorePassword=[[changeit]]",
    "keyPassword '[[gradleKey]]'",
    "FTP('ftp.example.org', 'bob', '[[ftpL1b]]')",
    "jwt.sign(payload, '[[shhhh-s1gn]]')",
    "AES.new(b'[[q83vEjRWeJCrze8S]]', AES.MODE_CBC)",
    "createHmac('sha256', '[[q83vEjRWeJCrze8S]]')",
    "password_hash('[[h4shMe]]', PASSWORD_DEFAULT)",
    "stats auth admin:[[st4tsPw]]",
    "basic_auth: admin:[[Str0ngOne]]",
    'variable "db_password" {\n  default = "[[tfD3fault]]"\n}',
    "  DBPassword:\n    Type: String\n    NoEcho: true\n    Default: [[st4ckPw]]",
    "ParameterKey=DBPassword,ParameterValue=[[p4ramPw]]",
)
NOT_COMMANDS = (
    "mysql -u root -p",
    "mysql -u root -p$PW",
    "mkdir -p /srv/app",
    "docker run -p 8080:80 nginx",
    "docker login -u ci -p $CI_PW",
    "curl -u $USER:$PASS https://x.example.org",
    "tool --password-file /run/secrets/db",
    "tool --password --verbose",
    "IDENTIFIED BY :pw",
    "INSERT INTO users (name, password) VALUES (?, ?)",
    "requirepass ${REDIS_PASSWORD}",
    "login bob password <password>",
    "auth=(user, password)",
    "30 4 * JAN *",
    "name * value * other",
    "if the password is set, login works",
    "docs\n  password managers\n  keep it",
    '{"passwordField": "pass", "userField": "user"}',
    "see en.example.org Main:Page",
    "Token::new(value)",
    "jwt.decode(token, key)",
    "credentials: system:masters",
    "createHmac('sha256', secret)",
    'variable "db_password" {\n  type = string\n}\nvariable "b" { default = "x1y2z3" }',
    "  DBPassword:\n    Type: String\n  DBUser:\n    Type: String\n    Default: adm1n",
)
HEADERS = (
    ("Authorization: Basic [[" + BASIC + "]]", "PASSWORD"),
    ("Authorization: Bearer [[" + MIXED + "]]", "ACCESS_TOKEN"),
    ("-H 'Authorization: Token [[" + HEX + "]]'", "ACCESS_TOKEN"),
    ("Cookie: a=b; sessionid=[[" + MIXED + "]]; c=d", "ACCESS_TOKEN"),
    ("Set-Cookie: connect.sid=[[s%3A" + MIXED + "]]; Path=/", "ACCESS_TOKEN"),
    ("X-Api-Key: [[" + MIXED + "]]", "API_KEY"),
    ("X-Auth-Token: [[" + MIXED + "]]", "ACCESS_TOKEN"),
)
NAMES = (
    ("db_password", Kind.PASSWORD),
    ("userPassword", Kind.PASSWORD),
    ("PGPASSWORD", Kind.PASSWORD),
    ("mysql-root-passwd", Kind.PASSWORD),
    ("clave", Kind.PASSWORD),
    ("contraseña", Kind.PASSWORD),
    ("client_secret", Kind.SECRET),
    ("clientSecret", Kind.SECRET),
    ("x-api-key", Kind.KEY),
    ("apikey", Kind.KEY),
    ("ssh_private_key", Kind.PRIVATE),
    ("accessToken", Kind.TOKEN),
    ("api_token", Kind.SECRET),
    ("password_hash", Kind.HASH),
    ("pin", Kind.PIN),
    ("key", Kind.WEAK),
    ("compass", None),
    ("bypass", None),
    ("password_file", None),
    ("tokenType", None),
    ("max_tokens", None),
    ("next_page_token", None),
    ("public_key", None),
    ("primaryKey", None),
    ("secretName", None),
    ("author", None),
    ("name", None),
)
PLACEHOLDERS = (
    "<your-key>", "xxxx", "${VAR}", "$VAR", "%VAR%", "{{ pw }}", "****", "changeme", "your_api_key",
    "REPLACE_ME", "null", "password", "EXAMPLE", "example-token", "#{pw}", "<%= pw %>", "...",
)  # fmt: skip


@pytest.mark.parametrize("marked", CONNECTIONS)
def test_a_connection_string_is_one_finding_from_end_to_end(marked: str) -> None:
    check_found(marked, "CONNECTION_STRING")


@pytest.mark.parametrize("marked", HASHES)
def test_a_hash_of_a_password_is_found_without_the_account(marked: str) -> None:
    check_found(marked, "PASSWORD_HASH")


@pytest.mark.parametrize("marked", [*SPOKEN, *COMMANDS])
def test_what_is_said_or_given_on_a_command_line_is_a_password(marked: str) -> None:
    check_found(marked, "PASSWORD")


@pytest.mark.parametrize(("marked", "entity_type"), HEADERS)
def test_credentials_in_headers_are_found_with_exactly_their_span(
    marked: str, entity_type: str
) -> None:
    check_found(marked, entity_type)


@pytest.mark.parametrize("text", [*NOT_CONNECTIONS, *NOT_HASHES, *NOT_SPOKEN, *NOT_COMMANDS])
def test_what_only_looks_like_it_is_nothing(text: str) -> None:
    check_nothing(text)


@pytest.mark.parametrize(("name", "kind"), NAMES)
def test_an_identifier_s_words_say_what_its_value_is(name: str, kind: Kind | None) -> None:
    assert kind_of(name) is kind


@pytest.mark.parametrize("value", PLACEHOLDERS)
def test_a_stand_in_is_recognised(value: str) -> None:
    assert is_placeholder(value)


@pytest.mark.parametrize("value", [MIXED, HEX, "x7kq2mzp9lva4tw8", "q83vEjRWeJCrze8SNFZ4kKvN"])
def test_keys_are_random(value: str) -> None:
    assert is_random(value)


@pytest.mark.parametrize(
    "value",
    [
        "my-app-v2-secret",
        "getUserNameFromRequest",
        "release-2024-05-01",
        "abcdefghijklmnop",
        "1234567890123456",
        "correct horse battery",
        "ApplicationContextFactory",
        "us-east-1-prod-cluster",
    ],
)
def test_words_identifiers_and_versions_are_not_random(value: str) -> None:
    assert not is_random(value)


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_what_judges_values_takes_any_text(value: str) -> None:
    assert is_placeholder(value) in (True, False)
    assert is_random(value) in (True, False)
    assert is_sequence(value) in (True, False)
    assert not value or 0 <= bits_per_point(value) <= 6


@given(st.text(alphabet="pasword:= '\"\n<>{}$().;,/@-x1éß\U0001f600", max_size=80))
@settings(max_examples=80, deadline=None)
def test_findings_lie_inside_of_the_text_and_are_not_empty(text: str) -> None:
    for item in found(f"password={text}"):
        assert 0 <= item.start < item.end <= len(text) + 9
