"""BERTs with pieces of Devanagari and Latin, cased as MuRIL is or not, and text that shows where tokenizers part."""

from __future__ import annotations

from pathlib import Path

from toys.hf_folder import write_tensors
from toys.plain_checkpoints import edited, plain_checkpoint, plain_tensors

# Letters with a nukta are one character in what people type and two once they are decomposed; signs of vowels are marks
# that take room (ि) or not (ु), and a virama joins consonants.
WORDS = ["हिन्दी", "पढ़ाई", "क़लम", "फ़ारसी", "किताब", "स्कूल", "बच्चे", "गुरु", "मैं", "School", "school", "Zürich"]
DEVANAGARI = ["हिन्दी में पढ़ाई", "क़लम और किताब", "फ़ारसी ज़रूर", "क्ष त्र ज्ञ", "गुरु, बच्चे। १२३", "ड़ ढ़ क़"]
LATIN = ["School school SCHOOL", "Zürich ÉCOLE naïve", "the sea, the moon!"]
_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def pieces() -> list[str]:
    """The words, and each of their characters at the start of a word and inside of one, as they come and small."""
    texts = [*WORDS, *DEVANAGARI, *LATIN]
    letters = sorted({one for text in texts for form in (text, text.lower()) for one in form if one != " "})
    return [*_SPECIAL, *letters, *(f"##{one}" for one in letters), *WORDS, "##ाई", "##री"]


def wordpiece_checkpoint(folder: Path, *, lowercase: bool, strip_accents: bool | None) -> Path:
    """One whose `BertNormalizer` is set like this."""
    plain_checkpoint(folder, "bert")
    tokens = list(dict.fromkeys(pieces()))

    def change(file: dict[str, object]) -> None:
        file["model"]["vocab"] = {token: at for at, token in enumerate(tokens)}  # type: ignore[index]  # JSON
        file["normalizer"] |= {"lowercase": lowercase, "strip_accents": strip_accents}  # type: ignore[operator]  # JSON

    edited(folder / "tokenizer.json", change)
    edited(folder / "config.json", lambda config: config.update(vocab_size=len(tokens)))
    write_tensors(folder / "model.safetensors", plain_tensors(folder))
    return folder
