"""WHO: people, the workspaces that they work in, the keys of their programs, and what all of them did."""

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils import timezone

from versioning.workspaces.events import event_names
from versioning.workspaces.querysets import (
    ApiKeyQuerySet,
    EventQuerySet,
    InviteQuerySet,
    MemberQuerySet,
    MemberTokenQuerySet,
)


class Role(models.TextChoices):
    """What a member may do, least first."""

    VIEWER = "viewer", "viewer"
    EDITOR = "editor", "editor"
    ADMIN = "admin", "admin"
    OWNER = "owner", "owner"


class UserManager(BaseUserManager["User"]):
    """People are known by their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **extra: object) -> "User":
        """Make a person; without a password they cannot sign in by one."""
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        user.vouch()
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: object) -> "User":
        """Make an operator of the whole installation."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)

    def get_by_natural_key(self, email: str | None) -> "User":
        """Addresses are kept in lower case, and asked for in any."""
        return self.get(email=(email or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person. One account may be a member of many workspaces; a superuser is the operator."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(db_default=Now(), editable=False)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        return self.display_name

    def vouch(self) -> None:
        """Let this account's address be the one that allauth knows of: whoever invited knows whom."""
        from allauth.account.models import EmailAddress  # allauth's models need this one first

        EmailAddress.objects.filter(user=self).exclude(email=self.email).delete()
        EmailAddress.objects.update_or_create(
            user=self, email=self.email, defaults={"verified": True, "primary": True}
        )

    @property
    def display_name(self) -> str:
        """How others see this person."""
        return self.name or self.email


class Workspace(models.Model):
    """The tenant: everything belongs to exactly one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=50, unique=True)
    name = models.CharField(max_length=100)
    staging_enabled = models.BooleanField(default=True)
    protect_live = models.BooleanField(default=False)
    last_sequence = models.BigIntegerField(db_default=0, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return self.slug


class Member(models.Model):
    """A person in a workspace, with a role."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="members")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = MemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="member_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="member_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"


class Invite(models.Model):
    """A link that makes its reader a member, once, until it expires. Only its digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="invites")
    role = models.CharField(max_length=10, choices=Role)
    digest = models.BinaryField(unique=True, editable=False)
    note = models.CharField(max_length=100, blank=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = InviteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="invite_role_known"),
        ]

    def __str__(self) -> str:
        return f"invite as {self.role}"


class KeyKind(models.TextChoices):
    """Which pointer a key reads: the key decides, never the caller."""

    LIVE = "live", "live"
    TEST = "test", "test"


class Scope(models.TextChoices):
    """What a key may do beside reading what is served."""

    HISTORY = "history", "read versions, diffs and history"
    DRAFTS = "drafts", "save drafts"


class ApiKey(models.Model):
    """A program's key. The key itself is shown once; what stays is its keyed digest."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="keys")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=4, choices=KeyKind)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope), default=list, blank=True)
    prefix = models.CharField(max_length=20, editable=False)
    digest = models.BinaryField(unique=True, editable=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=KeyKind.values), name="key_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def state(self) -> str:
        """Whether it opens anything now: working, expired or revoked."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at and self.expires_at <= timezone.now() else "working"


class MemberToken(models.Model):
    """What a member's assistant enters by, over MCP alone. It can what the member can, and ends with them.

    The token itself is shown once; what stays is its keyed digest.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    member = models.ForeignKey(Member, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=20, editable=False)
    digest = models.BinaryField(unique=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)

    objects = MemberTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "MCP token"

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def state(self) -> str:
        """Whether it opens anything now: working, expired or revoked."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at <= timezone.now() else "working"


class Event(models.Model):
    """One recorded act. Written in the transaction of the act; never changed afterwards.

    `sequence` counts without gaps per artifact; acts on the workspace itself (`artifact_id` empty) have a
    count of their own. `act_id` joins the Events of one act. Versions are named by number, since a
    number is never reused and outlives a deleted draft.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="events")
    artifact_id = models.UUIDField(null=True)
    sequence = models.BigIntegerField()
    act_id = models.UUIDField()
    name = models.CharField(max_length=40, choices=event_names)
    from_number = models.PositiveIntegerField(null=True)
    to_number = models.PositiveIntegerField(null=True)
    message = models.TextField(blank=True)
    data = models.JSONField(default=dict, blank=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=200)
    via = models.CharField(max_length=10)
    request_id = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["artifact_id", "sequence"], name="event_sequence"),
            models.UniqueConstraint(
                fields=["workspace", "sequence"],
                condition=models.Q(artifact_id=None),
                name="event_workspace_sequence",
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "-created_at"], name="event_by_time"),
            models.Index(fields=["artifact_id", "-created_at", "-sequence"], name="event_of_artifact"),
        ]

    def __str__(self) -> str:
        return f"{self.name} by {self.actor_label}"


class Once(models.Model):
    """An idempotency key that was used: the same request again gets the same answer, and acts once."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    principal = models.UUIDField()
    key = models.CharField(max_length=255)
    fingerprint = models.BinaryField()
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(null=True)
    said = models.BinaryField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "principal", "key"], name="once_per_key"),
        ]

    def __str__(self) -> str:
        return self.key
