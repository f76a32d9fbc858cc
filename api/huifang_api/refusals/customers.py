"""Customers, their contracts and what is kept of them."""

from collections.abc import Mapping
from typing import Final

from huifang_core.texts import text
from huifang_tenants.services.errors import RefusalCode

from huifang_api.refusals.entry import Entry

REFUSALS: Final[Mapping[RefusalCode, Entry]] = {
    "contract.incomplete": Entry(
        409,
        text("合同资料不全", "Contract incomplete"),
        text(
            "合同 {contract_no} 的资料尚不齐全:{reason}。",
            "The contract {contract_no} is not complete yet: {reason}.",
        ),
        text("补齐后重试。", "Send what is missing, then try again."),
    ),
    "customer.same_record": Entry(
        409,
        text("同一条客户记录", "Same record"),
        text("两者是同一条记录,无须合并。", "Both are one record; there is nothing to merge."),
        text("核对两个编号。", "Check the two ids."),
    ),
    "customer.kinds_differ": Entry(
        409,
        text("客户类型不同", "Kinds differ"),
        text(
            "个人与单位不可能是同一客户。",
            "One is an individual and the other an organisation: not one customer.",
        ),
        text("核对两个编号。", "Check the two ids."),
    ),
    "customer.merged_already": Entry(
        409,
        text("客户记录已合并", "Merged already"),
        text(
            "记录 {customer} 已并入 {into},不再单独存在。",
            "The record {customer} has been merged into {into} and does not stand for itself.",
        ),
        text("改用并入后的记录,或先撤销原合并。", "Use that record, or take the earlier merge back first."),
    ),
    "customer.not_merged": Entry(
        409,
        text("没有可撤销的合并", "Not merged"),
        text("该记录没有并入其他记录。", "The record has not been merged into another one."),
        text(
            "应撤销的是被并入的记录,见客户的 merges。",
            "Name the record that was merged; a customer's `merges` lists them.",
        ),
    ),
    "customer.identity_taken": Entry(
        409,
        text("证件号码已属他人", "ID number taken"),
        text(
            "该记录的证件号码现在属于另一客户,不能恢复为单独的记录。",
            "The ID number of the record has become another customer's, so it can't stand for itself again.",
        ),
        text("先更正证件号码有误的一方。", "Correct the ID number on the wrong one of them first."),
    ),
    "gift.not_planned": Entry(
        409,
        text("未规定礼品上限", "No limit for gifts"),
        text(
            "已启用的插件都没有规定礼品价值上限,不能登记礼品。",
            "No plugin that is on says what gifts may be worth, so none may be given.",
        ),
        text("启用规定礼品上限的插件。", "Switch on a plugin that does."),
    ),
    "gift.too_much": Entry(
        409,
        text("超过礼品价值上限", "Worth too much"),
        text(
            "价值 {value} 元超过上限:单件 {each} 元,客户本年还可 {left} 元。",
            "At {value} yuan it is past the limit: {each} yuan each, and {left} left for this person this year.",
        ),
        text("改选价值更低的礼品。", "Choose one worth less."),
    ),
    "gift.not_wanted": Entry(
        409,
        text("客户不愿被打扰", "Not wanted"),
        text("客户要求不受打扰。", "The customer asked to be left alone."),
        text("尊重客户意愿。", "Respect the wish."),
    ),
    "gift.approved_by_requester": Entry(
        409,
        text("不能自行审批", "Approved by who asked"),
        text("礼品不能由申请人本人审批。", "A gift can't be approved by whoever asked for it."),
        text("由他人审批。", "Let somebody else approve it."),
    ),
    "personal.key_destroyed": Entry(
        410,
        text("个人信息已销毁", "Personal data destroyed"),
        text(
            "该租户的密钥已销毁,个人信息不能再读取。",
            "The tenant's key is destroyed; its personal data is gone.",
        ),
        text("无法恢复。", "There is no way back."),
    ),
}
