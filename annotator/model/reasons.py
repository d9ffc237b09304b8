"""Why something was refused, repaired or noticed: a stable code for programs, and a sentence for people."""

from enum import StrEnum

import msgspec
from msgspec import Struct


class Code(StrEnum):
    """The codes of all reasons. They never change, whatever the language; each stands for one meaning in all formats.

    A code's `meaning` is its row in docs/codes.md.
    """

    meaning: str

    def __new__(cls, value: str, meaning: str) -> "Code":
        """Return the code of this value with its meaning."""
        code = str.__new__(cls, value)
        code._value_ = value
        code.meaning = meaning
        return code

    # Files
    FILE_NOT_FOUND = "file_not_found", "There is no such file or folder."
    FILE_UNREADABLE = "file_unreadable", "The system does not let the file be read."
    FILE_TOO_LARGE = "file_too_large", "The file is larger, or would be, than one of its format may be."
    FILE_TRUNCATED = "file_truncated", "The file ends before its content does."
    TOO_MANY_FILES = "too_many_files", "More files than one import reads: this one and the rest are skipped."
    NOT_A_FILE = "not_a_file", "What is there is no regular file, such as a pipe or a device."
    LINK_OUTSIDE_FOLDER = "link_outside_folder", "A link leads out of the folder that is read, and is not followed."
    MISSING_COMPANION = "missing_companion", "The file that belongs to this one, such as brat's text, is missing."
    PACKAGE_MISSING = "package_missing", "The format needs an optional package that is not installed."

    # Formats
    FORMAT_NOT_RECOGNISED = "format_not_recognised", "No format recognises the file."
    WRONG_FORMAT = "wrong_format", "The file is not of the format that it is read as."
    UNSUPPORTED_VERSION = "unsupported_version", "The file is of a version of its format that is not read."
    BINARY_FILE = "binary_file", "The file is binary, not text."
    UNKNOWN_ENCODING = "unknown_encoding", "The encoding of the file could not be recognised."
    INVALID_ENCODING = "invalid_encoding", "Bytes are not valid in the encoding of the file."
    CHARACTERS_REPLACED = "characters_replaced", "Bytes that are not valid in the encoding became “�”."
    INVALID_JSON = "invalid_json", "The JSON cannot be parsed."
    REPEATED_KEY = "repeated_key", "An object has a key twice: its last value is read."
    INVALID_XML = "invalid_xml", "The XML cannot be parsed."
    INVALID_VALUE = "invalid_value", "A value is missing or not of its kind."
    INVALID_LINE = "invalid_line", "A line or row of the file cannot be parsed."
    INVALID_STATE = "invalid_state", "The state of an article, or the annotator that it is of, is not valid."
    INVALID_DATE = "invalid_date", "The time of publication is not a date."
    DAMAGED_FILE = "damaged_file", "The file is damaged."
    DOCTYPE = "doctype", "The XML declares a DOCTYPE, which could load or expand anything."
    PASSWORD_PROTECTED = "password_protected", "The file is protected by a password."
    UNSUPPORTED_ENCRYPTION = "unsupported_encryption", "The file is encrypted in a way that is not read."
    SUSPICIOUS_COMPRESSION = "suspicious_compression", "The file unpacks to far more than its size."
    TOO_COMPLEX = "too_complex", "The file has more pages, elements, annotations or levels than a news text has."
    TOO_SLOW = "too_slow", "Reading the file takes too long."
    EXTRA_CONTENT = "extra_content", "Content after the end of the file's list is ignored."

    # Tables and columns
    WRONG_COLUMNS = "wrong_columns", "A line has other columns than the rest of the file, or than its header declares."
    COLUMN_NAMES = "column_names", "The first line of a file of columns has their names, and is left out."
    COLUMN_NOT_FOUND = "column_not_found", "No column has this name, or no name shows which column has the text."
    AMBIGUOUS_COLUMN = "ambiguous_column", "More than one column could be the one that is meant."
    NO_TOKEN = "no_token", "A line of columns has no token."
    INVALID_TAG = "invalid_tag", "A tag is none of any scheme, and is read as O."
    MISSING_SPAN_START = "missing_span_start", "A span begins without the tag of a beginning."
    MISSING_SPAN_END = "missing_span_end", "A span ends without the tag of an end."
    UNDIVIDED_FILE = "undivided_file", "The file does not say where its articles begin."
    ARTICLE_SPLIT = "article_split", "An article is too long, so a new one starts within it."
    SENTENCE_SPLIT = "sentence_split", "A sentence is too long, so it is split."

    # Articles
    NO_TEXT = "no_text", "The article has no text, or nothing in it is visible."
    ARTICLE_TOO_LONG = "article_too_long", "The article is longer than one may be."
    LINE_TOO_LONG = "line_too_long", "A line is longer than one may be."
    INVALID_CHARACTER = "invalid_character", "A text has a character that cannot be stored, or not in this format."
    INVISIBLE_CHARACTERS = "invisible_characters", "A text or span has invisible characters."
    VISUAL_ORDER = "visual_order", "Texts have letters in presentation forms or lines in visual order."
    NOT_CONTIGUOUS = "not_contiguous", "In logical order, other characters stand between those of a span or zone."
    TEXT_CHANGED = "text_changed", "The text is not the one that it was when its hash, spans and zones were written."
    TEXT_REBUILT = "text_rebuilt", "The text does not match its tokens, so it is rebuilt from them."
    SENTENCE_MISPLACED = "sentence_misplaced", "The offsets of a sentence do not match its place in the text."
    VIEW_SKIPPED = "view_skipped", "Another view of the file is skipped: an article has one text."
    UNKNOWN_ARTICLE = "unknown_article", "The corpus has no article of this number or uid."
    AMBIGUOUS_ARTICLE = "ambiguous_article", "Several articles have a uid that begins so."
    ARTICLE_REMOVED = "article_removed", "The article was removed from the corpus, and is not imported again."

    # Zones and positions
    INVALID_ZONE_KIND = "invalid_zone_kind", "A zone is of an unknown kind."
    ZONE_OUTSIDE_TEXT = "zone_outside_text", "A zone is empty or not within the text."
    ZONES_OVERLAP = "zones_overlap", "Two zones overlap."
    POSITION_OUTSIDE_TEXT = "position_outside_text", "A position is not within the text."
    OTHER_ANNOTATOR = "other_annotator", "The span is in the layer of another annotator."
    NOTHING_SELECTED = "nothing_selected", "Nothing is selected."

    # Spans
    SPAN_OUTSIDE_TEXT = "span_outside_text", "A span is not within the text."
    SPAN_EMPTY = "span_empty", "A span has no length."
    SPAN_BLANK = "span_blank", "Nothing in a span is visible."
    SPAN_SPLITS_CHARACTER = "span_splits_character", "A span begins or ends within a character."
    SPAN_DISCONTINUOUS = "span_discontinuous", "A span has pieces with other text between them."
    SPAN_WIDENED = "span_widened", "A span begins or ends within a word, and is widened to all of it."
    SPAN_WITHOUT_LABEL = "span_without_label", "A span has no label."
    SPAN_EXISTS = "span_exists", "The annotator has already labelled the same text so."
    SPAN_DIFFERS = "span_differs", "The annotator has already labelled the same text so, with another value or note."
    TEXT_MISMATCH = "text_mismatch", "The file's copy of a span's or token's text differs from the text there."
    TOO_MANY_SPANS = "too_many_spans", "The article has more spans than one may have."
    INVALID_DATE_VALUE = "invalid_date_value", "The value of a span that is a date is none."
    ANNOTATION_SKIPPED = "annotation_skipped", "Annotations that are no labelled spans are skipped."
    ANNOTATION_CANCELLED = "annotation_cancelled", "Annotations that their annotator cancelled are skipped."
    PREDICTION_SKIPPED = "prediction_skipped", "Predictions, which nobody annotated, are not imported."
    OFFSET_UNIT = "offset_unit", "Articles of an export have characters that programs count differently."
    OFFSET_UNIT_GUESSED = "offset_unit_guessed", "The file does not say what its offsets count: a unit was chosen."
    GRAPHEME_CUT = "grapheme_cut", "The span begins or ends within a grapheme, and the file counts graphemes."
    LAYER_UNASSIGNED = "layer_unassigned", "The file does not say whose layer an annotation is."
    VALUE_UNASSIGNED = "value_unassigned", "The file does not say of which span a value is."
    ANSWER_NOT_ACCEPTED = "answer_not_accepted", "The answer was not to accept: the article comes without spans."
    DUPLICATE_ID = "duplicate_id", "Two things have the same id."

    # Layers that an import replaces
    LAYER_INCOMPLETE = "layer_incomplete", "Some spans of an article cannot be imported: its layers are not replaced."
    LAYER_TWICE = "layer_twice", "A layer comes twice in an import, and differs: only the first one is imported."
    PARTIAL_FORMAT = "partial_format", "The format may have only a part of a layer: none is replaced by it."
    GOLD_LAYER = "gold_layer", "The layer is gold, which only adjudication changes."
    UNUSED_ANNOTATOR = "unused_annotator", "Nothing that is read is of an annotator that the import renames."
    OPEN_SUGGESTIONS = "open_suggestions", "An article is marked as done in which suggestions were not looked at."
    OPEN_ISSUES = "open_issues", "An article is marked as done in which issues are open."

    # Labels
    UNKNOWN_LABEL = "unknown_label", "The corpus has no such label."
    TOO_MANY_LABELS = "too_many_labels", "The corpus has as many labels as an import adds to."
    INVALID_LABEL = "invalid_label", "The label has a name that no label may have, or that the format does not allow."
    SIMILAR_LABEL = "similar_label", "A rare label is spelt almost like a frequent one."
    INVALID_LABEL_SET = "invalid_label_set", "The label set cannot be parsed."
    NO_LABELS = "no_labels", "The label set has no labels."
    DUPLICATE_LABEL = "duplicate_label", "Two labels have the same name."
    INVALID_COLOUR = "invalid_colour", "The colour of a label is not of the form #rrggbb."
    INVALID_KEY = "invalid_key", "The key of a label is not one visible character."
    DUPLICATE_KEY = "duplicate_key", "Two labels have the same key."
    LABEL_IN_USE = "label_in_use", "Spans still have the label."

    # Merging
    NOT_A_CHANGESET = "not_a_changeset", "The file is neither a changeset nor a corpus."
    NOT_AN_INVITATION = "not_an_invitation", "The file is no invitation to a team."
    UNUSABLE_CORPUS = "unusable_corpus", "The corpus to merge cannot be used."
    NEWER_VERSION = "newer_version", "A newer version of the program made it, and is needed to read it."
    UNKNOWN_RECORD = "unknown_record", "The changeset has something of an unknown kind."
    IMPOSSIBLE_EDIT = "impossible_edit", "A step contains an edit that cannot be."
    NO_CHANGE = "no_change", "A change changes nothing."
    INVALID_ANNOTATOR = "invalid_annotator", "The name is not one of an annotator."
    INVALID_NAME = "invalid_name", "The name is empty, too long or has a NUL character."
    INVALID_NUMBER = "invalid_number", "The number is out of range."
    INVALID_TIME = "invalid_time", "The time is not ISO 8601 with its offset from UTC."
    WAITING_STEPS = "waiting_steps", "Steps wait for articles that are neither here nor in the file."
    UNDESCRIBED_LABEL = "undescribed_label", "Steps are left out, as the file does not describe their label."
    CHANGED_BY_OTHERS = "changed_by_others", "Somebody else changed the same thing: the step is in conflict."
    REMOVED_BY_OTHERS = "removed_by_others", "Somebody else removed what a step changes: it is in conflict."
    OTHER_PERSON = "other_person", "An annotator of theirs is taken for another person than the one of this name here."

    # Issues of a layer
    INSIDE_WORD = "inside_word", "A span begins or ends within a word."
    PUNCTUATION = "punctuation", "A span begins or ends with punctuation or a space."
    UNPAIRED_MARK = "unpaired_mark", "A span has only one of a pair of brackets or quotation marks."
    PROCLITIC = "proclitic", "A span begins with a proclitic that others of its words omit."
    HUGE = "huge", "A span is much longer than most of its label."
    ACROSS_SENTENCES = "across_sentences", "A sentence ends within a span."
    ACROSS_ZONES = "across_zones", "A span is in more than one zone, or beyond one."
    BOILERPLATE = "boilerplate", "A span is in boilerplate."
    LABELLED_DIFFERENTLY = "labelled_differently", "The words of a span mostly have another label."
    UNLABELLED_REPEAT = "unlabelled_repeat", "Words that are mostly labelled are not, in this place."
    WRONG_WEEKDAY = "wrong_weekday", "The weekday in the words of a date is not that of its value."
    OTHER_DAY = "other_day", "The words of a date say a day that does not fit to the day of publication."
    INVISIBLE_ORDER = "invisible_order", "Invisible characters may change the order in which a span is displayed."

    # Damage of a corpus, and what a repair lost
    DAMAGED_ROW = "damaged_row", "A row cannot be read, or refers to a missing one."
    MISPLACED_ROW = "misplaced_row", "A row's place is not within its text, or zones overlap."
    CONTRADICTS_STEPS = "contradicts_steps", "A table is not what the recorded steps say."
    ROWS_UNREADABLE = "rows_unreadable", "Pages or rows of a table could not be read."
    UNCERTAIN_ROW = "uncertain_row", "A row may have been changed or removed later: an edit is missing."
    LOG_INCOMPLETE = "log_incomplete", "The log beside the file is incomplete: the last changes may be missing."
    ARTICLE_LOST = "article_lost", "An article is lost."
    EDITS_LOST = "edits_lost", "Edits of the history are lost, or may be."
    POSITION_LOST = "position_lost", "Where an annotator stopped in an article is lost."
    LABEL_CHANGED = "label_changed", "A label was restored from a backup, or without its title, colour or key."
    ZONES_DETECTED = "zones_detected", "The zones of an article were detected again."

    # Outcomes of spans and articles in an export
    OUTSIDE_ZONES = "outside_zones", "A span is outside of the exported zones."
    EDGES_TRIMMED = "edges_trimmed", "Spaces or invisible characters at the edges of a span are left out."
    TOKEN_SPLIT = "token_split", "A token is split at the edge of a span."
    OVERLAPS = "overlaps", "A span overlaps another one, and those are refused."
    SAME_RANGE = "same_range", "A span covers the same text as another one, which is kept."
    INSIDE_SPAN = "inside_span", "A span is inside of another one, which is kept."
    AROUND_SPAN = "around_span", "A span contains another one, which is kept."
    CROSSES_SPAN = "crosses_span", "A span crosses another one, which is kept."
    UNEVEN_PART = "uneven_part", "A part of a split has far more or fewer sentences than its share."
    LABEL_MISSING = "label_missing", "A part of a split has no span of a label that others have."

    # Of other remarks
    MORE_REMARKS = "more_remarks", "The file has more remarks of this kind than are listed."


class Reason(Struct, frozen=True, gc=False):
    """Why something was refused, repaired or noticed; `text` is one sentence in the user's language."""

    code: Code
    text: str

    def __str__(self) -> str:
        """Return the sentence."""
        return self.text


def json_error_code(error: Exception) -> Code:
    """Return the code of an error of decoding JSON."""
    if isinstance(error, UnicodeDecodeError):
        return Code.INVALID_ENCODING
    return Code.INVALID_VALUE if isinstance(error, msgspec.ValidationError) else Code.INVALID_JSON


def os_error_code(error: OSError) -> Code:
    """Return the code of an error of reading a file."""
    return Code.FILE_NOT_FOUND if isinstance(error, FileNotFoundError) else Code.FILE_UNREADABLE
