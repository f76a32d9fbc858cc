"""What a tenant may set: when interviews and campaigns are, and what counts as refused, proven or rewarded."""

from typing import Annotated, Literal

from huifang_core.offices import OfficeSettings
from huifang_core.packaged import described
from huifang_core.schedules import DayOfYear

InterviewChannel = Literal["phone", "on_site"]


class Settings(OfficeSettings, frozen=True, forbid_unknown_fields=True):
    """Settings of the plugin of tax and social security offices; every one has a default."""

    interview_dates: Annotated[
        tuple[DayOfYear, ...],
        described(
            "定期访谈日期",
            "days of interviews",
            "每年从这些日期（月-日）起对全部登记户进行访谈（TS-1）；制度未规定日期，此为默认值。",
            "On these days of the year (MM-DD) a round of interviews with all registered payers begins (TS-1); the source states none.",
            min_length=1,
        ),
    ] = ("04-01",)
    campaign_dates: Annotated[
        tuple[DayOfYear, ...],
        described(
            "专项回访日期",
            "days of campaigns",
            "专项回访开始的日期（月-日），如年审前后（TS-3）；留空则不开展。制度未规定日期，此为默认值。",
            "Days of the year (MM-DD) on which campaigns begin, such as before and after the annual review (TS-3); empty: none. The "
            "source states no days.",
        ),
    ] = ("03-01", "07-01")
    interview_channels: Annotated[
        tuple[InterviewChannel, ...],
        described(
            "访谈方式及先后",
            "channels of interviews, in order",
            "定期访谈、专项回访和年终汇总依次采用的方式。",
            "How payers are interviewed, in campaigns and for the summary too, one channel after the other.",
            min_length=1,
        ),
    ] = ("phone", "on_site")
    spot_check_channel: Annotated[
        InterviewChannel,
        described(
            "突击抽查方式",
            "channel of spot checks",
            "抽查不得事先通知，只用一种方式，不发短信、不预约（TS-3）。",
            "Spot checks are not announced: one channel alone, no text message and no appointment (TS-3).",
        ),
    ] = "on_site"
    refusals: Annotated[
        tuple[str, ...],
        described(
            "视为拒绝接受服务的风险类型",
            "kinds of risk that mean refused service",
            "风险类型属于所列之一的，直接约见谈话（TS-2）。",
            "A risk of one of these kinds leads to a formal talk at once (TS-2).",
        ),
    ] = ("service_refused", "拒绝接受服务")
    proven_outcomes: Annotated[
        tuple[str, ...],
        described(
            "视为属实的举报结论",
            "outcomes of proven tip-offs",
            "未直接注明是否属实的，按结论文字判断（TS-2）。",
            "Where a decision does not say itself whether the tip-off is proven, its outcome is read by these words (TS-2).",
        ),
    ] = ("proven", "属实", "查实")
    unfounded_outcomes: Annotated[
        tuple[str, ...],
        described(
            "视为不属实的举报结论",
            "outcomes of unfounded tip-offs",
            "结论为所列之一的，举报到此办结（TS-2）。",
            "With one of these outcomes the tip-off is at an end (TS-2).",
        ),
    ] = ("unfounded", "不属实", "查无实据")
    reward_tip_offs: Annotated[
        bool,
        described(
            "奖励属实举报",
            "reward proven tip-offs",
            "属实、符合政策条件且未造成损失的举报给予奖励；关闭则一律转相关机构处理（TS-2）。",
            "Tip-offs that are proven, fit the policy and caused no loss are rewarded; if off, all go straight to the responsible "
            "office (TS-2).",
        ),
    ] = True
