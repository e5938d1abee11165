"""What Teams sends, as far as the bot reads it. Sizes and shapes are checked here and nowhere else."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from pydantic.alias_generators import to_camel

MAX_BODY = 256 * 1024
"""Largest request body in bytes; Teams' own activities stay far below."""

Id = Annotated[str, Field(max_length=1024, pattern=r"^[^\x00-\x1f\x7f]*$")]
Object = dict[str, JsonValue]


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)


class Account(_Read):
    """A person or a bot. `aad_object_id` is the person's id in Entra: the same in every conversation."""

    id: Id = ""
    aad_object_id: Id | None = None
    name: str | None = None

    @property
    def key(self) -> str:
        """The most stable id there is."""
        return self.aad_object_id or self.id


class Conversation(_Read):
    """Where it was said. In a channel the id names the thread too."""

    id: Id = ""
    conversation_type: str | None = None
    tenant_id: Id | None = None


class Attachment(_Read):
    content_type: str | None = None


class Entity(_Read):
    """A mention, or something else that is not read."""

    type: str | None = None
    text: str | None = None
    mentioned: Account | None = None


class _Tenant(_Read):
    id: Id | None = None


class ChannelData(_Read):
    tenant: _Tenant | None = None
    event_type: str | None = None


class Activity(_Read):
    """One activity. Unknown fields are left out; unknown types are for the reader to ignore."""

    type: Annotated[str, Field(min_length=1, max_length=64)]
    id: Id | None = None
    name: Annotated[str, Field(max_length=128)] | None = None
    timestamp: Annotated[str, Field(max_length=64)] | None = None
    service_url: Annotated[str, Field(max_length=512)] = ""
    channel_id: Annotated[str, Field(max_length=64)] = ""
    from_: Account = Field(default_factory=Account, alias="from")
    recipient: Account = Field(default_factory=Account)
    conversation: Conversation = Field(default_factory=Conversation)
    text: str | None = None
    attachments: tuple[Attachment, ...] = ()
    entities: tuple[Entity, ...] = ()
    channel_data: ChannelData | None = None
    value: Any = None
    reply_to_id: Id | None = None
    locale: Annotated[str, Field(max_length=35)] | None = None
    members_added: tuple[Account, ...] = ()
    action: Annotated[str, Field(max_length=64)] | None = None

    @property
    def tenant(self) -> str:
        """Id of the organisation that it comes from, in lower case; empty when it does not say."""
        said = self.channel_data.tenant.id if self.channel_data and self.channel_data.tenant else None
        return (said or self.conversation.tenant_id or "").lower()

    @property
    def personal(self) -> bool:
        """Whether it is a chat between one person and the bot."""
        return self.conversation.conversation_type in (None, "personal")

    @property
    def english(self) -> bool:
        """Whether the person's Teams speaks English."""
        return (self.locale or "").lower().startswith("en")

    @property
    def values(self) -> Object:
        """`value` when it is an object, otherwise an empty one."""
        return self.value if isinstance(self.value, dict) else {}


def is_complete(activity: Activity) -> bool:
    """Whether it says who, where, and where to answer; nothing without that can be stored."""
    return bool(activity.from_.key and activity.conversation.id and activity.service_url and activity.recipient.id)
