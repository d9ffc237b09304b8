"""The texts of the corpus that the tests of the library share: emoji, diacritics, tatweel, lam-alef and bidi marks."""

from typing import Final

HEADLINE: Final = "الحكومة تعتمد خطة العمل"
TEXT: Final = f"{HEADLINE}\nقالت وزارة العدل 👩🏽‍⚖️ إنّ الإصلاح سيبدأ يوم 9 يوليوز 2024\u200f في الربـــاط."
PLAIN: Final = "أعلنت وزارة الصحة أنّ اللقاح 💉 متوفّر غدا."
