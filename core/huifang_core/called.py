"""Called parties (被访人): the people an obligation may be asked of, in the order its rule names them, as far as they are known."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from uuid import UUID

import msgspec

from huifang_core.conditions import FactValue
from huifang_core.contracts import Contract, Line
from huifang_core.customers import ContactPerson, Customer
from huifang_core.events import Reporter
from huifang_core.facts import customer_facts
from huifang_core.obligations import CalledParty

_INSURE_PEOPLE: Final[frozenset[Line]] = frozenset({"life", "health", "accident", "critical_illness"})


class OnFile(msgspec.Struct, frozen=True):
    """A customer on file, and the id of the record that stands for the person."""

    record: UUID
    customer: Customer


class Called(msgspec.Struct, frozen=True):
    """One who may be called. `phones` are the numbers on file, the best first.

    Contacts stand under `record`: the person's own, or for somebody who has none, such as a driver, the policyholder's. `customer` is the
    person or organisation whose data identity is verified by; None where only a name and a number are known.
    """

    party: CalledParty
    record: UUID
    name: str | None
    phones: tuple[str, ...]
    customer: Customer | None


class Parties(msgspec.Struct, frozen=True):
    """Who has to do with a contract and a claim, as far as known."""

    policyholder: OnFile
    insured: tuple[OnFile, ...] = ()
    beneficiaries: tuple[OnFile, ...] = ()
    reporter: Reporter | None = None


def insures_its_policyholder(contract: Contract, policyholder: Customer) -> bool:
    """Tell whether the policyholder counts as the insured: nobody else is named, and people are not insured in an organisation's name."""
    if contract.insured:
        return contract.policyholder in contract.insured
    return policyholder.kind == "individual" or contract.line not in _INSURE_PEOPLE


def who_may_be_called(call: Iterable[CalledParty], parties: Parties) -> tuple[Called, ...]:
    """Return everybody who may be called, in the order of `call`; each person once, however many parts they have (HT-7, PC-3).

    A driver or another party is known where it was they who reported the claim. An organisation's contact is also asked for by its own
    numbers, its legal representative only by the one given.
    """
    found: dict[object, Called] = {}
    for party in call:
        for called in _of_party(party, parties):
            found.setdefault(_who(called), called)
    return tuple(found.values())


def called_facts(called: Called) -> dict[str, FactValue | None]:
    """Return the facts of whoever is called, personal data among them: for a contact, never for a rule.

    `customer.*` are those of the person called, or of the organisation they speak for; of somebody not on file only the name is known,
    and nothing of the policyholder reaches them.
    """
    if called.customer is not None:
        known: Mapping[str, FactValue | None] = customer_facts(called.customer)
    else:
        known = {**dict.fromkeys(_CUSTOMER_FACTS), "customer.name": called.name}
    return {**known, "called.name": called.name}


_SPEAK: Final[frozenset[CalledParty]] = frozenset({"contact", "legal_representative"})
_CUSTOMER_FACTS: Final = tuple(customer_facts(Customer(customer_no="", kind="individual", name="")))


def _who(called: Called) -> object:
    """What two parts of one person have in common: their record, or a name and numbers."""
    in_person = called.customer is not None and called.party not in _SPEAK
    return called.record if in_person else (called.record, called.name, called.phones)


def _of_party(party: CalledParty, parties: Parties) -> Iterator[Called]:
    match party:
        case "policyholder":
            yield _in_person(party, parties.policyholder)
        case "insured":
            yield from (_in_person(party, one) for one in parties.insured)
        case "beneficiary":
            yield from (_in_person(party, one) for one in parties.beneficiaries)
        case "reporter" | "driver" | "other_party":
            if parties.reporter is not None and party in ("reporter", parties.reporter.role):
                yield from _who_reported(party, parties.reporter, parties)
        case "contact" | "legal_representative":
            yield from _speakers(party, parties)


def _in_person(party: CalledParty, one: OnFile) -> Called:
    return Called(party, one.record, one.customer.name, one.customer.phones, one.customer)


def _who_reported(party: CalledParty, reporter: Reporter, parties: Parties) -> Iterator[Called]:
    """Whoever reported a claim is found by the number given then, and is on file where part and name agree with a customer."""
    known = _known_as(reporter, parties)
    own = (reporter.phone,) if reporter.phone else ()
    if known is not None:
        person = _in_person(party, known)
        phones = tuple(dict.fromkeys((*own, *person.phones)))
        yield msgspec.structs.replace(person, phones=phones)
    elif own:
        yield Called(party, parties.policyholder.record, reporter.name, own, None)


def _known_as(reporter: Reporter, parties: Parties) -> OnFile | None:
    match reporter.role:
        case "policyholder":
            among: tuple[OnFile, ...] = (parties.policyholder,)
        case "insured":
            among = parties.insured
        case _:
            return None
    same = [one for one in among if reporter.name in (None, one.customer.name)]
    return same[0] if len(same) == 1 else None


def _speakers(party: CalledParty, parties: Parties) -> Iterator[Called]:
    for one in dict.fromkeys((parties.policyholder, *parties.insured)):
        if one.customer.kind != "organisation":
            continue
        of = one.customer
        speaker = (of.contact if party == "contact" else of.legal_representative) or ContactPerson()
        own = (speaker.phone,) if speaker.phone else ()
        phones = tuple(dict.fromkeys((*own, *of.phones))) if party == "contact" else own
        if phones or speaker.name:
            yield Called(party, one.record, speaker.name, phones, of)
