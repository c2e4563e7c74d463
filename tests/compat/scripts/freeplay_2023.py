"""Every call of `freeplay` 0.1.6, its flavors through our gateway; prints one JSON object."""

import json
import os
import sys

from freeplay import Freeplay
from freeplay.errors import AuthorizationError, FreeplayError, TemplateNotFoundError
from freeplay.flavors import AnthropicClaudeText, OpenAIChat, OpenAIText

MAIL = "jane.roe@example.com"
URL, TOKEN = os.environ["URL"], os.environ["TOKEN"]
PROJECT, PLAYLIST = os.environ["PROJECT"], os.environ["PLAYLIST"]
VALUES = {"name": "Ada", "question": f"Write to {MAIL} please"}

chat = OpenAIChat(openai_api_key=TOKEN, openai_api_base=URL + "/v1")
text = OpenAIText(openai_api_key=TOKEN, openai_api_base=URL + "/v1")
claude = AnthropicClaudeText(TOKEN)
claude.client.api_url = URL
client = Freeplay(flavor=chat, freeplay_api_key=TOKEN, api_base=os.environ["BASE"], model="Echo")


def joined(chunks):
    return "".join(chunk.text or "" for chunk in chunks)


def refused(kind, action):
    try:
        action()
    except kind as error:
        return type(error).__name__
    return None


def chats():
    session, first = client.start_chat(PROJECT, "chat", VALUES, tag="prod")
    more = [{"role": "user", "content": f"And again to {MAIL}"}]
    second = session.continue_chat(first.message_history, more)
    streamed, messages, chunks = client.start_chat_stream(PROJECT, "chat", VALUES, tag="prod")
    begun = joined(chunks)
    history = [*messages, {"role": "assistant", "content": begun}]
    return {
        "first": first.content,
        "second": second.content,
        "begun": begun,
        "went on": joined(streamed.continue_chat_stream(history, more)),
        "session": session.session_id,
    }


def test_run():
    run = client.create_test_run(PROJECT, PLAYLIST)
    answers = []
    for inputs in run.get_inputs():
        session = run.create_session(PROJECT, tag="prod")
        answers.append(session.get_completion("chat", inputs).content)
    return answers


def main():
    session = client.create_session(PROJECT, tag="prod")
    wrong = Freeplay(flavor=chat, freeplay_api_key="wrong", api_base=os.environ["BASE"])
    told = {
        "chat": client.get_completion(PROJECT, "chat", VALUES, tag="prod").content,
        "text": client.get_completion(PROJECT, "text", VALUES, flavor=text, tag="prod").content,
        "claude": client.get_completion(PROJECT, "text", VALUES, flavor=claude, tag="prod").content,
        "latest": client.get_completion(PROJECT, "chat", VALUES).content,
        "streamed": joined(client.get_completion_stream(PROJECT, "chat", VALUES, tag="prod")),
        "in session": session.get_completion("chat", VALUES).content,
        "session stream": joined(session.get_completion_stream("chat", VALUES)),
        "session": session.session_id,
        "chats": chats(),
        "test run": test_run(),
        "no template": refused(
            TemplateNotFoundError, lambda: client.get_completion(PROJECT, "nothing", VALUES)
        ),
        "wrong key": refused(AuthorizationError, lambda: wrong.create_session(PROJECT)),
        "wrong project": refused(FreeplayError, lambda: client.create_session("nothing")),
    }
    json.dump(told, sys.stdout)


main()
