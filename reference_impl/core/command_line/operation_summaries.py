"""What each operation does, in a sentence: the schemas say only what it is asked."""

SUMMARIES = {
    "CreateChatToken": (
        "Create an encrypted chat token, which opens one WebSocket connection to a "
        "room. The token is valid for one minute, the session that it opens for as "
        "long as was asked for. It is encrypted with keys that Amazon IVS Chat owns "
        "and that no application ever uses."
    ),
    "CreateLoggingConfiguration": "Say where the chat logs of rooms are to go.",
    "CreateRoom": "Create a room, in which clients send and receive messages.",
    "DeleteLoggingConfiguration": "Delete a logging configuration.",
    "DeleteMessage": (
        "Ask the clients of a room to delete a message, by an event that each of them "
        "receives."
    ),
    "DeleteRoom": "Delete a room; all of its connections end.",
    "DisconnectUser": "End all connections of a user to a room.",
    "GetLoggingConfiguration": "Show a logging configuration.",
    "GetRoom": "Show a room.",
    "ListLoggingConfigurations": "List the logging configurations of the region.",
    "ListRooms": "List the rooms of the region, those changed last first.",
    "ListTagsForResource": "List the tags of a room or a logging configuration.",
    "SendEvent": "Send an event of the application's own to everybody in a room.",
    "TagResource": "Add tags to a room or a logging configuration, or change them.",
    "UntagResource": "Take tags from a room or a logging configuration.",
    "UpdateLoggingConfiguration": "Change a logging configuration.",
    "UpdateRoom": "Change a room's settings; those not given stay.",
}
"""By the operation's name; one without a sentence here is shown without."""
