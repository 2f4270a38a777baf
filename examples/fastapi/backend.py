"""A backend that lets people into a chat room, and lets moderators disconnect them.

Region, credentials and endpoint come from the environment, as boto3 reads them: with
AWS_ENDPOINT_URL_IVSCHAT it works with the fake server, without it with Amazon IVS Chat.
IVSCHAT_ROOM_ARN is the room.
"""

import os
from functools import cache
from typing import Annotated, Any

import boto3
from botocore.exceptions import ClientError
from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

CAPABILITIES = {  # what each role may do; reading needs no capability
    "viewer": [],
    "member": ["SEND_MESSAGE"],
    "moderator": ["SEND_MESSAGE", "DELETE_MESSAGE", "DISCONNECT_USER"],
}
FOR_A_MOMENT = {"ThrottlingException", "InternalServerException"}

app = FastAPI()


class Person(BaseModel):
    """Somebody who is logged in."""

    name: str
    role: str


class Kick(BaseModel):
    """Whom to disconnect, and why."""

    user_id: str
    reason: str | None = None


@cache
def ivschat() -> Any:
    """Return the one client; making it takes longer than a call."""
    return boto3.client("ivschat")


def room_arn() -> str:
    """Return the room of the chat: its ARN, since an id alone is refused."""
    return os.environ["IVSCHAT_ROOM_ARN"]


def logged_in(
    x_name: Annotated[str, Header()], x_role: Annotated[str, Header()] = "viewer"
) -> Person:
    """Return who is asking. Put your own login here: headers can say anything."""
    if x_role not in CAPABILITIES:
        raise HTTPException(403, "no such role")
    return Person(name=x_name, role=x_role)


@app.post("/chat-token")
def chat_token(person: Annotated[Person, Depends(logged_in)]) -> dict[str, Any]:
    """Return a token that opens one connection, within its minute.

    The answer is what the SDKs' token providers return: FastAPI writes the two times as
    strings of ISO 8601, which `json.dumps` alone does not.
    """
    answer = ivschat().create_chat_token(
        roomIdentifier=room_arn(),
        userId=person.name,
        capabilities=CAPABILITIES[person.role],
        attributes={"displayName": person.name},
        sessionDurationInMinutes=60,
    )
    names = ("token", "tokenExpirationTime", "sessionExpirationTime")
    return {name: answer[name] for name in names}


@app.post("/kick", status_code=204)
def kick(what: Kick, person: Annotated[Person, Depends(logged_in)]) -> None:
    """Disconnect a user everywhere in the room.

    It is no ban: who may not come back must get no more tokens from `chat_token`.
    """
    if person.role != "moderator":
        raise HTTPException(403, "only moderators disconnect users")
    reason = {"reason": what.reason} if what.reason else {}
    ivschat().disconnect_user(roomIdentifier=room_arn(), userId=what.user_id, **reason)


@app.exception_handler(ClientError)
def refused(_request: Request, error: ClientError) -> JSONResponse:
    """Say whether to try again: the chat's clients do at 503, and stop at 502."""
    code = error.response["Error"]["Code"]
    return JSONResponse({"message": code}, 503 if code in FOR_A_MOMENT else 502)
