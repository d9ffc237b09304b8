"""`annotator export CORPUS PATH --format NAME`: writes the training set and its report."""

import click


def command() -> click.Command:
    return click.Command("export")
