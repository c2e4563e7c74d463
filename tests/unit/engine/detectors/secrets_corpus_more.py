"""More configuration files, scripts and programs, of rarer kinds; written as `secrets_corpus`."""

from __future__ import annotations

from typing import Final

RISKY: Final = (
    (
        "nginx, Apache",
        """\
proxy_set_header Authorization "Basic [[{basic}]]";
proxy_set_header X-Api-Key "[[{mixed}]]";
secure_link_md5 "$secure_link_expires$uri [[n1nxS3cret]]";
AuthLDAPBindPassword "[[b1ndM3]]"
SetEnv DB_PASSWORD [[ap4cheDb]]
fastcgi_param APP_SECRET [[{mixed}]];
""",
    ),
    (
        "Grafana, Prometheus, Alertmanager",
        """\
[security]
admin_user = admin
admin_password = [[gr4fanaPw]]
secret_key = [[{mixed20}]]
basic_auth:
  username: prom
  password: [[pr0mPw99]]
slack_api_url: '[[{slack_hook}]]'
smtp_auth_password: "[[sm7pPw!!]]"
authorization:
  credentials: [[{mixed}]]
bearer_token: [[{lower}]]
""",
    ),
    (
        "Elasticsearch, Kafka, RabbitMQ, Redis",
        """\
elasticsearch.password: "[[el4sticPw]]"
xpack.encryptedSavedObjects.encryptionKey: [[{lower}]]
sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="app" password="[[k4fkaPw]]";
ssl.keystore.password=[[keyst0reP]]
ssl.truststore.password=[[trustno1]]
default_pass = [[gu3stPw]]
masterauth [[r3plicaPw]]
user app on >[[r3disAcl]] ~* +@all
""",
    ),
    (
        "YAML",
        """\
password: |
  [[bl0ckPw99]]
password: >-
  [[f0ldedPw]]
database: {{ user: app, password: [[fl0wPw12]] }}
passwords:
  - [[f1rstPw9]]
credentials: {{username: bob, password: "[[fl0wPw13]]"}}
secret: "[[{mixed}]]"
smtp: {{pass: [[sm7pPw99]]}}
""",
    ),
    (
        "JSON",
        """\
{{"auths": {{"registry.example.org": {{"auth": "[[{basic}]]"}}}}}}
{{"username":"bob","password":"[[j5onPw99]]","remember":true}}
{{"access_token":"[[{mixed}]]","token_type":"Bearer","refresh_token":"[[{lower}]]"}}
"body": "{{\\"user\\":\\"bob\\",\\"password\\":\\"[[esc4pedPw]]\\"}}"
{{"name": "DB_PASS", "value": "[[ecsT4sk]]"}}
{{"key": "SECRET_TOKEN", "value": "[[{mixed}]]", "enabled": true}}
{{"clientId": "web", "clientSecret": "[[{uuid}]]"}}
""",
    ),
    (
        "XML",
        """\
<property name="connection.password">[[h1bernate]]</property>
<property name="javax.persistence.jdbc.password" value="[[jp4Passw]]"/>
<entry key="mail.password">[[m4ilXml1]]</entry>
<string name="google_maps_key">[[{google}]]</string>
<key>APIToken</key><string>[[{mixed}]]</string>
<Password><Value>[[un4ttend]]</Value></Password>
<wsse:Password Type="PasswordText">[[s0apPw99]]</wsse:Password>
<password encrypted="false">[[pl4inPw]]</password>
<credential username="bob" secret="[[{mixed}]]"/>
<proxy><password><![CDATA[[[cd4taPw]]]]></password></proxy>
""",
    ),
    (
        "batch, make, INI",
        """\
set DB_PASSWORD=[[b4tchPw]]
setx API_KEY [[{mixed}]]
net use Z: \\\\srv\\share /user:corp\\bob [[n3tUsePw]]
password    = [[p4dded12]]
Password=[[In1Passw]]
PASSWORD := [[m4keP4ss]]
remotepass = "[[r5yncPw]]"
auth_token=[[{hex40}]]
pwd:[[c0lonPw1]]
""",
    ),
    (
        "Lua, Perl, Groovy, Scala, Elixir, R",
        """\
local password = "[[lu4Passw]]"
my $password = '[[p3rlPassw]]';
def dbPassword = '[[gr00vyPw]]'
val dbPassword: String = "[[sc4laPw9]]"
password: System.get_env("DB_PASS") || "[[el1xirPw]]",
config :app, secret_key_base: "[[{hex64}]]"
con <- dbConnect(drv, user = "bob", password = "[[rSt4tsPw]]")
DBI->connect($dsn, "bob", "[[db1Passw]]")
conn.login('bob', '[[pyFtp99x]]')
@client = Client.new(api_key: "[[{mixed}]]")
""",
    ),
    (
        "logs and messages",
        """\
2024-05-01 12:00:01 DEBUG login user=bob password=[[l0gPw123]] ip=10.0.0.9
[INFO] Using token [[{github}]] for clone
POST /login?user=bob&password=[[urlPw123]]&next=/
Connecting to [[mongodb://root:m0ngoRoot@10.1.2.3:27017/admin]]
params: {{"email"=>"bob@example.org", "password"=>"[[r4ilsLog]]"}}
Error: access denied for token '[[{gitlab}]]'
x-goog-api-key: [[{google}]]
""",
    ),
    (
        "spoken",
        """\
Hi, my password is [[Tr0ub4dor&3]], please change it.
The wifi password is [[sunflower42]].
User: bob / Password: [[B0b!2020]]
login: admin, pw: [[adm1n!x]]
PIN: [[4821]]
the door code is [[2580#]]
Mein Passwort lautet [[Sommer2020!]].
Das WLAN-Passwort ist [[katze1234]]
mot de passe : [[Soleil75!]]
Mon mot de passe est [[Paris2024!]]
Mi contraseña es [[Verano2021*]]
contraseña: [[Gato12345]]
La password è [[Ciao1234!]]
Il codice pin è [[73915]]
Het wachtwoord is [[Tulp2022!]]
A senha é [[Praia2023!]]
senha: [[futebol10]]
Your verification code is [[482913]]
the root password for the db server is [[Blue42Horse]]
password (temp): [[Welc0me!1]]
""",
    ),
    (
        "appliances",
        """\
set system login user ops authentication encrypted-password "[[{sha512}]]"
snmp-server user ops grp v3 auth sha [[snmpAuth9]] priv aes 128 [[snmpPriv9]]
 ppp chap password 0 [[ch4pPassw]]
wpa-psk ascii 0 [[wl4nPskPw]]
config user local edit bob set passwd [[f0rtiPw99]]
 key-string 7 [[0822455D0A16]]
rocommunity [[n0cR3ad]]
set psksecret [[v9nSh4red]]
radius-server host 10.0.0.5 key [[r4diusKey]]
""",
    ),
    (
        "tools",
        """\
mongo --host db -u app -p [[m0ngoPw1]] --authenticationDatabase admin
mongodump --username app --password [[m0ngoPw1]]
keytool -genkey -storepass [[st0rePw1]] -keypass [[k3yPassw]]
svn checkout --username bob --password [[svnPw123]] https://svn.example.org
ansible-playbook site.yml -e "db_password=[[xtraPw12]]"
helm install db bitnami/mysql --set auth.rootPassword=[[h3lmPw12]]
kubectl create secret generic db --from-literal=password=[[l1teralPw]]
terraform apply -var="db_password=[[tfV4rPw1]]"
aws configure set aws_secret_access_key [[{aws_secret}]]
gpg --batch --passphrase [[gpgPhr4se]] -d x.gpg
7z x a.7z -p[[z1pPassw]]
smbclient //srv/share -U bob%[[smbPw123]]
docker run -e MYSQL_ROOT_PASSWORD=[[my-secret-pw1]] -d mysql
xfreerdp /u:bob /p:[[rdpPw123]] /v:srv
sqlplus scott/[[t1gerPw]]@orcl
http -a bob:[[httpiePw1]] example.org
heroku config:set SECRET_KEY=[[{mixed}]]
git remote add origin https://oauth2:[[{gitlab}]]@gitlab.example.org/a/b.git
echo "[[v4ultPw12]]" > .vault_pass
""",
    ),
)

CLEAN: Final = (
    "const isPasswordValid = (password) => password.length >= 8;",
    "const [password, setPassword] = useState('');",
    "onChange={e => setPassword(e.target.value)}",
    '<TextField label="Password" type="password" value={password} />',
    "passwordConfirmation: Yup.string().required('Password is required'),",
    "password_label: Password",
    "password: Mot de passe",
    "passwordPlaceholder: 'Enter your password'",
    "PASSWORD_RESET_TIMEOUT = 3600",
    "AUTH_PASSWORD_VALIDATORS = [",
    "{'NAME': 'django.contrib.auth.password_validation.MinimumLengthValidator'},",
    "password = serializers.CharField(write_only=True)",
    "password = models.CharField(max_length=128)",
    "password = Column(String(255), nullable=False)",
    'Password string `json:"password"`',
    "password, err := readPassword()",
    "token, err := jwt.Parse(raw, keyFunc)",
    'token := r.Header.Get("Authorization")',
    'char *password = getpass("Password: ");',
    "std::string password;",
    "std::string token = next();",
    "if (token.type === TokenType.STRING) {",
    "tokens.push({ type: 'paren', value: '(' });",
    "csrf_token: {{ csrf_token() }}",
    '<input type="hidden" name="csrfmiddlewaretoken" value="{{ csrf_token }}">',
    "Authorization: Bearer {{token}}",
    "Authorization: Bearer ${accessToken}",
    "headers: { Authorization: `Bearer ${token}` },",
    "'Authorization': 'Bearer ' + token",
    "auth: { username: user, password: pass },",
    "requests.get(url, auth=(user, password))",
    "login(username, password)",
    "authenticate(email: params[:email], password: params[:password])",
    "$password = $_POST['password'];",
    "$stmt->bind_param('ss', $user, $password);",
    "password_verify($password, $hash)",
    "'password' => 'required|min:8|confirmed',",
    "'password' => Hash::make($request->password),",
    "'password' => env('DB_PASSWORD'),",
    "'password' => env('DB_PASSWORD', ''),",
    "password: <%= ENV['DB_PASSWORD'] %>",
    'password: "${DB_PASSWORD:?err}"',
    "spring.datasource.password=${DB_PASS}",
    "password = var.db_password",
    "password = random_password.db.result",
    "password = data.aws_secretsmanager_secret_version.db.secret_string",
    'secret_key_ref { name = "db" key = "password" }',
    "valueFrom: {secretKeyRef: {name: db, key: password}}",
    "imagePullSecrets: [{name: regcred}]",
    "serviceAccountToken: {path: token, expirationSeconds: 3600}",
    "automountServiceAccountToken: false",
    "tokenReview: true",
    "tls-secret: my-tls-secret",
    "with: { token: '${{ github.token }}' }",
    "secrets: inherit",
    "AWS_SECRET_ACCESS_KEY: ${{ secrets.AWS_SECRET_ACCESS_KEY }}",
    "password: !Ref DBPassword",
    "Password: !Sub '{{resolve:secretsmanager:db:SecretString:password}}'",
    "NoEcho: true",
    "DBPassword: {Type: String, NoEcho: true, MinLength: 8}",
    "read -s -p 'Password: ' PASSWORD",
    "echo -n 'Enter password: '",
    "PASSWORD=$(openssl rand -base64 12)",
    "PASSWORD=`pwgen 12 1`",
    "printf '%s' \"$PASSWORD\" | docker login -u ci --password-stdin",
    "sudo passwd bob",
    "ssh -i ~/.ssh/id_rsa bob@example.org",
    "ssh-keygen -t ed25519 -N '' -f key",
    "openssl rsa -passin env:KEY_PASS",
    "openssl genrsa -out private.key 2048",
    "gpg --passphrase-file pass.txt -d x.gpg",
    "mysql --defaults-file=/etc/my.cnf -p shop",
    "# password: see the vault",
    "// TODO: remove hard-coded password",
    "The secret to good bread: time.",
    "Key: Value pairs are sorted.",
    "Keys: 12, values: 14",
    "Passengers: 12",
    "password strength: strong",
    "Password must contain: one digit, one letter",
    "Incorrect password: try again",
    "password changed for bob",
    "pam_unix(sshd:auth): authentication failure; user=bob",
    "Failed password for invalid user admin from 10.0.0.9 port 4242 ssh2",
    "Accepted publickey for bob from 10.0.0.9 port 22 ssh2: RSA SHA256:q83vEjRWeJCrze8SNFZ4kKvN7xI0Vni",
    "token bucket: 100/s",
    "prompt_tokens=120 completion_tokens=45 total_tokens=165",
    "cache key: user:42:profile",
    "Session: 3 of 12, Tuesday 14:00",
    "PIN code required",
    "the postcode is 90210",
    "the area code is 415",
    "error code: 404",
    "the source code is at github",
    "The code is on the left.",
    "a pass for the museum is 12 euros",
    "Das Passwort ist zu kurz.",
    "Le mot de passe est obligatoire.",
    "La clave es la paciencia.",
    "La chiave è sotto lo zerbino",
    "De code is rood.",
    "a senha expirou",
    "monkey: banana",
    "hockey = 'ice'",
    "turkey: 12 kg",
    "spinning: true",
    'assign("x", 1)',
    "design: modern",
    "signal = 9",
    "sidebar: left",
    "author = 'bob'",
    "pinned: 2",
    "webhook_events: push",
    "cookie_policy: strict",
    "license_key_required: true",
)
