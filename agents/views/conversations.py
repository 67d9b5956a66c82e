"""Conversations: which there were, and what each is served by for life."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from agents.models import Agent, Content, Conversation
from agents.presenters.conversation import conversation_shown
from agents.presenters.conversations import Filter, connectors_to_choose, conversations_shown, counted
from agents.views.entry import of_agent
from versioning.lib.errors import not_found
from versioning.lib.htmx import render_page, wants_part
from versioning.versions.presenters.header import header
from versioning.workspaces.actor import Actor

PAGE = "agents/conversations.html"


@require_safe
@of_agent
def conversations_page(request: HttpRequest, actor: Actor, agent: Agent) -> HttpResponse:
    """All of an agent, newest first; by htmx what a filter found, or the rows that follow."""
    asked, after = Filter.of(request.GET), request.GET.get("after", "")
    shown = conversations_shown(actor, agent, asked, after=after)
    if after and wants_part(request):
        return render_page(request, PAGE, shown, part="rows")
    shown |= {"count_text": counted(actor, agent, asked), "agent": agent}
    if wants_part(request):
        return render_page(request, PAGE, shown, part="found")
    shown |= {"choices": connectors_to_choose(agent, asked)}
    return render_page(request, PAGE, header(actor, agent, tab="conversations") | shown)


@require_safe
@of_agent
def conversation_page(request: HttpRequest, actor: Actor, agent: Agent, conversation: UUID) -> HttpResponse:
    """One of them: when, for whom, on which version, and that version's configuration to be read."""
    rows = Conversation.objects.in_workspace(actor).of(agent).select_related("connector")
    found = rows.filter(pk=conversation).first()
    if found is None:
        raise not_found()
    content = Content.objects.get(workspace=actor.workspace, digest=found.digest)
    shown = conversation_shown(actor, agent, found, content)
    page = header(actor, agent, tab="conversations", current=found.number) | shown
    return render_page(request, "agents/conversation.html", page)
