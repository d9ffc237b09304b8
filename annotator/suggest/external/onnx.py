"""Suggestions of an ONNX token classifier, in a folder as exported by Hugging Face's `optimum`.

It holds `model.onnx` or `onnx/model.onnx`, `tokenizer.json`, and `config.json` with `id2label`. Only ONNX Runtime,
tokenizers and numpy are needed; nothing is downloaded.

The model gets sentences of this program's tokens, in its tokeniser's pieces; a token's first piece decides, as in
training (https://huggingface.co/docs/transformers/tasks/token_classification).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Struct

from annotator.i18n import _
from annotator.open_databases import refuse_open_below
from annotator.optional_packages import explain_missing, is_installed
from annotator.suggest.external.models import CannotSuggest, ExternalModel, ModelSpan, error_line
from annotator.tagging import decoding
from annotator.tagging.schemes import IOB1, OUTSIDE
from annotator.text.analysis import analysed
from annotator.text.visible import remove_invisible

_MODELS: Final = ("model.onnx", "onnx/model.onnx")
_TOKENISER: Final = "tokenizer.json"
_CONFIG: Final = "config.json"
_PACKAGES: Final = ("onnxruntime", "tokenizers", "numpy")
_POSITIONS: Final = 512  # pieces that a model reads at once by default
_RESERVED: Final = 2  # positions that RoBERTa and its relatives count but do not use
_QUIET: Final = 3  # ONNX Runtime's log level for errors only


class _Config(Struct):
    id2label: dict[int, str] = {}
    max_position_embeddings: int | None = None

    @property
    def tags(self) -> list[str]:
        """The tags by number; a label that is no tag counts as I-."""
        labels = [self.id2label[number] for number in range(len(self.id2label))]
        return [label if decoding.is_tag(label) else f"I-{label}" for label in labels]

    @property
    def positions(self) -> int:
        """The number of pieces read at once."""
        limit = self.max_position_embeddings or 0  # some use -1 for unlimited
        return (limit if limit > _RESERVED else _POSITIONS) - _RESERVED


class _OnnxSession(NamedTuple):
    session: Any
    tokeniser: Any
    tags: list[str]
    positions: int


class OnnxModel(ExternalModel[_OnnxSession]):
    """The model in the folder `location` (see ExternalModel).

    The score is its least certain token's probability.
    """

    name = "onnx"

    def _check(self) -> None:
        if not is_installed(*_PACKAGES):
            raise CannotSuggest(explain_missing("ONNX Runtime", "onnx"))
        if not self.folder.is_dir():
            raise CannotSuggest(_("The folder {folder} does not exist.").format(folder=self.folder))
        for names in (_MODELS, (_TOKENISER,), (_CONFIG,)):
            if not any((self.folder / name).is_file() for name in names):
                message = _("The folder {folder} does not contain an ONNX model: {file} is missing.")
                raise CannotSuggest(message.format(folder=self.folder, file=names[0]))
        refuse_open_below(self.folder)
        self._read_config()

    def _read_config(self) -> _Config:
        path = self.folder / _CONFIG
        try:
            config = msgspec.json.decode(path.read_bytes(), type=_Config)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            message = _("{file} cannot be read: {error}")
            raise CannotSuggest(message.format(file=path, error=error_line(error))) from error
        if sorted(config.id2label) != list(range(len(config.id2label))) or OUTSIDE not in config.id2label.values():
            raise self._wrong_kind(_("its id2label does not list token tags that include O"))
        return config

    def _wrong_kind(self, reason: str) -> CannotSuggest:
        message = _("The model in {folder} is not a token classifier: {reason}.")
        return CannotSuggest(message.format(folder=self.folder, reason=reason))

    def _load(self) -> _OnnxSession:
        import onnxruntime
        import tokenizers

        config = self._read_config()
        tokeniser = tokenizers.Tokenizer.from_file(str(self.folder / _TOKENISER))
        tokeniser.no_truncation()
        tokeniser.no_padding()
        options = onnxruntime.SessionOptions()
        options.log_severity_level = _QUIET
        model = next(path for name in _MODELS if (path := self.folder / name).is_file())
        session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        return _OnnxSession(session, tokeniser, config.tags, config.positions)

    def _run(self, model: _OnnxSession, text: str) -> Iterator[ModelSpan]:
        analysis = analysed(text)
        for first, last in analysis.sentence_ranges:
            tokens = analysis.tokens[first:last]
            words = [remove_invisible(text[slice(*token)]) for token in tokens]
            tagged = [tag for window in _split_windows(model, words) for tag in self._classify(model, window)]
            # Repairs do not matter here, and IOB1 needs the fewest.
            chunks, _repairs = decoding.decode_with_repairs([(tag,) for tag, _sure in tagged], IOB1)
            for label, start, end in chunks:
                score = min(probability for _tag, probability in tagged[start:end])
                yield ModelSpan(tokens[start].start, tokens[end - 1].end, label, score)

    def _classify(self, model: _OnnxSession, words: Sequence[str]) -> list[tuple[str, float]]:
        """Return each word's likeliest tag with its probability; O for words the tokeniser drops."""
        import numpy as np

        pieces = model.tokeniser.encode(words, is_pretokenized=True)
        available = {
            "input_ids": pieces.ids,
            "attention_mask": pieces.attention_mask,
            "token_type_ids": pieces.type_ids,
        }
        inputs = {}
        for model_input in model.session.get_inputs():
            if model_input.name not in available:
                raise self._wrong_kind(_("it needs the unsupported input {name}").format(name=model_input.name))
            kind = np.int32 if "int32" in model_input.type else np.int64
            inputs[model_input.name] = np.array([available[model_input.name][: model.positions]], kind)
        logits = model.session.run(None, inputs)[0]
        size = len(inputs["input_ids"][0])
        if logits.shape != (1, size, len(model.tags)):
            shape = "×".join(map(str, logits.shape))
            template = _("its output has the shape {shape} for {pieces} word pieces and {tags} tags")
            raise self._wrong_kind(template.format(shape=shape, pieces=size, tags=len(model.tags)))
        exponentials = np.exp(logits[0].astype(np.float64) - logits[0].max(axis=-1, keepdims=True))
        tagged = [(OUTSIDE, 1.0)] * len(words)
        # In reverse, so that the first piece of a word overwrites the others.
        for position, word in reversed(list(enumerate(pieces.word_ids[:size]))):
            if word is not None:
                best = int(exponentials[position].argmax())
                tagged[word] = model.tags[best], float(exponentials[position, best] / exponentials[position].sum())
        return tagged


def _split_windows(model: _OnnxSession, words: Sequence[str]) -> Iterator[Sequence[str]]:
    """Split `words` into runs that the model reads at once; a longer word is one."""
    capacity = model.positions - model.tokeniser.num_special_tokens_to_add(is_pair=False)
    sizes = Counter(model.tokeniser.encode(words, is_pretokenized=True, add_special_tokens=False).word_ids)
    first = size = 0
    for index in range(len(words)):
        if size + sizes[index] > capacity and index > first:
            yield words[first:index]
            first, size = index, 0
        size += sizes[index]
    yield words[first:]
