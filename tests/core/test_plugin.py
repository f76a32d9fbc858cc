"""The plugin API is documented hook by hook."""

import inspect

import pytest
from huifang_core import plugin

# Those that are told something; pluggy lets a plugin leave out what it doesn't need.
TOLD = {"huifang_on_outcome": ("outcome", "parameters", "settings", "trace")}
HOOKS = sorted(name for name in vars(plugin) if name.startswith("huifang_"))


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_is_documented_and_told_nothing_else(name: str) -> None:
    hook = getattr(plugin, name)
    assert inspect.getdoc(hook), "every hook says what to return"
    assert hook.huifang_spec["firstresult"], "one plugin answers each hook"
    told = TOLD.get(name, ())
    assert tuple(inspect.signature(hook).parameters) == told
    assert inspect.signature(hook).return_annotation is not inspect.Signature.empty


def test_the_api_has_a_version_and_settings_for_plugins_that_have_none() -> None:
    assert plugin.API_VERSION >= 1
    assert plugin.EmptySettings() == plugin.EmptySettings()
    assert "huifang_manifest" in HOOKS
