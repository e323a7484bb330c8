"""Words after a numeral that say how many of its zeros are left out: `2.8 million`, `35 लाख`, `3万`."""

from __future__ import annotations

import re
from functools import lru_cache

# Powers of ten by the word after a numeral, in whatever language: `2.8bn`, `2,8 bilhões`, `35 लाख`. Long scales and
# short ones share words, so that some have two.
_SCALES: tuple[tuple[tuple[int, ...], str], ...] = (
    ((2,), "hundreds? cem cent[oi]? cien(?:to)?s? hundert honderd mia ratus trăm yüz 百 백 सौ"),
    (
        (3,),
        "k thousands? mil mill?iers? mil(?:le|a|hares) tsd tausend duizend elfu maelfu ribu r[bi]b? nghìn ngàn bin "
        "tys(?:i[ąę]c[ea]?|\\.)? тыс\\w* тисяч\\w* tisíc\\w* χιλιάδ\\w+ ألف آلاف الف هزار हजार हज़ार হাজার ஆயிரம் వేల "
        "พัน 千 천 אלף אלפים",
    ),
    ((4,), "万 萬 만 หมื่น"),
    ((5,), "lakhs? lacs? लाख লাখ লক্ষ லட்சம் லட்ச లక్షల? લાખ ಲಕ್ಷ ലക്ഷം แสน"),
    (
        (6,),
        "m mn mln mio mi mill?i[oóõ]n\\w* mill[oó]n(?:es)? milh(?:ão|ões) milione milioni miljoen million\\w* "
        "milion\\w* milyon\\w* milioni juta jt triệu millió\\w* μυριών εκατ\\w* млн\\w* милли\\w* мільйон\\w* "
        "مليون\\w* ملايين میلیون मिलियन মিলিয়ন மில்லியன் మిలియన్ ล้าน מיליון 백만",
    ),
    ((7,), "crores? करोड़ कोटी কোটি கோடி కోట్ల? કરોડ ಕೋಟಿ കോടി"),
    ((8,), "亿 億 억"),
    (
        (9, 12),
        "b bn bln billions? bilh(?:ão|ões) bili(?:ão|ões) bill[oó]n\\w* bilion\\w* billion\\w* bilioni biliona "
        "billiún\\w*",
    ),
    (
        (9,),
        "md mds mrd mld milliards? milliarde\\w* miliard\\w* miljard\\w* miliar milyar\\w* tỷ tỉ млрд\\w* "
        "миллиард\\w* мільярд\\w* مليار\\w* میلیارد अरब बिलियन বিলিয়ন δισ\\w* מיליארד",
    ),
    ((12, 18), "tn trillions? trilh(?:ão|ões) trill?[oó]n\\w* trilion\\w* triliun трлн\\w* трилл\\w* تريليون"),
    ((12,), "兆 조"),
)


@lru_cache(maxsize=1)
def _scales() -> re.Pattern[str]:
    groups = [f"(?P<g{at}>{'|'.join(words.split())})" for at, (_, words) in enumerate(_SCALES)]
    return re.compile(f"(?:{'|'.join(groups)})", re.IGNORECASE)


def scale(word: str) -> tuple[int, ...]:
    """Powers of ten that a word after a numeral may stand for, none for any other word."""
    found = _scales().fullmatch(word[:24])
    if found is None:
        return ()
    return _SCALES[int((found.lastgroup or "g0")[1:])][0]
