"""Completion in bash, zsh and fish, by click: `eval "$(_ANNOTATOR_COMPLETE=bash_source annotator)"` in bash."""

from typing import Final

from click import shell_completion
from click.shell_completion import BashComplete

from annotator.cli.console import PROGRAM_NAME
from annotator.cli.root import COMPLETION_VARIABLE, root

SHELLS: Final = ("bash", "zsh", "fish")

_BASH: Final = """\
%(complete_func)s() {
    local type value file=
    COMPREPLY=()
    while IFS=, read -r type value; do
        case $type in
            plain) COMPREPLY+=("$value") ;;
            file) file=1 ;;
        esac
    done < <(IFS=$'\\n'; COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD %(complete_var)s=bash_complete "$1")
    if [[ $file && ! ${COMPREPLY[*]} ]]; then
        compopt -o default +o nosort
    elif [[ $file ]]; then
        compopt -o filenames
        mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(
            compgen -f -X '!*.corpus' -- "$2"
            compgen -f -X '!*.team' -- "$2"
        )
    fi
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class _Bash(BashComplete):
    """Completes files beside words: the first argument is a command or a corpus. click's script does either."""

    source_template = _BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the cursor, and the one at it; bash makes three words of `--format=conll`."""
        words, incomplete = super().get_completion_args()
        return [word for word in words if word != "="], incomplete


shell_completion.add_completion_class(_Bash)


def complete(instruction: str) -> int:
    """Print what a shell asks for, such as `bash_source` or `zsh_complete`; return the exit code."""
    return shell_completion.shell_complete(root, {}, PROGRAM_NAME, COMPLETION_VARIABLE, instruction)


def script(shell: str) -> str:
    """Return the script that makes one of SHELLS complete the commands."""
    completer = shell_completion.get_completion_class(shell)
    assert completer
    return completer(root, {}, PROGRAM_NAME, COMPLETION_VARIABLE).source()
