"""The writer of each kind of format, and whose spans it writes."""

from msgspec.structs import replace

from annotator.formats.format import Documents, Files, Format, Tags
from annotator.i18n import _
from annotator.jobs.export.document_writer import DocumentWriter
from annotator.jobs.export.existing_output import CannotExport
from annotator.jobs.export.file_per_article import FilePerArticleWriter
from annotator.jobs.export.tag_writer import TagWriter
from annotator.jobs.export.writer import Writer
from annotator.model.labels import LabelSet
from annotator.store.corpus import Corpus
from annotator.tagging.flat import ProjectionOptions


def create_writer(
    format_: Format,
    labels: LabelSet,
    options: ProjectionOptions,
    *,
    offsets: str | None,
    layer: str,
    has_many_layers: bool = False,
) -> Writer:
    """Create a format's writer; see options.ExportOptions. `has_many_layers` if several annotators' may be written.

    Raises KeyError for a format that is not written, CannotExport if its package is missing or the layer is not one
    of it.
    """
    if reason := format_.explain_missing():
        raise CannotExport(reason)
    if layer and not has_span_layer(format_):
        raise CannotExport(_("The format {name} has no layers.").format(name=format_.name))
    match format_.output:
        case Tags() as tags:
            return TagWriter(format_, tags, labels, options)
        case Documents() as documents:
            if offsets is not None and format_.output_in_unit:
                documents = format_.output_in_unit(offsets)
            if has_many_layers and documents.encode_layers:
                documents = replace(documents, encode=documents.encode_layers)
            return DocumentWriter(format_, documents, labels)
        case Files() as files:
            return FilePerArticleWriter(format_, _select_span_layer(files, layer), labels)
    raise KeyError(format_.name)


def has_span_layer(format_: Format) -> bool:
    """Return whether the spans of a format are in a layer that an export may choose."""
    return isinstance(format_.output, Files) and format_.output.with_layer is not None


def _select_span_layer(files: Files, layer: str) -> Files:
    """Return the output with the spans in this layer, if any. Raises CannotExport for an invalid one."""
    try:
        return files.with_layer(layer) if layer and files.with_layer else files
    except ValueError as error:
        raise CannotExport(str(error)) from error


def select_annotator(corpus: Corpus, name: str | None) -> str | None:
    """Return the annotator to export, None if nobody has labelled. Raises CannotExport."""
    annotators = corpus.annotators()
    if name is not None:
        if name not in annotators:
            raise CannotExport(_("The corpus has no annotator “{name}”.").format(name=name))
        return name
    candidates = corpus.annotators_with_spans() or annotators
    if len(candidates) > 1:
        names = _(", ").join(candidates)
        raise CannotExport(
            _("Several annotators have labelled this corpus; choose one of them: {names}.").format(names=names)
        )
    return candidates[0] if candidates else None
