"""LangChain's FAISS vector store over HuggingFaceEmbeddings."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import measuring


class LangChain:
    packages = ("langchain-community", "langchain-huggingface", "sentence-transformers", "torch", "faiss-cpu")

    def build(self, model: str, chunks: Sequence[str], store: Path) -> None:
        from langchain_community.vectorstores import FAISS  # noqa: PLC0415  # start-up counts from here
        from langchain_huggingface import HuggingFaceEmbeddings  # noqa: PLC0415

        numbers = [{"number": number} for number in range(len(chunks))]
        FAISS.from_texts(list(chunks), HuggingFaceEmbeddings(model_name=model), metadatas=numbers).save_local(
            str(store)
        )

    def open(self, model: str, store: Path) -> measuring.Ask:
        from langchain_community.vectorstores import FAISS  # noqa: PLC0415
        from langchain_huggingface import HuggingFaceEmbeddings  # noqa: PLC0415

        embeddings = HuggingFaceEmbeddings(model_name=model)
        # The store was pickled a minute ago by the line above.
        found = FAISS.load_local(str(store), embeddings, allow_dangerous_deserialization=True)
        return lambda text: found.similarity_search(text, k=measuring.LIMIT)

    def best(self, found: Any) -> int:
        return int(found[0].metadata["number"])


measuring.run(LangChain())
