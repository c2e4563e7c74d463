"""What keys, headers and labels are called, in seven languages, and what they name.

Words are in lower case, without accents, one space between them. A row of `ENDINGS` also counts at
the end of a longer name (`customer email`); one of `WHOLE` only by itself.
"""

from __future__ import annotations

from typing import Final

from sluice.engine.patterns import words

ENDINGS: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    (
        ("PERSON",),
        "first name|last name|full name|given name|given names|family name|surname|middle name|"
        "maiden name|legal name|preferred name|birth name|forename|christian name|firstname|"
        "lastname|fullname|givenname|familyname|middlename|fname|lname|cardholder|card holder|"
        "cardholder name|account holder|next of kin|emergency contact|beneficiary name|signatory|"
        "name on card|first and last name|"
        "vorname|nachname|familienname|geburtsname|rufname|zuname|vollstandiger name|"
        "vor und nachname|vor und zuname|kontoinhaber|karteninhaber|ansprechpartner|sachbearbeiter|"
        "prenom|prenoms|nom de famille|nom complet|nom et prenom|nom de naissance|nom usuel|"
        "nom prenom|prenom nom|titulaire|"
        "apellido|apellidos|primer apellido|segundo apellido|nombre completo|nombres|"
        "nombre y apellidos|nombre y apellido|apellidos y nombre|nombre de pila|titular|"
        "cognome|nome completo|nome e cognome|cognome e nome|intestatario|"
        "achternaam|voornaam|voornamen|volledige naam|geboortenaam|tussenvoegsel|roepnaam|"
        "rekeninghouder|contactpersoon|"
        "sobrenome|apelido|primeiro nome|ultimo nome|nome do meio|nome de solteira|"
        "mothers name|fathers name|mother name|father name|nome da mae|nome do pai|"
        "nombre de la madre|nombre del padre|spouse name|displayname",
    ),
    (
        ("ORGANIZATION",),
        "company name|organization name|organisation name|business name|employer|employer name|"
        "firmenname|nom de l entreprise|raison sociale|razon social|ragione sociale|razao social|"
        "bedrijfsnaam|arbeitgeber|employeur|werkgever|empregador|datore di lavoro|empleador|"
        "institution name|school name|bank name",
    ),
    (
        ("STREET_ADDRESS",),
        "street address|postal address|mailing address|home address|billing address|"
        "shipping address|delivery address|residential address|work address|office address|"
        "address line|address line one|street name|street|anschrift|adresse postale|postanschrift|"
        "strasse|strasse und hausnummer|hausanschrift|lieferadresse|rechnungsadresse|wohnadresse|"
        "rue|domicilio|direccion|direccion postal|direccion de envio|calle|indirizzo|"
        "indirizzo di casa|adres|straat|straatnaam|woonadres|postadres|endereco|morada|"
        "rua|logradouro|residencia habitual|adresse de livraison|adresse de facturation|"
        "indirizzo di residenza|factuuradres|bezorgadres|adresse",
    ),
    (
        ("LOCATION",),
        "city|town|birthplace|place of birth|birth place|city of birth|country of birth|hometown|"
        "home town|place of residence|country of residence|city name|country name|"
        "geburtsort|wohnort|geburtsland|wohnsitz|ort der geburt|"
        "lieu de naissance|ville|pays|ville de naissance|pays de naissance|"
        "ciudad|localidad|municipio|provincia|lugar de nacimiento|pais|pais de nacimiento|"
        "poblacion|citta|luogo di nascita|comune di nascita|paese di nascita|"
        "woonplaats|geboorteplaats|geboorteland|"
        "cidade|local de nascimento|naturalidade|bairro",
    ),
    (
        ("NRP",),
        "nationality|citizenship|ethnicity|ethnic group|ethnic origin|religion|"
        "political affiliation|political party|staatsangehorigkeit|nationalitat|"
        "staatsburgerschaft|konfession|religionszugehorigkeit|nationalite|citoyennete|"
        "nacionalidad|ciudadania|nazionalita|cittadinanza|religione|nationaliteit|"
        "staatsburgerschap|geloof|nacionalidade|religiao|etnia|raza",
    ),
    (
        ("DATE_OF_BIRTH",),
        "dob|d o b|date of birth|birth date|birthdate|birthday|born|born on|"
        "geburtsdatum|geburtstag|geb datum|geboren am|geb am|"
        "date de naissance|ne le|nee le|date naissance|"
        "fecha de nacimiento|fecha nacimiento|f nacimiento|fec nac|fecha nac|f nac|"
        "fecha de nac|nacido el|nacida el|data di nascita|nato il|nata il|datanascita|"
        "geboortedatum|geboren op|data de nascimento|data nascimento|nascimento|dt nascimento|"
        "nascido em|nascida em|birthdt",
    ),
    (
        ("DATE_TIME",),
        "admission date|date of admission|discharge date|date of discharge|date of death|"
        "death date|hire date|date of hire|visit date|appointment date|date of visit|"
        "aufnahmedatum|entlassungsdatum|todesdatum|date d admission|date de deces|"
        "fecha de ingreso|fecha de alta|fecha de defuncion|fecha de consulta|data di ricovero|"
        "data di dimissione|opnamedatum|ontslagdatum|overlijdensdatum|data de internacao|"
        "data de alta|data de obito",
    ),
    (("AGE",), "age in years|patient age|edad|eta|idade|leeftijd|lebensalter"),
    (
        ("EMAIL_ADDRESS",),
        "email|e mail|mail address|email address|e mail address|emailaddress|email id|"
        "e mail adresse|mailadresse|emailadresse|courriel|adresse e mail|adresse email|mel|"
        "adresse mail|adresse electronique|correo|correo electronico|correo e|"
        "direccion de correo|posta elettronica|indirizzo email|indirizzo e mail|"
        "indirizzo di posta elettronica|e mailadres|emailadres|correio eletronico|"
        "endereco de email|emails|contact email",
    ),
    (
        ("PHONE_NUMBER",),
        "phone|phone number|telephone|telephone number|telephone no|tel|tel no|tel nr|telefon|"
        "mobile|mobile number|mobile phone|mobile no|cell phone|cellphone|cell number|fax|"
        "fax number|phone no|phonenumber|contact number|landline|whatsapp|msisdn|"
        "telefonnummer|handy|handynummer|mobil|mobilnummer|mobiltelefon|rufnummer|faxnummer|"
        "festnetz|numero de telephone|no de telephone|tel portable|telephone portable|"
        "portable|tel fixe|numero de telefono|telefono|telefono movil|movil|celular|tfno|tlf|"
        "telefono fijo|numero di telefono|cellulare|telefono cellulare|recapito telefonico|"
        "telefoonnummer|telefoon|mobiel|mobiel nummer|gsm|telefone|telemovel|numero de telefone|"
        "telefone celular|phones",
    ),
    (
        ("US_SSN",),
        "ssn|social security number|social security no|social security|soc sec no|"
        "socialsecuritynumber|social security num|ss number",
    ),
    (("US_ITIN",), "itin"),
    (("US_EIN",), "ein|employer identification number|fein"),
    (("UK_NINO",), "nino|national insurance number|national insurance no|ni number"),
    (("UK_NHS",), "nhs number|nhs no|nhs num"),
    (("CA_SIN",), "social insurance number|sin number"),
    (("AU_TFN",), "tfn|tax file number"),
    (("DE_STEUER_ID",), "steuer id|steuer identifikationsnummer|steueridentifikationsnummer|idnr"),
    (("ES_NIF", "ES_NIE"), "dni|nif|nie|dni nif|nif nie|dni nie|numero de dni|documento nacional"),
    (("IT_FISCAL_CODE",), "codice fiscale|cod fiscale|codicefiscale"),
    (("NL_BSN",), "bsn|burgerservicenummer|sofinummer"),
    (("PL_PESEL",), "pesel"),
    (("BR_CPF",), "cpf"),
    (("BR_CNPJ",), "cnpj"),
    (("MX_CURP",), "curp"),
    (("MX_RFC",), "rfc"),
    (("IN_AADHAAR",), "aadhaar|aadhaar number|aadhar|aadhar number"),
    (("IN_PAN",), "pan number|pan no|pan card"),
    (
        (
            *("PASSPORT", "US_PASSPORT", "UK_PASSPORT", "DE_PASSPORT", "FR_PASSPORT"),
            *("ES_PASSPORT", "IT_PASSPORT", "CA_PASSPORT", "AU_PASSPORT", "IN_PASSPORT"),
            *("NL_IDENTITY_CARD", "BR_PASSPORT", "PT_PASSPORT", "MX_PASSPORT", "PL_PASSPORT"),
        ),
        "passport|passport number|passport no|passport id|passportnumber|reisepass|"
        "reisepassnummer|passnummer|passeport|numero de passeport|pasaporte|"
        "numero de pasaporte|passaporto|numero di passaporto|paspoort|paspoortnummer|"
        "passaporte|numero do passaporte",
    ),
    (
        (
            *("DRIVER_LICENSE", "US_DRIVER_LICENSE", "UK_DRIVING_LICENCE", "DE_FUEHRERSCHEIN"),
            *("IT_DRIVER_LICENSE", "FR_DRIVER_LICENSE", "ES_DRIVER_LICENSE", "NL_DRIVER_LICENSE"),
            *("CA_DRIVER_LICENSE", "AU_DRIVER_LICENCE", "IN_DRIVING_LICENCE", "BR_CNH"),
        ),
        "driver license|drivers license|driver s license|driver license number|"
        "drivers license number|driver s license number|driving licence|driving license|"
        "driving licence number|driving license number|dl number|license number|licence number|"
        "fuhrerschein|fuhrerscheinnummer|permis de conduire|numero de permis|"
        "permiso de conducir|carnet de conducir|patente di guida|rijbewijs|rijbewijsnummer|"
        "carta de conducao|cnh",
    ),
    (
        ("MEDICAL_RECORD_NUMBER",),
        "mrn|medical record number|medical record no|medical record|patient id|patient number|"
        "patient no|hospital number|chart number|patientennummer|fallnummer|numero de dossier|"
        "nhc|historia clinica|numero de historia clinica|numero de historia|n historia|"
        "cartella clinica|patientnummer|prontuario|numero do prontuario|patientid",
    ),
    (
        ("HEALTH_INSURANCE_ID",),
        "health insurance number|health insurance id|insurance id|insurance number|member id|"
        "subscriber id|beneficiary id|health plan number|nass|numero de afiliacion|"
        "krankenversicherungsnummer|versichertennummer|versicherungsnummer|"
        "securite sociale|no securite sociale|seguridad social|sozialversicherungsnummer|"
        "tarjeta sanitaria|cip|tessera sanitaria|zorgverzekeringsnummer|cartao sus|"
        "insurance policy number|medicare number|medicaid id",
    ),
    (
        ("EMPLOYEE_ID",),
        "employee id|employee number|employee no|emp id|emp no|staff id|staff number|"
        "personnel number|badge number|payroll number|personalnummer|mitarbeiternummer|"
        "matricule|numero de empleado|id empleado|matricola|personeelsnummer|"
        "numero do funcionario|employeeid",
    ),
    (
        ("CUSTOMER_NUMBER",),
        "customer id|customer number|customer no|client id number|client number|kundennummer|"
        "kunden nr|kundennr|numero client|numero de cliente|codice cliente|klantnummer|"
        "numero do cliente",
    ),
    (
        ("CASE_NUMBER",),
        "case number|case no|docket number|docket no|aktenzeichen|geschaftszeichen|"
        "numero de expediente|numero de procedimiento|zaaknummer|numero do processo",
    ),
    (
        ("ORDER_NUMBER",),
        "order number|order no|bestellnummer|numero de commande|numero de pedido|"
        "numero d ordine|bestelnummer|numero do pedido",
    ),
    (
        ("CREDIT_CARD",),
        "credit card|credit card number|card number|card no|cc number|cardnumber|creditcard|"
        "debit card|debit card number|payment card|ccnum|cc num|kartennummer|"
        "kreditkartennummer|kreditkarte|numero de carte|carte bancaire|carte de credit|"
        "numero de tarjeta|tarjeta de credito|tarjeta|numero carta|carta di credito|"
        "kaartnummer|creditcardnummer|numero do cartao|cartao de credito",
    ),
    (
        ("CARD_SECURITY_CODE",),
        "cvv|cvc|cvv2|cvc2|cvv code|security code|card verification|prufziffer|"
        "codigo de seguridad|cryptogramme",
    ),
    (("IBAN_CODE",), "iban|iban number|iban code|iban nummer|numero iban"),
    (("SWIFT_CODE",), "bic|swift|swift code|bic code|swift bic|bic swift"),
    (
        ("US_BANK_NUMBER", "BANK_ACCOUNT"),
        "bank account|bank account number|bank account no|account number|account no|acct number|"
        "acct no|accountnumber",
    ),
    (
        ("BANK_ACCOUNT", "US_BANK_NUMBER"),
        "kontonummer|konto nr|numero de compte|numero de cuenta|cuenta bancaria|"
        "numero di conto|conto corrente|rekeningnummer|numero da conta|conta bancaria",
    ),
    (("ABA_ROUTING_NUMBER",), "routing number|routing no|aba number|aba routing number|aba"),
    (("CRYPTO",), "wallet address|btc address|bitcoin address|eth address|crypto wallet"),
    (
        ("IP_ADDRESS",),
        "ip|ip address|ip addr|ipaddress|client ip|remote addr|ipv|"
        "remote address|source ip|src ip|dst ip|ip adresse|adresse ip|direccion ip|indirizzo ip",
    ),
    (("MAC_ADDRESS",), "mac address|mac addr|macaddress|hwaddr|mac adresse"),
    (("IMEI",), "imei|imei number"),
    (("VIN",), "vin|vehicle identification number|chassis number|fahrgestellnummer|vin number"),
    (
        ("LICENSE_PLATE",),
        "license plate|licence plate|plate number|number plate|registration plate|kennzeichen|"
        "kfz kennzeichen|plaque d immatriculation|immatriculation|matricula|targa|kenteken|"
        "placa do veiculo",
    ),
    (
        ("USERNAME",),
        "username|user name|login name|loginname|screen name|screenname|user login|nick name|"
        "nickname|benutzername|nutzername|anmeldename|nom d utilisateur|identifiant|"
        "nombre de usuario|usuario|nome utente|gebruikersnaam|nome de usuario|"
        "nome de utilizador|twitter handle|twitter|instagram|handle|userid|usr name",
    ),
    (
        ("PASSWORD",),
        "password|passwd|pwd|passphrase|pass phrase|passwort|kennwort|mot de passe|contrasena|"
        "clave de acceso|palavra passe|senha|wachtwoord|parola d ordine",
    ),
    (("API_KEY",), "api key|apikey|secret access key|api secret"),
    (("ACCESS_TOKEN",), "access token|auth token|bearer token|refresh token|accesstoken"),
    (("SESSION_ID",), "session id|sessionid|session token|phpsessid|jsessionid"),
)
"""Entity types, best first, and the names that stand for them, also at the end of longer ones."""

WHOLE: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    (("AGE",), "age|alter"),
    (
        ("ORGANIZATION",),
        "company|firma|unternehmen|entreprise|societe|empresa|azienda|bedrijf|organization|"
        "organisation|organizacion|organizzazione|organisatie|organizacao|hospital|"
        "krankenhaus|klinik|hopital|ospedale|ziekenhuis|university|school|universitat|"
        "universite|universidad|bank|insurer|employed by|works at|workplace|business",
    ),
    (
        ("STREET_ADDRESS",),
        "address|addr|shipping|residence|wohnhaft|lives at|ship to|bill to|address full",
    ),
    (
        ("LOCATION",),
        "country|land|ort|stadt|gemeinde|plaats|stad|paese|comune|distrito|county|province|"
        "municipality|village|birth city|birth country|residence city|destination city",
    ),
    (("NRP",), "religious affiliation|race|ethnie|denomination"),
    (("PHONE_NUMBER",), "cell|mob|ph|call|hp|contact no|tele|fon|funk|gsm nr"),
    (("EMAIL_ADDRESS",), "mail|mailto|e mail id|reply to"),
    (("USERNAME",), "login|user id|uid name|benutzer|kennung"),
    (("PASSWORD",), "pass|pw|pword|clave|secret|db pass|user pass|smtp pass|mysql pass"),
    (("CREDIT_CARD",), "card|pan|kk nummer"),
    (("IN_PAN",), "pan india"),
)
"""Names that say too little at the end of a longer one."""

NAMES: Final = words("name names nombre nom noms nome nomes naam namen")
"""A name without saying whose."""
PARTS: Final = words("first last given family middle sur")
"""Parts of a person's name, if they stand beside each other."""
PEOPLE: Final = words(
    "patient patients client customer customers employee user member person people contact author "
    "owner student teacher tenant doctor dr physician nurse applicant candidate manager "
    "recipient sender buyer seller borrower guest passenger driver lawyer attorney judge "
    "witness victim suspect defendant plaintiff claimant insured policyholder holder "
    "subscriber donor beneficiary guardian parent mother father spouse wife husband child son "
    "daughter brother sister partner relative colleague supervisor agent assignee reporter "
    "reviewer approver requester attendee participant speaker signer signatory staff worker "
    "resident landlord caller agent visitor player athlete payee payer cardholder "
    "kunde kundin patientin mitarbeiter mitarbeiterin arzt arztin inhaber besitzer absender "
    "empfanger antragsteller versicherter mieter vermieter schuler lehrer "
    "patiente cliente paciente medico empleado empleada alumno alumna usuario titular "
    "propietario firmante solicitante destinatario remitente asegurado medecin docteur "
    "salarie employe assure locataire demandeur expediteur destinataire auteur "
    "paziente dottore dipendente assicurato inquilino richiedente mittente autore "
    "klant patient medewerker arts eigenaar huurder aanvrager afzender ontvanger "
    "funcionario funcionaria aluno aluna inquilino solicitante remetente autor autora "
    "doctora doutor doutora avocat abogado abogada avvocato advogado advocaat anwalt"
)
"""Who has a name: `patient name`, and alone before a value that is one."""
ROLES: Final = PEOPLE | words(
    "from to cc bcc sender signed attn attention signature by authors attendees participants "
    "contacts von an de da van interviewer interviewee employees members users children "
    "regards firmado dra facultativo responsable mandante mr mrs ms"
) - frozenset({"user", "agent", "child", "parent", "driver", "player", "dr", "worker"})
"""Alone they name a person only if the value looks like one: `from`, `attendees`."""
FIRMS: Final = words(
    "company organization organisation employer bank hospital school university business firm "
    "institution insurer clinic merchant firmen unternehmens entreprise societe empresa azienda "
    "bedrijf organisatie agency corporate vendor supplier"
)
PLACES: Final = words(
    "city town country county province municipality village birthplace ciudad pais ville pays "
    "citta paese stad plaats cidade"
)
OF: Final = words("of de del della dello du des der van di da do dos das el la le l d")
"""Words between a name and whose it is: `nombre del paciente`."""
OWNERS: Final = words(
    "your my his her their our the su tu mi ihr ihre ihren dein votre ton son mon il tuo suo uw "
    "jouw seu sua teu o a enter please type confirm new old current primary secondary main "
    "alternate alternative"
)
"""Words before a name that say nothing about what it names."""
TRAILING: Final = words("value field input text txt str string raw cell col column")
BLOCKING: Final = words(
    "memory base bind listen server host remote local web start physical virtual bus register "
    "pointer contract network gateway broadcast loopback return function symbol email mail "
    "e ip mac wallet mailing_list list sender_score template file image no has is num count "
    "missing invalid valid verify send show hide hash hashed reset forgot change min max "
    "average mean median total per hint error status type format regex pattern label title "
    "placeholder length policy strength required multi"
)
"""Words before one of the `ENDINGS` that turn it into something else: `bind address`."""

OF_A_PERSON: Final = words(
    "gender sex salary occupation jobtitle position diagnosis hiredate maritalstatus bloodtype "
    "geschlecht beruf sexe profession sexo profesion sesso professione geslacht beroep profissao "
    "anrede civilite tratamiento department allergies medications relationship zip zipcode "
    "postcode postalcode plz codigopostal cp"
)
"""Names, without spaces, that stand beside the name of a person; those that name an entity type
of persons count too."""
OF_A_THING: Final = words(
    "price sku version image kind apiversion description license main scripts dependencies steps "
    "uses run runs jobs namespace labels containers ports port command args schema table "
    "columns size color colour brand category quantity qty stock currency path file mime "
    "extension width runson on model product isbn artist album genre duration env "
    "entrypoint repository homepage keywords branch commit build script stages replicas "
    "selector spec metadata annotations resources status started finished duration nullable "
    "default datatype primarykey preis prix precio prezzo prijs preco"
)
"""Names, without spaces, that stand beside the name of a thing; and so on below."""
OF_A_MACHINE: Final = words(
    "host hostname server servername serverhost protocol database dbname adapter engine driver "
    "driverclassname connectionstring providername provider roles transport remotepath remotedir "
    "target basedn ssid authsource subnet vlan pool encoding"
)
OF_A_FIRM: Final = words(
    "vat vatid industry headquarters founded ceo ticker website employees registrationnumber "
    "branche umsatz siret siren cif vatnumber ustid"
)
OF_A_PLACE: Final = words(
    "lat lon lng latitude longitude population timezone capital iso countrycode elevation "
    "geonameid continent"
)
THINGS: Final = words(
    "product products item items metadata package file event service container project repo "
    "repository image job jobs step steps plan app application module plugin pipeline workflow "
    "action table column field schema database bucket cluster node region zone device model "
    "brand category tag label font theme color course book song album movie game team group "
    "license artifact dependency dependencies resource spec template volume env config"
)
"""Parents whose `name` is that of a thing."""
