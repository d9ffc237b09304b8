"""Classes of characters, as V1 sets of the `regex` module."""

_VISIBLE_FORMAT = r"\p{Prepended_Concatenation_Mark}"  # visible although in Cf, such as the end-of-ayah sign
INVISIBLE_FORMAT = rf"[\p{{Cf}}--{_VISIBLE_FORMAT}]"
BLANK = rf"[\s\p{{Z}}\p{{Cc}}\p{{Cs}}\p{{Default_Ignorable_Code_Point}}{INVISIBLE_FORMAT}]"
ARABIC = r"[[\p{L}&&\p{Script=Arabic}]\u0640]"  # the tatweel is of no script
EMOJI_TAG = r"[\U000E0020-\U000E007F]"  # end the flags of England, Scotland and Wales
LETTER = rf"[\p{{L}}--{ARABIC}--\p{{Default_Ignorable_Code_Point}}]"
