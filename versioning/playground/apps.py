"""The room of the playground."""

from django.apps import AppConfig


class Playground(AppConfig):
    """The room of the playground."""

    name = "versioning.playground"
    label = "playground"

    def ready(self) -> None:
        """Tell the rooms below what of this one they show: a tab, a page of Settings, the trials."""
        from versioning.playground.trials import trial_of
        from versioning.versions import tabs, trials
        from versioning.workspaces.policy import Act
        from versioning.workspaces.views import frame

        trials.register(trial_of)
        tabs.register(tabs.Tab("Playground", "playground:try", after="versions", act=Act.TRY))
        frame.register("playground:provider", "Playground", act=Act.TRY)
