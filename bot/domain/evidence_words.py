"""The words of an appeal pack. It is a document for the venue's people, not a message of the desk to its own."""

WORDS = {
    "en": {
        "conversation": "Conversation of order {order}, as read from Gate. Times are UTC.",
        "us": "Us ({name})",
        "us_outside": "Us (outside the desk)",
        "them": "Other side",
        "venue": "Gate",
        "unknown": "Unknown author",
        "status": "status",
        "flagged": "marked by Gate",
        "file": "file",
        "no_file": "file that is not here",
        "title": "Appeal pack of Gate C2C order {order}",
        "contents": (
            "What is here, in the order in which Gate asks for it:\n"
            "  1_order.json           the transaction record\n"
            "  2_conversation.txt     the chat of the order, to be read (.json: with everything Gate told)\n"
            "  3_files/               pictures and videos of the chat, byte for byte, and their hashes\n"
            "  4_journal.csv          what the desk did on this order, when and by whom (.json: the same)\n"
            "All times are UTC."
        ),
        "by_hand": (
            "Add by hand, the desk does not have them:\n"
            "  - a screen recording: the order in the Gate app, then the bank's own app with the account's entries\n"
            "  - the official bank statement as PDF (Gate's chat takes no PDF; hand it to Gate's support)"
        ),
        "read_at": "The chat was last read from Gate at {at}.",
        "never_read": "The chat of this order was never read from Gate.",
        "incomplete": "Older messages may be missing: not all pages could be read.",
        "missing": "Files of the chat that are not in this pack:",
        "all_files": "Every file of the chat that Gate named is in this pack.",
        "check": "To check the files: go to 3_files and run  sha256sum -c hashes.txt",
        "wanted": "not fetched yet",
        "failed": "could not be fetched from its host",
        "gone": "its bytes are not kept any more",
        "damaged": "its bytes on our disk are damaged",
        "not_kept": "sent outside the desk, its bytes were never here",
        "too_large": "left out for its size; the technician's export has it",
    },
    "zh": {
        "conversation": "订单 {order} 的聊天记录,取自 Gate。时间为 UTC。",
        "us": "我方({name})",
        "us_outside": "我方(未经本系统)",
        "them": "对方",
        "venue": "Gate 平台",
        "unknown": "发送者不明",
        "status": "状态",
        "flagged": "平台已标记",
        "file": "文件",
        "no_file": "文件不在此处",
        "title": "Gate C2C 订单 {order} 申诉材料",
        "contents": (
            "内容,按 Gate 要求的顺序:\n"
            "  1_order.json           交易记录\n"
            "  2_conversation.txt     订单聊天记录(.json 含平台给出的全部内容)\n"
            "  3_files/               聊天中的图片和视频原文件及其哈希值\n"
            "  4_journal.csv          我方对该订单的操作:时间、人员、结果(.json 相同)\n"
            "所有时间为 UTC。"
        ),
        "by_hand": (
            "以下材料本系统没有,请自行补充:\n"
            "  - 录屏:先在 Gate App 中显示该订单,再在银行 App 中显示账户明细\n"
            "  - 银行官方流水 PDF(Gate 聊天不能发 PDF,请交给 Gate 客服)"
        ),
        "read_at": "聊天记录最后读取时间:{at}。",
        "never_read": "从未读取过该订单的聊天记录。",
        "incomplete": "较早的消息可能缺失:未能读完所有页。",
        "missing": "未包含在本材料中的聊天文件:",
        "all_files": "平台列出的聊天文件均已包含在内。",
        "check": "核对文件:进入 3_files,运行 sha256sum -c hashes.txt",
        "wanted": "尚未下载",
        "failed": "无法从其地址下载",
        "gone": "原文件已不再保存",
        "damaged": "本地保存的文件已损坏",
        "not_kept": "未经本系统发送,从未保存原文件",
        "too_large": "因体积过大未包含,技术人员可用命令行导出",
    },
}


def words_of(language: str) -> dict[str, str]:
    """The words of "en" or "zh"; any other language reads English."""
    return WORDS.get(language, WORDS["en"])
