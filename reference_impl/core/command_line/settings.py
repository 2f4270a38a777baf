"""Region, endpoint, credentials and the rest: options, then environment, then profile.

The names are those of AWS's command. The environment is given as a mapping and the
profile files as their sections (see `profile_files`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ivschat_conformance.reference_impl.core.command_line.global_options import (
    GlobalOptions,
    Output,
)
from ivschat_conformance.reference_impl.core.command_line.profile_files import Profile
from ivschat_conformance.reference_impl.core.command_line.refusals import (
    ConfigurationError,
    ParameterError,
)
from ivschat_conformance.reference_impl.core.command_line.request_signing import (
    Credentials,
)
from ivschat_conformance.schemas import service_hosts

Environment = Mapping[str, str]

NO_CREDENTIALS = (
    "Unable to locate credentials. "
    'You can configure credentials by running "aws configure".'
)
NO_REGION = (
    "You must specify a region. "
    'You can also configure your region by running "aws configure".'
)
_DEFAULT_ATTEMPTS = 3
_ACCESS_KEY_ID = "AWS_ACCESS_KEY_ID"
_SECRET_ACCESS_KEY = "AWS_SECRET_ACCESS_KEY"  # noqa: S105 - the variable's name
_SESSION_TOKEN = "AWS_SESSION_TOKEN"  # noqa: S105 - the variable's name


@dataclass(frozen=True, slots=True)
class Settings:
    """Where and how to call; no credentials among it.

    `attempts` counts the first one, too. `region` is None where nothing says one.
    """

    region: str | None
    endpoint_url: str | None
    output: Output
    attempts: int
    ca_bundle: str | None = field(default=None)

    def endpoint(self) -> str:
        """Return the URL to call; ConfigurationError if it takes a region."""
        return self.endpoint_url or service_hosts.endpoint(self.signing_region())

    def signing_region(self) -> str:
        """Return the region; ConfigurationError where nothing says one."""
        if self.region is None:
            raise ConfigurationError(NO_REGION)
        if not self.region.replace("-", "").isalnum() or not self.region.isascii():
            raise ConfigurationError(
                f"Provided region_name '{self.region}' doesn't match a supported "
                "format."
            )
        return self.region


def profile_name(options: GlobalOptions, environment: Environment) -> str:
    """Return the section of the profile files that counts."""
    return (
        options.profile
        or environment.get("AWS_PROFILE")
        or environment.get("AWS_DEFAULT_PROFILE")
        or "default"
    )


def find_settings(
    options: GlobalOptions, environment: Environment, profile: Profile
) -> Settings:
    """Return the settings; ParameterError or ConfigurationError if one is unusable."""
    output = _output(options, environment, profile)
    return Settings(
        region=options.region
        if options.region is not None
        else environment.get("AWS_REGION")
        or environment.get("AWS_DEFAULT_REGION")
        or profile.get("region"),
        endpoint_url=_endpoint_url(options, environment, profile),
        output=output,
        attempts=_attempts(environment, profile),
        ca_bundle=options.ca_bundle
        or environment.get("AWS_CA_BUNDLE")
        or profile.get("ca_bundle"),
    )


def find_credentials(
    options: GlobalOptions, environment: Environment, profile: Profile
) -> Credentials | None:
    """Return the credentials of the environment, or those of the profile files.

    A profile that was asked for by option comes before the environment. None where
    there are none; ConfigurationError where half of them is missing, or what stands
    there could never be sent. Nothing of them is repeated.
    """
    if options.profile is None and environment.get(_ACCESS_KEY_ID):
        return _checked(
            environment[_ACCESS_KEY_ID],
            environment.get(_SECRET_ACCESS_KEY),
            environment.get(_SESSION_TOKEN) or environment.get("AWS_SECURITY_TOKEN"),
            f"Partial credentials found in env, missing: {_SECRET_ACCESS_KEY}",
        )
    if key := profile.get("aws_access_key_id"):
        return _checked(
            key,
            profile.get("aws_secret_access_key"),
            profile.get("aws_session_token"),
            "Partial credentials found in the profile files, "
            "missing: aws_secret_access_key",
        )
    return None


def _checked(
    key: str, secret: str | None, token: str | None, incomplete: str
) -> Credentials:
    if not secret:
        raise ConfigurationError(incomplete)
    for text in (key, token or ""):
        if not text.isascii() or not text.isprintable() or " " in text:
            raise ConfigurationError(
                "The credentials that were found have characters in them that no "
                "request can carry."
            )
    try:
        secret.encode()
    except UnicodeEncodeError:
        raise ConfigurationError("The secret access key is not UTF-8.") from None
    return Credentials(key, secret, token or None)


def _output(
    options: GlobalOptions, environment: Environment, profile: Profile
) -> Output:
    if options.output is not None:
        return options.output
    word = environment.get("AWS_DEFAULT_OUTPUT") or profile.get("output") or Output.JSON
    try:
        return Output(word)
    except ValueError:
        raise ParameterError(
            f"Unknown output type: {word}; there is {', '.join(Output)}"
        ) from None


def _endpoint_url(
    options: GlobalOptions, environment: Environment, profile: Profile
) -> str | None:
    if options.endpoint_url is not None:
        return options.endpoint_url
    ignores = environment.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "")
    if ignores.lower() == "true":
        return None
    return (
        environment.get("AWS_ENDPOINT_URL_IVSCHAT")
        or environment.get("AWS_ENDPOINT_URL")
        or profile.get("endpoint_url")
        or None
    )


def _attempts(environment: Environment, profile: Profile) -> int:
    word = environment.get("AWS_MAX_ATTEMPTS") or profile.get("max_attempts")
    if not word:
        return _DEFAULT_ATTEMPTS
    if not (word.isascii() and word.isdigit() and 0 < len(word) < len("10000")):
        raise ConfigurationError("max_attempts must be a whole number, such as 3")
    return max(1, int(word))
