"""Suggestions of a token-classification model in ONNX, in a folder as Hugging Face's `optimum` exports it.

The folder holds `model.onnx` or `onnx/model.onnx`, `tokenizer.json`, and `config.json` with `id2label`. Only ONNX
Runtime, tokenizers and numpy are needed; nothing is fetched.

The model gets the tokens of this program, sentence by sentence, each cut into pieces by its tokeniser; the first piece
of a token speaks for all of it, as such models are trained (https://huggingface.co/docs/transformers/tasks/token_classification).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Struct

from annotator.i18n import _
from annotator.optional import installed, missing
from annotator.suggest.external.models import CannotSuggest, ForeignModel, Found, one_line
from annotator.tagging import decoding
from annotator.tagging.schemes import IOB1, OUTSIDE
from annotator.text.analysis import analysed
from annotator.text.visible import written

_MODELS: Final = ("model.onnx", "onnx/model.onnx")
_TOKENISER: Final = "tokenizer.json"
_CONFIG: Final = "config.json"
_PACKAGES: Final = ("onnxruntime", "tokenizers", "numpy")
_POSITIONS: Final = 512  # pieces that a model reads at once, where its configuration does not say
_RESERVED: Final = 2  # positions that RoBERTa and its kin do not use, and yet count
_QUIET: Final = 3  # ONNX Runtime's level for errors alone


class _Config(Struct):
    id2label: dict[int, str] = {}
    max_position_embeddings: int | None = None

    @property
    def tags(self) -> list[str]:
        """The tags by their numbers; a label without B- or I- before it is read as within."""
        labels = [self.id2label[number] for number in range(len(self.id2label))]
        return [label if decoding.is_tag(label) else f"I-{label}" for label in labels]

    @property
    def positions(self) -> int:
        """How many pieces the model reads at once."""
        said = self.max_position_embeddings or 0  # some say -1 where there is no end
        return (said if said > _RESERVED else _POSITIONS) - _RESERVED


class _Loaded(NamedTuple):
    session: Any
    tokeniser: Any
    tags: list[str]
    positions: int


class OnnxModel(ForeignModel[_Loaded]):
    """The model in the folder `place` (see ForeignModel). The score is the probability of the least sure token."""

    name = "onnx"

    def _check(self) -> None:
        if not installed(*_PACKAGES):
            raise CannotSuggest(missing("ONNX Runtime", "onnx"))
        if not self.folder.is_dir():
            raise CannotSuggest(_("There is no folder {folder}.").format(folder=self.folder))
        for names in (_MODELS, (_TOKENISER,), (_CONFIG,)):
            if not any((self.folder / name).is_file() for name in names):
                said = _("The folder {folder} holds no model in ONNX: it lacks {file}.")
                raise CannotSuggest(said.format(folder=self.folder, file=names[0]))
        self._config()

    def _config(self) -> _Config:
        path = self.folder / _CONFIG
        try:
            config = msgspec.json.decode(path.read_bytes(), type=_Config)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            said = _("{file} does not read: {error}")
            raise CannotSuggest(said.format(file=path, error=one_line(error))) from error
        if sorted(config.id2label) != list(range(len(config.id2label))) or OUTSIDE not in config.id2label.values():
            raise self._of_another_kind(_("its id2label does not name the tags of tokens, O among them"))
        return config

    def _of_another_kind(self, reason: str) -> CannotSuggest:
        said = _("The model in {folder} does not classify tokens: {reason}.")
        return CannotSuggest(said.format(folder=self.folder, reason=reason))

    def _load(self) -> _Loaded:
        import onnxruntime
        import tokenizers

        config = self._config()
        tokeniser = tokenizers.Tokenizer.from_file(str(self.folder / _TOKENISER))
        tokeniser.no_truncation()
        tokeniser.no_padding()
        options = onnxruntime.SessionOptions()
        options.log_severity_level = _QUIET
        model = next(path for name in _MODELS if (path := self.folder / name).is_file())
        session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        return _Loaded(session, tokeniser, config.tags, config.positions)

    def _run(self, model: _Loaded, text: str) -> Iterator[Found]:
        cut = analysed(text)
        for first, last in cut.sentences:
            tokens = cut.tokens[first:last]
            words = [written(text[slice(*token)]) for token in tokens]
            judged = [tag for window in _windows(model, words) for tag in self._judged(model, window)]
            # What had to be repaired does not matter here, and IOB1 has the least to say about it.
            chunks, _repairs = decoding.decode([(tag,) for tag, _sure in judged], IOB1)
            for label, start, end in chunks:
                score = min(sure for _tag, sure in judged[start:end])
                yield Found(tokens[start].start, tokens[end - 1].end, label, score)

    def _judged(self, model: _Loaded, words: Sequence[str]) -> list[tuple[str, float]]:
        """For each word its likeliest tag, with its probability; O for one that the tokeniser leaves nothing of."""
        import numpy as np

        pieces = model.tokeniser.encode(words, is_pretokenized=True)
        given = {
            "input_ids": pieces.ids,
            "attention_mask": pieces.attention_mask,
            "token_type_ids": pieces.type_ids,
        }
        fed = {}
        for wanted in model.session.get_inputs():
            if wanted.name not in given:
                raise self._of_another_kind(_("it asks for {name}").format(name=wanted.name))
            kind = np.int32 if "int32" in wanted.type else np.int64
            fed[wanted.name] = np.array([given[wanted.name][: model.positions]], kind)
        logits = model.session.run(None, fed)[0]
        size = len(fed["input_ids"][0])
        if logits.shape != (1, size, len(model.tags)):
            shape = "×".join(map(str, logits.shape))
            said = _("it gives {shape} numbers for {pieces} pieces and {tags} tags")
            raise self._of_another_kind(said.format(shape=shape, pieces=size, tags=len(model.tags)))
        powers = np.exp(logits[0].astype(np.float64) - logits[0].max(axis=-1, keepdims=True))
        judged = [(OUTSIDE, 1.0)] * len(words)
        for at, word in reversed(list(enumerate(pieces.word_ids[:size]))):  # so that the first piece has the last word
            if word is not None:
                likeliest = int(powers[at].argmax())
                judged[word] = model.tags[likeliest], float(powers[at, likeliest] / powers[at].sum())
        return judged


def _windows(model: _Loaded, words: Sequence[str]) -> Iterator[Sequence[str]]:
    """`words` in runs of as many as the model reads at once; a word that alone is longer is a run of its own."""
    room = model.positions - model.tokeniser.num_special_tokens_to_add(is_pair=False)
    sizes = Counter(model.tokeniser.encode(words, is_pretokenized=True, add_special_tokens=False).word_ids)
    first = filled = 0
    for at in range(len(words)):
        if filled + sizes[at] > room and at > first:
            yield words[first:at]
            first, filled = at, 0
        filled += sizes[at]
    yield words[first:]
