"""User names behind labels, in logs and paths, and handles of social networks."""

from __future__ import annotations

import pytest
from tests.unit.engine.detectors.marking import check_found, check_not_found

HOME = "/home"
"""Apart from its users: no file here names a folder of a machine."""

FOUND = (
    "username: [[jdoe42]]",
    "user name [[j.doe]]",
    "my username is [[coolcat]], please reset it",
    "User ID: [[mmustermann7]]",
    "login: [[jdoe_99]]",
    "curl -d user=[[jdoe42]]&x=1",
    "Benutzername: [[hmueller]]",
    "Benutzerkennung [[hm4711]]",
    "Nom d'utilisateur : [[plefevre]]",
    "identifiant: [[plefevre75]]",
    "Nombre de usuario: [[mgarcia77]]",
    "usuario [[mgarcia_77]]",
    "Nome utente: [[rossi.m]]",
    "gebruikersnaam: [[pjansen]]",
    "nome de usuário: [[jsilva]]",
    "nickname: [[night_owl]]",
    "screen name: [[StarGazer]]",
    "sAMAccountName: [[jdoe1]]",
    "I am logged in as [[jdoe]]",
    "sshd: Failed password for invalid user [[jdoe7]] from 192.0.2.7",
    "sshd: Accepted publickey for [[jdoe]] from 192.0.2.7 port 22",
    "pam_unix: session opened for user [[jdoe]] by (uid=0)",
    "cd /home/[[jdoe]]/projects",
    "open C:\\Users\\[[jane.doe]]\\Desktop",
    "ls /Users/[[jane]]/Library",
    "thanks [[@jane_doe]], see you",
    "[[@JanSmith]] what do you think?",
    "follow me: [[@night.owl]]",
    "Instagram: [[jane.doe]]",
    "Telegram [[@jdoe99]]",
    "my twitter handle is [[@jane]]",
    "Discord: [[jane#1234]]",
    "paid by Venmo [[@jane-doe]]",
    "Snapchat: [[janed0e]]",
)
NOT_FOUND = (
    "value base.You user base.You",
    "the GitHub username is unknown",
    "User: hmm, that is odd.",
    "User: Device, access",
    "GitHub:\nMost popular",
    "username was found",
    "user feedback",
    "Creating a User Account - Using it",
    "the user wants to login with the password",
    "username: <your-username>",
    "username = input()",
    "user: User",
    "user = request.user",
    "self.user = user",
    "username is required",
    "user_music_dir",
    "user_id=user_id",
    'body={"user_id": user_id}',
    "login: function()",
    "user experience",
    "username: admin",
    "user=root",
    "the username and the password",
    "user_name VARCHAR(20)",
    f"{HOME}/user/x",
    "/usr/home",
    f"{HOME}/runner/work",
    "@property\ndef x(self): ...",
    "@app.route('/x')",
    "@media screen and (max-width: 100px)",
    " * @param name the name",
    "npm install @types/node",
    '"@scope/package": "1.0"',
    "@Override public void run()",
    "How the @overload decorator works",
    "@here the build is red",
    "mail jane@example.org",
    "SELECT @total := 1;",
    "the @example.com domain",
    "x @ y",
    "https://example.org/@",
    "Instagram is down",
    "GitHub: https://github.com",
    "twitter accounts",
)


@pytest.mark.parametrize("marked", FOUND)
def test_a_user_name_is_found_with_exactly_its_span(marked: str) -> None:
    check_found(marked, "USERNAME")


@pytest.mark.parametrize("text", NOT_FOUND)
def test_a_word_a_role_or_a_piece_of_a_program_is_not_a_user_name(text: str) -> None:
    check_not_found(text, "USERNAME")
