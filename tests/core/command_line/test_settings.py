"""Options win over the environment, and that over the profile files."""

import pytest

from ivschat_conformance.reference_impl.core.command_line.global_options import (
    GlobalOptions,
    Output,
)
from ivschat_conformance.reference_impl.core.command_line.profile_files import (
    read_profile,
)
from ivschat_conformance.reference_impl.core.command_line.refusals import (
    ConfigurationError,
    ParameterError,
)
from ivschat_conformance.reference_impl.core.command_line.request_signing import (
    Credentials,
)
from ivschat_conformance.reference_impl.core.command_line.settings import (
    find_credentials,
    find_settings,
    profile_name,
)

CONFIG = """
[default]
region = d-region
[profile work]
region = w-region
output = yaml
endpoint_url = http://work
max_attempts = 5
aws_access_key_id = config-key
aws_secret_access_key = config-secret
[bare]
region = b-region
[profile "two words"]
region = t-region
"""
CREDENTIALS = """
[work]
aws_access_key_id = key
aws_secret_access_key = secret
aws_session_token = token
"""
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "env", "AWS_SECRET_ACCESS_KEY": "secret"}


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("default", "d-region"),
        ("work", "w-region"),
        ("bare", "b-region"),
        ("two words", "t-region"),
    ],
)
def test_profile_is_found_with_and_without_its_prefix(name: str, region: str) -> None:
    """`[profile x]` and `[x]` are both sections of the config file."""
    assert read_profile(name, CONFIG, CREDENTIALS)["region"] == region


def test_credentials_file_wins_over_the_config_file() -> None:
    """What stands in both counts as the credentials file has it."""
    assert read_profile("work", CONFIG, CREDENTIALS)["aws_access_key_id"] == "key"


@pytest.mark.parametrize(
    ("name", "config", "message"),
    [
        ("nope", CONFIG, "The config profile (nope) could not be found"),
        ("default", "secret\n", "Unable to parse the config file at line 1"),
        ("default", "[a]\nb\n=secret", "Unable to parse the config file"),
        ("default", "[a]\n[a]\n", "Unable to parse the config file at line 2"),
    ],
)
def test_profile_that_cannot_be_had_is_refused(
    name: str, config: str, message: str
) -> None:
    """With 253, and without a word of what stands in the file."""
    with pytest.raises(ConfigurationError) as caught:
        read_profile(name, config, "")

    assert message in str(caught.value)
    assert "secret" not in str(caught.value)
    assert caught.value.exit_code == 253


def test_default_profile_may_be_missing() -> None:
    """Nobody needs a profile file."""
    assert read_profile("default", "", "") == {}


@pytest.mark.parametrize(
    ("option", "environment", "name"),
    [
        ("o", {"AWS_PROFILE": "e"}, "o"),
        (None, {"AWS_PROFILE": "e", "AWS_DEFAULT_PROFILE": "d"}, "e"),
        (None, {"AWS_DEFAULT_PROFILE": "d"}, "d"),
        (None, {}, "default"),
    ],
)
def test_profile_is_named_by_option_or_environment(
    option: str | None, environment: dict[str, str], name: str
) -> None:
    """The option wins."""
    assert profile_name(GlobalOptions(profile=option), environment) == name


@pytest.mark.parametrize(
    ("option", "environment", "profile", "region"),
    [
        ("o", {"AWS_REGION": "r"}, {"region": "p"}, "o"),
        (None, {"AWS_REGION": "r", "AWS_DEFAULT_REGION": "d"}, {"region": "p"}, "r"),
        (None, {"AWS_DEFAULT_REGION": "d"}, {"region": "p"}, "d"),
        (None, {"AWS_REGION": ""}, {"region": "p"}, "p"),
    ],
)
def test_region_is_found(
    option: str | None,
    environment: dict[str, str],
    profile: dict[str, str],
    region: str,
) -> None:
    """Without an endpoint it is the service's own in that region."""
    settings = find_settings(GlobalOptions(region=option), environment, profile)

    assert settings.signing_region() == region
    assert settings.endpoint() == f"https://ivschat.{region}.amazonaws.com"


@pytest.mark.parametrize("region", [None, "", "a b", "x.evil.example/", "é"])
def test_region_that_is_none_is_refused(region: str | None) -> None:
    """A region becomes a part of a host name, and nothing else may."""
    with pytest.raises(ConfigurationError, match="region"):
        find_settings(GlobalOptions(region=region), {}, {}).endpoint()


@pytest.mark.parametrize(
    ("option", "environment", "profile", "endpoint"),
    [
        ("o", {"AWS_ENDPOINT_URL_IVSCHAT": "i"}, {}, "o"),
        (None, {"AWS_ENDPOINT_URL_IVSCHAT": "i", "AWS_ENDPOINT_URL": "a"}, {}, "i"),
        (None, {"AWS_ENDPOINT_URL": "a"}, {"endpoint_url": "p"}, "a"),
        (None, {}, {"endpoint_url": "p"}, "p"),
        (
            None,
            {"AWS_ENDPOINT_URL": "a", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
            {},
            "https://ivschat.r.amazonaws.com",
        ),
    ],
)
def test_endpoint_is_found(
    option: str | None,
    environment: dict[str, str],
    profile: dict[str, str],
    endpoint: str,
) -> None:
    """The service's own variable comes before that of all services."""
    options = GlobalOptions(endpoint_url=option, region="r")

    assert find_settings(options, environment, profile).endpoint() == endpoint


def test_output_and_attempts_are_found() -> None:
    """Three attempts and JSON are the default; what is no number or form is refused."""
    usual = find_settings(GlobalOptions(), {}, {})
    profile = {"output": "yaml", "max_attempts": "5", "ca_bundle": "p"}
    other = find_settings(GlobalOptions(), {"AWS_MAX_ATTEMPTS": "1"}, profile)

    assert (usual.output, usual.attempts, usual.ca_bundle) == (Output.JSON, 3, None)
    assert (other.output, other.attempts, other.ca_bundle) == (Output.YAML, 1, "p")
    with pytest.raises(ConfigurationError):
        find_settings(GlobalOptions(), {"AWS_MAX_ATTEMPTS": "many"}, {})
    with pytest.raises(ParameterError):
        find_settings(GlobalOptions(), {"AWS_DEFAULT_OUTPUT": "table"}, {})


def test_credentials_of_the_environment_come_first() -> None:
    """Unless a profile was asked for by option; an empty token is none."""
    profile = read_profile("work", CONFIG, CREDENTIALS)
    environment = ENVIRONMENT | {"AWS_SESSION_TOKEN": ""}
    named = GlobalOptions(profile="work")

    assert find_credentials(GlobalOptions(), environment, profile) == Credentials(
        "env", "secret", None
    )
    assert find_credentials(named, environment, profile) == Credentials(
        "key", "secret", "token"
    )
    assert find_credentials(GlobalOptions(), {}, {}) is None


@pytest.mark.parametrize(
    ("environment", "profile"),
    [
        ({"AWS_ACCESS_KEY_ID": "the-key"}, {}),
        ({}, {"aws_access_key_id": "the-key"}),
        (ENVIRONMENT | {"AWS_SESSION_TOKEN": "the-key\r\nX-Evil: 1"}, {}),
        (ENVIRONMENT | {"AWS_ACCESS_KEY_ID": "the-key é"}, {}),
        (ENVIRONMENT | {"AWS_SECRET_ACCESS_KEY": "the-key\udcff"}, {}),
    ],
)
def test_credentials_that_cannot_be_sent_are_refused_and_not_shown(
    environment: dict[str, str], profile: dict[str, str]
) -> None:
    """Half of them, or a line break in them, is 253; no word of them is repeated."""
    with pytest.raises(ConfigurationError) as caught:
        find_credentials(GlobalOptions(), environment, profile)

    assert "the-key" not in str(caught.value)
