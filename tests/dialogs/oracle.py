"""The decision table of the triage, written again from its description and not from the flow: the tests' own judge."""

from __future__ import annotations

from collections.abc import Mapping

HARD = (
    "public_benefit",
    "no_market_competition",
    "non_economic_and_state_aid_ok",
    "nonprofit_democratic_independent_org",
    "activity_is_associations_own",
)
CONDITIONS = ("both_contribute_resources", "not_detail_regulated", "not_part_of_regular_grant")
SOFT = ("initiative_from_association", "not_already_done_by_municipality", "long_term", "political_programme_mention")
CRITERIA = (*HARD, *CONDITIONS, *SOFT)
LOCAL = {"nonprofit_democratic_independent_org": ("eslov",), "activity_is_associations_own": ("eslov", "malmo")}
"""Hard criteria that only some municipalities state: in another one a no counts as unsure."""


def verdict(answers: Mapping[str, str], place: str | None = None) -> str:
    """The outcome of complete or partial answers; only `activity_is_associations_own` may be missing without effect."""
    seen = dict(answers)
    for id in CRITERIA:
        if id != "activity_is_associations_own":
            seen.setdefault(id, "unsure")
    hard = {id: seen[id] for id in HARD if id in seen}
    softened = {id for id, own in LOCAL.items() if place not in (None, *own) and hard.get(id) == "no"}
    if any(value == "no" and id not in softened for id, value in hard.items()):
        return "not_suitable"
    if sum(seen[id] == "no" for id in CONDITIONS) >= 2:
        return "not_suitable"
    if softened or "unsure" in hard.values():
        return "needs_legal_assessment"
    if any(value != "yes" for value in seen.values()):
        return "possible_with_reservations"
    return "possible"
