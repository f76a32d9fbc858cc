"""Refusals: a service says no, with a stable code and the fields its message needs."""

from typing import Any, Literal, get_args

RefusalCode = Literal[
    "call.not_dialable",
    "call.over",
    "case.assignee_not_active",
    "case.assignee_not_permitted",
    "case.assignee_outside_unit",
    "case.assignee_unknown",
    "case.callback_open",
    "case.class_unknown",
    "case.closed_by_solver",
    "case.deadline_fixed",
    "case.effect_missing",
    "case.not_a_plan",
    "case.not_a_suggestion",
    "case.overdue",
    "case.pause_invalid",
    "case.undecided",
    "case.unit_not_in_line",
    "case.work_orders_open",
    "contact.answer_refused",
    "contact.channel_not_planned",
    "contact.items_missing",
    "contact.no_such_number",
    "contact.call_back_missing",
    "contact.calls_used_up",
    "contact.not_in_progress",
    "contact.nothing_open",
    "contact.not_wanted",
    "contact.outcome_contradicts",
    "contact.person_busy",
    "contact.policyholder_changed",
    "contact.quiet_hours",
    "contact.script_missing",
    "contact.share_used_up",
    "contact.signature_missing",
    "contact.too_often",
    "customer.identity_taken",
    "customer.kinds_differ",
    "customer.merged_already",
    "customer.not_merged",
    "customer.same_record",
    "draw.period_invalid",
    "evidence.damaged",
    "evidence.hash_differs",
    "evidence.no_file",
    "evidence.range_unsatisfiable",
    "evidence.store_unavailable",
    "contract.incomplete",
    "evidence.too_large",
    "evidence.type_contradicts",
    "evidence.type_not_allowed",
    "gift.approved_by_requester",
    "gift.not_planned",
    "gift.not_wanted",
    "gift.too_much",
    "import.file_unreadable",
    "import.no_failed_rows",
    "letter.day_invalid",
    "letter.not_posted",
    "not_found",
    "obligation.closed",
    "personal.key_destroyed",
    "plugin.parameter_refused",
    "plugin.setting_invalid",
    "plugin.setting_unknown",
    "queue.lease_expired",
    "queue.not_leased",
    "queue.nothing_leased",
    "report.period_invalid",
    "report.period_open",
    "staff.not_active",
    "staff.not_found",
    "staff.not_permitted",
    "staff.outside_unit",
    "staff.untrained",
    "state.conflict",
    "telephone.unavailable",
    "validation.failed",
    "visit.by_seller",
    "visit.day_invalid",
    "visit.not_made",
    "visit.time_invalid",
    "work_order.due_invalid",
    "written.channel_not_set",
    "written.customer_answers",
    "written.impossible",
    "written.not_in_writing",
]
"""Every reason a service refuses for; the API's catalogue says what each means and what to do about it."""


class Refused(Exception):
    """A request that can't be carried out, and left no trace.

    `fields` are what the texts of the code mention, and are shown to the caller: never personal data.
    """

    def __init__(self, code: RefusalCode, **fields: Any) -> None:
        if code not in get_args(RefusalCode):
            raise ValueError(f"{code!r} is no refusal code")
        super().__init__(f"{code}: {fields}" if fields else code)
        self.code: RefusalCode = code
        self.fields = fields
