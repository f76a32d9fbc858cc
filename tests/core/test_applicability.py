"""Which claims are called back, with the reason for those that are not (GEN-3)."""

import pytest
from huifang_core.applicability import settled_as
from huifang_core.events import ClaimSettled
from huifang_core.trace import Trace


@pytest.mark.parametrize("result", ["paid", "declined", "zero"])
def test_a_claim_counts_by_its_result(result) -> None:
    """SD-1, LN-2: by default those paid; what is looked at is in the trace either way."""
    trace = Trace()
    assert settled_as(ClaimSettled("K-1", result), ("paid",), trace) is (result == "paid")
    assert trace.steps[0].values == {"value": result}
    decisions = [step.text.en for step in trace.steps if step.kind == "decision"]
    assert decisions == (
        [] if result == "paid" else ["claims with this result are not called back: no callback"]
    )
