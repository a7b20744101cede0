"""Runs a custodian and calls it with the client that scripts/openapi-check generated.

Usage: generated_client.py CUSTODIAN OPENAPI_JSON, with the package custodian_client on PYTHONPATH.
The custodian has no node, so it answers what needs no chain, and everything else with an error.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

from custodian_client import Client
from custodian_client.api.content import add_content, get_content
from custodian_client.api.log import read_log
from custodian_client.api.monitoring import health, metrics, ready
from custodian_client.api.shares import release
from custodian_client.api.status import get_custodian, openapi
from custodian_client.models import About, Readiness, Refusal, Signed
from custodian_client.types import File

GENESIS = "0x" + "07" * 32
CID = "b" + "a" * 58


def start(custodian: str, directory: pathlib.Path) -> tuple[subprocess.Popen, dict, dict]:
    """Starts a custodian on free ports. Returns its process, its addresses and its public keys."""
    key = directory / "key"
    made = subprocess.run(
        [custodian, "key", "generate", "--out", key], check=True, capture_output=True, text=True
    )
    keys = dict(line.rsplit(maxsplit=1) for line in made.stdout.splitlines())
    config = directory / "custodian.toml"
    config.write_text(
        f"""
        [api]
        listen = "127.0.0.1:0"
        monitoring_listen = "127.0.0.1:0"
        [chain]
        node = "ws://127.0.0.1:9"
        genesis = "{GENESIS}"
        [keys]
        file = "{key}"
        [store]
        directory = "{directory / 'store'}"
        """
    )
    process = subprocess.Popen(
        [custodian, "--config", config], stderr=subprocess.PIPE, text=True, bufsize=1
    )
    for line in process.stderr:
        event = json.loads(line)
        if event["message"] == "listening":
            return process, event, keys
    sys.exit(f"the custodian ended with {process.wait()}")


def check(client: Client, monitoring: Client, document: dict, keys: dict) -> None:
    """Calls every endpoint that a client without keys can call."""
    answer = health.sync_detailed(client=monitoring)
    assert (answer.status_code, answer.parsed) == (200, "alive"), answer

    answer = ready.sync_detailed(client=monitoring)
    assert answer.status_code == 503, answer
    assert isinstance(answer.parsed, Readiness), answer
    assert not answer.parsed.ready and not answer.parsed.node.ok, answer

    answer = get_custodian.sync_detailed(client=client)
    assert isinstance(answer.parsed, About), answer
    about = answer.parsed
    assert (about.genesis, about.institution, about.content) == (GENESIS, None, False), about
    assert (about.account, about.key) == (keys["account"], keys["encryption key"]), about
    assert about.ready is False, about

    answer = metrics.sync_detailed(client=monitoring)
    assert "vouchsafe_custodian_ready 0" in answer.parsed, answer

    answer = openapi.sync_detailed(client=client)
    assert json.loads(answer.content) == document, "/openapi.json is not the one that was printed"

    signed = Signed(account="0x" + "00" * 32, payload="{}", signature="0x" + "00" * 64)
    file = File(payload=b"content")
    for answer, status, error in [
        (get_content.sync_detailed(CID, client=client), 404, "not found"),
        (
            add_content.sync_detailed(client=client, body=file, x_vouchsafe_request="e30="),
            404,
            "not found",
        ),
        (read_log.sync_detailed(client=client, body=signed), 503, "not ready: try again later"),
        (release.sync_detailed(client=client, body=signed), 503, "not ready: try again later"),
    ]:
        assert answer.status_code == status, answer
        assert isinstance(answer.parsed, Refusal), answer
        assert answer.parsed.error == error, answer


def main() -> None:
    custodian, document = sys.argv[1:]
    with tempfile.TemporaryDirectory() as directory:
        process, at, keys = start(custodian, pathlib.Path(directory))
        try:
            client, monitoring = (
                Client(base_url=f"http://{at[name]}", raise_on_unexpected_status=True)
                for name in ("address", "monitoring")
            )
            with client, monitoring:
                check(client, monitoring, json.loads(pathlib.Path(document).read_text()), keys)
        finally:
            process.terminate()
            process.communicate()
        assert process.returncode == 0, f"the custodian ended with {process.returncode}"
    print("the generated client works with a running custodian")


if __name__ == "__main__":
    main()
