"""The `satchel` command: one table of sub-commands, each imported only when it is used.

`--version` is answered before anything else is imported. stdout is data, stderr is talk; exit codes are those of
satchel's design: 0 accepted, 1 internal or I/O error, 2 usage, 3 rejected, 4 undecided, 5 warnings under --strict,
6 locked, 7 network needed but offline.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # typing's own constant would cost as much as the rest of a start
if TYPE_CHECKING:
    from typing import Final

    import click

    from satchel.errors import SatchelError

# name -> (module, attribute, one line of help). `satchel --help` reads this table and imports no command.
COMMANDS: Final[dict[str, tuple[str, str, str]]] = {
    "demo": ("tui.command.demo", "demo", "Run the whole story offline, in a temporary folder."),
    "verify": ("verifier.command", "verify", "Judge credentials: files, folders, URLs or standard input."),
    "inspect": ("verifier.inspect_command", "inspect", "Show what is in a file and what its signatures are over."),
    "verify-lines": ("verifier.lines_command", "verify_lines", "Judge a credential on each line of a file."),
    "init": ("tui.command.init", "init", "Make an issuer node or a wallet."),
    "template": ("issuer.command", "template", "Write or check an achievement template."),
    "issue": ("issuer.command", "issue", "Issue one credential, or a cohort from a CSV file."),
    "tui": ("tui.command.tui", "tui", "Open the wallet on the whole terminal."),
    "framework": ("tui.command.framework", "framework", "Import, look up and search skills frameworks."),
    "archive": ("verifier.archive_command", "group", "Keep a credential for decades, with its verdict's grounds."),
    "policy": ("verifier.policy_command", "policy", "See the policies, and where two of them part."),
    "trust": ("verifier.trust_command", "trust", "Say which issuers and registries this verifier knows."),
    "did": ("tui.command.did", "did", "Make, resolve, rotate and explain decentralized identifiers."),
    "token": ("issuer.token_command", "token", "Make, list and revoke access tokens of the issuer."),
    "revoke": ("issuer.command", "revoke", "Revoke a credential for good."),
    "suspend": ("issuer.command", "suspend", "Suspend a credential until it is reinstated."),
    "reinstate": ("issuer.command", "reinstate", "End a suspension."),
    "bake": ("tui.command.bake", "bake", "Put a credential into a PNG or SVG picture."),
    "unbake": ("tui.command.bake", "unbake", "Take the credential out of a picture."),
    "add": ("wallet.command", "add", "Judge a credential and keep it in the wallet."),
    "list": ("wallet.command", "list_credentials", "List the credentials of the wallet."),
    "show": ("wallet.command", "show", "Show one credential of the wallet."),
    "claim": ("wallet.story_command", "claim", "Claim a credential by the link that an issuer gave you."),
    "passport": ("wallet.story_command", "show_passport", "See your skills, and how strong the evidence of each is."),
    "stack": ("wallet.stack_command", "group", "Build, check or open a stack of credentials."),
    "present": ("wallet.story_command", "present_credentials", "Sign a presentation of credentials for one reader."),
    "disclose": ("wallet.disclose_command", "disclose", "Show a part of a credential, and what it gives away."),
    "endorse": ("wallet.story_command", "endorse", "Endorse the badge of a peer."),
    "inbox": ("wallet.story_command", "inbox", "Look at endorsements that arrived, and accept or reject them."),
    "access": ("wallet.story_command", "access", "Make, list and revoke access tokens of the served wallet."),
    "page": ("wallet.page_command", "page", "Switch the public page of one of your badges on or off."),
    "refresh": ("wallet.refresh_command", "refresh", "Ask issuers for newer forms of your credentials."),
    "wallet": ("wallet.command", "group", "Change the wallet's passphrase, or check that it is whole."),
    "rm": ("wallet.command", "remove", "Remove a credential from the wallet."),
    "export": ("wallet.command", "export", "Write credentials exactly as they were received."),
    "learn": ("tui.command.learn", "learn", "What a newcomer to micro-credentials asks, with commands to try."),
    "serve": ("tui.command.serve", "serve", "Run an issuer, a wallet, a verifier or all of them over HTTP."),
    "vc-api": ("tui.command.vc_api", "vc_api", "Print what the W3C's test suites need to know of a node."),
    "fetches": ("tui.command.fetches", "fetches", "Which hosts this node asked, when and what for."),
    "doctor": ("tui.command.doctor", "doctor", "Is this machine fit, and what to do where it is not."),
    "bench": ("tui.command.bench", "bench", "Measure this machine: verify, issue, canonicalize."),
    "errors": ("tui.command.errors", "errors", "Explain a code, or list all of them."),
}


def main(argv: list[str] | None = None) -> int:
    """Run the command line; gives the exit code. The entry point of the installed `satchel`."""
    arguments = sys.argv[1:] if argv is None else argv
    if arguments in (["--version"], ["-V"]):
        from satchel import __version__

        print(f"satchel {__version__}")
        return 0
    # A start makes a hundred thousand objects that stay; looking at them for garbage takes a tenth of its time.
    import gc

    gc.set_threshold(20_000, 20, 20)
    return _run(arguments)


def _run(arguments: list[str]) -> int:
    import click

    from satchel.errors import SatchelError
    from satchel.text import for_terminal

    try:
        result = command_group().main(args=arguments, prog_name="satchel", standalone_mode=False)
    except click.exceptions.Abort:
        print("Stopped.", file=sys.stderr)
        return 130
    except click.ClickException as fault:
        print(_refusal(fault), file=sys.stderr)
        return fault.exit_code
    except SatchelError as fault:
        print(f"satchel: {for_terminal(fault.message)} [{fault.code}]", file=sys.stderr)
        if fault.next_step:
            print(f"  {for_terminal(fault.next_step)}", file=sys.stderr)
        return exit_code(fault)
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except Exception:
        # The outermost face: the one place that catches everything, and it shows the trace.
        import traceback

        traceback.print_exc()
        print("satchel: this is a fault of Satchel's own; please report it with the lines above.", file=sys.stderr)
        return 1
    # Without standalone mode Click gives the code of ctx.exit(), or what the command returned.
    return result if isinstance(result, int) else 0


def _refusal(fault: click.ClickException) -> str:
    """What Click says of a wrong command line. Its words quote arguments, and an argument may be a stranger's file name
    with terminal escapes in it (attack row 140)."""
    from click import UsageError

    from satchel.text import for_terminal

    lines: list[str] = []
    if isinstance(fault, UsageError) and fault.ctx is not None:
        lines += [fault.ctx.get_usage(), f"Try '{fault.ctx.command_path} --help' for help.", ""]
    lines += [for_terminal(line, limit=1000) for line in f"Error: {fault.format_message()}".split("\n")[:20]]
    return "\n".join(lines)


def exit_code(fault: SatchelError) -> int:
    """The exit code that this error ends the command with."""
    if fault.code.startswith("usage."):
        return 2
    if fault.code in ("wallet.locked", "wallet.passphrase"):
        return 6
    if fault.code == "fetch.offline":
        return 7
    # A template, table or pathway that says something impossible is refused as a malformed credential is.
    if fault.code.startswith(("template.", "batch.", "pathway.")) or fault.code in ("issue.bind", "issue.quality"):
        return 3
    return 1


def command_group() -> click.Group:
    import importlib

    import click

    class Satchel(click.Group):
        """Looks a sub-command up in COMMANDS and imports its module only then."""

        def list_commands(self, ctx: click.Context) -> list[str]:
            return list(COMMANDS)

        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
            if cmd_name not in COMMANDS:
                return None
            module, attribute, _ = COMMANDS[cmd_name]
            command: click.Command = getattr(importlib.import_module(module), attribute)
            return command

        def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
            with formatter.section("Commands"):
                formatter.write_dl([(name, line) for name, (_, _, line) in COMMANDS.items()])

        def resolve_command(
            self, ctx: click.Context, args: list[str]
        ) -> tuple[str | None, click.Command | None, list[str]]:
            try:
                return super().resolve_command(ctx, args)
            except click.NoSuchCommand as fault:
                raise click.UsageError(f"{fault.format_message()} Run `satchel --help`.", ctx) from fault

    @click.group(cls=Satchel, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
    @click.version_option(package_name="satchel", prog_name="satchel", message="%(prog)s %(version)s")
    def satchel() -> None:
        """Issue, keep, stack and verify micro-credentials and digital badges.

        Start with `satchel demo`.
        """

    return satchel


if __name__ == "__main__":
    sys.exit(main())
