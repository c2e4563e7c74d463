"""Configuration files, scripts and programs with secrets in double brackets: `password=[[x]]`.

Every line with brackets is risky, every other line is clean. All of it is made up; `{…}` stands for
a value that `VALUES` assembles, so that no scanner takes it for real.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Final

MIXED: Final = "aZ3kL9mQ2xW7vB5nT8cR4yU6iO1pS0dF"  # 32 letters and digits
HEX: Final = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
B64: Final = "Ab3/Cd5+Ef7Gh9Ij1Kl3Mn5Op7Qr9St1Uv3Wx5Yz7"
LOWER: Final = "x7kq2mzp9lva4tw8rc3n6bjd5ye1hgf0"

VALUES: Final = {
    "aws_id": "AKIA" + "Q3EGTZ7XVM2LKP5R",
    "aws_secret": B64[:40],
    "github": "ghp_" + MIXED + "k3Rz",
    "gitlab": "glpat-" + MIXED[:20],
    "slack": "xoxb-" + "123456789012-" + MIXED[:24],
    "slack_hook": "https://hooks.slack.com/services/" + "T0A1B2C3D/B0A1B2C3D/" + MIXED[:24],
    "stripe": "sk_live_" + MIXED[:24],
    "openai": "sk-" + MIXED + MIXED[:16],
    "npm": "npm_" + MIXED + "k3Rz",
    "pypi": "pypi-" + "AgEIcHlwaS5vcmc" + MIXED * 3,
    "sendgrid": "SG." + MIXED[:22] + "." + (MIXED * 2)[:43],
    "twilio": "SK" + HEX,
    "dop": "dop_v1_" + HEX + HEX[::-1],
    "google": "AIza" + (MIXED * 2)[:35],
    "vault": "hvs." + MIXED[:24],
    "azure": (MIXED * 3)[:86] + "==",
    "sas": MIXED + MIXED[:11] + "%3D",
    "basic": b64encode(b"deploy:" + b"Wh1teR4bbit").decode(),
    "mixed": MIXED,
    "mixed20": MIXED[:20],
    "hex": HEX,
    "hex40": HEX + HEX[:8],
    "hex64": HEX + HEX[::-1],
    "b64": B64,
    "b64_32": "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=",
    "lower": LOWER,
    "uuid": "3f2b8c1e-9a47-4d60-b5e2-71c0fa8d934b",
    "jwt": "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxIn0" + ".c2lnbmF0dXJlMTIz",
    "mysql_hash": "*" + (HEX + HEX[:8]).upper(),
    "bcrypt": "$2y$10$" + (MIXED * 2)[:53],
    "apr1": "$apr1$" + MIXED[:8] + "$" + MIXED[:22],
    "sha512": "$6$" + MIXED[:16] + "$" + (MIXED * 3)[:86],
    "ssha": "{SSHA}" + MIXED + "==",
    "key_line": "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7" + MIXED,
    "wg": "yA7bQ2kN9xP4mR6tV8wZ1cF3hJ5lS0dG2eU4iO6pT8E=",
    "b64_password": b64encode(b"Wh1teR4bbit!").decode(),
}

# Name of the format, then its text.
RISKY: Final = (
    (
        ".env",
        """\
# production
APP_NAME=shop
APP_ENV=production
APP_KEY=base64:[[{b64_32}]]
APP_DEBUG=false
DB_CONNECTION=mysql
DB_HOST=10.0.3.14
DB_PORT=3306
DB_DATABASE=shop
DB_USERNAME=shop_rw
DB_PASSWORD=[[summer2019]]
REDIS_PASSWORD=[[kittycat]]
MAIL_USERNAME=mailer
MAIL_PASSWORD="[[Zx81 Spectrum!]]"
AWS_ACCESS_KEY_ID=[[{aws_id}]]
AWS_SECRET_ACCESS_KEY=[[{aws_secret}]]
AWS_DEFAULT_REGION=eu-central-1
PUSHER_APP_KEY=[[{mixed20}]]
PUSHER_APP_SECRET=[[{mixed20}]]
STRIPE_SECRET=[[{stripe}]]
JWT_SECRET=[[{mixed}]]
SESSION_LIFETIME=120
SLACK_WEBHOOK_URL=[[{slack_hook}]]
export GITHUB_TOKEN=[[{github}]]
SENTRY_TRACES_SAMPLE_RATE=0.2
ADMIN_PASS='[[p@55w0rd]]'
ENCRYPTION_KEY=[[{hex64}]]
MAILGUN_SECRET=[[key-{hex}]]
TELEGRAM_BOT_TOKEN=[[123456789:AA{mixed}x]]
ROOT_PASSWORD=[[toor]]
""",
    ),
    (
        "docker-compose",
        """\
version: "3.8"
services:
  db:
    image: mysql:8
    environment:
      MYSQL_ROOT_PASSWORD: [[letmein]]
      MYSQL_DATABASE: shop
      MYSQL_USER: shop
      MYSQL_PASSWORD: [[Sh0pD4ta]]
  cache:
    command: redis-server --requirepass [[r3d1sPw]]
  app:
    environment:
      - DATABASE_URL=[[postgres://shop:Sh0pD4ta@db:5432/shop]]
      - SECRET_KEY=[[{mixed}]]
      - RABBITMQ_DEFAULT_PASS=[[rabbit77]]
      - LOG_LEVEL=info
    ports:
      - "8080:80"
""",
    ),
    (
        "Kubernetes",
        """\
apiVersion: v1
kind: Secret
metadata:
  name: db-credentials
type: Opaque
data:
  username: ZGVwbG95
  password: [[{b64_password}]]
  api-token: [[{mixed}]]
stringData:
  admin-password: [[Gr33nTea!]]
---
apiVersion: apps/v1
kind: Deployment
spec:
  containers:
    - name: app
      env:
        - name: DB_PASSWORD
          value: [[qwerty12]]
        - name: API_KEY
          value: "[[{mixed}]]"
        - name: LOG_FORMAT
          value: json
""",
    ),
    (
        "Terraform",
        """\
provider "aws" {
  region     = "eu-west-1"
  access_key = "[[{aws_id}]]"
  secret_key = "[[{aws_secret}]]"
}
resource "aws_db_instance" "main" {
  engine   = "postgres"
  username = "dbadmin"
  password = "[[Tr0ub4dor&3]]"
  port     = 5432
}
variable "db_password" {
  default = "[[Tr0ub4dor&3]]"
}
provider "digitalocean" {
  token = "[[{dop}]]"
}
""",
    ),
    (
        "Ansible",
        """\
- hosts: all
  vars:
    ansible_user: deploy
    ansible_ssh_pass: [[d3pl0yNow]]
    ansible_become_password: [[Ro0tMeUp]]
    mysql_root_password: "[[m4ri4dbR00t]]"
  tasks:
    - name: add user
      mysql_user: name=app password=[[apppw99]] priv=*.*:ALL
""",
    ),
    (
        "WordPress",
        """\
define( 'DB_NAME', 'wordpress' );
define( 'DB_USER', 'wp' );
define( 'DB_PASSWORD', '[[w0rdPr3ss!]]' );
define('DB_HOST', 'localhost');
define('AUTH_KEY',         '[[k|2@Vb!x9{lower}]]');
define('SECURE_AUTH_SALT', '[[Zq^8&mT5+{lower}]]');
define('LOGGED_IN_KEY',    '[[{mixed}{lower}]]');
$table_prefix = 'wp_';
""",
    ),
    (
        "Rails",
        """\
default: &default
  adapter: postgresql
  pool: 5
production:
  <<: *default
  username: blog
  password: [[bl0gP4ss]]
  secret_key_base: [[{hex64}{hex64}]]
  aws:
    secret_access_key: [[{aws_secret}]]
""",
    ),
    (
        "Django",
        """\
SECRET_KEY = 'django-insecure-[[{lower}]]'
DEBUG = True
DATABASES = {
    'default': {
        'ENGINE': 'django.db.backends.postgresql',
        'USER': 'site',
        'PASSWORD': '[[s1tePassw]]',
        'HOST': 'localhost',
    }
}
EMAIL_HOST_PASSWORD = "[[m4ilMeNow]]"
SOCIAL_AUTH_GITHUB_SECRET = '[[{hex40}]]'
""",
    ),
    (
        "Laravel",
        """\
'mysql' => [
    'driver' => 'mysql',
    'username' => 'forge',
    'password' => '[[f0rgeIt]]',
],
'mailgun' => [
    'domain' => 'mg.example.org',
    'secret' => '[[key-{hex}]]',
],
'key' => env('APP_KEY', '[[{mixed}]]'),
""",
    ),
    (
        "Spring",
        """\
spring.datasource.url=jdbc:postgresql://db:5432/app
spring.datasource.username=app
spring.datasource.password=[[spr1ngTime]]
server.ssl.key-store-password=[[changeit77]]
spring.mail.password = [[Maulwurf9]]
jwt.secret=[[{mixed}]]
management.port=8081
app.client-secret=[[{mixed}]]
spring:
  rabbitmq:
    password: [[bunnyhop]]
""",
    ),
    (
        "web.config",
        """\
<connectionStrings>
  <add name="Main" connectionString="[[Server=sql1;Database=Crm;Uid=crm;Password=Cr4mIt!up;]]" />
</connectionStrings>
<appSettings>
  <add key="SmtpPassword" value="[[m41lb0x]]" />
  <add key="ApiKey" value="[[{mixed}]]" />
  <add key="PageSize" value="50" />
</appSettings>
<machineKey validationKey="[[{hex64}]]" decryptionKey="[[{hex}]]" validation="SHA1" />
""",
    ),
    (
        "appsettings.json",
        """\
{
  "ConnectionStrings": {
    "Default": "[[Data Source=db;Initial Catalog=Shop;User ID=sa;Password=Sup3r$ecure]]",
    "Redis": "[[cache.example.org:6380,password={b64_32},ssl=True]]"
  },
  "Jwt": { "Key": "[[{mixed}{mixed}]]", "Issuer": "https://id.example.org" },
  "AzureAd": {
    "TenantId": "{uuid}",
    "ClientSecret": "[[{mixed}]]"
  },
  "Storage": "[[DefaultEndpointsProtocol=https;AccountName=shop;AccountKey={azure}]]"
}
""",
    ),
    (
        "tomcat-users.xml",
        """\
<tomcat-users>
  <role rolename="manager-gui"/>
  <user username="tomcat" password="[[s3cret]]" roles="manager-gui"/>
  <user username="admin" password="[[adm1n]]" roles="admin-gui"/>
</tomcat-users>
<Resource name="jdbc/app" username="app" password="[[javadude]]" maxTotal="20"/>
""",
    ),
    (
        "Maven settings.xml",
        """\
<server>
  <id>releases</id>
  <username>deployer</username>
  <password>[[N3xus!2020]]</password>
</server>
<server>
  <privateKey>${{user.home}}/.ssh/id_rsa</privateKey>
  <passphrase>[[opensesame]]</passphrase>
</server>
""",
    ),
    (
        "Gradle",
        """\
org.gradle.jvmargs=-Xmx2g
signing.keyId=24875D73
signing.password=[[gr4dleMe]]
ossrhPassword=[[c3ntralRepo]]
storePassword '[[k3yst0re]]'
keyPassword "[[k3yAl1as]]"
""",
    ),
    (
        "Jenkins",
        """\
<com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl>
  <id>git</id>
  <username>builder</username>
  <password>[[B0bTheBuilder]]</password>
</com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl>
<secret>[[{mixed}]]</secret>
<apiToken>[[11{hex}]]</apiToken>
""",
    ),
    (
        "PowerShell",
        """\
$user = "svc-backup"
$password = "[[W1nter!2021]]"
$secure = ConvertTo-SecureString "[[W1nter!2021]]" -AsPlainText -Force
New-ADUser x -AccountPassword (ConvertTo-SecureString -String '[[Start123!]]' -Force)
$env:API_TOKEN = "[[{mixed}]]"
net user backup [[B4ckup!t]] /add
""",
    ),
    (
        "shell",
        """\
#!/bin/sh
set -e
mysql -u root -p[[s3cr3tRoot]] -e "show databases"
mysqldump --user=app --password=[[apppw99]] shop > dump.sql
curl -u deploy:[[Wh1teR4bbit]] https://ci.example.org/job
curl -H "Authorization: Bearer [[{mixed}]]" https://api.example.org
curl -H 'X-Api-Key: [[{mixed}]]' https://api.example.org
sshpass -p '[[s5hp4ss]]' ssh root@10.0.0.1
docker login -u ci -p [[d0ckerHub]] registry.example.org
export DB_PASS=[[m0nk3y]]
PGPASSWORD=[[pgpw_2020]] psql -h db -U app
redis-cli -a [[r3d1sPw]] ping
ldapsearch -x -D "cn=admin" -w [[ld4pAdm1n]] -b dc=example
echo '[[sud0Pw!]]' | sudo -S reboot
openssl rsa -in key.pem -passin pass:[[k3yPhr4se]]
sqlcmd -S db -U sa -P [[Sq1Server!]]
wget --http-user=bob --http-password=[[b0bsPw]] https://example.org/x
az login --service-principal -u app -p [[{mixed}]] --tenant x
git clone https://bob:[[{github}]]@github.com/x/y.git
ftp -n <<END
user bob [[ftpPw123]]
END
""",
    ),
    (
        "SQL",
        """\
CREATE USER 'app'@'%' IDENTIFIED BY '[[Sh0pD4ta]]';
GRANT ALL ON *.* TO 'app'@'%' IDENTIFIED BY PASSWORD '[[{mysql_hash}]]';
CREATE ROLE reporting LOGIN PASSWORD '[[rep0rt]]';
ALTER USER postgres WITH ENCRYPTED PASSWORD '[[p0stgr3s!]]';
CREATE LOGIN svc WITH PASSWORD = N'[[Svc!2020]]';
SET PASSWORD FOR 'bob'@'localhost' = PASSWORD('[[b0bsPw]]');
INSERT INTO users (id, name, password) VALUES (1, 'bob', '[[b0bsPw99]]');
INSERT INTO `accounts` VALUES (1,'alice','[[{bcrypt}]]');
SELECT id, name FROM users WHERE id = 1;
""",
    ),
    (
        "LDAP",
        """\
dn: uid=bob,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: bob
userPassword: [[{ssha}]]
olcRootPW: [[ld4pAdm1n]]
bindpw [[b1ndM3]]
""",
    ),
    (
        "htpasswd, shadow",
        """\
bob:[[{apr1}]]
alice:[[{bcrypt}]]
root:[[{sha512}]]:18900:0:99999:7:::
daemon:*:18900:0:99999:7:::
nobody:!:18900::::::
""",
    ),
    (
        "networks",
        """\
[Interface]
PrivateKey = [[{wg}]]
Address = 10.8.0.2/24
[Peer]
PublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=
PresharedKey = [[{wg}]]
network={{
  ssid="home"
  psk="[[correcthorse]]"
}}
wpa_passphrase=[[batterystaple]]
""",
    ),
    (
        "Cisco and Juniper",
        """\
hostname core1
enable secret 5 [[$1$mERr$hx5rVt7rPNoS4wqbXKX7m0]]
enable password [[c1scoPw]]
username admin privilege 15 password 7 [[0822455D0A16]]
username ops secret 9 [[$9$aB3dE6gH9jK2mN$aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6kM9oR2u]]
snmp-server community [[n0cR3ad]] RO
tacacs-server key [[t4c4csKey]]
crypto isakmp key [[v9nSh4red]] address 203.0.113.9
 neighbor 192.0.2.1 password [[bgpS3cret]]
set system root-authentication encrypted-password "[[{sha512}]]"
set security ike policy p pre-shared-key ascii-text "[[v9nSh4red]]"
interface Gi0/1
 ip address 192.0.2.2 255.255.255.0
""",
    ),
    (
        "dot files",
        """\
machine api.example.org login bob password [[n3trcPw]]
//registry.npmjs.org/:_authToken=[[{npm}]]
//registry.example.org/:_password=[[{b64_password}]]
_auth=[[{basic}]]
[pypi]
username = __token__
password = [[{pypi}]]
db.example.org:5432:shop:bob:[[pgp4ssw0rd]]
[client]
user=root
password=[[my5qlPw]]
[credential]
helper = store
smtp.example.org:587 bob@example.org:[[sm7pPw]]
""",
    ),
    (
        "HTTP",
        """\
POST /v1/items HTTP/1.1
Host: api.example.org
Authorization: Basic [[{basic}]]
X-Auth-Token: [[{mixed}]]
Cookie: theme=dark; PHPSESSID=[[{lower}]]; lang=en
Set-Cookie: session=[[{mixed}]]; Path=/; HttpOnly
Ocp-Apim-Subscription-Key: [[{hex}]]
PRIVATE-TOKEN: [[{gitlab}]]
Content-Type: application/json
""",
    ),
)


def filled(text: str) -> str:
    """The text with its `{…}` replaced by the assembled values."""
    for name, value in VALUES.items():
        text = text.replace("{" + name + "}", value)
    return text.replace("{{", "{").replace("}}", "}")
