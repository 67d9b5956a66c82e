"""A kind of artifact: a configuration with parts. The rows of an agent are its draft.

The tables and columns are those of the configuration history. What the system observes while an agent
works (counts, moments, errors) sits beside what people set, and makes no difference between versions.
"""

from agents.models.agent import (
    PARTS,
    Agent,
    AgentSchema,
    AgentTrigger,
    McpServer,
    Part,
    Secret,
)
from agents.models.calls import Connector, Content, Conversation
from agents.models.choices import (
    AgentType,
    AuthMethod,
    Channel,
    SchemaType,
    State,
    Target,
    Transport,
    TriggerType,
    Visibility,
)
from agents.models.snapshots import Snapshot

__all__ = [
    "PARTS", "Agent", "AgentSchema", "AgentTrigger", "AgentType", "AuthMethod", "Channel", "Connector",
    "Content", "Conversation", "McpServer", "Part", "SchemaType", "Secret", "Snapshot", "State", "Target",
    "Transport", "TriggerType", "Visibility",
]  # fmt: skip
