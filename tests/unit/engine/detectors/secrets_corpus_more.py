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
sasl.jaas.config=PlainLoginModule required username="app" password="[[k4fkaPw]]";
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
    (
        "Java",
        """\
private static final String PASSWORD = "[[j4vaBeans]]";
String apiKey = "[[{mixed}]]";
Connection c = DriverManager.getConnection(url, "app", "[[orac1e]]");
props.setProperty("mail.smtp.password", "[[m4ilMe]]");
builder.password("[[bu1ldIt]]");
new UsernamePasswordCredentials("bob", "[[b0bsPw]]");
int passwordLength = 12;
""",
    ),
    (
        "C#",
        """\
var credentials = new NetworkCredential("bob", "[[b0bsPw]]");
private const string ClientSecret = "[[{mixed}]]";
public string Password {{ get; set; }} = "[[D3fault!]]";
conn.ConnectionString = "[[Server=.;Database=x;Uid=app;Pwd=pw4App;]]";
""",
    ),
    (
        "Go, Rust, C, Swift, Kotlin",
        """\
const apiSecret = "[[{mixed}]]"
password := "[[g0phers]]"
cfg := Config{{User: "bob", Password: "[[g0phers]]"}}
let db_password: &str = "[[f3rris]]";
static const char *wifi_pass = "[[esp32Home]]";
#define WIFI_PASSWORD "[[esp32Home]]"
char password[] = "[[hunter22]]";
let password: String = "[[sw1ftly]]"
val token: String = "[[{mixed}]]"
""",
    ),
    (
        "JavaScript, Python, PHP, Ruby",
        """\
const client = new Client({{ user: 'bob', password: 'pw-[[node4ever]]' }});
module.exports = {{ secret: '[[{mixed}]]', port: 3000 }};
const key = process.env.API_KEY || '[[{mixed}]]';
auth: {{ user: 'bob@example.org', pass: '[[n0deM4iler]]' }},
requests.get(url, auth=("bob", "[[pyth0nic]]"))
conn = psycopg2.connect(host="db", user="bob", password="[[pyth0nic]]")
token = os.environ.get("TOKEN", "[[{mixed}]]")
openai.api_key = "[[{openai}]]"
$db = new mysqli("localhost", "root", "[[phpR0cks]]", "shop");
$config['db']['password'] = '[[phpR0cks]]';
config.secret_key = "[[{hex64}]]"
Aws.config.update(credentials: Aws::Credentials.new('[[{aws_id}]]', '[[{aws_secret}]]'))
if (password == "[[backd00r]]") return true;
""",
    ),
    (
        "keys",
        """\
{{"private_key": "[[-----BEGIN PRIVATE KEY-----\\n{key_line}\\n-----END PRIVATE KEY-----]]\\n"}}
{{"kty":"RSA","n":"u1SU1LfVLPHCozMxH2Mo","e":"AQAB","d":"[[{mixed}{mixed}]]"}}
otpauth://totp/Shop:bob?secret=[[JBSWY3DPEHPK3PXP]]&issuer=Shop
client-key-data: [[LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFb3dJQkFBS0NBUUVBd]]
mnemonic: [[wolf sugar train noble quick river amber stone cloud lemon tiger piano]]
""",
    ),
    (
        "CI",
        """\
env:
  NPM_TOKEN: [[{npm}]]
  SONAR_TOKEN: "[[{hex40}]]"
  CODECOV_TOKEN: [[{uuid}]]
  NODE_ENV: test
script:
  - docker login -u "$USER" --password [[d0ckerHub]]
  - twine upload -u bob -p [[tw1neUp]] dist/*
variables:
  VAULT_TOKEN: [[{vault}]]
  SSH_KEY_PASSPHRASE: [[opensesame1]]
""",
    ),
    (
        "Dockerfile",
        """\
FROM debian:12
ENV POSTGRES_PASSWORD [[d3bian12]]
ENV API_TOKEN=[[{mixed}]] PORT=80
ARG NPM_TOKEN=[[{npm}]]
RUN echo "root:[[Docker!]]" | chpasswd
""",
    ),
    (
        "URLs",
        """\
broker_url = [[amqp://worker:c3lery@mq.example.org:5672//]]
MONGO_URI=[[mongodb+srv://app:m0ngoPw@cluster0.example.net/app?retryWrites=true]]
[[jdbc:mysql://db:3306/shop?user=app&password=jdbcPw1]]
https://api.example.org/v1?api_key=[[{mixed}]]&page=2
https://maps.example.org/js?key=[[{google}]]
https://acct.blob.core.windows.net/c/b?sv=2020&sr=b&sig=[[{sas}]]
ftp://bob:[[ftpPw123]]@files.example.org/
https://example.org/reset?token=[[{mixed}]]
""",
    ),
)
