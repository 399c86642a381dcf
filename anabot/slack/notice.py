"""Tell one person something in private, such as that their playbook was not posted. It never says it twice."""

from __future__ import annotations

from slack_sdk.errors import SlackApiError

from anabot.errors import PlaybookError
from anabot.slack import mrkdwn
from anabot.slack.blocks import Message, sections
from anabot.slack.post import BROKEN, Voice
from anabot.types import Directory


def tell(voice: Voice, directory: Directory, handle: str, words: str) -> None:
    """Say `words`, plain text, to the person with this handle, by direct message.

    Raises:
        PlaybookError: there is nobody of that name, or Slack did not take the message.
    """
    person = directory.person(handle)
    if person is None:
        raise PlaybookError(f"{handle} could not be told.", why="There is nobody of that name in Slack.")
    text = mrkdwn.escape(words)
    try:
        place = voice.direct(person.user)
        voice.post(place, Message(text=text, blocks=tuple(sections(text))), key=f"notice:{handle}:{words}")
    except (SlackApiError, *BROKEN) as error:
        raise PlaybookError(
            f"{handle} could not be told.", why=f"Slack did not take the message ({type(error).__name__})."
        ) from None
