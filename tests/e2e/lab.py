"""A laboratory that labels news: who works there, what the articles say, and what everybody labels in them."""

from typing import Final, NamedTuple

from e2e.stories import ExpectedSpan

LEAD, SALMA, YOUSSEF = "ليلى", "سلمى", "يوسف"
NAMESAKE: Final = "سلمى ب"
"""What the lead calls the second Salma; on her own laptop she is Salma."""
ANNOTATORS: Final = (SALMA, YOUSSEF, NAMESAKE)


class News(NamedTuple):
    """An article: an institution announced a plan on a day, for some people."""

    institution: str
    day: str
    plan: str
    years: str
    people: str

    @property
    def text(self) -> str:
        if not self.plan:
            return f"أغلقت {self.institution} أبوابها."
        return f"أعلنت {self.institution} يوم {self.day} عن {self.plan} {self.years} لفائدة {self.people}."

    @property
    def origin(self) -> str:
        """Where the labels come from in an export of gold, if two annotators have it."""
        return "adjudicated" if self.plan else "agreed"

    def find(self, label: str, words: str) -> ExpectedSpan:
        start = self.text.index(words)
        return ExpectedSpan(label, start, start + len(words))

    def label(self, annotator: str) -> list[ExpectedSpan]:
        """Return what this annotator labels at first, in the order of the text.

        Salma is right, Youssef leaves out the years of plans, and the other Salma sees institutions everywhere, but no
        days.
        """
        institution = self.find("INSTITUTION", self.institution)
        if not self.plan:
            return [institution]
        whole_plan = f"{self.plan} {self.years}"
        if annotator == NAMESAKE:
            return [institution, self.find("INSTITUTION", whole_plan), self.find("INSTITUTION", self.people)]
        plan = self.find("PLAN", self.plan if annotator == YOUSSEF else whole_plan)
        return [institution, self.find("DATE", self.day), plan]


ALL_NEWS: Final = (
    News("وزارة الصحة", "9 يوليوز 2024", "الخطة الوطنية للتلقيح", "2024-2030", "الأطفال"),
    News("وزارة الفلاحة", "3 ماي 2024", "برنامج سدود الجنوب", "2025-2035", "الفلاحين"),
    News("المكتب الوطني للسكك الحديدية", "12 يونيو 2024", "مخطط القطارات الليلية", "2024-2040", "المسافرين"),
    News("وزارة التربية الوطنية", "21 شتنبر 2024", "خطة دعم القراءة", "2023-2026", "التلاميذ"),
    News("الوكالة الوطنية للمياه", "18 مارس 2024", "مخطط الماء الشروب", "2020-2027", "القرويين"),
    News("وزارة الثقافة", "30 أبريل 2024", "استراتيجية الكتاب المغربي", "2024-2028", "الناشرين"),
    News("مندوبية السياحة", "7 غشت 2024", "برنامج الواحات", "2021-2025", "الزوار"),
    News("غرفة التجارة", "", "", "", ""),
)
BY_TEXT: Final = {news.text: news for news in ALL_NEWS}
SEED: Final = 1
"""Gives two annotators the article that is so short that they agree, and each pair another one."""
AGREEMENT: Final = {
    # What both have, of what each has: 2 of 3 and 3; 1 and 1 of 3 and 3 and 1 and 1; 1 of 3 and 3.
    frozenset((SALMA, YOUSSEF)): {"articles": 1, "exact": 4 / 6, "position": 4 / 6, "overlap": 6 / 6},
    frozenset((SALMA, NAMESAKE)): {"articles": 2, "exact": 4 / 8, "position": 6 / 8, "overlap": 4 / 8},
    frozenset((YOUSSEF, NAMESAKE)): {"articles": 1, "exact": 2 / 6, "position": 2 / 6, "overlap": 2 / 6},
}
"""F1 of each pair, counted by hand."""
OVERALL: Final = (4 + 4 + 2) / (6 + 8 + 6)
OVERALL_WITH_YEARS: Final = (6 + 4 + 2) / (6 + 8 + 6)
"""F1 of all together, before and after Youssef has added the years: then he has all that Salma has."""
