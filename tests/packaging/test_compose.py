"""The compose file: valid, complete, and its services start with the command and the environment it gives them."""

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from grym.runtime import PROCESSORS
from grym.settings import Settings

Service = dict[str, Any]


@pytest.fixture(scope="module")
def document(checkout: Path) -> dict[str, Any]:
    """Return the compose file with its anchors resolved."""
    found = yaml.safe_load((checkout / "docker-compose.yml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def services(document: dict[str, Any]) -> dict[str, Service]:
    """Return the services by name."""
    found = document["services"]
    assert isinstance(found, dict)
    return found


def test_the_file_keeps_to_the_schema_of_compose(document: dict[str, Any]) -> None:
    """The specification's own schema finds nothing."""
    schemas = pytest.importorskip("check_jsonschema.builtin_schemas")
    schema = schemas.get_builtin_schema("vendor.compose-spec")
    jsonschema.validate(document, schema)


def test_a_misspelt_word_would_be_found(document: dict[str, Any]) -> None:
    """The schema is one that can fail."""
    schemas = pytest.importorskip("check_jsonschema.builtin_schemas")
    broken = document | {"services": {"kafka": {"image": "kafka", "healthchek": {}}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schemas.get_builtin_schema("vendor.compose-spec"))


def test_each_processor_is_a_service(services: dict[str, Service]) -> None:
    """One service runs each processor, by its name."""
    commands = {name: service.get("command", [""]) for name, service in services.items()}
    ours = {name: command for name, command in commands.items() if command[0] == "grym"}
    assert ours == {name: ["grym", "worker", name] for name in PROCESSORS} | {"topics": ["grym", "topics", "create"]}


def test_everything_that_stays_is_checked_for_health(services: dict[str, Service]) -> None:
    """Whatever runs on says whether it is well; what runs once has ended well."""
    for name, service in services.items():
        if name != "topics":
            assert service["healthcheck"]["test"], name


def test_dependencies_are_services_and_are_waited_for(services: dict[str, Service]) -> None:
    """Nobody waits for what is not there, and what is waited for has a check to wait for."""
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            assert other in services, name
            if how["condition"] == "service_healthy":
                assert services[other]["healthcheck"]["test"], other


def test_the_environment_is_understood(services: dict[str, Service]) -> None:
    """Every variable of grym is one that the settings read."""
    known = {f"GRYM_{name.upper()}" for name in Settings.model_fields}
    for name in PROCESSORS:
        ours = {variable for variable in services[name]["environment"] if variable.startswith("GRYM_")}
        assert ours <= known, name


def test_nothing_is_open_to_the_network(services: dict[str, Service]) -> None:
    """Ports are published on loopback: the passwords of the file are known to everybody."""
    for name, service in services.items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name


def test_mounted_folders_are_there(services: dict[str, Service], checkout: Path) -> None:
    """What is mounted from the checkout exists."""
    for service in services.values():
        for mount in service.get("volumes", []):
            if mount.startswith("./"):
                assert (checkout / mount.split(":")[0]).exists(), mount


def test_the_profile_with_three_brokers_is_complete(document: dict[str, Any], checkout: Path) -> None:
    """Every variable that the environment file sets is used, and names the brokers that there are."""
    text = (checkout / "docker-compose.yml").read_text(encoding="utf-8")
    used = set(re.findall(r"\$\{(\w+)", text))
    lines = (checkout / "deploy" / "ha.env").read_text(encoding="utf-8").splitlines()
    chosen = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert set(chosen) - {"COMPOSE_PROFILES"} <= used
    brokers = {name for name in document["services"] if name.startswith("kafka")}
    assert {voter.split("@")[1].split(":")[0] for voter in chosen["GRYM_KAFKA_VOTERS"].split(",")} == brokers
    assert {broker.split(":")[0] for broker in chosen["GRYM_KAFKA_BROKERS"].split(",")} == brokers
    ids = [document["services"][name]["environment"]["KAFKA_NODE_ID"] for name in sorted(brokers)]
    assert ids == [1, 2, 3]


def test_the_image_is_built_from_what_the_context_holds(checkout: Path) -> None:
    """Everything the wheel needs is let into the context."""
    ignored = (checkout / ".dockerignore").read_text(encoding="utf-8")
    for name in ("grym", "schemas", "streams", "consumers", "producers", "pyproject.toml", "README.md", "LICENSE"):
        assert f"!{name}\n" in ignored
