"""The plugin API is documented hook by hook."""

import inspect

import pytest
from huifang_core import plugin

HOOKS = sorted(name for name in vars(plugin) if name.startswith("huifang_"))


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_is_a_documented_hook_without_arguments_that_may_vanish(name: str) -> None:
    hook = getattr(plugin, name)
    assert inspect.getdoc(hook), "every hook says what to return"
    assert hook.huifang_spec["firstresult"], "one plugin answers each hook"
    assert not inspect.signature(hook).parameters
    assert inspect.signature(hook).return_annotation is not inspect.Signature.empty


def test_the_api_has_a_version_and_settings_for_plugins_that_have_none() -> None:
    assert plugin.API_VERSION >= 1
    assert plugin.EmptySettings() == plugin.EmptySettings()
    assert "huifang_manifest" in HOOKS
