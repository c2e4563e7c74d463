"""Numbers that courts, employers, shops and insurers give to people and their matters."""

from __future__ import annotations

import re
from typing import Final

from sluice.engine.detectors.labelled.kind import Form, Kind
from sluice.engine.patterns import Checked, Pattern, Precedence

_FREE: Final = r"(?=(?:.*\d){3})[A-Z0-9]{3,24}"
_LONG: Final = r"(?=(?:.*\d){4})[A-Z0-9]{4,24}"


def _kind(entity_type: str, labels: str, shape: str, forms: tuple[Form, ...] = ()) -> Kind:
    return Kind(entity_type, labels, shape, None, forms, family="work")


KINDS: Final = (
    _kind(
        "EMPLOYEE_ID",
        "employee id, employee number, employee no, employee nr, employee code, employeeid, "
        "~employee, emp id, emp no, emp number, empid, staff id, staff number, staff no, "
        "personnel number, personnel no, personnel id, payroll number, payroll no, payroll id, "
        "badge id, badge number, badge no, worker id, hr id, service number, "
        "personalnummer, personal nr, persnr, mitarbeiternummer, mitarbeiter id, mitarbeiter nr, "
        "mitarbeiternr, stammnummer, personalnr, "
        "matricule employé, numéro d employé, matricule salarié, numéro de matricule, "
        "id employé, n employé, numéro salarié, matricule, "
        "número de empleado, núm empleado, id empleado, n empleado, nómina, legajo, "
        "id de empleado, número de nómina, código de empleado, "
        "matricola, numero di matricola, codice dipendente, numero dipendente, id dipendente, "
        "personeelsnummer, medewerkernummer, personeelsnr, medewerker id, werknemersnummer, "
        "número de funcionário, id do funcionário, matrícula, matrícula funcional, "
        "número mecanográfico, registro do empregado, nr pracownika, id pracownika, "
        "社員番号, 工号, 员工编号, 사번",
        _FREE,
    ),
    _kind(
        "STUDENT_ID",
        "student id, student number, student no, studentid, ~student, learner id, pupil id, "
        "matriculation number, matriculation no, enrollment number, enrolment number, "
        "matrikelnummer, matrikelnr, matrikel nr, immatrikulationsnummer, "
        "numéro étudiant, numéro d étudiant, ine étudiant, n étudiant, carte étudiant, "
        "número de estudiante, matrícula de alumno, expediente académico, número de alumno, "
        "numero di matricola studente, matricola studente, studentnummer, studentnr, "
        "número de estudante, número do aluno, matrícula do aluno, numer albumu, nr albumu, 学号",
        _FREE,
    ),
    _kind(
        "CASE_NUMBER",
        "~case, ~cases, case number, case no, case id, caseid, docket, docket number, docket no, "
        "~application, application no, application nos, application number, applications nos, "
        "court case, court file, court file no, cause no, cause number, civil action, "
        "civil action no, criminal no, civil no, appeal no, index no, petition no, "
        "incident number, incident no, ~incident, incident id, police report, report no, "
        "matter no, matter number, ~matter, file no, file number, ~file ref, crime ref, "
        "crime reference, crime number, charge no, charge number, fir no, fir number, complaint "
        "no, "
        "complaint number, criminal appeal no, civil appeal no, appeal number, writ petition no, "
        "suit no, decision no, judgment no, cad, cad ref, citation no, citation number, warrant "
        "no, "
        "~az, aktenzeichen, geschäftszeichen, gesch z, gz, geschäftsnummer, rechtssache, "
        "geschäftszahl, verfahrensnummer, vorgangsnummer, ~vorgang, fallnummer, fall nr, js az, "
        "tagebuchnummer, "
        "rg, n rg, numéro rg, pourvoi, pourvoi n, numéro de pourvoi, requête, affaire n, "
        "numéro d affaire, numéro de parquet, parquet n, dossier n, n de dossier, arrêt n, "
        "numéro de dossier, ~dossier, ~affaire, requête n, ~arrêt, minute n, numéro minute, "
        "procedimiento, autos, autos n, recurso, recurso n, expediente, ~sentencia, diligencias, "
        "diligencias previas, rollo, rollo de apelación, nig, causa, número de expediente, "
        "atestado, denuncia n, procedimiento abreviado, ~asunto, juicio, "
        "procedimento penale, r g, rgnr, r g n r, ruolo generale, ~sentenza, fascicolo, "
        "numero di ruolo, proc pen, proc n, ~causa, ~ricorso, "
        "zaaknummer, zaaknr, zaak, rolnummer, rolnr, parketnummer, rekestnummer, dossiernummer, "
        "kenmerk, procesnummer, "
        "processo, processo n, número do processo, ~acórdão, inquérito, autos do processo, "
        "proc, sygn akt, sygnatura akt, sygnatura, 案号, 事件番号, 사건번호",
        r"(?=(?:.*\d){2})[A-Z0-9]{4,24}",
        (
            Form(
                r"\d{1,2}:\d{2}-(?:CV|CR|MC|MD|MJ|BK|AP|PO|SW|FP|ML|DM)-\d{4,6}"
                r"(?:-[A-Z]{2,4}){0,3}",
                0.95,
            ),
            Form(
                r"(?:19|20)?\d{2}-?(?:CV|CR|CIV|CRIM|CA|BK|AP|MD|MC|FL|DR|CF|MM|SC)-\d{3,8}"
                r"(?:-[A-Z0-9]{1,4})?",
                0.7,
            ),
            Form(r"(?:CV|CR|CIV|CRIM|BK|FAM|DR|SC)-?(?:19|20)?\d{2}-\d{3,8}", 0.7),
            Form(r"ECLI:[A-Z]{2}:[A-Z0-9]{1,7}:(?:19|20)\d{2}:[A-Z0-9]{1,25}", 0.9),
            Form(r"\d{7}-\d{2}\.(?:19|20)\d{2}\.\d\.\d{2}\.\d{4}", 0.95),
            Form(
                r"(?:[IVX]{1,4}|\d{1,4}) (?:Z[RB]|A[RZ]R|StR|BvR|BvL|BvF|[OCFTSUWXLIN]|As|Bs|Ca|"
                r"Sa|Ta|Qs|Ls|Ds|Js|Cs|OWi|KLs|Kls|UF|WF|AR|IN|IK|[LS] ?AS|KR|RK|Ws|Ks|VG|BV|AZR|"
                r"ABR) \d{1,5}/\d{2}",
                0.75,
            ),
            Form(r"[CTF]-\d{1,4}/\d{2}(?: P)?", 0.6),
            Form(
                r"[IVX]{1,5} (?:K[AKOPZ]?|AK[az]|C[az]?|CSKP?|CKN|CNP|CZP|AC[aoz]|SK|AP[az]|US?K|"
                r"UZ|PK|SAB?|[GOF]SK|OZ|Kp) \d{1,5}/\d{2}",
                0.7,
            ),
        ),
    ),
    _kind(
        "ORDER_NUMBER",
        "~order, ~orders, order number, order no, order id, orderid, order ref, order reference, "
        "purchase order, po number, po no, ~po, sales order, confirmation number, "
        "confirmation code, confirmation no, booking reference, booking number, booking ref, "
        "booking id, booking code, reservation number, reservation code, reservation id, pnr, "
        "record locator, ~booking, ~reservation, tracking number, tracking no, tracking id, "
        "~tracking, shipment number, shipment id, parcel number, consignment number, waybill, "
        "transaction id, transaction number, transaction no, payment id, payment reference, "
        "bestellnummer, bestellnr, ~bestellung, auftragsnummer, auftragsnr, ~auftrag, "
        "buchungsnummer, sendungsnummer, buchungscode, vorgangsnummer bestellung, "
        "numéro de commande, ~commande, n commande, réf commande, numéro de réservation, "
        "numéro de suivi, numéro de colis, "
        "número de pedido, ~pedido, n pedido, número de orden, ~orden, número de reserva, "
        "localizador, número de seguimiento, "
        "numero ordine cliente, numero d ordine, numero ordine acquisto, ~ordine, "
        "codice prenotazione, "
        "bestelnummer, ordernummer, ordernr, ~bestelling, boekingsnummer, "
        "número da encomenda, ~encomenda, número do pedido, código de reserva, "
        "numer zamówienia, ~zamówienie, 注文番号, 订单号, 주문번호",
        _FREE,
    ),
    _kind(
        "CUSTOMER_NUMBER",
        "customer number, customer no, customer id, customerid, ~customer, customer code, "
        "cust no, cust id, client number, client no, client id, clientid, ~client, "
        "account number, account no, account id, acct no, acct, acct number, ~account, "
        "contract number, contract no, contract id, ~contract, loyalty number, loyalty card, "
        "membership number, membership no, membership id, frequent flyer, frequent flyer number, "
        "loyalty id, miles and more, meter number, "
        "kundennummer, kundennr, kunden nr, kdnr, kd nr, kunden id, ~kunde, vertragsnummer, "
        "vertragsnr, vertrags nr, mitgliedsnummer, zählernummer, "
        "numéro client, n client, numéro de client, réf client, référence client, id client, "
        "numéro de contrat, ~contrat, "
        "número de cliente, n cliente, id cliente, código de cliente, ~cliente, "
        "número de contrato, ~contrato, número de socio, cups, "
        "codice cliente, numero cliente, numero di contratto, codice contratto, id cliente, "
        "klantnummer, klantnr, klant id, ~klant, contractnummer, lidnummer, relatienummer, "
        "número do cliente, código do cliente, número do contrato, "
        "numer klienta, nr klienta, numer umowy, 顧客番号, 客户号, 고객번호",
        _LONG,
    ),
    _kind(
        "POLICY_NUMBER",
        "policy number, policy no, policy id, insurance policy, ~policy, policyno, "
        "policynumber, versicherungsscheinnummer, versicherungsschein, policennummer, "
        "policen nr, versicherungsnummer, vs nr, vsnr, "
        "numéro de police, police n, n de police, numéro de contrat d assurance, "
        "número de póliza, ~póliza, n póliza, polizza, numero polizza, polizza n, "
        "polisnummer, ~polis, número da apólice, ~apólice, numer polisy, nr polisy",
        _LONG,
    ),
    _kind(
        "CLAIM_NUMBER",
        "claim number, claim no, claim id, claimid, ~claim, claim ref, claim reference, "
        "schadennummer, schaden nr, schadensnummer, schadenfallnummer, ~schadenfall, "
        "numéro de sinistre, ~sinistre, n sinistre, número de siniestro, ~siniestro, "
        "numero sinistro, ~sinistro, schadenummer, claimnummer, número do sinistro, numer szkody, "
        "nr szkody",
        _LONG,
    ),
    _kind(
        "TICKET_NUMBER",
        "ticket number, ticket no, ticket id, ticketid, ~ticket, support ticket, service request, "
        "service request number, support case, ticketnummer, ticket nr, vorgangs nr, "
        "numéro de ticket, número de ticket, número de tíquet, numero ticket, "
        "número do chamado, ~chamado, protocolo, número de protocolo, case ref",
        _LONG,
    ),
    _kind(
        "INVOICE_NUMBER",
        "invoice number, invoice no, invoice id, invoiceid, ~invoice, inv no, ~inv, bill number, "
        "bill no, receipt number, receipt no, ~receipt, credit note, statement number, "
        "rechnungsnummer, rechnungsnr, rechnungs nr, ~rechnung, belegnummer, ~re nr, gutschrift, "
        "numéro de facture, ~facture, n facture, facture n, "
        "número de factura, ~factura, n factura, factura n, "
        "numero fattura, fattura n, ~fattura, factuurnummer, factuurnr, ~factuur, "
        "número da fatura, ~fatura, nota fiscal, nf e, numer faktury, ~faktura, nr faktury",
        _FREE,
    ),
)
"""Found by their labels, dockets also by their form; `national` reads the labels of all."""

_LIST_BEFORE = re.compile(r"(?i:\bnos?|\bn[°ºr]s?)\.? ?\d{1,6}/\d{2}[\d/ ,;and]{0,120}\Z")


def _listed(match: re.Match[str]) -> Checked | None:
    """A further number of a list that began with `nos. 1234/05`."""
    start = match.start("number")
    if not _LIST_BEFORE.search(match.string, max(0, start - 160), start):
        return None
    return Checked(start, match.end(), 0.85, reason="list of numbers")


def _application(match: re.Match[str]) -> Checked | None:
    """`no. 36110/97`: the number and the year of an application to a court."""
    return Checked(*match.span("number"), 0.7, reason="label")


PATTERNS: Final = (
    Pattern(
        name="work.citation",
        entity_type="CASE_NUMBER",
        regex=r"\[(?:19|20)\d{2}\] (?:UKSC|UKHL|UKPC|UKUT|UKFTT|EWCA Civ|EWCA Crim|EWHC|EWCOP|CSIH|"
        r"CSOH|NIQB|NICA|IEHC|IESC|FCA|FCAFC|HCA|NSWSC|NSWCA|VSC|QSC|NZHC|NZCA|NZSC) \d{1,5}(?!\w)"
        r"(?: \((?:Fam|Admin|Ch|Comm|QB|KB|TCC|Pat|IPEC|Costs|SCCO|IAC|LC|AAC|TC|Mercantile)\))?",
        anchor=r"\[\d{4}\] [A-Z]{3}",
        reach=10,
        longest=38,
        score=0.7,
        precedence=Precedence.CHECKED,
    ),
    Pattern(
        name="work.docket",
        entity_type="CASE_NUMBER",
        regex=r"(?i:\bnos?\.|\bn[°º]s?|\bNr\.?) ?(?P<number>\d{2,6}/\d{2})(?![\w/])",
        anchor=r"(?i:(?:no|n\xc2[\xb0\xba]|nr)s?)\.? ?\d{2,6}/\d{2}\b",
        reach=14,
        longest=15,
        score=0.7,
        check=_application,
        precedence=Precedence.CHECKED,
    ),
    Pattern(
        name="work.docket_list",
        entity_type="CASE_NUMBER",
        regex=r"(?:,|;| and| et| und| y) ?(?P<number>\d{2,6}/\d{2})(?![\w/])",
        anchor=r"(?:,|;|and|et|und|y) ?\d{2,6}/\d{2}\b",
        reach=15,
        longest=16,
        score=0.85,
        check=_listed,
        precedence=Precedence.CHECKED,
    ),
)
