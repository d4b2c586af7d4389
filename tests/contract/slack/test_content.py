"""What the hand writes and reads: content that Slack refuses, threads page by page, and nothing of others'."""

import json
from typing import Any

from structlog.testing import capture_logs

from jobs.ports import Later, Lost, Posted, Unfit
from jobs.slack.message import Message
from tests.contract.slack.double import Double
from workers.slack.channel import PAGE

HELLO = Message(text="hello")
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}
SIXTY = Message(text="sixty blocks", blocks=(SECTION,) * 60)


def _post(double: Double, message: Message = HELLO) -> object:
    return double.channel().post(message, key="k")


def _sent(double: Double, method: str = "chat.postMessage") -> list[dict[str, Any]]:
    """What reached the API, parsed."""
    return [json.loads(x.body) for x in double.recorder.exchanges if x.method == method]


def test_a_message_that_slack_refuses_goes_out_as_text(double: Double) -> None:
    """Sixty blocks: what it says is said, under its key, and the log names the mistake."""
    with capture_logs() as logs:
        found = _post(double, SIXTY)
    assert isinstance(found, Posted)
    assert double.texts == ["sixty blocks"]
    assert double.channel().written() == {"k": found.ts}
    assert [one["event"] for one in logs] == ["slack.message.mistaken", "slack.message.refused"]
    assert "invalid_blocks" in str(logs[1]["reason"])


def test_an_edit_that_slack_refuses_becomes_text_too(double: Double) -> None:
    """The blocks of before are gone then: they would say what is no longer so."""
    channel = double.channel()
    posted = channel.post(Message(text="old", blocks=(SECTION,), colour="#000000"), key="k")
    assert isinstance(posted, Posted)
    assert channel.edit(posted.ts, SIXTY, key="k") == posted
    now = double.space.notes[0].now
    assert (now.text, now.blocks, now.attachments) == ("sixty blocks", [], [])


def test_what_not_even_text_can_mend_is_given_up(double: Double) -> None:
    """Twice asked, never a third time; the caller goes on with the next."""
    double.hurt(error="invalid_arguments")
    assert isinstance(_post(double), Unfit)
    assert double.calls("chat.postMessage") == 2


def test_an_empty_message_says_that_it_is_one(double: Double) -> None:
    """A mistake of ours, but no reason to be silent."""
    assert isinstance(_post(double, Message(text="")), Posted)
    assert "incident's page" in double.texts[0]


def test_an_endless_text_is_cut(double: Double) -> None:
    """Slack takes 4,000 characters in an edit; no entity is cut in half."""
    channel = double.channel()
    posted = channel.post(HELLO, key="k")
    assert isinstance(posted, Posted)
    assert channel.edit(posted.ts, Message(text="&amp;" * 9000), key="k") == posted
    text = double.texts[0]
    assert (len(text) <= 4000, text.replace("&amp;", "")) == (True, "")


def test_links_get_no_previews_and_words_no_links(double: Double) -> None:
    """Slack would unfurl what is posted, and link #words and @words in what is edited."""
    channel = double.channel()
    posted = channel.post(HELLO, key="k")
    assert isinstance(posted, Posted)
    channel.edit(posted.ts, HELLO, key="k")
    (post,), (edit,) = _sent(double), _sent(double, "chat.update")
    assert (post["unfurl_links"], post["unfurl_media"]) == (False, False)
    assert (edit["parse"], edit["link_names"]) == ("none", False)


def test_a_coloured_message_shows_its_text_once(double: Double) -> None:
    """Slack shows a top-level text above an attachment, so notifications read the fallback."""
    _post(double, Message(text="spoken", blocks=(SECTION,), colour="#1a7f37"))
    (sent,) = _sent(double)
    assert (sent["text"], sent["blocks"]) == ("", [])
    assert sent["attachments"] == [{"color": "#1a7f37", "fallback": "spoken", "blocks": [SECTION]}]


def test_only_our_own_messages_are_read(double: Double) -> None:
    """Not a person's, and not another app's that carries our metadata."""
    posted = _post(double)
    assert isinstance(posted, Posted)
    double.control("POST", "/messages", {"text": "looking at it", "thread": posted.ts})
    foreign = {"metadata": {"event_type": "pgbaton", "event_payload": {"key": "theirs"}}}
    double.space.add({"text": "x", **foreign}, thread=None, bot="B0OTHERAPP")
    assert double.channel().written() == {"k": posted.ts}
    assert double.channel().written(thread=posted.ts) == {"k": posted.ts}


def test_reading_follows_every_page(double: Double) -> None:
    """More messages than a page holds, of a thread and of the channel: none is missed."""
    channel = double.channel()
    root = channel.post(HELLO, key="root")
    assert isinstance(root, Posted)
    for thread in (root.ts, None):
        for number in range(PAGE + 5):
            key = f"{'reply' if thread else 'root'}{number}"
            named = {"metadata": {"event_type": "pgbaton", "event_payload": {"key": key}}}
            double.space.add({"text": "x", **named}, thread=thread, bot=double.space.bot)
    for found in (channel.written(thread=root.ts), channel.written()):
        assert isinstance(found, dict)
        assert len(found) == PAGE + 6
    assert double.calls("conversations.replies") == 2


def test_what_is_read_may_be_anything(double: Double) -> None:
    """Members of the right names and of the wrong kind: nothing is found, and nothing raises."""
    double.hurt(broken="odd")
    assert double.channel().written() == {}


def test_an_edit_is_never_doubtful(double: Double) -> None:
    """Whether it was made or not, it is made again: nothing is doubled by it."""
    channel = double.channel()
    posted = channel.post(HELLO, key="k")
    assert isinstance(posted, Posted)
    double.hurt(lost_replies=1)
    found = channel.edit(posted.ts, Message(text="edited"), key="k")
    assert isinstance(found, Later)
    assert (found.doubtful, double.texts) == (False, ["edited"])


def test_half_a_list_is_no_list(double: Double) -> None:
    """Pages that break off midway: Later, lest what was not read be posted again."""
    posted = _post(double)
    assert isinstance(posted, Posted)
    double.hurt(broken="cut", only="history")
    assert isinstance(double.channel().written(), Later)
    double.hurt(broken=None, error="invalid_cursor")
    assert isinstance(double.channel().written(), Later)


def test_a_stray_that_cannot_be_taken_back_is_told(double: Double) -> None:
    """Its thread is gone, and so is the right to delete: the caller learns the one, the log the other."""
    double.hurt(error="cant_delete_message", only="chat.delete")
    with capture_logs() as logs:
        found = double.channel().post(HELLO, key="k", thread="1700000000.000100")
    assert isinstance(found, Lost)
    assert [one["event"] for one in logs] == ["slack.stray.stands"]


def test_hostile_text_comes_out_as_it_went_in(double: Double) -> None:
    """Whatever the words are, they are neither cut nor changed on the way."""
    words = "\u202e &lt;!channel&gt; \x00 \U0001f525 ' \" \\ %s {} é" + "x" * 100
    found = _post(double, Message(text=words))
    assert isinstance(found, Posted)
    assert double.texts == [words]
