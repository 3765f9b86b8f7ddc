"""Cases are made once, changed by one at a time, linked to what their customers write later; on both databases."""

from __future__ import annotations

import threading
from itertools import product
from typing import Any

import pytest
from case_texts import day, kept
from sqlalchemy import func, select

from hx_detect.errors import CaseChangedError, CaseNotFoundError, CaseStateError
from hx_detect.serving.case_records import Keeping
from hx_detect.serving.case_rules import MOVES, STATES
from hx_detect.serving.store.case_pages import (
    CaseFilter,
    all_cases,
    case_facts,
    cases_page,
    count_states,
    customers_with_cases,
    find_case,
    known_names,
)
from hx_detect.serving.store.case_tables import Case, CaseEvent, CaseText
from hx_detect.serving.store.cases import Change, change_case, forget_customer, link_text, remove_case, take_in
from hx_detect.serving.store.engine import Store
from hx_detect.serving.store.tables import now

ANY = CaseFilter()


def case_of(store: Store, customer: str = "C1", text: str = "Ya nadie contesta.", **more: Any) -> Case:  # noqa: ANN401 - any field
    (taken,) = take_in(store, [kept(text, customer=customer, **more)], "ana")
    assert taken.case is not None
    return taken.case


def test_a_text_makes_one_case_however_often_it_comes(any_store: Store) -> None:
    texts = [kept(customer="C1", review_id="r1"), kept(customer="C2", review_id="r2")]
    assert [one.outcome for one in take_in(any_store, texts, "ana")] == ["new", "new"]
    assert [one.outcome for one in take_in(any_store, texts, "ana")] == ["known", "known"]
    whole = find_case(any_store, cases_page(any_store, ANY, limit=9)[0].id)
    assert (whole.case.state, whole.case.version, whole.case.signals) == ("open", 1, {"ignored": [[3, 8]]})
    assert [(event.what, event.who, event.to_state) for event in whole.events] == [("created", "ana", "open")]


def test_texts_without_an_id_are_told_apart_by_customer(any_store: Store) -> None:
    texts = [kept(customer=customer) for customer in ("C1", "C2", None)]
    assert [one.outcome for one in take_in(any_store, [*texts, *texts], "ana")] == ["new"] * 3 + ["known"] * 3


def test_what_the_customer_writes_later_is_linked_and_what_was_before_is_not(any_store: Store) -> None:
    case = case_of(any_store, written=day(5))
    texts = [kept("Bien, gracias.", customer="C1", written=day(9)), kept("Antes, bien.", customer="C1", written=day(1)),
             kept("Otro.", customer="C9")]  # fmt: skip
    taken = take_in(any_store, texts, "crm", make=False)
    assert [one.outcome for one in taken] == ["linked", "earlier", "no_case"]
    assert take_in(any_store, texts[:1], "crm")[0].outcome == "known"
    whole = find_case(any_store, case.id)
    assert [text.level for text in whole.texts] == ["cx"]
    assert (whole.case.state, whole.case.version) == ("open", 2)


def test_a_solved_case_is_open_again_when_its_customer_is_wronged_again(any_store: Store) -> None:
    case = case_of(any_store, written=day(1))
    closed = change_case(any_store, case.id, Change(who="ana", state="solved", at=day(5)))
    assert closed.closed == day(5)
    before = take_in(any_store, [kept("Y nadie vino.", customer="C1", written=day(3))], "crm")
    assert before[0].outcome == "linked"
    kind = take_in(any_store, [kept("Gracias.", customer="C1", written=day(6))], "crm")
    assert kind[0].outcome == "linked"
    again = take_in(any_store, [kept("Otra vez nadie.", customer="C1", written=day(7))], "crm")
    assert again[0].outcome == "reopened"
    whole = find_case(any_store, case.id)
    assert (whole.case.state, whole.case.closed, whole.case.contacted) == ("open", None, day(5))
    assert whole.events[-1].from_state == "solved"


def test_every_move_of_the_table_and_no_other(sqlite_store: Store) -> None:
    for state, wanted in product(STATES, STATES):
        case = case_of(sqlite_store, f"{state} {wanted}")
        if state != "open":
            change_case(sqlite_store, case.id, Change(who="ana", state=state))
        change = Change(who="ana", state=wanted)
        if wanted == state:
            assert change_case(sqlite_store, case.id, change).version == 1 + (state != "open")
        elif wanted in MOVES[state]:
            assert change_case(sqlite_store, case.id, change).state == wanted
        else:
            with pytest.raises(CaseStateError, match="cannot become"):
                change_case(sqlite_store, case.id, change)


def test_first_contact_is_kept(any_store: Store) -> None:
    case = case_of(any_store)
    change_case(any_store, case.id, Change(who="ana", state="contacted", at=day(2)))
    change_case(any_store, case.id, Change(who="ana", state="open"))
    again = change_case(any_store, case.id, Change(who="ana", state="contacted", at=day(8)))
    assert again.contacted == day(2)


def test_owner_and_notes(any_store: Store) -> None:
    case = case_of(any_store)
    assert change_case(any_store, case.id, Change(who="ana", owner="bea", note="for you")).owner == "bea"
    assert change_case(any_store, case.id, Change(who="ana", owner="bea")).version == 2
    assert change_case(any_store, case.id, Change(who="ana", owner="")).owner is None
    events = find_case(any_store, case.id).events
    assert [(event.what, event.note) for event in events] == [
        ("created", None), ("owner", "bea"), ("note", "for you"), ("owner", None)]  # fmt: skip


def test_of_two_who_change_the_same_version_one_is_told(any_store: Store) -> None:
    case = case_of(any_store)
    change_case(any_store, case.id, Change(who="ana", version=1, state="contacted"))
    with pytest.raises(CaseChangedError, match="version 2"):
        change_case(any_store, case.id, Change(who="bea", version=1, state="lost"))
    assert find_case(any_store, case.id).case.state == "contacted"


def test_many_at_once_change_it_one_after_the_other(any_store: Store) -> None:
    case, told = case_of(any_store), []

    def act(number: int) -> None:
        try:
            change_case(any_store, case.id, Change(who=f"w{number}", version=1, owner=f"w{number}"))
        except CaseChangedError:
            told.append(number)

    threads = [threading.Thread(target=act, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = find_case(any_store, case.id)
    assert (len(told), whole.case.version, len(whole.events)) == (5, 2, 2)


def test_many_at_once_make_one_case(any_store: Store) -> None:
    outcomes: list[str] = []

    def add() -> None:
        outcomes.extend(one.outcome for one in take_in(any_store, [kept(customer="C1", review_id="r1")], "ana"))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["known", "known", "known", "new"]


def test_pages_have_no_gaps_whatever_the_order(any_store: Store) -> None:
    for number in range(7):
        case_of(any_store, f"C{number}", priority=0.5 + number % 3 / 10)
    for order in ("priority", "newest", "updated"):
        seen: list[str] = []
        while page := cases_page(any_store, ANY, order=order, limit=2, after=seen[-1] if seen else None):
            seen += [case.id for case in page]
        assert len(seen) == len(set(seen)) == 7
    urgent = [case.priority for case in cases_page(any_store, ANY, limit=9)]
    assert urgent == sorted(urgent, reverse=True)
    assert cases_page(any_store, ANY, limit=2, after="gone") == []


def test_filters(any_store: Store) -> None:
    one = case_of(any_store, "C1", "Que nadie venga a Ñuñoa. 100 %", group="Vigo", review_id="r-77")
    case_of(any_store, "C2", "Muy bien, gracias.", group="Lugo", priority=0.2)
    change_case(any_store, one.id, Change(who="ana", owner="bea", state="contacted"))
    hits: list[dict[str, object]] = [
        {"group": "Vigo"}, {"states": ("contacted", "lost")}, {"owner": "bea"}, {"level": "any_hx"},
        {"level": "hx_risk"}, {"signal": "ignored"}, {"customer": "C1"}, {"search": "NADIE VENGA"}, {"search": "r-77"},
        {"search": "100 %"},
        {"min_priority": 0.5},
    ]  # fmt: skip
    for wanted in hits:
        assert [case.id for case in cases_page(any_store, CaseFilter(**wanted), limit=9)] == [one.id], wanted  # type: ignore[arg-type] # any filter
    misses: list[dict[str, object]] = [{"search": "%x"}, {"signal": "ignore"}, {"since": now()}, {"search": "_adie"}]
    for wanted in misses:
        assert cases_page(any_store, CaseFilter(**wanted), limit=9) == [], wanted  # type: ignore[arg-type] # any filter
    assert cases_page(any_store, CaseFilter(owner=""), limit=9)[0].customer == "C2"
    assert count_states(any_store, CaseFilter(states=("lost",))) == {"contacted": 1, "open": 1}
    assert known_names(any_store) == (["bea"], ["Lugo", "Vigo"])
    assert customers_with_cases(any_store) == {"C1", "C2"}


def test_facts_hold_the_level_of_the_latest_text(any_store: Store) -> None:
    case = case_of(any_store, group="Vigo", written=day(1))
    link_text(any_store, case.id, kept("Gracias.", written=day(9)), "ana")
    link_text(any_store, case.id, kept("Y nadie.", written=day(4)), "ana")
    assert link_text(any_store, case.id, kept("Y nadie.", written=day(4)), "ana").outcome == "known"
    (fact,) = case_facts(any_store, ANY)
    assert (fact.group, fact.level, fact.last_level) == ("Vigo", "hx_risk", "cx")


def test_a_beginning_of_the_id_is_enough_where_it_is_one_cases(any_store: Store) -> None:
    case = case_of(any_store)
    assert find_case(any_store, case.id[:8]).case.id == case.id
    for wrong in ("", "%", "nothing"):
        with pytest.raises(CaseNotFoundError):
            find_case(any_store, wrong)


def test_who_is_forgotten_leaves_nothing(any_store: Store) -> None:
    case = case_of(any_store)
    link_text(any_store, case.id, kept("Gracias."), "ana")
    other = case_of(any_store, "C2")
    assert forget_customer(any_store, "C1") == 1
    with any_store.reading() as session:
        left = [session.scalar(select(func.count()).select_from(table)) for table in (Case, CaseText, CaseEvent)]
    assert left == [1, 0, 1]
    remove_case(any_store, other.id)
    with pytest.raises(CaseNotFoundError):
        remove_case(any_store, other.id)


def test_personal_data_is_masked_or_words_are_not_kept(any_store: Store) -> None:
    words = "Soy ana@example.com y nadie contesta"
    masked = case_of(any_store, "C1", words, keeping=Keeping(masking=True))
    assert (masked.text, masked.masked) == ("Soy ‹email› y nadie contesta", True)
    assert masked.text is not None
    ((start, end),) = masked.signals["ignored"]
    assert masked.text[start:end] == "nadie"
    assert take_in(any_store, [kept(words, customer="C1")], "ana")[0].outcome == "known"  # told by the masked words
    bare = case_of(any_store, "C2", words, keeping=Keeping(texts=False))
    assert (bare.text, bare.signals) == (None, {"ignored": []})


def test_what_no_database_keeps_is_replaced(any_store: Store) -> None:
    case = case_of(any_store, "C\x00" + "x" * 300, "a\x00 nadie \ud800")
    assert (case.text, len(str(case.customer))) == ("a\ufffd nadie \ufffd", 200)


def test_all_of_them_in_constant_pages(any_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hx_detect.serving.store.case_pages.EXPORT_PAGE", 2)
    for number in range(5):
        case = case_of(any_store, f"C{number}")
        link_text(any_store, case.id, kept("Gracias."), "ana")
    wholes = list(all_cases(any_store, ANY))
    assert len(wholes) == 5
    assert all((len(whole.texts), len(whole.events)) == (1, 2) for whole in wholes)
