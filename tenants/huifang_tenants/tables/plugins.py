"""Plugin settings, version by version, and how far each schedule was looked at."""

from piccolo.columns import JSON, Boolean, Date, Integer, Text, Timestamptz
from piccolo.table import Table

from huifang_tenants.scope import ENGINE


class PluginSetting(Table, tablename="plugin_setting", db=ENGINE):
    """A version of a plugin's settings; append-only."""

    plugin = Text(primary_key=True, default=None)
    version = Integer(default=None)
    enabled = Boolean(default=None)
    settings = JSON(default=None)
    parameters = JSON(default=None)
    valid_from = Date(null=True, default=None)
    changed_by = Text(default=None)
    changed_at = Timestamptz(default=None)


class ScheduleProgress(Table, tablename="schedule_progress", db=ENGINE):
    """Up to which day, and which contract of the day after it, a schedule's events were taken in."""

    plugin = Text(primary_key=True, default=None)
    schedule = Text(default=None)
    done_until = Date(default=None)
    done_to = Text(default="")
