"""Commands of both languages and what each stands for, the same on every platform."""

#: Commands as they are typed, without diacritics, and the words that the bot reads instead.
QUESTIONS = {
    "start": "help", "help": "help", "trogiup": "trợ giúp", "ask": "", "hoi": "", "gpu": "",
    "compare": "compare", "sosanh": "so sánh", "pick": "pick", "chon": "chọn", "spec": "spec", "thongso": "thông số",
    "predict": "predict", "dudoan": "dự đoán", "memory": "memory for", "bonho": "bộ nhớ cho",
    "bench": "benchmark", "do": "đo", "results": "benchmark results", "ketqua": "kết quả đo",
}  # fmt: skip
HELP = frozenset({"start", "help", "trogiup"})
#: Commands that are no questions, by what they mean.
ORDERS = {
    "jobs": "jobs", "viec": "jobs", "cancel": "cancel", "huy": "cancel", "lang": "lang", "ngonngu": "lang",
    "forget": "forget", "quen": "forget", "hosts": "hosts", "may": "hosts", "status": "status",
}  # fmt: skip
